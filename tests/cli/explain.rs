//! `roamgate explain`.

use serde_json::json;

use crate::command::{Files, MIXED, json, roamgate};

const PAYMENTS: &str = "policies/payments-eea.yaml";

fn explained(policy: &str, arguments: &[&str]) -> String {
    roamgate(&[&["explain", "-p", policy], arguments].concat()).fine()
}

fn hash(text: &str) -> &str {
    let start = text.find("sha256:").unwrap();
    &text[start..start + "sha256:".len() + 64]
}

#[test]
fn a_decision_is_spelled_out() {
    let text = explained(PAYMENTS, &["--request", "POST /v1/payments?x=1", "--line", "mcc:340"]);
    let expected = format!(
        "stepUp  POST /v1/payments?x=1 with line mcc:340

  route     payments
  rule      payments-outside-eea
  reason    countryAmbiguous (imprecise): the rule cannot be decided,
            `onUnknown` answers
  step up   urn:bank:acr:sca, not older than 5m
  lookup    needed: what the network says can change the decision

rules that judge this request

› payments-outside-eea  cannot be decided (countryAmbiguous): stepUp
    `roamingOutside` cannot be decided (countryAmbiguous): the line is roaming
    in one of BL, GF, GP, MF, MQ, network code 340

{}
",
        hash(&text)
    );
    assert_eq!(text, expected);
}

#[test]
fn what_shadow_rules_would_change_is_told() {
    let files = Files::new();
    let path = files.add("mixed.yaml", MIXED);
    let text = explained(&path, &["--route", "payments", "--line", "roaming:FR"]);
    let rules = text.split_once("rules that judge this request\n").unwrap().1;
    let rules = rules.split_once("\nsha256:").unwrap().0;
    let expected = "
  candidate  in shadow, would say deny
    `roaming` holds: the line is roaming in FR

  embargo  does not apply
    `roamingIn` does not hold: the line is roaming in FR

  satellite  does not apply
    `roamingIn` does not hold: the line is roaming in FR

with every shadow rule enforced: deny
";
    assert_eq!(rules, expected);
}

#[test]
fn json_has_every_member_and_null_for_what_is_absent() {
    let files = Files::new();
    let path = files.add("json.yaml", MIXED);
    let text = explained(&path, &["--route", "payments", "--line", "mcc:901", "--format", "json"]);
    let rule = |id, outcome, effect, reason, because| json!({ "id": id, "outcome": outcome, "effect": effect, "reason": reason, "because": because });
    let place = "the line is roaming in a network of no country, network code 901";
    let expected = json!({
        "effect": "stepUp", "route": "payments", "rule": "satellite", "reason": null,
        "lookup": "needed", "projected": "deny", "policyHash": hash(&text),
        "rules": [
            rule("candidate", "shadow", json!("deny"), json!(null), format!("`roaming` holds: {place}")),
            rule("embargo", "undecided", json!("stepUp"), json!("countryUnresolved"), format!("`roamingIn` cannot be decided (countryUnresolved): {place}")),
            rule("satellite", "true", json!("stepUp"), json!(null), format!("`roamingIn` holds: {place}")),
        ],
    });
    assert_eq!(json(&text), expected);
    let home = explained(&path, &["--route", "payments", "--line", "home", "--format", "json"]);
    let first = &json(&home)["rules"][0];
    assert_eq!((&first["outcome"], &first["effect"]), (&json!("false"), &json!(null)));
}

#[test]
fn requests_are_classified_as_the_gate_does_it() {
    let rows = [
        ("POST /v1/payments", json!("payments"), "allow"),
        ("GRPC bank.payments.v1.Payments/Pay", json!("payments"), "allow"),
        ("GET /v1/payments", json!(null), "allow"),
        ("POST /v1/payments/", json!("payments"), "allow"),
    ];
    for (request, route, effect) in rows {
        let answer = json(&explained(
            PAYMENTS,
            &["--request", request, "--line", "home", "--format", "json"],
        ));
        assert_eq!((&answer["route"], &answer["effect"]), (&route, &json!(effect)), "{request}");
    }
}

#[test]
fn an_unmatched_request_is_refused_by_no_rule() {
    let files = Files::new();
    let path = files.add("unmatched.yaml", MIXED);
    let text = explained(&path, &["--request", "GET /zzz", "--line", "home"]);
    assert!(
        text.contains(
            "rule      none: no route expects this request, and `unmatchedRoute: deny`\n"
        ),
        "{text}"
    );
    assert!(text.contains("lookup    not needed: no line state changes the decision\n"), "{text}");
}

#[test]
fn a_hostile_path_is_refused_whatever_the_rules_say() {
    let asked = ["--request", "POST /v1/%2e%2e/payments", "--line", "home"];
    let text = explained(PAYMENTS, &asked);
    assert!(text.starts_with("deny  POST /v1/%2e%2e/payments with line home\n"), "{text}");
    assert!(
        text.contains(
            "path      refused with 400 whatever the rules say: the path has a dot segment,\n"
        ),
        "{text}"
    );
    let answer = explained(PAYMENTS, &[&asked[..], &["--format", "json"]].concat());
    let expected = json!({
        "effect": "deny", "route": null, "rule": null, "reason": null, "lookup": "not-needed",
        "projected": "deny", "rules": [], "policyHash": hash(&answer),
    });
    assert_eq!(json(&answer), expected);
}

#[test]
fn an_unknown_route_is_a_usage_error_that_names_the_nearest() {
    let refused = |route| {
        roamgate(&["explain", "-p", "policies", "--route", route, "--line", "home"]).refused()
    };
    let near = "error: no route is named `paymets`; did you mean `payments`?\n";
    assert_eq!(refused("paymets"), (2, near.to_owned()));
    let far = "error: no route is named `zzz`; the routes are `admin`, `anything`, `catalogue`, `login`, `money-out`, `pay`, `payments`, `playback`, `sim-sensitive`, `transfers`, `video`\n";
    assert_eq!(refused("zzz"), (2, far.to_owned()));
}

#[test]
fn what_is_asked_must_be_written_as_documented() {
    let rows = [
        (
            ["--request", "GET", "--line", "home"],
            "`GET` is not a request; write `POST /v1/payments` or `GRPC pkg.Service/Method`",
        ),
        (
            ["--request", "get /", "--line", "home"],
            "`get` is not a method in upper case; write `POST /v1/payments` or `GRPC pkg.Service/Method`",
        ),
        (
            ["--request", "GRPC Method", "--line", "home"],
            "`Method` is not a gRPC method; write `POST /v1/payments` or `GRPC pkg.Service/Method`",
        ),
        (["--route", "payments", "--line", "roam"], "`roam` is not a line state"),
        (
            ["--route", "payments", "--line", "roaming:UK"],
            "`UK` is not an assigned ISO 3166-1 code; the code of the United Kingdom is \"GB\"",
        ),
        (
            ["--route", "payments", "--line", "unknown:timout"],
            "`timout` is not a reason why a lookup fails; did you mean `timeout`?",
        ),
        (
            ["--route", "payments", "--line", "unknown:countryAmbiguous"],
            "`countryAmbiguous` is not a reason why a lookup fails; the reasons are timeout, unavailable, rateLimited, overBudget, notCached, stale, misconfigured, invalidAnswer, noIdentifier, identifierInvalid, identifierNotFound, notCovered, noConsent, consentPending",
        ),
        (["--route", "payments", "--set", "amount"], "`amount` sets nothing; write `FACT=VALUE`"),
        (
            ["--route", "payments", "--now", "today"],
            "`today` is not a moment; write `2026-03-15T10:00:00Z` or `2026-03-15`",
        ),
    ];
    for (arguments, message) in rows {
        let (code, told) =
            roamgate(&[&["explain", "-p", PAYMENTS], &arguments[..]].concat()).refused();
        assert_eq!(code, 2, "{told}");
        let first = told.lines().next().unwrap();
        assert!(
            first.starts_with("error: invalid value ") && first.ends_with(&format!(": {message}")),
            "{told}"
        );
    }
}

#[test]
fn a_fact_that_no_rule_asks_for_cannot_be_set() {
    let route = ["explain", "-p", PAYMENTS, "--route", "payments", "--line", "home"];
    let (code, told) = roamgate(&[&route[..], &["--set", "amount=3"]].concat()).refused();
    assert_eq!(
        (code, &*told),
        (2, "error: no rule asks for the fact `amount`; the policy asks for none\n")
    );
}

#[test]
fn a_policy_that_does_not_load_ends_the_command() {
    let files = Files::new();
    let path = files.add("broken.yaml", &MIXED.replace("\"KP\"", "\"UK\""));
    let (code, told) =
        roamgate(&["explain", "-p", &path, "--route", "payments", "--line", "home"]).refused();
    assert_eq!(code, 3);
    assert!(
        told.starts_with("error[E006]: `UK` is not") && told.ends_with("\n1 error in 1 file\n"),
        "{told}"
    );
}

#[test]
fn a_list_is_written_as_on_a_command_line_or_as_in_a_file() {
    let explained = |groups: &str| {
        let set = format!("subject.groups={groups}");
        let asked =
            ["--route", "money-out", "--line", "roaming:BR", "--set", "request.amountEur=20"];
        let file =
            ["explain", "-p", "policies/group-baseline.yaml", "--now", "2026-03-15T12:00:00Z"];
        let more = ["--set", "request.ipCountry=ES", "--set", &set];
        roamgate(&[&file[..], &asked, &more].concat()).fine()
    };
    let plain = explained("ngo-field-team,vip");
    assert!(plain.starts_with("stepUp  route money-out"), "{plain}");
    for written in ["[ngo-field-team, vip]", "[\"ngo-field-team\"]", "ngo-field-team, vip"] {
        assert_eq!(explained(written), plain, "{written}");
    }
}

#[test]
fn the_country_of_the_number_is_what_the_line_says() {
    let files = Files::new();
    let rule = "id: r, description: d, match: { routes: [pay], line.numberCountry: { in: [BR] } }, when: { line: home }, effect: deny";
    let text = format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: p, owner: o }}\n\
         defaults: {{ unmatchedRoute: allow, onUnknown: stepUp, stepUp: {{ acrValues: [sca] }} }}\n\
         routes: {{ pay: [{{ path: /pay }}] }}\nrules: [{{ {rule} }}]\n"
    );
    let path = files.add("number.yaml", &text);
    let effect = |line: &str, set: &[&str]| {
        let asked = ["--route", "pay", "--line", line, "--format", "json"];
        json(&explained(&path, &[&asked[..], set].concat()))["effect"].clone()
    };
    assert_eq!(effect("home:BR", &[]), json!("deny"));
    assert_eq!(effect("home:US", &[]), json!("allow"));
    assert_eq!(effect("home:BR", &["--set", "line.numberCountry=BR"]), json!("deny"));
    assert_eq!(effect("home", &[]), json!("stepUp"));
    let asked = ["explain", "-p", &path, "--route", "pay", "--line", "home:BR"];
    let refused = |set: &[&str]| roamgate(&[&asked[..], set].concat()).refused();
    let (code, told) = refused(&["--set", "line.numberCountry=US"]);
    let expected = "error: `--line home:BR` and `--set line.numberCountry=US` contradict each other; leave one out\n";
    assert_eq!((code, told.as_str()), (2, expected));
    let (code, told) =
        refused(&["--set", "line.numberCountry=BR", "--set", "line.numberCountry=US"]);
    let expected =
        "error: `line.numberCountry` is set twice; keep one `--set line.numberCountry=…`\n";
    assert_eq!((code, told.as_str()), (2, expected));
}

#[test]
fn a_rule_does_not_apply_for_what_is_false_not_for_what_is_unknown() {
    let files = Files::new();
    let rule = "id: r, description: d, match: { routes: [pay], amount: { gte: 5 } }, when: { line: roaming }, effect: deny";
    let text = format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: p, owner: o }}\n\
         defaults: {{ unmatchedRoute: allow, onUnknown: deny }}\nattributes: {{ amount: {{ type: number }} }}\n\
         routes: {{ pay: [{{ path: /pay }}] }}\nrules: [{{ {rule} }}]\n"
    );
    let path = files.add("amount.yaml", &text);
    let because = |line: &str| {
        let asked = ["--route", "pay", "--line", line, "--format", "json"];
        json(&explained(&path, &asked))["rules"][0]["because"].clone()
    };
    let undecided = "`amount gte 5` cannot be decided (missingAttribute): the request does not say";
    assert_eq!(because("home"), json!("`roaming` does not hold: the line is at home"));
    assert_eq!(because("roaming:BR"), json!(undecided));
}
