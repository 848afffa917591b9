//! Lines that are no numbers: addresses and external identifiers.

use std::sync::Arc;

use roamgate::camara::{Aggregator as File, Client};
use roamgate::line::LineError;
use roamgate::{CachedProvider, Line, Query, RoamingProvider, RoamingStatus};
use serde_json::{Value, json as value};

use crate::contract::{GRANTS, with_grant};
use crate::files::each_is_told;
use crate::grants::parameter;
use crate::log::Log;
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING, ROAMING_1, TOKEN, json};
use crate::support::clock::{StoppedClock, wall};
use crate::{NUMBER, calls, client_of, line, refused};

const CIBA: &str = GRANTS[0].0;
const OWN: &str = GRANTS[1].0;
const V1: &str = "device-roaming-status-1";

/// An address and port, the same with a private address, an IPv6 address, an external identifier.
pub(crate) fn others() -> [(&'static str, Line); 4] {
    let made = |line: Result<Line, LineError>| line.unwrap();
    let inside = Line::private_ipv4([203, 0, 113, 7].into(), [10, 9, 8, 7].into());
    [
        ("an IPv4 address", made(Line::parse_address("203.0.113.7:5060"))),
        ("a private IPv4 address", made(inside)),
        ("an IPv6 address", made(Line::parse_address("[2001:db8::77]"))),
        ("an external identifier", made(Line::external("98765@canary.example"))),
    ]
}

async fn ask(client: &Client, line: Line) -> String {
    match client.roaming_status(&Query::new(line)).await {
        Ok(answer) if answer.status() == RoamingStatus::Home => "home".to_owned(),
        Ok(_) => "roaming".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn an_address_is_written_into_the_hint_as_the_template_says() {
    let rows = [
        ("203.0.113.7:5060", "ipport:203.0.113.7:5060"),
        ("[2001:DB8::77]", "ipport:[2001:db8::77]"),
        ("[2001:db8::77]:8080", "ipport:[2001:db8::77]"),
    ];
    for (address, hint) in rows {
        let server = Aggregator::start().await;
        let client = client_of(&with_grant(&server, V1, CIBA));
        assert_eq!(ask(&client, Line::parse_address(address).unwrap()).await, "home");
        assert_eq!(ask(&client, line()).await, "home");
        let seen = server.seen();
        assert_eq!(parameter(&seen[0], "login_hint").as_deref(), Some(hint));
        assert_eq!(seen[2].body, "{}");
        assert_eq!(parameter(&seen[3], "login_hint"), Some(format!("tel:{NUMBER}")));
    }
}

#[test]
fn each_mistake_in_templates_is_told_at_its_place() {
    each_is_told(&[
        (
            "tel:{e164}",
            "ipport:{ipport}{e164}",
            "E003 5:29 `ipport:{ipport}{e164}` does not say where the number or the address goes"
                .to_owned(),
        ),
        ("\"tel:{e164}\"", "[]", "E018 5:29 `loginHint` is empty".to_owned()),
        ("\"tel:{e164}\"", "7", "E022 5:29 `loginHint` is a text, this is a number".to_owned()),
        (
            "\"tel:{e164}\"",
            "[\"tel:{e164}\", 7]",
            "E022 5:44 `loginHint` is a text, this is a number".to_owned(),
        ),
        (
            "\"tel:{e164}\"",
            "[\"tel:{e164}\", \"{e164}\"]",
            "E014 5:44 `loginHint` says twice how a number is written".to_owned(),
        ),
        (
            "\"tel:{e164}\"",
            "[\"ipport:{ipport}\", \"{ipport}\"]",
            "E014 5:49 `loginHint` says twice how an address is written".to_owned(),
        ),
    ]);
}

#[tokio::test]
async fn what_has_no_place_is_not_sent_and_costs_nothing() {
    let hints_for = |template: &str| format!("ciba: {{ loginHint: '{template}', scope: s }}");
    let (numbers, addresses) = (hints_for("tel:{e164}"), hints_for("ipport:{ipport}"));
    let server = Aggregator::start().await;
    let refused = |part: &str, what: &str| {
        format!("notCovered: the {part} of the aggregator file has no place for {what}")
    };
    for (what, other) in others() {
        let is_external = what.starts_with("an external");
        let is_private = what.starts_with("a private");
        let mut rows = vec![("dialect", "phone-number", OWN), ("grant", V1, &numbers)];
        rows.extend(is_external.then_some(("dialect", V1, OWN)));
        rows.extend(is_external.then_some(("dialect", "device-roaming-status-0.6", OWN)));
        rows.extend(is_private.then_some(("dialect", "device-status-0.4", OWN)));
        rows.extend((is_external || is_private).then_some(("grant", V1, CIBA)));
        for (part, dialect, grant) in rows {
            let client = client_of(&with_grant(&server, dialect, grant));
            assert_eq!(ask(&client, other).await, refused(part, what), "{dialect} {grant}");
            assert_eq!(calls(client.calls()), [0, 0, 0]);
        }
    }
    let client = client_of(&with_grant(&server, V1, &addresses));
    assert_eq!(ask(&client, line()).await, refused("grant", "a phone number"));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_answer_may_name_the_device_that_was_asked_about_and_no_other() {
    let [(_, ipv4), (_, private), (_, ipv6), (_, external)] = others();
    let port = |port: u32| value!({ "publicAddress": "203.0.113.7", "publicPort": port });
    let inside = |address| value!({ "publicAddress": "203.0.113.7", "privateAddress": address });
    let own = |line, device: Value| (V1, line, device, true);
    let other = |line, device: Value| (V1, line, device, false);
    let nai = |name: &str| value!({ "networkAccessIdentifier": name });
    let rows = [
        own(ipv4, value!({ "ipv4Address": port(5060) })),
        other(ipv4, value!({ "ipv4Address": port(5061) })),
        other(ipv4, value!({ "ipv4Address": port(70_000) })),
        other(ipv4, value!({ "ipv4Address": { "publicAddress": "203.0.113.7" } })),
        other(ipv4, value!({ "ipv4Address": "203.0.113.7" })),
        other(ipv4, value!({ "ipv6Address": "2001:db8::77" })),
        other(ipv4, value!({ "phoneNumber": NUMBER })),
        other(ipv4, value!({ "ipv4Address": port(5060), "phoneNumber": NUMBER })),
        own(private, value!({ "ipv4Address": inside("10.9.8.7") })),
        other(private, value!({ "ipv4Address": inside("10.9.8.8") })),
        own(ipv6, value!({ "ipv6Address": "2001:db8::77" })),
        own(ipv6, value!({ "ipv6Address": "2001:0DB8:0:0:0::0077" })),
        other(ipv6, value!({ "ipv6Address": "2001:db8::78" })),
        other(ipv6, value!({ "ipv6Address": "2001:db8::/64" })),
        ("device-status-0.5", external, nai("98765@canary.example"), true),
        ("device-status-0.5", external, nai("98765@CANARY.example"), false),
    ];
    for (dialect, line, device, is_ours) in rows {
        let server = Aggregator::start().await;
        for path in [ROAMING, ROAMING_1] {
            let body = value!({ "roaming": false, "device": device });
            server.always(path, json(200, body.to_string()));
        }
        let told = ask(&client_of(&with_grant(&server, dialect, OWN)), line).await;
        let expected = match is_ours {
            true => "home",
            false => "invalidAnswer: the roaming endpoint gave an answer for another device",
        };
        assert_eq!(told, expected, "{device}");
    }
}

#[tokio::test]
async fn two_addresses_share_no_status() {
    let server = Aggregator::start().await;
    server.on(ROAMING_1, |_, seen| {
        let roams = seen.body.contains("5060") || seen.body.contains("::77");
        json(200, format!(r#"{{"roaming":{roams}}}"#))
    });
    let client = Arc::new(client_of(&with_grant(&server, V1, OWN)));
    let provider = CachedProvider::new(Arc::clone(&client));
    let rows = [
        ("203.0.113.7:5060", true),
        ("203.0.113.7:5061", false),
        ("[2001:db8::77]", true),
        ("[2001:db8::78]", false),
    ];
    for round in 1..=3 {
        for (address, roams) in rows {
            let query = Query::new(Line::parse_address(address).unwrap());
            let answer = provider.roaming_status(&query).await.unwrap();
            assert_eq!(answer.status() != RoamingStatus::Home, roams, "{address} in round {round}");
        }
        assert_eq!(client.calls().roaming, 4);
    }
}

#[tokio::test]
async fn a_token_for_whoever_has_an_address_is_used_once() {
    let server = Aggregator::start().await;
    let rows = [
        (CIBA, line(), [1, 1, 2]),
        (CIBA, others()[0].1, [2, 2, 2]),
        (CIBA, others()[2].1, [2, 2, 2]),
        (OWN, others()[0].1, [0, 1, 2]),
    ];
    for (grant, line, expected) in rows {
        let client = client_of(&with_grant(&server, V1, grant));
        for _ in 0..2 {
            assert_eq!(ask(&client, line).await, "home");
        }
        assert_eq!(calls(client.calls()), expected, "{grant} {line:?}");
    }
}

#[tokio::test]
async fn a_token_that_comes_later_for_an_address_is_used_within_a_minute() {
    let clock = StoppedClock::new();
    for (wait, authorizations) in [(50, 1), (61, 2)] {
        let server = Aggregator::start().await;
        let begun = r#"{"auth_req_id":"request","expires_in":120,"interval":1}"#;
        server.always(BC_AUTHORIZE, json(200, begun));
        server.on(TOKEN, |n, _| match n {
            1 => refused("authorization_pending"),
            _ => json(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#),
        });
        let file = File::from_yaml("a.yaml", &with_grant(&server, V1, CIBA)).unwrap();
        let client = Client::new(file.clock(wall())).unwrap();
        let address = others()[0].1;
        assert!(ask(&client, address).await.starts_with("consentPending"));
        tokio::task::yield_now().await;
        clock.advance(1).await;
        client.consent_settled(address).await;
        clock.advance(wait).await;
        assert_eq!(ask(&client, address).await, "home");
        assert_eq!(client.calls().bc_authorize, authorizations, "after {wait} s");
    }
}

#[tokio::test]
async fn no_address_and_no_external_identifier_is_readable() {
    let log = Log::start();
    // Of digits alone, some would stand in a time by chance.
    let canaries = ["203.0.113", "10.9.8.7", "db8::77", "98765@", "canary"];
    let hostile = canaries.join(" ");
    for (what, other) in others() {
        for (grant, status) in [(CIBA, 200), (OWN, 200), (OWN, 400), (OWN, 422), (OWN, 500)] {
            for dialect in ["device-status-0.4", "device-status-0.5", V1] {
                let server = Aggregator::start().await;
                let body = value!({ "code": hostile, "roaming": hostile, "device": hostile });
                for path in [ROAMING, ROAMING_1] {
                    server.always(path, json(status, body.to_string()));
                }
                let client = client_of(&with_grant(&server, dialect, grant));
                let query = Query::new(other);
                let outcome = client.roaming_status(&query).await;
                let told = outcome.as_ref().err().map(ToString::to_string);
                let state = client.state();
                let readable =
                    format!("{outcome:?} {told:?} {client:?} {query:?} {state:?} {}", log.text());
                for canary in canaries {
                    assert!(!readable.contains(canary), "{canary} of {what}: {readable}");
                }
            }
        }
    }
    assert!(log.text().contains("a lookup gave no status"), "the log was captured");
}
