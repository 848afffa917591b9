//! `kind: Override`: for one bad night, rules do not mean what they say.

use std::time::{Duration, SystemTime};

use roamgate::policy::{
    Assurance, Effect, Policy, Problems, RequestClass, Severity, SourceFile, Target,
    parse_line_state,
};
use roamgate::{LineState, UnknownReason};

const BANK: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: bank, owner: o }
defaults: { unmatchedRoute: deny, onUnknown: deny, stepUp: { acrValues: [sca] } }
routes: { pay: [{ path: /pay }], list: [{ path: /list }] }
rules:
  - { id: abroad, description: d, match: { routes: [pay] }, when: { line: { roamingOutside: [eea] } }, effect: deny }
  - { id: embargo, description: d, match: { routes: [pay] }, when: { line: { roamingIn: [KP] } }, onUnknown: allow, effect: deny, guardrail: true }
  - { id: told, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: annotate, annotate: { responseHeaders: { x-line: away } } }
"#;

const OTHER: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: other, owner: o }
defaults: { unmatchedRoute: allow, onUnknown: stepUp, stepUp: { acrValues: [sca] } }
routes: { pay: [{ path: /pay }] }
rules:
  - { id: roams, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: stepUp }
"#;

const END: &str = "2027-03-01T06:00:00Z";

fn end() -> SystemTime {
    END.parse::<jiff::Timestamp>().unwrap().into()
}

/// An hour before the end.
fn night() -> SystemTime {
    end() - Duration::from_secs(3_600)
}

fn written(name: &str, what: &str) -> SourceFile {
    let text = format!(
        "apiVersion: roamgate/v1\nkind: Override\nmetadata: {{ name: {name} }}\n{what}\n\
         expires: {END}\nticket: INC-1\napprovedBy: ciso\n"
    );
    SourceFile::new(&format!("{name}.yaml"), &text)
}

fn under(overrides: &[&str]) -> Policy {
    let mut files = vec![SourceFile::new("bank.yaml", BANK), SourceFile::new("other.yaml", OTHER)];
    files.extend(overrides.iter().zip(["a", "b", "c"]).map(|(what, name)| written(name, what)));
    Policy::from_files(&files).unwrap_or_else(|error| panic!("{error}"))
}

fn pay(policy: &Policy) -> RequestClass {
    policy.classify(&Target::new("POST", "/pay")).unwrap()
}

fn at(now: SystemTime) -> Assurance<'static> {
    Assurance { now, ..Assurance::NONE }
}

/// Who decides about a line, and how.
fn decides(policy: &Policy, line: &str, now: SystemTime) -> String {
    let verdict = policy.decide(pay(policy), parse_line_state(line).unwrap(), &at(now));
    let explained = policy.explain(pay(policy), parse_line_state(line).unwrap(), &at(now)).verdict;
    assert_eq!(*verdict, explained);
    format!("{} by {}", verdict.effect, verdict.rule.as_deref().unwrap_or("none"))
}

#[test]
fn what_is_off_says_nothing_and_the_others_go_on() {
    let policy = under(&["rules: [abroad]\nset: off"]);
    assert_eq!(decides(&policy, "roaming:BR", night()), "stepUp by roams");
    assert_eq!(decides(&policy, "unknown:timeout", night()), "stepUp by roams");
    assert_eq!(decides(&policy, "roaming:BR", end()), "deny by abroad");
}

#[test]
fn it_lives_up_to_its_end_and_never_before_its_last_day() {
    let policy = under(&["all: true\nset: off"]);
    let moment = Duration::from_nanos(1);
    let day = Duration::from_secs(24 * 3_600);
    let moments = [end() - day - moment, end() - day, end() - moment, end()];
    let told = moments.map(|now| decides(&policy, "roaming:BR", now));
    assert_eq!(told, ["deny by abroad", "allow by none", "allow by none", "deny by abroad"]);
}

#[test]
fn guardrails_and_what_no_route_names_stay_as_they_are() {
    let policy = under(&["all: true\nset: off", "files: [bank]\nset: shadow"]);
    assert_eq!(decides(&policy, "roaming:KP", night()), "deny by embargo");
    let elsewhere = policy.classify(&Target::new("GET", "/elsewhere")).unwrap();
    assert_eq!(policy.decide(elsewhere, LineState::HOME, &at(night())).effect, Effect::Deny);
}

#[test]
fn the_rules_of_a_policy_are_meant_by_its_name() {
    let policy = under(&["files: [bank]\nset: off"]);
    assert_eq!(&*policy.overrides()[0].rules, ["abroad".into(), "told".into()]);
    assert_eq!(decides(&policy, "roaming:BR", night()), "stepUp by roams");
    let policy = under(&["files: [other]\nset: off"]);
    assert_eq!(decides(&policy, "roaming:BR", night()), "deny by abroad");
    assert_eq!(decides(&policy, "roaming:FR", night()), "allow by none");
}

#[test]
fn in_shadow_a_rule_has_no_effect_and_is_told_of() {
    let policy = under(&["all: true\nset: shadow"]);
    assert_eq!(decides(&policy, "roaming:BR", night()), "allow by none");
    let line = parse_line_state("roaming:BR").unwrap();
    assert_eq!(policy.explain(pay(&policy), line, &at(night())).projected, Effect::Deny);
}

#[test]
fn what_is_unknown_is_answered_for_the_reasons_that_are_named() {
    let policy =
        under(&["rules: [abroad]\nset: { onUnknown: { outage: allow, timeout: stepUp } }"]);
    let told = |line| decides(&policy, line, night());
    // The other policy's rule goes on asking.
    assert_eq!(told("unknown:unavailable"), "stepUp by roams");
    assert_eq!(told("unknown:timeout"), "stepUp by abroad");
    assert_eq!(told("unknown:noConsent"), "deny by abroad");
    assert_eq!(told("roaming:BR"), "deny by abroad");
    assert_eq!(decides(&policy, "unknown:timeout", end()), "deny by abroad");
}

#[test]
fn of_several_the_weaker_mode_and_the_stricter_answer_count() {
    let answers =
        ["rules: [abroad]\nset: { onUnknown: allow }", "all: true\nset: { onUnknown: stepUp }"];
    assert_eq!(decides(&under(&answers), "unknown:timeout", night()), "stepUp by abroad");
    let modes = ["all: true\nset: shadow", "all: true\nset: off"];
    let policy = under(&modes);
    let line = parse_line_state("roaming:BR").unwrap();
    assert_eq!(policy.explain(pay(&policy), line, &at(night())).projected, Effect::Allow);
}

#[test]
fn no_lookup_is_made_for_rules_that_are_off() {
    let policy = under(&["all: true\nset: off"]);
    assert!(policy.needs_line(pay(&policy), &at(night())), "the guardrail asks");
    let policy =
        Policy::from_files(&[SourceFile::new("o", OTHER), written("a", "all: true\nset: off")]);
    let policy = policy.unwrap();
    assert!(!policy.needs_line(pay(&policy), &at(night())));
    assert!(policy.needs_line(pay(&policy), &at(end())));
}

#[test]
fn rules_that_annotate_can_be_off() {
    let policy = under(&["rules: [told]\nset: off"]);
    let (class, line) = (pay(&policy), LineState::Unknown(UnknownReason::Timeout));
    let said = |now| {
        let reports = policy.explain(class, line, &at(now)).rules;
        reports.iter().find(|report| &*report.id == "told").unwrap().because.clone()
    };
    assert!(
        said(night()).ends_with("the override `a` switches it off; it sets nothing"),
        "{}",
        said(night())
    );
}

#[test]
fn an_override_is_part_of_what_identifies_the_set() {
    let [none, one, other] =
        [&[][..], &["all: true\nset: off"], &["all: true\nset: shadow"]].map(under);
    assert!(none.hash() != one.hash() && one.hash() != other.hash());
    assert!(none.overrides().is_empty());
}

#[test]
fn a_service_that_starts_takes_none_that_ends_later_than_in_a_day() {
    let files = [SourceFile::new("bank.yaml", BANK), written("a", "all: true\nset: off")];
    let day = Duration::from_secs(24 * 3_600);
    let refused = |now| match Policy::from_files_at(&files, now) {
        Ok(_) => None,
        Err(error) => Some(errors(error.problems().unwrap())),
    };
    assert_eq!(refused(end() - day - Duration::from_secs(1)), Some(vec!["E011"]));
    assert_eq!([end() - day, night(), end() + day].map(refused), [None, None, None]);
}

fn errors(problems: &Problems) -> Vec<&'static str> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| problem.code).collect()
}
