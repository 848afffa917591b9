//! Lines that are no numbers: where their number is from is not known, and nothing is made up.

use std::net::SocketAddr;

use bytes::Bytes;
use http::Request;
use http_body_util::Empty;
use roamgate::{Decision, FixedProvider, Head, Line, RoamingLayer, RoamingStatus};
use tower::{Layer, ServiceExt};

use crate::support::*;

fn address() -> Line {
    Line::parse_address("203.0.113.7:5060").unwrap()
}

/// What a policy with this one rule makes of a line that is an address.
async fn told(status: RoamingStatus, rule: &str) -> String {
    let policy = policy(&format!(
        r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: {{ name: lines, owner: tests@bank.example }}
defaults: {{ unmatchedRoute: allow, onUnknown: stepUp, stepUp: {{ acrValues: [a] }} }}
routes: {{ payments: [{{ path: "/v1/payments" }}] }}
rules:
  - id: rule
    description: The rule.
    match: {{ routes: [payments] }}
    {rule}
"#
    ));
    let layer = RoamingLayer::new(policy, FixedProvider::new().with(address(), status));
    let response = layer.layer(tower::service_fn(welcome)).oneshot(http(address())).await.unwrap();
    let decision = response.extensions().get::<Decision>();
    let Some(decision) = decision else { return "allow".to_owned() };
    let reason = decision.reason().map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("{}{reason}", decision.effect())
}

#[tokio::test]
async fn the_country_of_a_number_that_is_none_is_missing() {
    for operator in ["in", "notIn"] {
        let rule =
            format!("when: {{ line.numberCountry: {{ {operator}: [ES] }} }}\n    effect: deny");
        assert_eq!(told(RoamingStatus::Home, &rule).await, "stepUp missingAttribute", "{operator}");
        let rule = format!(
            "require: {{ line.numberCountry: {{ {operator}: [ES] }} }}\n    otherwise: deny"
        );
        assert_eq!(told(RoamingStatus::Home, &rule).await, "deny missingAttribute", "{operator}");
    }
}

#[tokio::test]
async fn at_home_an_address_is_in_no_country_that_is_known() {
    for verb in ["locatedIn", "locatedOutside"] {
        let rule = format!("require: {{ line: {{ {verb}: [ES] }} }}\n    otherwise: deny");
        assert_eq!(
            told(RoamingStatus::Home, &rule).await,
            "deny countryUnresolved",
            "{verb} at home"
        );
    }
    let require = "require: { line: { locatedIn: [ES] } }\n    otherwise: deny";
    assert_eq!(told(roaming_in("ES"), require).await, "allow");
    assert_eq!(told(roaming_in("FR"), require).await, "deny");
}

#[tokio::test]
async fn whoever_roams_without_a_number_counts_as_abroad() {
    let when = "when: { line: abroad }\n    effect: deny";
    assert_eq!(told(RoamingStatus::Home, when).await, "allow");
    assert_eq!(told(roaming_in("ES"), when).await, "deny");
    let require = "require: { not: { line: abroad } }\n    otherwise: deny";
    assert_eq!(told(roaming_in("ES"), require).await, "deny");
}

#[tokio::test]
async fn the_peer_of_a_connection_names_the_line_unless_it_can_be_no_device() {
    let provider = FixedProvider::new().with(address(), RoamingStatus::Home);
    let layer = layer(provider)
        .subject(|head: &Head<'_>| head.extensions.get::<SocketAddr>().map(|peer| Line::ip(*peer)));
    let from = |peer: &str| {
        let peer: SocketAddr = peer.parse().unwrap();
        Request::post(PATH).extension(peer).body(Empty::<Bytes>::new()).unwrap()
    };
    allowed(&layer, from("203.0.113.7:5060")).await;
    allowed(&layer, from("[::ffff:203.0.113.7]:5060")).await;
    for proxy in ["10.0.0.1:5060", "127.0.0.1:5060", "[fd00::1]:5060"] {
        let refused = refused(&layer, from(proxy)).await;
        let reason = refused.extensions().get::<Decision>().and_then(|it| it.reason());
        assert_eq!(reason.map(|reason| reason.name()), Some("identifierInvalid"), "{proxy}");
    }
}
