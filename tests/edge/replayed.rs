//! What a policy would have decided, it decides: replays against gates that live through the same.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use roamgate::decision_log::{DecisionLog, DecisionRecord};
use roamgate::replay::{Entry, Replayer, entries};
use roamgate::status::Answer;
use roamgate::{
    CachedProvider, Clock, Decision, Gate, Head, Policy, ProviderError, Query, RoamingProvider,
    RoamingStatus, UnknownReason,
};
use tokio::time::{Instant, advance, sleep};

use crate::bank::{EPOCH, request};
use crate::support::*;

const SETTINGS: [&str; 12] = [
    "",
    "freshness: { maxAge: 1h }",
    "freshness: { maxAge: 1m }",
    "freshness: { maxAge: 5m, staleIfError: 1h }",
    "freshness: { maxAge: 5m, staleIfError: 2h, maxStatusAge: 20m }",
    "freshness: { maxAge: 5m, staleWhileRevalidate: 1h }",
    "freshness: { maxAge: 5m, staleWhileRevalidate: 1h, maxStatusAge: 20m }",
    "freshness: { maxWait: 60ms }",
    "freshness: { maxWait: 2s, staleIfError: 1h }",
    "freshness: { maxAge: 1h, maxStatusAge: 20m }",
    "freshness: { maxAge: 5m }\nrouteSettings: { payments: { lookup: cachedOnly } }",
    "freshness: { maxAge: 1h }\nrouteSettings: { payments: { lookup: cachedOnly } }",
];

fn rules(settings: &str) -> Policy {
    policy(&format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: bank, owner: o }}\n\
         defaults: {{ unmatchedRoute: allow, onUnknown: deny }}\n{settings}\n\
         routes: {{ payments: [{{ path: \"{PATH}\" }}] }}\nrules:\n  - id: abroad\n    description: d\n    \
         match: {{ routes: [payments] }}\n    when: {{ line: roaming }}\n    effect: deny\n"
    ))
}

type Outcome = Result<RoamingStatus, UnknownReason>;

/// What happens to a customer: an answer so many minutes before, if any, and what the network then says, and when.
#[derive(Clone, Copy, Debug)]
struct Story {
    minutes: Option<u64>,
    delay: Duration,
    outcome: Outcome,
}

fn stories() -> Vec<Story> {
    let outcomes = [
        Ok(RoamingStatus::Home),
        Ok(roaming_in("BR")),
        Err(UnknownReason::Unavailable),
        Err(UnknownReason::NoConsent),
    ];
    let mut stories = Vec::new();
    for minutes in [None, Some(3), Some(30), Some(50)] {
        for delay in [0, 700, 1_500].map(Duration::from_millis) {
            stories.extend(outcomes.map(|outcome| Story { minutes, delay, outcome }));
        }
    }
    stories
}

/// A network that answers after a while.
#[derive(Clone, Debug)]
struct Slow(Arc<Mutex<(Duration, Outcome)>>, Instant);

#[async_trait::async_trait]
impl RoamingProvider for Slow {
    async fn roaming_status(&self, _: &Query<'_>) -> Result<Answer, ProviderError> {
        let (delay, outcome) = *self.0.lock().unwrap();
        let asked = EPOCH + self.1.elapsed();
        sleep(delay).await;
        let status = outcome.map_err(|reason| ProviderError::new(reason, "as the test says"))?;
        Ok(Answer::new(status, asked).confirmed(Some(asked)))
    }
}

/// Lives through a story, and tells how it ends.
async fn lived(policy: &Arc<Policy>, story: Story, log: &DecisionLog) -> Decision {
    let begun = Instant::now();
    let network = Slow(Arc::new(Mutex::new((Duration::ZERO, Ok(RoamingStatus::Home)))), begun);
    let clock = Clock::from_fn(move || EPOCH + begun.elapsed());
    let cached = CachedProvider::new(network.clone()).clock(clock.clone());
    let gate = Gate::new(Arc::clone(policy), cached).clock(clock).audit(log.clone());
    let request = request(PATH);
    if let Some(minutes) = story.minutes {
        gate.check(&Head::of(&request, "")).await;
        for _ in 0..32 {
            tokio::task::yield_now().await;
        }
        advance(Duration::from_secs(minutes * 60)).await;
    }
    *network.0.lock().unwrap() = (story.delay, story.outcome);
    gate.check(&Head::of(&request, "")).await
}

#[tokio::test(start_paused = true)]
async fn l_replay_whatever_was_waited_for_and_believed_another_policy_is_not_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let log = DecisionLog::to(&path).start().unwrap();
    let policies = SETTINGS.map(|settings| Arc::new(rules(settings)));
    let mut ends = Vec::new();
    for story in stories() {
        let mut end = Vec::new();
        for policy in &policies {
            end.push(lived(policy, story, &log).await);
        }
        ends.push((story, end));
    }
    log.flush(Duration::from_secs(60)).unwrap();
    let text = std::fs::read(&path).unwrap();
    let records: std::collections::HashMap<String, DecisionRecord> = entries(&text[..])
        .filter_map(|entry| match entry.unwrap().1 {
            Entry::Decision(record) => Some((record.id.clone(), *record)),
            _ => None,
        })
        .collect();
    let (mut same, mut told) = (0, 0);
    for (story, end) in &ends {
        for (then, old) in end.iter().zip(SETTINGS) {
            let record = &records[&then.id().to_string()];
            for (at, now) in end.iter().enumerate() {
                let Ok(redecided) = Replayer::new(&policies[at]).replay(record) else {
                    told += 1;
                    continue;
                };
                let found = (redecided.effect, redecided.rule.as_deref(), redecided.reason);
                let expected = (now.effect(), now.rule(), now.reason());
                assert_eq!(
                    found, expected,
                    "{story:?}: {old:?} under {:?}\n{record:?}",
                    SETTINGS[at]
                );
                same += 1;
            }
        }
    }
    println!(
        "{same} decisions are those of gates that lived through the same, {told} cannot be said"
    );
    assert!(same > 2_000, "{same} said, {told} not");
}
