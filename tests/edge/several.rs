//! Several aggregators over real HTTP: another one where that makes sense, and one for each purpose.

use roamgate::sandbox::{Calls, Sandbox, Scenario};
use roamgate::switchboard::{Fallback, Switchboard};
use roamgate::{CachedProvider, Gate, Head, Line, LineState, RoamingLayer, UnknownReason};

use crate::flow::{client, number};
use crate::support::*;

/// The line is needed for two purposes.
const TWO_PURPOSES: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: two-purposes, owner: tests@bank.example }
defaults: { unmatchedRoute: deny, onUnknown: deny }
routes: { payments: [{ path: /payments }], playback: [{ path: /playback }] }
routeSettings:
  payments: { freshness: { purpose: fraud } }
  playback: { freshness: { purpose: service } }
rules:
  - id: home-only
    description: Both are for lines at home.
    match: { routes: [payments, playback] }
    require: { line: home }
    otherwise: deny
"#;

const SCOPE: &str = "dpv:FraudPreventionAndDetection#device-status-roaming-read";

async fn told(gate: &Gate, line: Line) -> Result<LineState, UnknownReason> {
    let decision = gate.check(&Head::of(&http(line), "")).await;
    decision.reason().map_or_else(|| Ok(decision.line().unwrap()), Err)
}

/// bc-authorize, token, roaming.
fn calls(sandbox: &Sandbox) -> [u64; 3] {
    let Calls { bc_authorize, token, roaming, .. } = sandbox.calls();
    sandbox.reset_calls();
    [bc_authorize, token, roaming]
}

#[tokio::test]
async fn a_second_aggregator_answers_for_what_the_first_does_not_know_and_for_its_outages() {
    let (first, second) = (Sandbox::start().await.unwrap(), Sandbox::start().await.unwrap());
    let ask = |sandbox| client(sandbox, "device-status-0.4", SCOPE);
    let both = Fallback::new(ask(&first), ask(&second));
    let switchboard = Switchboard::new().prefix("+34".parse().unwrap(), both);
    let gate = RoamingLayer::new(policy(STRICT), CachedProvider::new(switchboard)).gate();

    let (own, ported, refused) = (number("0002"), number("1002"), number("2002"));
    first.set(ported, Scenario::IdentifierNotFound);
    first.set(refused, Scenario::ConsentRefused);

    assert_eq!(told(&gate, own).await, Ok(LineState::HOME));
    assert_eq!((calls(&first), calls(&second)), ([1, 1, 1], [0, 0, 0]));
    assert_eq!(told(&gate, ported).await, Ok(LineState::HOME));
    assert_eq!((calls(&first), calls(&second)), ([1, 1, 1], [1, 1, 1]));
    // A customer who says no is not asked elsewhere.
    assert_eq!(told(&gate, refused).await, Err(UnknownReason::NoConsent));
    assert_eq!(calls(&second), [0, 0, 0]);

    first.outage(true);
    assert_eq!(told(&gate, number("3002")).await, Ok(LineState::HOME));
    assert_eq!(calls(&second), [1, 1, 1]);
}

#[tokio::test]
async fn purposes_share_neither_consents_nor_tokens_nor_answers() {
    let sandbox = Sandbox::start().await.unwrap();
    let asked_for = |purpose: &str| {
        let scope = format!("dpv:{purpose}#device-status-roaming-read");
        CachedProvider::new(client(&sandbox, "device-status-0.4", &scope))
    };
    let gate = Gate::new(policy(TWO_PURPOSES), asked_for("Unused"))
        .provider_for("fraud", asked_for("FraudPreventionAndDetection"))
        .provider_for("service", asked_for("ServiceProvision"));

    for path in ["/payments", "/playback"] {
        let mut request = http(number("0002"));
        *request.uri_mut() = path.parse().unwrap();
        for expected in [[1, 1, 1], [0, 0, 0]] {
            let decision = gate.check(&Head::of(&request, "")).await;
            assert_eq!(decision.line(), Some(LineState::HOME), "{path}");
            assert_eq!(calls(&sandbox), expected, "{path}");
        }
    }
}
