//! The way back: the policies that decided before are kept, listed, and can decide again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use roamgate::policy::FactKind;
use roamgate::{Attributes, Clock, Effect, FixedProvider, Gate, Policy, RoamingStatus, Subject};

use crate::desk::{Desk, brazil, edition, hash, line};

fn policy(number: usize) -> Policy {
    Policy::from_yaml("policy.yaml", &edition(number, number)).unwrap()
}

fn gate() -> Gate {
    Gate::new(policy(1), FixedProvider::new().with(line(), brazil()))
}

/// The editions, by their numbers of rules; `-` before those that were withdrawn.
fn listed(gate: &Gate) -> String {
    let revisions = gate.revisions();
    assert!(revisions[0].is_active && revisions.iter().skip(1).all(|former| !former.is_active));
    let words = revisions.iter().map(|it| {
        let sign = if it.is_withdrawn { "-" } else { "" };
        format!("{sign}{}", it.rules)
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_last_five_are_kept_beside_the_one_that_decides() {
    let gate = gate();
    for next in 2..=8 {
        gate.replace(policy(next), format!("edition {next}")).unwrap();
    }
    assert_eq!(listed(&gate), "8 7 6 5 4 3");
    assert_eq!(&*gate.revisions()[0].source, "edition 8");
}

#[test]
fn one_goes_back_step_by_step_and_never_to_what_one_went_back_from() {
    let gate = gate();
    gate.replace(policy(2), "a test").unwrap();
    gate.replace(policy(3), "a test").unwrap();
    assert_eq!(gate.back().unwrap().rules, 2);
    assert_eq!(listed(&gate), "2 -3 1");
    gate.replace(policy(4), "a test").unwrap();
    assert_eq!(listed(&gate), "4 2 -3 1");
    assert_eq!((gate.back().unwrap().rules, gate.back().unwrap().rules), (2, 1));
    assert_eq!(gate.back(), None);
    assert_eq!(listed(&gate), "1 -2 -4 -3");
    gate.replace(policy(3), "a test").unwrap();
    assert_eq!(listed(&gate), "3 1 -2 -4");
}

#[test]
fn the_policy_that_decides_already_changes_nothing() {
    let gate = gate();
    let before = gate.revisions();
    gate.replace(policy(1), "again").unwrap();
    assert_eq!(gate.revisions(), before);
}

#[test]
fn since_when_is_told_by_the_clock_of_the_gate() {
    let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_773_576_000);
    let gate = gate().clock(Clock::from_fn(move || noon));
    gate.replace(policy(2), "a test").unwrap();
    assert!(gate.revisions().iter().all(|revision| revision.since == noon));
}

#[tokio::test(start_paused = true)]
async fn after_going_back_the_files_count_again_when_they_change() {
    let desk = Desk::with(&edition(1, 3)).await;
    desk.write(edition(2, 3));
    desk.look().await;
    assert_eq!(desk.gate.back().unwrap().hash.to_string(), hash(&edition(1, 3)));
    tokio::time::sleep(Duration::from_secs(60)).await;
    let status = desk.look().await;
    assert_eq!((status.active, status.error), (hash(&edition(1, 3)), None));
    assert!(status.former[0].is_withdrawn);

    desk.write(edition(3, 3));
    assert_eq!(desk.look().await.active, hash(&edition(3, 3)));
}

#[tokio::test(start_paused = true)]
async fn a_detour_over_a_broken_file_does_not_bring_back_what_one_went_back_from() {
    let desk = Desk::with(&edition(1, 3)).await;
    desk.write(edition(2, 3));
    desk.look().await;
    desk.gate.back().unwrap();
    desk.write("half of a pol");
    assert!(desk.look().await.error.is_some());
    desk.write(edition(2, 3));
    let status = desk.look().await;
    assert_eq!((status.active, status.error), (hash(&edition(1, 3)), None));
    for next in [3, 2] {
        desk.write(edition(next, 3));
        assert_eq!(desk.look().await.active, hash(&edition(next, 3)));
    }
}

#[tokio::test(start_paused = true)]
async fn who_watches_anew_does_not_bring_back_what_one_went_back_from() {
    let desk = Desk::with(&edition(1, 3)).await;
    desk.write(edition(2, 3));
    desk.look().await;
    desk.gate.back().unwrap();
    desk.reload.stop();
    let again = roamgate::reload::PolicyFiles::new([desk.file()]).watch(&desk.gate);
    assert_eq!(again.now().await.active, hash(&edition(1, 3)));
}

/// `request.amount` is known to handlers alone.
const AMOUNT: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: amounts, owner: tests@bank.example }
attributes: { request.amount: { type: number } }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes: { pay: [{ path: /pay }] }
rules:
  - id: large
    match: { routes: [pay], request.amount: { gte: 200 } }
    when: { line: roaming }
    effect: deny
"#;

#[tokio::test]
async fn what_is_left_to_handlers_is_left_to_them_under_every_policy() {
    let gate = gate().deferred(["request.amount"]).supplies([("request.risk", FactKind::Number)]);
    let gate = gate.verified().unwrap();
    gate.replace(Policy::from_yaml("amounts.yaml", AMOUNT).unwrap(), "a test").unwrap();
    assert_eq!(crate::desk::pay(&gate).await.effect(), Effect::Allow);
    let attributes = Attributes::new().set("request.amount", 500.0);
    let asked = gate.check_route("pay", &Subject::from(line()), &attributes).await.unwrap();
    assert_eq!(asked.rule(), Some("large"));
    gate.back().unwrap();
    assert_eq!(crate::desk::pay(&gate).await.rule(), Some("edition-1-000"));
}

#[test]
fn what_is_built_from_a_gate_has_a_policy_of_its_own() {
    let first = gate();
    let second = first.clone().deferred(["request.amount"]);
    first.replace(policy(2), "a test").unwrap();
    assert_eq!((listed(&first), listed(&second)), ("2 1".to_owned(), "1".to_owned()));
}

/// Refuses lines that were in another country within so many days.
fn moved_within(days: usize) -> Policy {
    let text =
        edition(days, 1).replace("roamingIn: [\"BR\"]", &format!("countryChangedWithin: {days}d"));
    let text = text.replace("effect: deny", "onUnknown: allow\n    effect: deny");
    Policy::from_yaml("policy.yaml", &text).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn where_lines_were_before_is_remembered_as_long_as_rules_ask_for_it() {
    let travelling = Arc::new(AtomicBool::new(false));
    let travels = Arc::clone(&travelling);
    let provider = roamgate::provider_fn(move |_| {
        let is_away = travels.load(Ordering::Relaxed);
        async move { Ok(if is_away { brazil() } else { RoamingStatus::Home }) }
    });
    let gate = Gate::new(moved_within(1), provider);
    let pays = async || crate::desk::pay(&gate).await.effect();
    assert_eq!(pays().await, Effect::Allow, "nothing is known to compare with");

    gate.replace(moved_within(30), "a test").unwrap();
    travelling.store(true, Ordering::Relaxed);
    assert_eq!(pays().await, Effect::Deny, "the line was at home before");

    gate.replace(policy(1), "a test").unwrap();
    gate.replace(moved_within(2), "a test").unwrap();
    assert_eq!(pays().await, Effect::Allow, "nobody asked, so it was forgotten");
}
