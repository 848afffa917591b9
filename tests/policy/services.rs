//! Manifests of services: how they are written, and how policies are judged by them.

use std::time::SystemTime;

use roamgate::policy::service::Manifest;
use roamgate::policy::{FactKind, Policy, Severity, SourceFile};

use crate::problems::told;

/// Asks for everything that a service may or may not have.
const POLICY: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: p, owner: o }
attributes:
  request.amountEur: { type: number }
  subject.segment: { type: enum, values: [retail, private], source: claim }
  request.ipCountry: { type: country, source: { header: CF-IPCountry } }
defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: [sca] } }
routes:
  pay: [{ method: POST, path: "/v1/payments/{id}" }, { grpc: "bank.v1.Payments/*" }]
rules:
  - id: confirm
    description: d
    match: { routes: [pay], request.amountEur: { gte: 200 }, subject.segment: { is: retail } }
    when: { line: { differsFrom: request.ipCountry } }
    effect: stepUp
"#;

/// A service that has it all.
fn service() -> Manifest {
    Manifest::new("payments-api")
        .supplies([("request.amountEur", FactKind::Number)])
        .supplies([("subject.segment", FactKind::one_of(["private", "retail"]))])
        .trusted_header("cf-ipcountry")
        .assurance()
        .routes(["POST /v1/payments/{payment}", "grpc bank.v1.Payments/Pay"])
}

fn judged(policy: &str, service: &Manifest) -> String {
    let file = SourceFile::new("p.yaml", policy);
    let (policy, problems) = Policy::check_for(&[file], service, SystemTime::UNIX_EPOCH);
    let refused = problems.iter().any(|problem| problem.severity == Severity::Error);
    assert_eq!(policy.is_none(), refused);
    told(&problems)
}

/// The manifest with this text in place of that one.
fn altered(from: &str, to: &str) -> Manifest {
    let text = service().to_string();
    assert!(text.contains(from), "{text}");
    read(&text.replace(from, to))
}

fn read(text: &str) -> Manifest {
    Manifest::read(&SourceFile::new("s.yaml", text)).unwrap_or_else(|told| panic!("{told}\n{text}"))
}

#[test]
fn a_service_that_has_everything_is_fine() {
    assert_eq!(judged(POLICY, &service()), "loads\n");
}

#[test]
fn a_manifest_is_written_as_it_is_read() {
    let manifest = service().owner("payments-dev@bank.example");
    let text = r#"apiVersion: roamgate/v1
kind: Service
metadata: { name: payments-api, owner: payments-dev@bank.example }
routes:
  - "POST /v1/payments/{payment}"
  - "grpc bank.v1.Payments/Pay"
attributes:
  request.amountEur: number
  subject.segment: [private, retail]
trustedHeaders: [cf-ipcountry]
assurance: true
"#;
    assert_eq!(manifest.to_string(), text);
    assert_eq!(read(text), manifest);
    assert_eq!(Manifest::format(&SourceFile::new("s.yaml", text)).unwrap(), text);
    assert_eq!(read(&Manifest::new("s").to_string()), Manifest::new("s"));
    assert_ne!(read(&Manifest::new("s").routes([""; 0]).to_string()), Manifest::new("s"));
}

#[test]
fn words_that_some_reader_takes_for_something_else_are_quoted() {
    let words = ["NO", "no", "off", "null", "1.10", "true", "a b", "#", "it's", "\"", "retail"];
    let manifest = Manifest::new("on").owner("~").supplies([("y", FactKind::one_of(words))]);
    assert_eq!(read(&manifest.to_string()), manifest);
    assert!(manifest.to_string().contains("\"y\": [\"NO\", \"no\", \"off\", \"null\""));
    assert!(manifest.to_string().contains(", retail]\n"));
}

#[test]
fn manifests_are_equal_that_say_the_same() {
    let other = Manifest::new("payments-api")
        .routes(["grpc bank.v1.Payments/Pay", "POST /v1/payments/{payment}"])
        .assurance()
        .supplies([("subject.segment", FactKind::one_of(["retail", "private"]))])
        .supplies([("request.amountEur", FactKind::Number)])
        .trusted_header("CF-IPCountry");
    assert_eq!(other, service());
    assert_ne!(other.trusted_header("x-other"), service());
}

#[test]
fn an_attribute_nobody_supplies_is_refused_at_its_declaration() {
    let said = judged(POLICY, &altered("request.amountEur", "request.amountUsd"));
    let expected = "error[E019]: the service does not supply `request.amountEur`
 --> p.yaml:5:3
  |
5 |   request.amountEur: { type: number }
  |   ^^^^^^^^^^^^^^^^^
  = help: did you mean `request.amountUsd`?
";
    assert_eq!(said, expected);
}

/// The first problem: message and help.
fn first(policy: &str, service: &Manifest) -> String {
    let file = SourceFile::new("p.yaml", policy);
    let (_, problems) = Policy::check_for(&[file], service, SystemTime::UNIX_EPOCH);
    let problem = problems.iter().next().unwrap();
    let help = problem.help.as_deref().unwrap_or_default();
    format!("{} {}:{} {}; {help}", problem.code, problem.line, problem.column, problem.message)
}

#[test]
fn an_attribute_of_another_type_or_with_other_words_is_not_supplied() {
    let rows = [
        (
            altered("  request.amountEur: number\n", ""),
            "E019 5:3 the service does not supply `request.amountEur`; \
             it supplies `subject.segment`; ask its engineers for what is missing",
        ),
        (
            altered(": number", ": string"),
            "E019 5:3 the service supplies `request.amountEur` as `string`, not as `number`; write `type: string`",
        ),
        (
            altered(": number", ": [small, large]"),
            "E019 5:3 the service supplies `request.amountEur` as `enum`, not as `number`; \
             write `type: enum, values: [\"small\", \"large\"]`",
        ),
        (
            altered("[private, retail]", "[private, retail, corporate]"),
            "E019 6:3 the service supplies `subject.segment` with other values; \
             write `values: [private, retail, corporate]`",
        ),
        (
            altered("[private, retail]", "string"),
            "E019 6:3 the service supplies `subject.segment` as `string`, not as `enum`; write `type: string`",
        ),
        (
            Manifest::new("bare").owner("payments-dev@bank.example"),
            "E019 5:3 the service does not supply `request.amountEur`; \
             it supplies nothing; ask payments-dev@bank.example for what is missing",
        ),
    ];
    for (service, expected) in rows {
        assert_eq!(first(POLICY, &service), expected);
    }
}

#[test]
fn an_attribute_that_no_rule_asks_for_need_not_be_supplied() {
    let unused = "  request.unused: { type: number }\ndefaults:";
    let said = judged(&POLICY.replace("defaults:", unused), &service());
    assert!(
        said.starts_with("warning[W117]: no rule names the attribute `request.unused`"),
        "{said}"
    );
}

#[test]
fn a_header_that_the_service_does_not_trust_is_refused_at_the_source() {
    let said = judged(POLICY, &altered("trustedHeaders: [cf-ipcountry]\n", ""));
    let expected = "error[E020]: the service does not trust the header `cf-ipcountry`
 --> p.yaml:7:57
  |
7 |   request.ipCountry: { type: country, source: { header: CF-IPCountry } }
  |                                                         ^^^^^^^^^^^^
  = help: it trusts none: a header proves nothing unless a proxy keeps clients from writing it
";
    assert_eq!(said, expected);
    let rows = [
        ("cf-ip-country", "did you mean `cf-ip-country`?"),
        ("x-country", "it trusts `x-country`: any other a client could write itself"),
    ];
    for (header, help) in rows {
        assert!(first(POLICY, &altered("cf-ipcountry", header)).ends_with(&format!("; {help}")));
    }
    // That a service supplies it in another way does not make the header true.
    let supplied = altered("trustedHeaders: [cf-ipcountry]\n", "")
        .supplies([("request.ipCountry", FactKind::Country)]);
    assert!(first(POLICY, &supplied).starts_with("E020 "));
}

#[test]
fn a_step_up_that_nobody_can_meet_is_refused_at_the_rule() {
    let strange = altered("assurance: true", "assurance: false");
    let said = judged(POLICY, &strange);
    let expected = "error[E021]: the rule `confirm` can ask for a step-up, and the service does not know how customers authenticated
  --> p.yaml:12:9
   |
12 |   - id: confirm
   |         ^^^^^^^
   = help: nobody could ever meet it: use `deny`, or have the service supply `acr` and `auth_time` (`assurance: true`)
";
    assert_eq!(said, expected);
    let undecided = POLICY.replace("effect: stepUp", "effect: deny\n    onUnknown: stepUp");
    assert!(judged(&undecided, &strange).starts_with("error[E021]: the rule `confirm`"));
    let denied = POLICY.replace("effect: stepUp", "effect: deny");
    assert_eq!(judged(&denied, &strange), "loads\n", "no step-up is reachable");
    let shadow = "effect: stepUp\n    mode: shadow\n    shadow: { until: 2027-01-01 }";
    assert_eq!(judged(&POLICY.replace("effect: stepUp", shadow), &strange), "loads\n");
}

#[test]
fn a_route_that_the_service_lacks_is_a_warning_at_the_entry() {
    let said = judged(POLICY, &altered("/v1/payments/{payment}", "/v1/payment/{payment}"));
    let expected = "warning[W112]: the service has no route `/v1/payments/{id}`
  --> p.yaml:10:31
   |
10 |   pay: [{ method: POST, path: \"/v1/payments/{id}\" }, { grpc: \"bank.v1.Payments/*\" }]
   |                               ^^^^^^^^^^^^^^^^^^^
   = help: correct it, or remove it: it protects nothing there

warning[W112]: no policy matches `POST /v1/payment/{payment}`
 --> s.yaml:5:5
  |
5 |   - \"POST /v1/payment/{payment}\"
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: name it in a policy's `routes`; or, where nobody has to be asked, let a policy accept it: `lint: [{ accept: W112, because: … }]`
";
    assert_eq!(said, expected);
}

/// What is said of a policy with this entry in a service with these routes, without the help.
fn compared(entry: &str, routes: &[&str]) -> Vec<String> {
    let policy = format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: p, owner: o }}\n\
         defaults: {{ unmatchedRoute: allow, onUnknown: deny }}\nroutes: {{ r: [{entry}] }}\n\
         rules: [{{ id: r, description: d, match: {{ routes: [r] }}, when: {{ line: roaming }}, effect: deny }}]\n"
    );
    let service = Manifest::new("s").routes(routes);
    let file = SourceFile::new("p.yaml", &policy);
    let (_, problems) = Policy::check_for(&[file], &service, SystemTime::UNIX_EPOCH);
    let warnings = problems.iter().filter(|problem| problem.code == "W112");
    warnings.map(|problem| problem.message.clone()).collect()
}

#[test]
fn routes_are_the_same_where_some_request_belongs_to_both() {
    let rows = [
        (r#"{ method: POST, path: "/v1/payments" }"#, "POST /v1/payments", true),
        (r#"{ method: POST, path: "/v1/payments/" }"#, "POST /v1/payments", true),
        (r#"{ method: [PUT, POST], path: "/v1/payments" }"#, "POST /v1/payments", true),
        (r#"{ path: "/v1/payments" }"#, "POST /v1/payments", true),
        (r#"{ path: "/v1/payments" }"#, "/v1/payments", true),
        (r#"{ method: GET, path: "/v1/payments" }"#, "HEAD /v1/payments", true),
        (r#"{ method: GET, path: "/v1/payments" }"#, "POST /v1/payments", false),
        (r#"{ path: "/v1/payments" }"#, "OPTIONS /v1/payments", false),
        (r#"{ path: "/v1/{what}/confirm" }"#, "POST /v1/payments/{step}", true),
        (r#"{ path: "/v1/{what}" }"#, "POST /v1/payments/{step}", false),
        (r#"{ path: "/v1/{*rest}" }"#, "POST /v1", true),
        (r#"{ path: "/{*rest}" }"#, "grpc bank.v1.Payments/Pay", true),
        (r#"{ path: "/v1/cards" }"#, "GET /{*rest}", true),
        (r#"{ grpc: "bank.v1.Payments/Pay" }"#, "grpc bank.v1.Payments/*", true),
        (r#"{ grpc: "bank.v1.Payments/Pay" }"#, "grpc bank.v1.Payments/Refund", false),
        (r#"{ grpc: "bank.v1.Payments/Pay" }"#, "GET /bank.v1.Payments/Pay", false),
    ];
    for (entry, route, is_same) in rows {
        let said = compared(entry, &[route]);
        assert_eq!(said.len(), if is_same { 0 } else { 2 }, "{entry} {route}: {said:?}");
    }
}

#[test]
fn a_route_with_another_method_is_told_apart() {
    let said = compared(r#"{ method: GET, path: "/v1/payments" }"#, &["POST /v1/payments"]);
    assert_eq!(said[0], "the service does not have `/v1/payments` with this method");
    assert_eq!(said[1], "no policy matches `POST /v1/payments`");
}

#[test]
fn where_nobody_says_which_routes_there_are_none_are_compared() {
    let service = Manifest::new("s").supplies([("request.amountEur", FactKind::Number)]);
    assert!(!judged(POLICY, &service).contains("W112"));
    let accepting = POLICY.replace("rules:", "lint: [{ accept: W112, because: b }]\nrules:");
    let text = service_without_routes();
    assert_eq!(
        judged(&accepting, &read(&text)),
        "loads\n",
        "nobody knows whether it is for nothing"
    );
}

fn service_without_routes() -> String {
    let text = service().to_string();
    let (before, after) = text.split_once("routes:").unwrap();
    format!("{before}{}", &after[after.find("attributes:").unwrap()..])
}

#[test]
fn a_policy_accepts_that_nothing_gates_a_route() {
    let accepting = POLICY.replace("rules:", "lint: [{ accept: W112, because: b }]\nrules:");
    let more = service().routes(["GET /health"]);
    assert!(judged(POLICY, &more).contains("no policy matches `GET /health`"));
    assert_eq!(judged(&accepting, &more), "loads\n");
    let idle = judged(&accepting, &service());
    assert!(idle.starts_with("warning[W124]: `W112` is accepted, and does not occur"), "{idle}");
}

#[test]
fn a_loaded_policy_says_what_a_service_does_not_have() {
    let policy = Policy::from_yaml("p.yaml", POLICY).unwrap();
    assert!(policy.unmet_by(&service()).is_empty());
    let unmet = policy.unmet_by(&Manifest::new("bare"));
    let codes: Vec<_> = unmet.iter().map(|problem| (problem.code, problem.line)).collect();
    assert_eq!(codes, [("E019", 5), ("E019", 6), ("E020", 7), ("E021", 12)]);
}
