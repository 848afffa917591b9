//! What rules with `effect: annotate` set, and that they decide nothing.

use std::time::SystemTime;

use roamgate::policy::suite::Suite;
use roamgate::policy::{
    Assurance, Attributes, Circumstances, Facts, Lookup, Policy, RequestClass, RuleOutcome,
    SourceFile, Target, parse_line_state,
};

use crate::problems::document;

/// A video service with these rules.
fn policy(rules: &str) -> Policy {
    let head = concat!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
        "defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: [a] } }\n",
        "attributes: { subject.vip: { type: boolean } }\n",
        "routes: { video: [{ path: /video }], all: [{ path: \"/{*rest}\" }], pay: [{ path: /pay }] }\n",
        "rules:\n",
    );
    let text = format!("{head}{rules}");
    Policy::from_yaml("p.yaml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A rule that annotates videos.
fn rule(id: &str, rest: &str) -> String {
    format!("  - {{ id: {id}, match: {{ routes: [video] }}, effect: annotate, {rest} }}\n")
}

fn video(policy: &Policy) -> RequestClass {
    policy.classify(&Target::new("GET", "/video")).unwrap()
}

/// What is set on a video.
fn set(policy: &Policy, line: &str) -> String {
    set_with(policy, line, &())
}

fn set_with(policy: &Policy, line: &str, facts: &dyn Facts) -> String {
    let around = Circumstances::from(&Assurance::NONE).facts(facts);
    let annotations = policy.annotations(video(policy), parse_line_state(line).unwrap(), around);
    let headers = annotations.request_headers().chain(annotations.response_headers());
    headers.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", ")
}

const SETS: &str = concat!(
    "annotate: { responseHeaders: { x-a: applies }, ",
    "otherwise: { responseHeaders: { x-a: otherwise } }, unknown: { responseHeaders: { x-a: unknown } } }"
);

#[test]
fn a_rule_sets_one_of_three_by_whether_it_fires() {
    let policy = policy(&rule("r", &format!("when: {{ line: {{ roamingIn: [FR] }} }}, {SETS}")));
    for (line, expected) in [
        ("roaming:FR", "x-a: applies"),
        ("roaming:BR", "x-a: otherwise"),
        ("home", "x-a: otherwise"),
        ("unknown:notCached", "x-a: unknown"),
        ("roaming:FR,MC", "x-a: unknown"),
        ("roaming", "x-a: unknown"),
    ] {
        assert_eq!(set(&policy, line), expected, "{line}");
    }
}

#[test]
fn a_rule_that_is_excused_does_not_apply() {
    let unless = "unless: { line: { roamingIn: [FR] } }";
    let policy = policy(&rule("r", &format!("when: {{ line: roaming }}, {unless}, {SETS}")));
    for (line, expected) in [
        ("roaming:FR", "x-a: otherwise"),
        ("roaming:BR", "x-a: applies"),
        // What is not known excuses nobody.
        ("roaming", "x-a: applies"),
        ("unknown:timeout", "x-a: unknown"),
    ] {
        assert_eq!(set(&policy, line), expected, "{line}");
    }
}

#[test]
fn a_rule_that_is_not_about_the_request_sets_nothing() {
    let rule = rule("r", &format!("when: {{ line: roaming }}, {SETS}"));
    let policy = policy(&rule.replace("[video]", "[video], subject.vip: { is: true }"));
    let vip = |is_vip: bool| Attributes::new().set("subject.vip", is_vip);
    assert_eq!(set_with(&policy, "roaming", &vip(true)), "x-a: applies");
    assert_eq!(set_with(&policy, "roaming", &vip(false)), "");
    assert_eq!(set_with(&policy, "roaming", &()), "x-a: unknown");
    let lookup = |facts: &dyn Facts| {
        let around = Circumstances::from(&Assurance::NONE).facts(facts);
        policy.annotations_lookup(video(&policy), around)
    };
    assert_eq!(lookup(&vip(true)), Lookup::CachedOnly);
    assert_eq!(lookup(&vip(false)), Lookup::Never, "nothing is looked up for it");
}

#[test]
fn variables_say_what_is_known_of_the_line() {
    let value = "<${line.state}|${line.countries}|${line.reason}>";
    let headers = format!("annotate: {{ requestHeaders: {{ X-Line: \"{value}\" }} }}");
    let policy = policy(&rule(
        "r",
        &format!("when: {{ not: {{ subject.vip: {{ is: true }} }} }}, {headers}"),
    ));
    let shopper = Attributes::new().set("subject.vip", false);
    for (line, expected) in [
        ("home", "<home||>"),
        ("home:ES", "<home||>"),
        ("roaming:BR", "<roaming|BR|>"),
        ("mcc:340", "<roaming|BL,GF,GP,MF,MQ|>"),
        ("mcc:901", "<roaming||>"),
        ("unknown:noConsent", "<unknown||noConsent>"),
    ] {
        assert_eq!(set_with(&policy, line, &shopper), format!("x-line: {expected}"), "{line}");
    }
}

#[test]
fn rules_add_up_and_the_smaller_id_settles_a_clash() {
    let set_by = |id: &str, headers: &str| {
        rule(id, &format!("when: {{ line: roaming }}, annotate: {{ {headers} }}"))
    };
    let later = set_by("b", "requestHeaders: { x-a: b, x-b: b }, responseHeaders: { x-a: b }");
    let first = set_by("a", "requestHeaders: { X-A: a }");
    let everywhere = set_by("c", "requestHeaders: { x-b: c, x-c: c }").replace("[video]", "[all]");
    for rules in [[&later, &first, &everywhere], [&everywhere, &first, &later]] {
        let policy = policy(&rules.map(String::as_str).concat());
        // The request headers, then those of the answer.
        assert_eq!(set(&policy, "roaming"), "x-a: a, x-b: b, x-c: c, x-a: b");
    }
}

#[test]
fn a_rule_that_is_not_in_force_sets_nothing_and_is_not_forged_either() {
    for mode in [
        "mode: shadow, shadow: { until: 2027-04-30 }",
        "mode: off, off: { until: 2027-04-30, ticket: T }",
    ] {
        let headers = "annotate: { requestHeaders: { x-a: b } }";
        let policy = policy(&rule("r", &format!("when: {{ line: roaming }}, {mode}, {headers}")));
        assert_eq!(set(&policy, "roaming"), "");
        assert_eq!(policy.annotations_lookup(video(&policy), &Assurance::NONE), Lookup::Never);
        assert_eq!(policy.annotated_request_headers(), ["x-a".into()], "{mode}");
    }
}

#[test]
fn an_annotation_decides_nothing_and_makes_nobody_wait() {
    let policy = policy(&rule("r", &format!("when: {{ line: roaming }}, {SETS}")));
    let class = video(&policy);
    assert!(policy.is_settled(class) && !policy.needs_line(class, &Assurance::NONE));
    assert_eq!(policy.lookup(class), Lookup::CachedOnly);
    for line in ["home", "roaming:BR", "unknown:timeout"] {
        let explained = policy.explain(class, parse_line_state(line).unwrap(), &Assurance::NONE);
        assert_eq!((explained.verdict.effect.name(), explained.verdict.rule), ("allow", None));
        assert!(!explained.annotation_waits && explained.rules[0].effect.is_none());
    }
}

#[test]
fn a_rule_may_ask_for_more() {
    let policy = policy(&rule("r", &format!("when: {{ line: roaming }}, lookup: wait, {SETS}")));
    let class = video(&policy);
    assert_eq!(policy.annotations_lookup(class, &Assurance::NONE), Lookup::Normal);
    assert_eq!(policy.lookup(class), Lookup::Normal);
    let explained = policy.explain(class, parse_line_state("home").unwrap(), &Assurance::NONE);
    assert!(explained.annotation_waits && !explained.needs_line);
}

#[test]
fn what_a_rule_sets_is_explained() {
    let policy = policy(&rule("r", &format!("when: {{ line: roaming }}, {SETS}")));
    let explained =
        policy.explain(video(&policy), parse_line_state("roaming:BR").unwrap(), &Assurance::NONE);
    let [report] = explained.rules.as_slice() else { panic!("one rule judges videos") };
    assert_eq!(report.outcome, RuleOutcome::True);
    let because =
        "`roaming` holds: the line is roaming in BR; it sets `x-a: applies` on the answer";
    assert_eq!(report.because, because);
}

#[test]
fn an_annotation_does_not_make_a_decision_ask_more_often() {
    let text = concat!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
        "defaults: { unmatchedRoute: allow, onUnknown: deny }\nfreshness: { maxAge: 10m, maxWait: 100ms }\n",
        "routes: { pay: [{ path: /pay }], all: [{ path: \"/{*rest}\" }] }\n",
        "routeSettings: { all: { freshness: { maxAge: 1m, maxWait: 5s } } }\nrules:\n",
        "  - { id: a, match: { routes: [all] }, when: { line: roaming }, effect: annotate, annotate: { requestHeaders: { x-a: b } } }\n",
        "  - { id: b, match: { routes: [pay] }, when: { line: roaming }, effect: deny }\n",
    );
    let policy = Policy::from_yaml("p.yaml", text).unwrap();
    let of = |path: &str| {
        let class = policy.classify(&Target::new("GET", path)).unwrap();
        let freshness = policy.freshness(class);
        (freshness.max_age.as_secs(), freshness.max_wait.as_millis(), policy.lookup(class))
    };
    assert_eq!(of("/pay"), (600, 100, Lookup::Normal));
    assert_eq!(of("/films"), (60, 5_000, Lookup::CachedOnly));
}

#[test]
fn one_lookup_serves_the_decision_and_the_annotation_for_one_purpose() {
    let text = concat!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
        "defaults: { unmatchedRoute: allow, onUnknown: deny }\n",
        "routes: { pay: [{ path: /pay }], all: [{ path: \"/{*rest}\" }] }\n",
        "routeSettings: { pay: { freshness: { purpose: fraud } }, all: { freshness: { purpose: service } } }\nrules:\n",
        "  - { id: a, match: { routes: [all] }, when: { line: roaming }, effect: annotate, annotate: { requestHeaders: { x-a: b } } }\n",
        "  - { id: b, match: { routes: [pay] }, when: { line: roaming }, effect: deny }\n",
    );
    let error = Policy::from_yaml("p.yaml", text).unwrap_err().to_string();
    assert!(error.contains("error[E016]: requests of `pay` would be looked up for two purposes"));
}

#[test]
fn a_case_may_name_a_rule_that_annotates_and_never_finds_that_it_decides() {
    let policy = policy(&rule("r", &format!("when: {{ line: roaming }}, {SETS}")));
    let mistakes = |route: &str, by: &str| {
        let case = format!("name: n, route: {route}, line: home, expect: allow, {by}");
        let suite = document("case", &case);
        let suite = Suite::read(&SourceFile::new("t.yaml", &suite)).unwrap();
        let report = suite.run(&policy, SystemTime::UNIX_EPOCH).unwrap();
        let messages = report.results.iter().flat_map(|result| &result.mistakes);
        messages.map(|mistake| mistake.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(mistakes("video", "notBy: r"), Vec::<String>::new());
    assert_eq!(mistakes("video", "by: r"), ["expected `r` to decide, no rule did"]);
    let unreached = "`r` does not judge requests of `pay`, so that the case proves nothing";
    assert_eq!(mistakes("pay", "notBy: r"), [unreached]);
}

/// What the recipe of the guide promises.
#[test]
fn the_policy_of_the_project_spares_roaming_data() {
    let policy = Policy::from_path("policies/video-quality.yaml").unwrap();
    let class = policy.classify(&Target::new("GET", "/video/42")).unwrap();
    for (line, state, quality) in [
        ("home:ES", "home", "high"),
        ("roaming:BR", "roaming", "low"),
        ("mcc:901", "roaming", "low"),
        ("unknown:notCached", "unknown", "medium"),
    ] {
        let line = parse_line_state(line).unwrap();
        let set = policy.annotations(class, line, &Assurance::NONE);
        let request = [("x-line-state", state), ("x-video-quality", quality)];
        assert!(set.request_headers().eq(request), "{line:?}: {set:?}");
        assert!(set.response_headers().eq([("x-video-quality", quality)]), "{line:?}: {set:?}");
    }
}
