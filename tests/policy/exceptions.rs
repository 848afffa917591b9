//! Who lifts a rule, until when, and what nobody lifts.

use std::time::SystemTime;

use roamgate::policy::suite::Suite;
use roamgate::policy::{
    Assurance, Attributes, Circumstances, Effect, FactValue, Policy, RuleOutcome, Severity,
    SourceFile, Target, parse_line_state,
};

use crate::problems::answers;

/// Embargo, impossible travel, satellites, and a team in the field.
const GROUP_BASELINE: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: group-baseline, owner: group-ciso@bank.example, version: "14" }
attributes:
  request.ipCountry: { type: country, source: { header: cf-ipcountry } }
  request.amountEur: { type: number }
defaults: { unmatchedRoute: allow, onUnknown: stepUp, stepUp: { acrValues: ["urn:bank:acr:sca"], maxAge: 5m } }
countryGroups:
  embargoed: ["CU", "IR", "KP", "SY"]
routes:
  money-out: [{ method: POST, path: "/v1/transfers" }, { method: POST, path: "/v1/cards/{id}/unblock" }]
  anything: [{ path: "/{*rest}" }]
rules:
  - id: embargo
    description: No service on a line that is in an embargoed country, at home there or visiting.
    match: { routes: [anything] }
    when: { line: { locatedIn: [embargoed] } }
    onUnknown: { default: allow, countryAmbiguous: deny }
    effect: deny
    guardrail: true
    respond: { status: 451 }
    lint: [{ accept: W108, because: an outage must not stop the bank }]
  - id: impossible-travel
    description: Two countries within two hours, or the line is not where the IP address is.
    match: { routes: [money-out] }
    when:
      anyOf:
        - line: { countryChangedWithin: 2h }
        - line: { differsFrom: request.ipCountry }
    onUnknown: { default: stepUp, missing: allow, imprecise: allow }
    effect: deny
  - id: night-transfers-abroad
    description: Larger transfers at night while abroad need strong authentication.
    match: { routes: [money-out], request.amountEur: { gte: 500 }, time: { from: "23:00", to: "06:00", timezone: Europe/Madrid } }
    when: { line: abroad }
    effect: stepUp
  - id: satellite-review
    description: Ships, aircraft and satellite networks have no country. Always confirm.
    match: { routes: [money-out] }
    when: { line: { roamingIn: ["mcc:901"] } }
    onUnknown: allow
    effect: stepUp
    lint: [{ accept: W108, because: other rules cover the unknown }]
exceptions:
  - id: exc-2026-014
    description: Rescue team in the field, satellite phones and fast country changes expected.
    rules: [impossible-travel, satellite-review]
    match: { subject.groups: { containsAny: [ngo-field-team] } }
    reduceTo: stepUp
    notBefore: 2026-03-01T00:00:00Z
    expires: 2026-04-15T00:00:00Z
    ticket: SEC-4711
"#;

const TEAM: &str = "subject.groups: [ngo-field-team], line.changed: 1h";

/// Runs cases at a moment.
fn cases_hold(now: &str, cases: &str) {
    cases_hold_under(GROUP_BASELINE, now, cases);
}

fn cases_hold_under(policy: &str, now: &str, cases: &str) {
    let policy = Policy::from_yaml("group-baseline.yaml", policy).unwrap();
    assert_eq!(policy.warnings().count(Severity::Warning), 0, "{}", policy.warnings());
    let text = format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicyTest\nmetadata: {{ name: t, policies: [group-baseline.yaml] }}\n\
         now: {now}\ncases:\n{cases}"
    );
    let suite = Suite::read(&SourceFile::new("t.yaml", &text));
    let suite = suite.unwrap_or_else(|problems| panic!("{problems}"));
    let report = suite.run(&policy, suite.now().unwrap()).unwrap();
    for result in &report.results {
        assert!(result.is_ok(), "{}: {:?}", result.name, result.mistakes);
    }
}

#[test]
fn the_field_team_steps_up_where_others_are_refused_and_no_guardrail_is_lifted() {
    cases_hold(
        "2026-03-15T10:00:00Z",
        &format!(
            "  - {{ name: the team, route: money-out, line: \"mcc:901\", set: {{ {TEAM} }}, expect: stepUp, by: impossible-travel }}\n  \
             - {{ name: anybody else, route: money-out, line: \"mcc:901\", set: {{ subject.groups: [staff], line.changed: 1h }}, expect: deny, by: impossible-travel }}\n  \
             - {{ name: nobody knows who, route: money-out, line: \"mcc:901\", set: {{ line.changed: 1h }}, expect: deny }}\n  \
             - {{ name: the team in Iran, route: money-out, line: \"roaming:IR\", set: {{ {TEAM} }}, expect: deny, by: embargo }}\n  \
             - {{ name: at home in Iran, route: money-out, line: \"home:IR\", set: {{ line.changed: never }}, expect: deny, by: embargo }}\n"
        ),
    );
}

/// No exception outlives the moments that a gate can count.
#[test]
fn an_exception_that_ends_later_than_moments_are_counted_ends_there() {
    let endless = GROUP_BASELINE.replace("expires: 2026-04-15", "expires: 2300-01-01");
    for (now, effect) in [("2262-04-11T00:00:00Z", "stepUp"), ("2262-04-12T00:00:00Z", "deny")] {
        let case = format!(
            "  - {{ name: the team, route: money-out, line: \"mcc:901\", set: {{ {TEAM} }}, expect: {effect} }}\n"
        );
        cases_hold_under(&endless, now, &case);
    }
}

#[test]
fn an_exception_holds_from_its_beginning_up_to_its_end() {
    let moments = [
        ("2026-02-28T23:59:59Z", "deny"),
        ("2026-03-01T00:00:00Z", "stepUp"),
        ("2026-04-14T23:59:59Z", "stepUp"),
        ("2026-04-15T00:00:00Z", "deny"),
    ];
    for (now, effect) in moments {
        let case = format!(
            "  - {{ name: the team at {now}, route: money-out, line: \"mcc:901\", set: {{ {TEAM} }}, expect: {effect} }}\n"
        );
        cases_hold(now, &case);
    }
}

/// A file of a route for everything, with these rules, and what follows them.
fn file(name: &str, mode: &str, rules: &str) -> SourceFile {
    let text = format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: {name}, owner: o }}\nmode: {mode}\n\
         defaults: {{ unmatchedRoute: allow, onUnknown: deny, stepUp: {{ acrValues: [sca] }} }}\n\
         routes: {{ {name}: [{{ path: \"/pay\" }}] }}\nrules:\n{rules}"
    );
    SourceFile::new(&format!("{name}.yaml"), &text)
}

/// A rule of `own` that refuses roaming lines.
fn refuses(more: &str) -> String {
    format!(
        "  - {{ id: refused, description: d, match: {{ routes: [own] }}, when: {{ line: roaming }}, effect: deny{more} }}\n"
    )
}

/// A file with an exception of `refused` for this condition.
fn excepts(name: &str, mode: &str, condition: &str) -> SourceFile {
    let rules = format!(
        " []\nexceptions:\n  - {{ id: x, description: d, rules: [refused], match: {condition}, reduceTo: stepUp, expires: 2030-01-01, ticket: T }}\n"
    );
    let SourceFile { name, text, .. } = file(name, mode, &rules);
    SourceFile::new(&name, &text.replace("rules:\n []", "rules: []"))
}

fn compile(files: &[SourceFile]) -> Policy {
    let (policy, problems) = Policy::check(files);
    policy.unwrap_or_else(|| panic!("{problems}"))
}

/// What a line meets at `/pay`, for somebody of these groups.
fn meets(policy: &Policy, line: &str, groups: Option<&str>) -> Effect {
    let class = policy.classify(&Target::new("POST", "/pay")).unwrap();
    let line = parse_line_state(line).unwrap();
    let groups = groups.map(|group| FactValue::from(vec![group]));
    let attributes =
        groups.into_iter().fold(Attributes::new(), |set, it| set.set("subject.groups", it));
    policy.decide(class, line, Circumstances::from(&Assurance::NONE).facts(&attributes)).effect
}

const TEAM_ONLY: &str = "{ subject.groups: { containsAny: [team] } }";

#[test]
fn a_rule_takes_exceptions_of_the_files_to_which_it_is_open() {
    let own = file("own", "enforce", &refuses(", exceptionsFrom: [field]"));
    let policy = compile(&[own.clone(), excepts("field", "enforce", TEAM_ONLY)]);
    let team = |policy: &Policy| meets(policy, "roaming:BR", Some("team"));
    assert_eq!(
        (team(&policy), meets(&policy, "roaming:BR", Some("staff"))),
        (Effect::StepUp, Effect::Deny)
    );
    assert_eq!(meets(&policy, "home", Some("team")), Effect::Allow);
    for mode in ["shadow", "off"] {
        let policy = compile(&[own.clone(), excepts("field", mode, TEAM_ONLY)]);
        assert_eq!(team(&policy), Effect::Deny, "a file under `mode: {mode}` lowers nothing");
    }
}

#[test]
fn a_rule_that_is_not_open_refuses_the_exception_of_another_file() {
    let (own, field) =
        (file("own", "enforce", &refuses("")), excepts("field", "enforce", TEAM_ONLY));
    let told = answers(&[(&own.name, &own.text), (&field.name, &field.text)]);
    let expected = "error[E011]: the rule `refused` of `own` does not take exceptions from `field`";
    assert!(told.starts_with(expected), "{told}");
    let help = "help: whoever owns it opens it with `exceptionsFrom: [field]`";
    assert!(told.trim_end().ends_with(help), "{told}");
}

#[test]
fn a_rule_of_a_file_that_is_refused_for_something_else_is_not_unknown() {
    let own = file("own", "enforce", "  - { id: refused, description: d }\n");
    let field = excepts("field", "enforce", TEAM_ONLY);
    let told = answers(&[(&own.name, &own.text), (&field.name, &field.text)]);
    assert!(!told.contains("E011") && told.contains("error["), "{told}");
}

#[test]
fn an_exception_that_is_undecided_lifts_nothing() {
    let own = file("own", "enforce", &refuses(", exceptionsFrom: [field]"));
    let policy = compile(&[own.clone(), excepts("field", "enforce", TEAM_ONLY)]);
    assert_eq!(meets(&policy, "roaming:BR", None), Effect::Deny);
    let by_line = excepts("field", "enforce", "{ line: { roamingIn: [FR] } }");
    let policy = compile(&[own, by_line]);
    let effects = ["roaming:FR", "roaming:BR", "roaming:FR,BR", "unknown:timeout"];
    let effects = effects.map(|line| meets(&policy, line, None));
    assert_eq!(effects, [Effect::StepUp, Effect::Deny, Effect::Deny, Effect::Deny]);
}

#[test]
fn the_mode_of_a_file_leaves_its_guardrails_alone() {
    let rows = [
        ("enforce", "", Effect::Deny),
        ("shadow", "", Effect::Allow),
        ("shadow", ", guardrail: true", Effect::Deny),
        ("off", ", guardrail: true", Effect::Deny),
        (
            "enforce",
            ", guardrail: true, mode: shadow, shadow: { until: 2030-01-01 }",
            Effect::Allow,
        ),
        ("enforce", ", guardrail: true, unless: { line: { roamingIn: [BR] } }", Effect::Allow),
    ];
    for (mode, more, effect) in rows {
        let policy = compile(&[file("own", mode, &refuses(more))]);
        assert_eq!(meets(&policy, "roaming:BR", None), effect, "{mode} {more}");
    }
}

#[test]
fn what_an_exception_lowers_is_explained_with_its_name() {
    let own = file("own", "enforce", &refuses(", exceptionsFrom: [field]"));
    let policy = compile(&[own, excepts("field", "enforce", "{ line: { roamingIn: [FR] } }")]);
    let class = policy.classify(&Target::new("POST", "/pay")).unwrap();
    let now = SystemTime::UNIX_EPOCH;
    let line = parse_line_state("roaming:FR").unwrap();
    let explained = policy.explain(class, line, &Assurance { now, ..Assurance::NONE });
    let report = &explained.rules[0];
    assert_eq!((report.outcome, report.effect), (RuleOutcome::Reduced, Some(Effect::StepUp)));
    let because =
        "`roaming` holds: the line is roaming in FR; lowered to stepUp by the exception `x`";
    assert_eq!(report.because, because);
}
