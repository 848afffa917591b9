//! The example of each preset against a server that answers as the provider was seen to.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use roamgate::country::Mcc;
use roamgate::status::Visited;
use roamgate::{Country, RoamingStatus};
use serde_json::Value;

use crate::grants::parameters;
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING, ROAMING_1, Seen, TOKEN, json};
use crate::support::keys::{EC, RSA};
use crate::{client_of, file_with, lookup};

/// The example for a preset, with secrets that are there, and addresses of the server.
fn example(name: &str, places: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = std::fs::read_to_string(format!("{root}/examples/aggregators/{name}.yaml")).unwrap();
    let in_file = |content: &str| format!("file: {:?}", file_with(content));
    let text = text
        .replace("baseUrl: https://", "# https://")
        .replace("env: ROAMGATE_CLIENT_SECRET", &in_file("secret"))
        .replace("env: RAPIDAPI_KEY", &in_file("key"))
        .replace("env: RAPIDAPI_HOST", &in_file("host"))
        .replace("file: /run/secrets/client.pem", &in_file(EC))
        .replace("file: /run/secrets/vonage.pem", &in_file(RSA));
    format!("{text}{places}\n")
}

/// A request in one line: its path, how we are known to the server, and what it says.
fn told(seen: &Seen) -> String {
    let says = match serde_json::from_str::<Value>(&seen.body) {
        Ok(body) => body.to_string(),
        Err(_) => form(seen),
    };
    format!("{} [{}] {says}", seen.path, known(seen))
}

fn form(seen: &Seen) -> String {
    let shown = parameters(seen).into_iter().map(|(name, value)| match name.as_str() {
        "client_assertion" => format!("{name}={}", jwt(&value)),
        _ => format!("{name}={value}"),
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn known(seen: &Seen) -> String {
    let keys = ["x-rapidapi-key", "x-rapidapi-host"].map(|name| seen.header(name));
    match seen.header("authorization").split_once(' ') {
        Some(("Basic", value)) => {
            format!("Basic {}", String::from_utf8(STANDARD.decode(value).unwrap()).unwrap())
        }
        Some((scheme, value)) if value.contains('.') => format!("{scheme} {}", jwt(value)),
        Some((scheme, value)) => format!("{scheme} {value}"),
        None => keys.join(" ").trim().to_owned(),
    }
}

/// What an assertion is signed with, and by whom.
fn jwt(token: &str) -> String {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let [head, claims] =
        [0, 1].map(|_| serde_json::from_slice::<Value>(&parts.next().unwrap()).unwrap());
    let by = ["application_id", "iss"].into_iter().find_map(|claim| claims[claim].as_str());
    format!("{} by {}", head["alg"].as_str().unwrap(), by.unwrap())
}

const V1: &str = "/camara/playground/api/device-roaming-status/v1/retrieve";
const NAC: &str = "/device-status/device-roaming-status/v1/retrieve";
const V050: &str = "/camara/device-status/v050/roaming";
const DEVICE: &str = r#"{"device":{"phoneNumber":"+34600000001"}}"#;
const POLL: &str = "grant_type=urn:openid:params:grant-type:ciba auth_req_id=request-1";

struct Row {
    preset: &'static str,
    /// Endpoints of the file, with `BASE` for the server; else its base URL.
    endpoints: &'static str,
    answer: (&'static str, &'static str),
    requests: Vec<String>,
    status: RoamingStatus,
}

fn rows() -> [Row; 6] {
    let [sandbox, production] = ["telefonica-sandbox", "telefonica"].map(telefonica);
    [sandbox, production, camara(), vonage(), orange(), nokia()]
}

fn roaming(mcc: Option<u16>, country: Option<&str>) -> RoamingStatus {
    let countries = country.map(|code| Country::from_code(code).unwrap().into());
    RoamingStatus::Roaming(Visited {
        mcc: mcc.and_then(Mcc::new),
        countries: countries.unwrap_or_default(),
    })
}

fn telefonica(preset: &'static str) -> Row {
    Row {
        preset,
        endpoints: "",
        answer: (ROAMING, r#"{"roaming":true}"#),
        requests: vec![
            "/bc-authorize [Basic my-app-id:secret] login_hint=tel:+34600000001 \
             scope=dpv:FraudPreventionAndDetection#device-status-roaming-read"
                .to_owned(),
            format!("/token [Basic my-app-id:secret] {POLL}"),
            format!("{ROAMING} [Bearer token-1] {{\"ueId\":{{\"msisdn\":\"+34600000001\"}}}}"),
        ],
        status: roaming(None, None),
    }
}

fn camara() -> Row {
    let proof = "client_id=my-app-id \
                 client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
                 client_assertion=ES256 by my-app-id";
    Row {
        preset: "camara-1",
        endpoints: "",
        answer: (ROAMING_1, r#"{"roaming":true,"countryCode":262,"countryName":["DE"]}"#),
        requests: vec![
            format!(
                "/bc-authorize [] login_hint=tel:+34600000001 scope=openid \
                 dpv:FraudPreventionAndDetection device-roaming-status:read {proof}"
            ),
            format!("/token [] {POLL} {proof}"),
            format!("{ROAMING_1} [Bearer token-1] {{}}"),
        ],
        status: roaming(Some(262), Some("DE")),
    }
}

fn vonage() -> Row {
    let application = "Bearer RS256 by aaaaaaaa-bbbb-cccc-dddd-0123456789ab";
    Row {
        preset: "vonage",
        endpoints: "bcAuthorize: BASE/oauth2/bc-authorize, token: BASE/oauth2/token, \
                    roaming: BASE/camara/device-status/v050/roaming",
        answer: (V050, r#"{"roaming":true,"countryCode":234,"countryName":["GB"]}"#),
        requests: vec![
            format!(
                "/oauth2/bc-authorize [{application}] login_hint=tel:+34600000001 \
                 scope=openid dpv:NotApplicable#device-status:roaming:read"
            ),
            format!("/oauth2/token [{application}] {POLL}"),
            format!("{V050} [Bearer token-1] {DEVICE}"),
        ],
        status: roaming(Some(234), Some("GB")),
    }
}

fn orange() -> Row {
    Row {
        preset: "orange",
        endpoints: "token: BASE/token, \
                    roaming: BASE/camara/playground/api/device-roaming-status/v1/retrieve",
        answer: (V1, r#"{"roaming":true,"countryCode":34,"countryName":["Spain"]}"#),
        requests: vec![
            "/token [Basic my-app-id:secret] grant_type=client_credentials \
             scope=device-roaming-status:read"
                .to_owned(),
            format!("{V1} [Bearer token-1] {DEVICE}"),
        ],
        status: roaming(None, None),
    }
}

fn nokia() -> Row {
    Row {
        preset: "nokia",
        endpoints: "",
        answer: (
            NAC,
            r#"{"device":null,"lastStatusTime":"2026-08-12T11:50:53.268270Z",
                "roaming":true,"countryCode":36,"countryName":["HU"]}"#,
        ),
        requests: vec![format!("{NAC} [key host] {DEVICE}")],
        status: roaming(None, Some("HU")),
    }
}

#[tokio::test]
async fn the_example_of_each_preset_speaks_as_its_provider_does() {
    assert_eq!(rows().iter().map(|row| row.preset).collect::<Vec<_>>(), crate::presets::NAMES);
    for row in rows() {
        let server = Aggregator::start().await;
        server.always(
            "/oauth2/bc-authorize",
            json(200, r#"{"auth_req_id":"request-1","expires_in":120,"interval":2}"#),
        );
        for path in [TOKEN, "/oauth2/token"] {
            // A lifetime in quotes, as Orange writes it.
            let token = r#"{"access_token":"token-1","token_type":"Bearer","expires_in":"3600"}"#;
            server.always(path, json(200, token));
        }
        server.always(row.answer.0, json(200, row.answer.1));
        let places = match row.endpoints {
            "" => format!("baseUrl: {}", server.base),
            named => format!("endpoints: {{ {} }}", named.replace("BASE", &server.base)),
        };
        let answer = lookup(&client_of(&example(row.preset, &places))).await.unwrap();
        assert_eq!(answer.status(), row.status, "{}", row.preset);
        assert_eq!(server.seen().iter().map(told).collect::<Vec<_>>(), row.requests);
    }
}

#[tokio::test]
async fn an_unknown_number_of_orange_is_refused_as_a_missing_right_is() {
    let server = Aggregator::start().await;
    server.always(V1, json(403, r#"{"code":"FORBIDDEN","message":"+990 does not exist"}"#));
    let places = format!("endpoints: {{ token: {0}/token, roaming: {0}{V1} }}", server.base);
    let error = lookup(&client_of(&example("orange", &places))).await.unwrap_err();
    assert_eq!(error.reason(), roamgate::UnknownReason::NoConsent);
    assert_eq!(server.count(BC_AUTHORIZE), 0);
}
