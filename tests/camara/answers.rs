//! What is believed of a 200: `wire.md` §5.1, rows 1 to 18, each by its number.

use std::time::{Duration, UNIX_EPOCH};

use roamgate::status::RoamingStatus;
use roamgate::{Attributes, Clock, Gate, Line, Policy, Subject, UnknownReason};

use crate::support::aggregator::{Aggregator, ROAMING, ROAMING_0_6, ROAMING_1, Reply, json};
use crate::{client, client_of, lookup, yaml};

/// What became of an answer: `home`, `roaming MCC COUNTRIES` with `-` for what is not known, or a reason.
pub(crate) async fn outcome(api: &str, reply: Reply) -> String {
    let server = Aggregator::start().await;
    for path in [ROAMING, ROAMING_0_6, ROAMING_1] {
        server.always(path, reply.clone());
    }
    match lookup(&client_of(&yaml(&server, api))).await {
        Err(error) => error.reason().to_string(),
        Ok(answer) => match answer.status() {
            RoamingStatus::Home => "home".to_owned(),
            RoamingStatus::Roaming(visited) => {
                let mcc = visited.mcc.map_or("-".to_owned(), |mcc| mcc.to_string());
                let countries: Vec<_> = visited.countries.iter().map(|c| c.code()).collect();
                let countries =
                    if countries.is_empty() { "-".to_owned() } else { countries.join(",") };
                format!("roaming {mcc} {countries}")
            }
        },
    }
}

/// Each body, and what comes of it in the oldest and in the newest dialect.
async fn believed<const N: usize>(rows: [(&str, &str); N]) {
    for (body, expected) in rows {
        for dialect in ["device-status-0.4", "device-roaming-status-1"] {
            let found = outcome(dialect, json(200, body)).await;
            assert_eq!(found, expected, "{dialect}: {body}");
        }
    }
}

/// Each body with a deviation of the provider, and what comes of it.
async fn believed_where<const N: usize>(deviation: &str, rows: [(&str, &str); N]) {
    for (body, expected) in rows {
        let api = format!("device-roaming-status-1, compatibility: [{deviation}]");
        assert_eq!(outcome(&api, json(200, body)).await, expected, "{body}");
    }
}

#[tokio::test]
async fn w1_not_roaming_is_home() {
    let fresh = format!(r#"{{"lastStatusTime":"{}","roaming":false}}"#, moment(0));
    believed([(r#"{"roaming":false}"#, "home"), (fresh.as_str(), "home")]).await;
}

#[tokio::test]
async fn w2_code_and_names_that_agree_are_the_country() {
    believed([
        (r#"{"roaming":true,"countryCode":262,"countryName":["DE"]}"#, "roaming 262 DE"),
        (
            r#"{"roaming":true,"countryCode":340,"countryName":["BL","GF","GP","MF","MQ"]}"#,
            "roaming 340 BL,GF,GP,MF,MQ",
        ),
        (r#"{"roaming":true,"countryCode":340,"countryName":["MQ"]}"#, "roaming 340 MQ"),
        // A code that our table does not know does not contradict.
        (r#"{"roaming":true,"countryCode":799,"countryName":["DE"]}"#, "roaming 799 DE"),
    ])
    .await;
}

#[tokio::test]
async fn w3_no_country_is_an_unknown_country() {
    believed([
        (r#"{"roaming":true}"#, "roaming - -"),
        (r#"{"roaming":true,"status":200,"code":"OK"}"#, "roaming - -"),
    ])
    .await;
}

#[tokio::test]
async fn w4_codes_of_no_country_and_empty_lists_name_none() {
    believed([
        (r#"{"roaming":true,"countryCode":901,"countryName":[]}"#, "roaming 901 -"),
        (r#"{"roaming":true,"countryCode":902}"#, "roaming 902 -"),
        (r#"{"roaming":true,"countryCode":999,"countryName":[]}"#, "roaming 999 -"),
        (r#"{"roaming":true,"countryCode":1}"#, "roaming 001 -"),
        (r#"{"roaming":true,"countryName":[]}"#, "roaming - -"),
    ])
    .await;
}

#[tokio::test]
async fn w5_names_alone_or_a_code_alone_are_enough() {
    believed([
        (r#"{"roaming":true,"countryName":["DE"]}"#, "roaming - DE"),
        (r#"{"roaming":true,"countryName":["de","DE"]}"#, "roaming - DE"),
        (r#"{"roaming":true,"countryCode":262}"#, "roaming 262 DE"),
        (r#"{"roaming":true,"countryCode":340}"#, "roaming 340 BL,GF,GP,MF,MQ"),
        (r#"{"roaming":true,"countryCode":799}"#, "roaming 799 -"),
        (r#"{"roaming":true,"countryCode":310}"#, "roaming 310 AS,BM,GU,MP,PR,US,VI"),
    ])
    .await;
}

#[tokio::test]
async fn w6_code_and_names_that_contradict_each_other_leave_the_country_unknown() {
    let rows = [
        (r#"{"roaming":true,"countryCode":36,"countryName":["HU"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":262,"countryName":["FR"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":262,"countryName":["DE","FR"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":262,"countryName":[]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":901,"countryName":["DE"]}"#, "roaming - -"),
    ];
    believed(rows).await;
    believed_where(
        "trustNames",
        [
            (rows[0].0, "roaming - HU"),
            (rows[1].0, "roaming - FR"),
            (rows[2].0, "roaming - DE,FR"),
            (rows[3].0, "roaming - -"),
            (r#"{"roaming":true,"countryCode":262,"countryName":["DE"]}"#, "roaming 262 DE"),
            (r#"{"roaming":true,"countryCode":36}"#, "roaming - -"),
        ],
    )
    .await;
}

#[tokio::test]
async fn w7_a_country_at_home_changes_nothing() {
    believed([(r#"{"roaming":false,"countryCode":262,"countryName":["DE"]}"#, "home")]).await;
}

#[tokio::test]
async fn w8_roaming_that_is_no_boolean_is_no_answer() {
    believed([
        (r#"{"countryCode":262}"#, "invalidAnswer"),
        (r#"{"roaming":null}"#, "invalidAnswer"),
        (r#"{"roaming":"true"}"#, "invalidAnswer"),
        (r#"{"roaming":"false"}"#, "invalidAnswer"),
        (r#"{"roaming":1}"#, "invalidAnswer"),
        (r#"{"eventStatus":"ROAMING_OFF"}"#, "invalidAnswer"),
    ])
    .await;
}

#[tokio::test]
async fn w9_a_code_that_is_no_network_code_is_dropped() {
    believed([
        (r#"{"roaming":true,"countryCode":"262"}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":"262","countryName":["DE"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":"262","countryName":["FR"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":262.0,"countryName":["DE"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":[262],"countryName":["DE"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":false,"countryName":["DE"]}"#, "roaming - -"),
        (
            r#"{"roaming":true,"countryCode":18446744073709551615,"countryName":["DE"]}"#,
            "roaming - -",
        ),
        (r#"{"roaming":true,"countryCode":262.0}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":-262}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":0}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":199}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":1000}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":66000}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":18446744073709551615}"#, "roaming - -"),
    ])
    .await;
    believed_where(
        "stringCode",
        [
            (r#"{"roaming":true,"countryCode":"262"}"#, "roaming 262 DE"),
            (r#"{"roaming":true,"countryCode":"001"}"#, "roaming 001 -"),
            (r#"{"roaming":true,"countryCode":"262","countryName":["FR"]}"#, "roaming - -"),
            (r#"{"roaming":true,"countryCode":" 262"}"#, "roaming - -"),
            (r#"{"roaming":true,"countryCode":"26"}"#, "roaming - -"),
        ],
    )
    .await;
}

#[tokio::test]
async fn w10_names_that_are_no_country_codes_are_dropped_and_hold_no_code_in_check() {
    believed([
        (r#"{"roaming":true,"countryName":"FR"}"#, "roaming - FR"),
        (r#"{"roaming":true,"countryCode":208,"countryName":"FR"}"#, "roaming 208 FR"),
        (r#"{"roaming":true,"countryName":"France"}"#, "roaming - -"),
        (r#"{"roaming":true,"countryName":["UK"]}"#, "roaming - -"),
        // One spoils the list: without it, the line would seem to be in fewer places.
        (r#"{"roaming":true,"countryName":["DE","xx"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryName":["DE",7]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":34,"countryName":["Spain"]}"#, "roaming - -"),
        // Morocco's calling code, and Monaco's network code.
        (r#"{"roaming":true,"countryCode":212,"countryName":["Morocco"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":262,"countryName":null}"#, "roaming 262 DE"),
    ])
    .await;
}

/// North America shares a calling code, and no network is in all of it.
#[tokio::test]
async fn w10_more_names_than_a_network_has_are_dropped_and_hold_no_code_in_check() {
    let nine = r#"["AG","AI","AS","BB","BM","BS","CA","DM","US"]"#;
    let answer = |names: &str| format!(r#"{{"roaming":true,"countryName":{names}}}"#);
    let rows = [
        (answer(&nine.replace("\"DM\",", "")), "roaming - AG,AI,AS,BB,BM,BS,CA,US"),
        (answer(nine), "roaming - -"),
        (answer(r#"["DE","DE","DE","DE","DE","DE","DE","DE","de"]"#), "roaming - DE"),
        (answer(nine).replacen(',', ",\"countryCode\":310,", 1), "roaming - -"),
    ];
    believed(rows.each_ref().map(|(body, expected)| (body.as_str(), *expected))).await;
}

#[tokio::test]
async fn w11_every_version_may_leave_out_when_the_status_was_confirmed() {
    let server = Aggregator::start().await;
    server.always(ROAMING_1, json(200, r#"{"roaming":false}"#));
    for dialect in ["device-roaming-status-0.6", "device-roaming-status-1"] {
        let answer = lookup(&client_of(&yaml(&server, dialect))).await.unwrap();
        assert_eq!(answer.confirmed_at(), None);
    }
    believed([(r#"{"roaming":false,"lastStatusTime":null}"#, "home")]).await;
}

#[tokio::test]
async fn w12_a_status_that_was_confirmed_too_long_ago_is_stale() {
    const HOURLY: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: payments, owner: risk@bank.example }
freshness: { maxStatusAge: 1h }
defaults: { unmatchedRoute: deny, onUnknown: deny }
routes: { payments: [{ method: POST, path: /pay }] }
rules:
  - { id: home, description: Payments are made from home., match: { routes: [payments] }, require: { line: home }, otherwise: deny }
"#;
    let stale = Some(UnknownReason::Stale);
    let rows = [
        (moment(-3_500), None),
        (moment(-3_700), stale),
        ("1970-01-01T00:00:00Z".to_owned(), stale),
        ("0000-01-01T00:00:00Z".to_owned(), stale),
        (moment(90), Some(UnknownReason::InvalidAnswer)),
    ];
    for (moment, expected) in rows {
        let server = Aggregator::start().await;
        let body = format!(r#"{{"roaming":false,"lastStatusTime":"{moment}"}}"#);
        server.always(ROAMING, json(200, body));
        let policy = Policy::from_yaml("p.yaml", HOURLY).unwrap();
        let gate = Gate::new(policy, client(&server));
        let subject = Subject::from("+34600000001".parse::<Line>().unwrap());
        let decision = gate.check_route("payments", &subject, &Attributes::new()).await.unwrap();
        assert_eq!(decision.reason(), expected, "{moment}");
    }
}

#[tokio::test]
async fn w13_a_moment_in_the_future_is_bearable_within_a_minute() {
    let row = |ahead| format!(r#"{{"roaming":false,"lastStatusTime":"{}"}}"#, moment(ahead));
    let (near, far) = (row(45), row(90));
    let never = r#"{"roaming":false,"lastStatusTime":"2999-01-01T00:00:00Z"}"#;
    believed([(near.as_str(), "home"), (far.as_str(), "invalidAnswer"), (never, "invalidAnswer")])
        .await;
}

#[tokio::test]
async fn w14_a_moment_without_a_zone_is_no_moment() {
    for time in [
        r#""2024-02-20T10:41:38""#,
        r#""2024-02-20 10:41:38Z""#,
        r#""2024-02-20T10:41:38.Z""#,
        r#""2024-02-20T10:41:38+02""#,
        r#""2024-02-20""#,
        r#""yesterday""#,
        "1708425698",
        r#""2024-02-30T10:41:38Z""#,
    ] {
        let body = format!(r#"{{"roaming":false,"lastStatusTime":{time}}}"#);
        believed([(body.as_str(), "invalidAnswer")]).await;
    }
}

#[tokio::test]
async fn w14_moments_of_rfc_3339_are_read_with_offset_and_fraction() {
    let rows = [
        (r#""2024-02-20T10:41:38.657Z""#, 1_708_425_698_657),
        (r#""2024-02-20T12:41:38.657000+02:00""#, 1_708_425_698_657),
        (r#""2024-02-20t10:41:38z""#, 1_708_425_698_000),
    ];
    for (time, expected) in rows {
        let server = Aggregator::start().await;
        server
            .always(ROAMING, json(200, format!(r#"{{"roaming":false,"lastStatusTime":{time}}}"#)));
        let confirmed = lookup(&client(&server)).await.unwrap().confirmed_at().unwrap();
        assert_eq!(confirmed.duration_since(UNIX_EPOCH).unwrap().as_millis(), expected, "{time}");
    }
}

#[tokio::test]
async fn w15_an_answer_for_another_device_is_no_answer() {
    believed([
        (r#"{"roaming":false,"device":{"phoneNumber":"+34600000009"}}"#, "invalidAnswer"),
        (r#"{"roaming":false,"device":{"networkAccessIdentifier":"a@b"}}"#, "invalidAnswer"),
        (r#"{"roaming":false,"device":"+34600000001"}"#, "invalidAnswer"),
        (r#"{"roaming":false,"device":{}}"#, "invalidAnswer"),
        (
            r#"{"roaming":false,"device":{"phoneNumber":"+34600000001","ipv6Address":"::1"}}"#,
            "invalidAnswer",
        ),
    ])
    .await;
    // The line may be named only where the request named it.
    let ours = || json(200, r#"{"roaming":false,"device":{"phoneNumber":"+34600000001"}}"#);
    for (dialect, expected) in [
        ("phone-number", "home"),
        ("device-status-0.4", "home"),
        ("device-status-0.5", "home"),
        ("device-roaming-status-0.6", "invalidAnswer"),
        ("device-roaming-status-1", "invalidAnswer"),
    ] {
        assert_eq!(outcome(dialect, ours()).await, expected, "{dialect}");
    }
}

#[tokio::test]
async fn w15_an_answer_for_another_device_costs_the_token() {
    let server = Aggregator::start().await;
    server.on(ROAMING_1, |n, _| match n {
        1 => json(200, r#"{"roaming":false,"device":{"phoneNumber":"+34600000009"}}"#),
        _ => json(200, r#"{"roaming":false}"#),
    });
    let client = client_of(&yaml(&server, "device-roaming-status-1"));
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalidAnswer: the roaming endpoint gave an answer for another device"
    );
    lookup(&client).await.unwrap();
    assert_eq!(server.seen().last().unwrap().header("authorization"), "Bearer token-2");
}

#[tokio::test]
async fn w16_no_device_is_fine() {
    believed([
        (r#"{"roaming":false,"device":null}"#, "home"),
        (
            r#"{"device":null,"lastStatusTime":"2026-08-12T11:50:53.268270Z","roaming":true,"countryCode":262}"#,
            "roaming 262 DE",
        ),
    ])
    .await;
}

#[tokio::test]
async fn w17_what_we_do_not_know_is_ignored_and_null_is_absent() {
    believed([
        (r#"{"roaming":true,"countryCode":262,"vendor":{"a":[1]},"x":null}"#, "roaming 262 DE"),
        (r#"{"roaming":true,"countryCode":null,"countryName":null}"#, "roaming - -"),
        (r#"{"roaming":false,"contextCode":"X","contextMessage":null}"#, "home"),
    ])
    .await;
}

#[tokio::test]
async fn w17_null_members_of_a_device_name_no_other() {
    let nulls = r#""ipv4Address":null,"ipv6Address":null,"networkAccessIdentifier":null"#;
    let rows = [
        (r#""phoneNumber":"+34600000001""#, "home"),
        (r#""phoneNumber":"+34600000009""#, "invalidAnswer"),
        (r#""phoneNumber":null"#, "invalidAnswer"),
    ];
    for (number, expected) in rows {
        let body = format!(r#"{{"roaming":false,"device":{{{number},{nulls}}}}}"#);
        assert_eq!(outcome("device-status-0.4", json(200, body)).await, expected, "{number}");
    }
}

#[tokio::test]
async fn w18_a_member_that_is_said_twice_is_no_answer() {
    believed([
        (r#"{"roaming":true,"roaming":false}"#, "invalidAnswer"),
        (r#"{"roaming":false,"roaming":false}"#, "invalidAnswer"),
        (r#"{"roaming":true,"countryCode":262,"countryCode":208}"#, "invalidAnswer"),
        (r#"{"roaming":true,"\u0072oaming":false}"#, "invalidAnswer"),
        (
            r#"{"roaming":false,"device":{"phoneNumber":"+34600000009","phoneNumber":"+34600000001"}}"#,
            "invalidAnswer",
        ),
        (r#"{"roaming":false,"vendor":[{"a":1,"a":2}]}"#, "invalidAnswer"),
    ])
    .await;
}

/// The moment so many seconds from now, as a network writes it.
fn moment(seconds: i64) -> String {
    let offset = Duration::from_secs(seconds.unsigned_abs());
    let now = Clock::system().now();
    let at = if seconds < 0 { now - offset } else { now + offset };
    jiff::Timestamp::try_from(at).unwrap().to_string()
}
