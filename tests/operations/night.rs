//! A bad night: overrides that come and go while the service runs, and never in silence.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use roamgate::decision_log::DecisionLog;
use roamgate::policy::{SourceFile, find};
use roamgate::reload::{PolicyFiles, Reload};
use roamgate::replay::{Entry, Replayer, entries};
use roamgate::{Clock, Effect, FixedProvider, Gate, Policy, RoamingLayer};
use tempfile::TempDir;

use crate::desk::{brazil, edition, line, pay};
use crate::log::Log;

/// 2027-03-01T00:00:00Z.
const MIDNIGHT: u64 = 1_803_859_200;
const HOUR: u64 = 3_600;

/// Three rules, in a time of the test's own.
fn bank() -> String {
    edition(1, 3).replace("rules:", "freshness: { maxStatusAge: none }\nrules:")
}

/// An override that ends at this hour of the first of March.
fn until(hour: u64, what: &str) -> String {
    format!(
        "apiVersion: roamgate/v1\nkind: Override\nmetadata: {{ name: tonight }}\n{what}\n\
         expires: 2027-03-01T{hour:02}:00:00Z\nticket: INC-4711\napprovedBy: ciso@bank.example\n"
    )
}

/// A watched folder, and a clock that the test turns.
struct Night {
    folder: TempDir,
    gate: Gate,
    reload: Reload,
    now: Arc<AtomicU64>,
}

impl Night {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("policy.yaml"), bank()).unwrap();
        let files = PolicyFiles::new([folder.path()]);
        let provider = FixedProvider::new().with(line(), brazil());
        let now = Arc::new(AtomicU64::new(MIDNIGHT));
        let gate = RoamingLayer::new(files.load().unwrap(), provider).gate();
        let gate = gate.clock(clock(&now));
        let reload = files.watch(&gate);
        reload.now().await;
        Self { folder, gate, reload, now }
    }

    async fn write(&self, text: &str) -> Option<Arc<str>> {
        fs::write(self.folder.path().join("tonight.yaml"), text).unwrap();
        self.reload.now().await.error
    }

    fn at_hour(&self, hour: u64) {
        self.now.store(MIDNIGHT + hour * HOUR, Ordering::Relaxed);
    }

    /// What becomes of a payment, and which overrides touched it.
    async fn pays(&self) -> String {
        let decision = pay(&self.gate).await;
        format!("{} [{}]", decision.effect(), decision.overrides().join(" "))
    }
}

fn clock(now: &Arc<AtomicU64>) -> Clock {
    let now = Arc::clone(now);
    Clock::from_fn(move || {
        SystemTime::UNIX_EPOCH + Duration::from_secs(now.load(Ordering::Relaxed))
    })
}

#[tokio::test(start_paused = true)]
async fn an_override_is_taken_while_the_service_runs_and_gone_at_its_end() {
    let night = Night::begin().await;
    assert_eq!(night.pays().await, "deny []");
    assert_eq!(night.write(&until(6, "all: true\nset: off")).await, None);
    assert_eq!(night.pays().await, "allow [tonight]");
    let [tonight] = &night.gate.overrides()[..] else { panic!("one lives") };
    assert_eq!((&*tonight.ticket, tonight.set, tonight.rules.len()), ("INC-4711", "off", 3));

    night.at_hour(5);
    assert_eq!(night.pays().await, "allow [tonight]");
    night.at_hour(6);
    assert_eq!(night.pays().await, "deny []");
    assert!(night.gate.overrides().is_empty());
    assert_eq!(night.reload.now().await.error, None, "one that is over does no harm");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_taken_away_ends_with_its_file() {
    let night = Night::begin().await;
    night.write(&until(6, "rules: [edition-1-000]\nset: shadow")).await;
    assert_eq!(night.pays().await, "allow [tonight]");
    fs::remove_file(night.folder.path().join("tonight.yaml")).unwrap();
    night.reload.now().await;
    assert_eq!(night.pays().await, "deny []");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_wrong_is_told_and_what_was_active_stays() {
    let night = Night::begin().await;
    night.write(&until(6, "all: true\nset: off")).await;
    for (wrong, told) in [
        (until(6, "rules: [edition-2]\nset: off"), "there is no rule `edition-2`"),
        (until(6, "all: true\nset: off").replace("03-01T", "03-03T"), "at most 24 hours ahead"),
        (until(6, "all: true\nset: off").replace("approvedBy", "by"), "needs the key `approvedBy`"),
    ] {
        let error = night.write(&wrong).await.unwrap();
        assert!(error.contains(told) && error.contains("tonight.yaml"), "{error}");
        assert_eq!(night.pays().await, "allow [tonight]");
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_override_does_not_change_does_not_name_it() {
    let night = Night::begin().await;
    night.write(&until(6, "rules: [edition-1-001]\nset: off")).await;
    assert_eq!(night.pays().await, "deny []");
    night.write(&until(6, "all: true\nset: { onUnknown: { outage: allow } }")).await;
    assert_eq!(night.pays().await, "deny []");
}

#[tokio::test(start_paused = true)]
async fn the_way_back_leads_out_of_an_override_too() {
    let night = Night::begin().await;
    night.write(&until(6, "all: true\nset: off")).await;
    assert_eq!(night.pays().await, "allow [tonight]");
    night.gate.back().unwrap();
    assert_eq!(night.pays().await, "deny []");
    assert!(night.reload.status().former[0].is_withdrawn);
}

fn with(text: &str) -> Policy {
    let files = [SourceFile::new("p.yaml", &bank()), SourceFile::new("o.yaml", text)];
    Policy::from_files(&files).unwrap()
}

#[tokio::test]
async fn while_one_lives_the_log_says_so_every_minute_and_so_it_does_at_its_end() {
    let (log, now) = (Log::start(), Arc::new(AtomicU64::new(MIDNIGHT + 5 * HOUR)));
    let provider = FixedProvider::new().with(line(), brazil());
    let plain = Policy::from_yaml("p.yaml", &bank()).unwrap();
    let gate = Gate::new(plain, provider).clock(clock(&now));
    assert_eq!(log.taken(), Vec::<String>::new());

    let text = until(6, "all: true\nset: off");
    gate.replace(with(&text), "a test").unwrap();
    let fields = "name=\"tonight\" set=\"off\" rules=3 expires=2027-03-01T06:00:00Z \
                  ticket=\"INC-4711\" approved_by=\"ciso@bank.example\"";
    let begun = format!("WARN message=an override is in force {fields}");
    assert_eq!(log.taken(), std::slice::from_ref(&begun));
    for (seconds, told) in [(59, 0), (60, 1), (61, 0), (119, 0), (120, 1), (3_599, 1)] {
        now.store(MIDNIGHT + 5 * HOUR + seconds, Ordering::Relaxed);
        pay(&gate).await;
        assert_eq!(log.taken(), vec![begun.clone(); told], "after {seconds} s");
    }
    now.store(MIDNIGHT + 6 * HOUR, Ordering::Relaxed);
    pay(&gate).await;
    let ended = begun.replace("is in force", "has ended: its rules mean what they say");
    assert_eq!(log.taken(), [ended]);
    now.store(MIDNIGHT + 9 * HOUR, Ordering::Relaxed);
    pay(&gate).await;
    assert_eq!(log.taken(), Vec::<String>::new());

    now.store(MIDNIGHT + 5 * HOUR, Ordering::Relaxed);
    gate.replace(with(&text.replace("4711", "4712")), "a test").unwrap();
    log.taken();
    gate.back().unwrap();
    let lines = log.taken();
    assert!(lines[0].contains("is taken away, or changed") && lines[0].contains("INC-4712"));
}

#[tokio::test]
async fn a_clock_that_is_set_back_revives_no_override_in_silence() {
    let (log, now) = (Log::start(), Arc::new(AtomicU64::new(MIDNIGHT + 5 * HOUR)));
    let provider = FixedProvider::new().with(line(), brazil());
    let gate = Gate::new(with(&until(6, "all: true\nset: off")), provider).clock(clock(&now));
    for (hour, told) in [(5, "in force"), (6, "has ended"), (5, "in force"), (6, "has ended")] {
        now.store(MIDNIGHT + hour * HOUR, Ordering::Relaxed);
        pay(&gate).await;
        let lines = log.taken();
        assert!(lines.len() == 1 && lines[0].contains(told), "at {hour}: {lines:?}");
    }
}

#[tokio::test]
async fn a_record_names_the_overrides_and_is_replayed_exactly_with_their_files() {
    let night = Night::begin().await;
    let path = night.folder.path().join("decisions.jsonl");
    let book = DecisionLog::to(&path).start().unwrap();
    let files = || find([night.folder.path()]).unwrap();
    fs::write(night.folder.path().join("tonight.yaml"), until(6, "all: true\nset: off")).unwrap();
    let policy = Policy::from_files(&files()).unwrap();
    let provider = FixedProvider::new().with(line(), brazil());
    let gate = Gate::new(policy, provider).clock(clock(&night.now)).audit(book.clone());
    pay(&gate).await;
    night.at_hour(6);
    pay(&gate).await;
    book.flush(Duration::from_secs(60)).unwrap();

    let log = fs::read(&path).unwrap();
    let read = entries(&log[..]).map(|entry| entry.unwrap().1);
    let records: Vec<_> = read
        .map(|entry| match entry {
            Entry::Decision(record) => record,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(records[0].overrides, ["tonight"]);
    assert!(records[1].overrides.is_empty());
    let policy = gate.policy();
    let mut replayer = Replayer::new(&policy);
    for record in &records {
        assert!(replayer.replay(record).unwrap().is_as_recorded(record));
    }

    // Without its file, the log says who would have been refused.
    let plain = Policy::from_yaml("policy.yaml", &bank()).unwrap();
    let refused = Replayer::new(&plain).replay(&records[0]).map(|it| it.effect);
    assert!(matches!(refused, Ok(Effect::Deny) | Err(_)), "{refused:?}");
}
