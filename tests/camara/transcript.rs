//! What an observer is told of the conversation: everything that explains, and nothing secret.

use std::sync::{Arc, Mutex};

use roamgate::camara::{Aggregator as File, AuthorizationResponse, Client, Exchange, Step};
use roamgate::{Line, Query, RoamingProvider};
use serde_json::{Value, json};

use crate::grants::{base, file, parameters, signed};
use crate::support::aggregator::{
    Aggregator, BC_AUTHORIZE, ROAMING, ROAMING_1, Reply, Seen, TOKEN, json as reply,
};
use crate::support::keys::{EC, RSA};
use crate::{NUMBER, SECRET, file_with, line, lookup, yaml};

/// Everything that was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Step>>>);

impl Told {
    /// A client whose conversation is listened to.
    fn listen(&self, yaml: &str) -> Client {
        let told = Arc::clone(&self.0);
        let file = File::from_yaml("a.yaml", yaml).unwrap();
        let listen = move |step: &Step| told.lock().unwrap().push(step.clone());
        Client::new(file.observer(listen)).unwrap()
    }

    fn text(&self) -> String {
        format!("{:?}", self.0.lock().unwrap())
    }

    fn exchanges(&self) -> Vec<Exchange> {
        let steps = self.0.lock().unwrap();
        let exchange = |step: &Step| match step {
            Step::Exchange(exchange) => Some(exchange.clone()),
            _ => None,
        };
        steps.iter().filter_map(exchange).collect()
    }

    fn notes(&self) -> Vec<String> {
        let steps = self.0.lock().unwrap();
        let note = |step: &Step| match step {
            Step::Note(note) => Some(note.text().to_owned()),
            _ => None,
        };
        steps.iter().filter_map(note).collect()
    }
}

/// One secret, as servers may write it.
fn encodings(secret: &str) -> Vec<String> {
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let without_plus = secret.trim_start_matches('+').to_owned();
    let spaced: Vec<String> = without_plus.chars().map(String::from).collect();
    let mut encodings =
        vec![secret.to_owned(), form.replace('+', "%20"), form, secret.to_ascii_uppercase()];
    if without_plus.bytes().all(|byte| byte.is_ascii_digit()) {
        encodings.extend([without_plus.split_at(2).1.to_owned(), spaced.join(" ")]);
    }
    encodings.push(without_plus);
    encodings
}

/// What of a request is secret.
fn secrets_of(seen: &Seen) -> Vec<String> {
    let secret =
        ["assertion", "auth_req_id", "client_assertion", "code", "code_verifier", "refresh_token"];
    let mut found: Vec<String> = parameters(seen)
        .into_iter()
        .filter(|(name, _)| secret.contains(&name.as_str()))
        .map(|(_, value)| value)
        .collect();
    let credentials = seen.header("authorization").split_once(' ');
    found.extend(credentials.map(|(_, credentials)| credentials.to_owned()));
    found.extend(credentials.filter(|(scheme, _)| *scheme == "Basic").map(|_| SECRET.to_owned()));
    found
}

/// What a server and a client have told each other so far.
type Shared = Arc<Mutex<Vec<String>>>;

/// A server that writes a secret into every place of its answer, another one each time.
fn echoing(
    (status, valid): (u16, &'static str),
    shared: Shared,
) -> impl Fn(usize, &Seen) -> Reply + Send + Sync {
    let valid: serde_json::Map<String, Value> = serde_json::from_str(valid).unwrap();
    move |n, seen| {
        let mut known = shared.lock().unwrap();
        known.extend(secrets_of(seen));
        let given = valid.values().filter_map(Value::as_str);
        known.extend(given.filter(|value| value.starts_with("canary")).map(str::to_owned));
        let echoes: Vec<_> = known.iter().flat_map(|secret| encodings(secret)).collect();
        let echo = &echoes[n % echoes.len()];
        let mut body = json!({
            "error_description": echo, "message": format!("no `{echo}`, {echo}!"), "title": echo,
            "detail": [echo], "issuer": { "name": echo }, echo: 1,
        });
        if status != 200 {
            let more = json!({
                "scope": echo, "code": echo, "countryName": [echo], "lastStatusTime": echo,
                "device": echo, "roaming": echo, "token_type": echo,
            });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        }
        body.as_object_mut().unwrap().extend(valid.clone());
        let header: String = echo.chars().filter(char::is_ascii_graphic).collect();
        reply(status, body.to_string())
            .header("www-authenticate", format!("Bearer error=\"{header}\""))
            .header("location", format!("https://{header}/"))
            .header("x-correlator", header)
    }
}

const REQUEST: &str = r#"{"auth_req_id":"canary-request"}"#;
const TOKENS: &str =
    r#"{"access_token":"canary-token","token_type":"Bearer","refresh_token":"canary-refresh"}"#;
const CIBA: &str =
    r#"{ ciba: { loginHint: "phone_number:{e164}", scope: openid offline_access } }"#;
const BEARER: &str = r#"{ jwtBearer: { subject: "tel:{e164}", scope: openid } }"#;
const OWN: &str = "{ clientCredentials: { scope: roaming } }";
const CODE: &str =
    "{ authorizationCode: { scope: roaming, redirectUri: 'https://a.example/back' } }";

/// A server of which one endpoint refuses, if any does.
async fn server(refusing: &str, status: u16, shared: &Shared) -> Aggregator {
    let server = Aggregator::start().await;
    let rows = [(BC_AUTHORIZE, REQUEST), (TOKEN, TOKENS), (ROAMING_1, r#"{"roaming":true}"#)];
    for (path, valid) in rows {
        let answer = if path == refusing { (status, "{}") } else { (200, valid) };
        server.on(path, echoing(answer, Arc::clone(shared)));
    }
    server
}

/// The ways to authenticate, with the grants that go with them.
fn files(server: &Aggregator) -> Vec<String> {
    let secret = file_with(SECRET);
    let reference = format!("{{ file: '{}' }}", secret.display());
    let basic = format!("{{ basic: {{ secret: {reference} }} }}");
    let raw = format!("{{ basic: {{ secret: {reference}, encoding: raw }} }}");
    let key = file_with(RSA);
    let vonage =
        format!("{{ bearerJwt: {{ key: {{ file: '{}' }}, applicationId: a }} }}", key.display());
    let elliptic = signed(EC, ", algorithm: ES256");
    let rows = [
        (basic.as_str(), CIBA),
        (&raw, CIBA),
        (&basic, OWN),
        (&basic, CODE),
        (&vonage, CIBA),
        (&vonage, OWN),
        (&elliptic, CIBA),
        (&elliptic, BEARER),
        (&elliptic, OWN),
        (&elliptic, CODE),
    ];
    rows.iter().map(|(method, grant)| file(&base(server), method, grant)).collect()
}

/// The line of a customer who signs in, where the grant is for that.
async fn signed_in(client: &Client) -> Option<Line> {
    let sign_in = client.begin_sign_in(Some(line())).await.ok()?;
    let query = format!("code=canary-code&state={}", sign_in.state());
    let response = AuthorizationResponse::parse(&query).unwrap();
    client.finish_sign_in(sign_in, response).await.ok()
}

#[tokio::test]
async fn nothing_that_is_told_holds_a_secret_whatever_the_server_repeats() {
    let rows = [("", 200), (BC_AUTHORIZE, 400), (TOKEN, 401), (ROAMING_1, 403), (ROAMING_1, 401)];
    for (refusing, status) in rows {
        let shared = Shared::default();
        let server = server(refusing, status, &shared).await;
        for yaml in files(&server).iter().flat_map(|yaml| std::iter::repeat_n(yaml, 6)) {
            *shared.lock().unwrap() = vec![NUMBER.to_owned()];
            let told = Told::default();
            let client = told.listen(yaml);
            let line = signed_in(&client).await.unwrap_or(line());
            for _ in 0..2 {
                let _ = client.roaming_status(&Query::new(line)).await;
            }
            client.shutdown().await;
            let text = told.text().to_ascii_lowercase();
            for canary in shared.lock().unwrap().iter().flat_map(|secret| encodings(secret)) {
                let is_told = text.contains(&canary.to_ascii_lowercase());
                assert!(!is_told, "{canary} after {refusing} {status} in {text}");
            }
            assert!(!told.exchanges().is_empty());
        }
    }
}

#[tokio::test]
async fn an_assertion_is_told_by_what_explains_its_refusal() {
    let server = Aggregator::start().await;
    let told = Told::default();
    let client =
        told.listen(&file(&base(&server), &signed(EC, ", algorithm: ES256, keyId: k1"), BEARER));
    assert!(lookup(&client).await.is_ok());
    let body: Vec<_> = told.exchanges()[0].request().body().map(str::to_owned).collect();
    let expected = format!(
        "assertion=‹jwt: alg ES256, kid k1, iss my-app, aud {}/token, scope openid, sub tel:+‹number›, \
         iat 5 s ago, exp in 55 s›",
        server.base
    );
    assert_eq!(body, ["grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer", &expected]);
}

#[tokio::test]
async fn headers_of_the_file_and_the_query_of_an_address_are_not_told() {
    let server = Aggregator::start().await;
    let key = file_with("canary-key");
    let yaml = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nendpoints: {{ roaming: '{}{ROAMING}' }}\n\
         headers: {{ x-api-key: {{ file: '{}' }} }}\ngrant: none\napi: {{ dialect: device-status-0.5 }}\n",
        server.base,
        key.display()
    );
    server.on(ROAMING, |_, _| reply(403, r#"{"message":"the key canary-key is not known"}"#));
    let told = Told::default();
    assert!(lookup(&told.listen(&yaml)).await.is_err());
    let text = told.text();
    assert!(text.contains("(\"x-api-key\", \"‹redacted›\")"), "{text}");
    assert!(text.contains("the key ‹redacted› is not known") && !text.contains("canary"), "{text}");
}

#[tokio::test]
async fn what_is_decided_without_a_request_is_told_too() {
    let server = Aggregator::start().await;
    let told = Told::default();
    let client = told.listen(&yaml(&server, "device-status-0.4"));
    for _ in 0..2 {
        assert!(lookup(&client).await.is_ok());
    }
    server.always(ROAMING, reply(429, "{}").header("retry-after", "60"));
    for _ in 0..2 {
        let other = Query::new("+34600000002".parse().unwrap());
        assert!(client.roaming_status(&other).await.is_err());
    }
    let expected = [
        "the token is one that is remembered",
        "nothing is sent: rateLimited: the aggregator asked us to wait, and is not asked before",
    ];
    assert_eq!(told.notes(), expected);
}

#[tokio::test]
async fn a_repetition_and_a_token_that_is_replaced_are_told() {
    let server = Aggregator::start().await;
    server.on(ROAMING, |n, _| match n {
        1 => reply(401, "{}"),
        3 => reply(500, "{}"),
        _ => reply(200, r#"{"roaming":false}"#),
    });
    let told = Told::default();
    let client = told.listen(&yaml(&server, "device-status-0.4"));
    assert!(lookup(&client).await.is_ok() && lookup(&client).await.is_ok());
    let expected = [
        "the token was rejected: another one is needed",
        "the token is one that is remembered",
        "the failure may pass: asked once more",
    ];
    assert_eq!(told.notes(), expected);
}

#[tokio::test]
async fn an_exchange_that_nobody_waits_for_is_told_as_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let yaml = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {base}\ngrant: none\n\
         api: {{ dialect: device-status-0.5 }}\n"
    );
    let told = Told::default();
    let client = Arc::new(told.listen(&yaml));
    let asking = tokio::spawn({
        let client = Arc::clone(&client);
        async move { lookup(&client).await }
    });
    let _held = listener.accept().await.unwrap();
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    assert_eq!(told.exchanges()[0].failure(), Some("given up before the answer came"));
}
