//! What an answer about places does to a policy: a country that is not sure is no country of a list.

use roamgate::{Attributes, Effect, Gate, Line, Policy, Subject, UnknownReason};

use crate::client;
use crate::support::aggregator::{Aggregator, ROAMING, json};

/// Roaming in Europe is fine, and what cannot be told is denied.
const EUROPE: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: payments, owner: risk@bank.example }
defaults: { unmatchedRoute: deny, onUnknown: deny }
routes: { payments: [{ method: POST, path: /pay }] }
rules:
  - id: europe
    description: Payments are made at home or within Europe.
    match: { routes: [payments] }
    require: { anyOf: [{ line: home }, { line: { roamingIn: [COUNTRIES] } }] }
    otherwise: deny
"#;

/// Is a payment allowed after this answer, and if it could not be told, why?
async fn decided(list: &str, body: &str) -> (bool, Option<UnknownReason>) {
    let server = Aggregator::start().await;
    server.always(ROAMING, json(200, body));
    let policy = Policy::from_yaml("p.yaml", &EUROPE.replace("COUNTRIES", list)).unwrap();
    let gate = Gate::new(policy, client(&server));
    let subject = Subject::from("+34600000001".parse::<Line>().unwrap());
    let decision = gate.check_route("payments", &subject, &Attributes::new()).await.unwrap();
    (decision.effect() == Effect::Allow, decision.reason())
}

#[tokio::test]
async fn a17_a_country_that_is_not_sure_is_in_no_list() {
    use UnknownReason::{CountryAmbiguous, CountryUnresolved};
    let five = r#""countryCode":340,"countryName":["BL","GF","GP","MF","MQ"]"#;
    let rows = [
        ("DE", r#""countryCode":262,"countryName":["DE"]"#, (true, None)),
        ("FR", r#""countryCode":262,"countryName":["DE"]"#, (false, None)),
        ("BL, GF, GP, MF, MQ", five, (true, None)),
        ("BL, GF, GP, MF", five, (false, Some(CountryAmbiguous))),
        ("MQ", five, (false, Some(CountryAmbiguous))),
        ("DE", five, (false, None)),
        ("DE", r#""countryName":[]"#, (false, Some(CountryUnresolved))),
        ("DE", r#""countryCode":901,"countryName":[]"#, (false, Some(CountryUnresolved))),
        ("DE", r#""countryCode":799"#, (false, Some(CountryUnresolved))),
        ("DE", r#""countryName":["Germany"]"#, (false, Some(CountryUnresolved))),
        ("DE", r#""countryCode":"262","countryName":["DE"]"#, (false, Some(CountryUnresolved))),
    ];
    for (list, said, expected) in rows {
        let body = format!(r#"{{"roaming":true,{said}}}"#);
        assert_eq!(decided(list, &body).await, expected, "{list}: {body}");
    }
}
