//! How requests ask about their lines, over the routes and files they belong to.

use std::time::Duration;

use roamgate::policy::{Assurance, Effect, Lookup, Policy, Severity, SourceFile, Target};
use roamgate::{LineState, UnknownReason};

/// A file with a route of this name for these paths, and a rule there that needs the line.
fn file(name: &str, paths: &str, more: &str) -> SourceFile {
    let text = format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: {name}, owner: o }}\n\
         defaults: {{ unmatchedRoute: allow, onUnknown: deny }}\nroutes: {{ {name}: [{{ path: \"{paths}\" }}] }}\n{more}\n\
         rules:\n  - {{ id: {name}, description: d, match: {{ routes: [{name}] }}, when: {{ line: roaming }}, effect: deny }}\n"
    );
    SourceFile::new(&format!("{name}.yaml"), &text)
}

fn compile(files: &[SourceFile]) -> Policy {
    let (policy, problems) = Policy::check(files);
    policy.unwrap_or_else(|| panic!("{problems}"))
}

/// `maxAge maxStatusAge staleWhileRevalidate staleIfError maxWait`, the lookup and the purpose.
fn told(policy: &Policy, path: &str) -> String {
    let class = policy.classify(&Target::new("POST", path)).unwrap();
    let fresh = policy.freshness(class);
    let status_age = fresh.max_status_age.map_or("none".to_owned(), |age| format!("{age:?}"));
    let (revalidate, error) = (fresh.stale_while_revalidate, fresh.stale_if_error);
    let purpose = policy.purpose(class).map_or("-", |purpose| purpose);
    format!(
        "{:?} {status_age} {revalidate:?} {error:?} {:?} {:?} {purpose}",
        fresh.max_age,
        fresh.max_wait,
        policy.lookup(class)
    )
}

#[test]
fn a_file_that_says_nothing_has_the_defaults_of_the_language() {
    let policy = compile(&[file("pay", "/pay", "")]);
    assert_eq!(told(&policy, "/pay"), "300s 86400s 0ns 0ns 800ms Normal -");
}

#[test]
fn where_no_rule_needs_the_line_nothing_is_looked_up() {
    let policy = compile(&[file("pay", "/pay", "freshness: { maxAge: 1m, purpose: fraud }")]);
    assert_eq!(told(&policy, "/elsewhere"), "300s 86400s 0ns 0ns 800ms Never -");
}

#[test]
fn a_request_of_two_files_has_the_strictest_ages_and_the_longest_wait() {
    let policy = compile(&[
        file(
            "pay",
            "/pay",
            "freshness: { maxAge: 2m, maxStatusAge: none, staleWhileRevalidate: 1h, staleIfError: 3h, maxWait: 250ms }",
        ),
        file(
            "all",
            "/{*rest}",
            "freshness: { maxAge: 30m, maxStatusAge: 2d, staleWhileRevalidate: 2h, staleIfError: 1h, maxWait: 60ms, purpose: fraud }",
        ),
    ]);
    assert_eq!(told(&policy, "/pay"), "120s 172800s 3600s 3600s 250ms Normal fraud");
    assert_eq!(told(&policy, "/elsewhere"), "1800s 172800s 7200s 3600s 60ms Normal fraud");
}

#[test]
fn a_file_without_a_rule_in_force_has_no_say() {
    let shadow = "mode: shadow\nfreshness: { maxAge: 1s, maxWait: 9s, purpose: marketing }";
    let policy = compile(&[
        file("pay", "/pay", "freshness: { purpose: fraud }"),
        file("all", "/{*rest}", shadow),
    ]);
    assert_eq!(told(&policy, "/pay"), "300s 86400s 0ns 0ns 800ms Normal fraud");
}

#[test]
fn of_several_routes_the_most_demanding_lookup_counts() {
    let lookup = |name: &str, paths: &str, lookup: &str| {
        file(name, paths, &format!("routeSettings: {{ {name}: {{ lookup: {lookup} }} }}"))
    };
    let rows = [
        ("cachedOnly", "normal", Lookup::Normal),
        ("cachedOnly", "cachedOnly", Lookup::CachedOnly),
        ("prefetch", "cachedOnly", Lookup::CachedOnly),
        ("prefetch", "prefetch", Lookup::Prefetch),
        ("prefetch", "normal", Lookup::Normal),
    ];
    for (one, other, expected) in rows {
        let policy = compile(&[lookup("pay", "/pay", one), lookup("all", "/{*rest}", other)]);
        let class = policy.classify(&Target::new("POST", "/pay")).unwrap();
        assert_eq!(policy.lookup(class), expected, "{one} and {other}");
        assert_eq!(policy.prefetches(class), one == "prefetch", "{one} and {other}");
    }
}

#[test]
fn a_rule_that_needs_the_line_does_not_stand_where_lookups_decide_nothing() {
    let policy = compile(&[file("pay", "/pay", "routeSettings: { pay: { lookup: prefetch } }")]);
    let class = policy.classify(&Target::new("POST", "/pay")).unwrap();
    let line = LineState::Unknown(UnknownReason::NotCached);
    assert_eq!(policy.decide(class, line, &Assurance::NONE).effect, Effect::Allow);
    assert!(policy.is_settled(class));
}

#[test]
fn two_files_that_judge_the_same_requests_name_one_purpose() {
    let purpose =
        |name, paths, purpose| file(name, paths, &format!("freshness: {{ purpose: {purpose} }}"));
    let apart = [purpose("pay", "/pay", "fraud"), purpose("offers", "/offers", "marketing")];
    let policy = compile(&apart);
    let of = |path| policy.purpose(policy.classify(&Target::new("POST", path)).unwrap());
    assert_eq!(of("/pay").map(AsRef::as_ref), Some("fraud"));
    assert_eq!(of("/offers").map(AsRef::as_ref), Some("marketing"));

    let together = [purpose("pay", "/pay", "fraud"), purpose("all", "/{*rest}", "marketing")];
    let (policy, problems) = Policy::check(&together);
    assert!(policy.is_none());
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let [problem] = errors.collect::<Vec<_>>()[..] else { panic!("{problems}") };
    assert_eq!(
        problem.message,
        "requests of `pay` would be looked up for two purposes, `fraud` and `marketing`"
    );
    assert_eq!((&*problem.file, problem.line), ("all.yaml", 6));
}

#[test]
fn durations_of_any_length_can_be_added_up() {
    let longest = format!("{}d", u64::MAX / 86_400_000);
    let settings = format!("freshness: {{ maxAge: {longest}, staleIfError: {longest} }}");
    let policy = compile(&[file("pay", "/pay", &settings)]);
    let class = policy.classify(&Target::new("POST", "/pay")).unwrap();
    assert!(policy.freshness(class).max_age > Duration::from_secs(86_400 * 365_000));
}
