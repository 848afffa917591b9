//! Records say enough: decided again they come to the same, and under another policy to what that
//! one would have decided.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use roamgate::decision_log::{DecisionLog, DecisionRecord};
use roamgate::policy::{FactValue, Policy as Compiled};
use roamgate::replay::{Entry, Replayer, entries};
use roamgate::status::{Answer, LineFacts};
use roamgate::subject::Proof;
use roamgate::{
    Attributes, Clock, Decision, Gate, Head, Line, LineState, ProviderError, Query,
    RoamingProvider, Subject,
};

use crate::free::{Values, moments, values};
use crate::generate::{config, policy_with_facts, states};
use crate::model::PATHS;

/// Says of every line what the test says.
#[derive(Clone, Debug)]
struct Network(Arc<Mutex<(LineState, Duration)>>);

#[async_trait::async_trait]
impl RoamingProvider for Network {
    async fn roaming_status(&self, _: &Query<'_>) -> Result<Answer, ProviderError> {
        let (state, age) = *self.0.lock().unwrap();
        match state {
            LineState::Known(status) => {
                Ok(Answer::new(status, now(self)).confirmed(Some(now(self) - age)))
            }
            LineState::Unknown(reason) => Err(ProviderError::new(reason, "as the test says")),
        }
    }
}

fn now(_: &Network) -> SystemTime {
    NOW.get()
}

thread_local! {
    static NOW: Cell<SystemTime> = const { Cell::new(SystemTime::UNIX_EPOCH) };
}

/// A customer, where the line is, and what the service knows beside.
struct Request {
    path: &'static str,
    line: LineState,
    age: Duration,
    subject: Subject,
    attributes: Attributes,
}

impl Request {
    fn new(
        number: u32,
        prefix: &str,
        line: LineFacts,
        values: &Values,
        path: &'static str,
    ) -> Self {
        let own: Line = format!("{prefix}{number:06}").parse().unwrap();
        let get = |name: &str| values.0.get(name).cloned();
        let mut subject = Subject::from(own)
            .acr("sca")
            .auth_time(NOW.get() - Duration::from_secs(u64::from(number % 7) * 60));
        if let Some(FactValue::Text(id)) = get("subject.id") {
            subject = subject.id(id);
        }
        if let Some(FactValue::Texts(groups)) = get("subject.groups") {
            subject = subject.groups(groups.iter().cloned());
        }
        if get("line.proof") == Some("network".into()) {
            subject = subject.proof(Proof::Network);
        }
        let age = match get("line.age") {
            Some(FactValue::Age(age)) => age,
            _ => Duration::from_millis(1_234),
        };
        Self { path, line: line.state, age, subject, attributes: values.attributes() }
    }

    async fn decided(&self, (gate, network): &(Gate, Network)) -> Decision {
        *network.0.lock().unwrap() = (self.line, self.age);
        let request = http::Request::get(self.path).extension(self.subject.clone());
        let request = request.extension(self.attributes.clone()).body(()).unwrap();
        gate.check(&Head::of(&request, "")).await
    }
}

fn gate(policy: Arc<Compiled>) -> (Gate, Network) {
    let network = Network(Arc::new(Mutex::new((LineState::HOME, Duration::ZERO))));
    let moment = NOW.get();
    (Gate::new(policy, network.clone()).clock(Clock::from_fn(move || moment)), network)
}

/// The records of a log, by the ids of their decisions.
fn records(path: &std::path::Path) -> BTreeMap<String, DecisionRecord> {
    let entries = entries(BufReader::new(File::open(path).unwrap()));
    let record = |entry: std::io::Result<(u64, Entry)>| match entry.unwrap() {
        (_, Entry::Decision(record)) => (record.id.clone(), *record),
        (line, other) => panic!("line {line}: {other:?}"),
    };
    entries.map(record).collect()
}

/// Numbers of one country, of several, and of none.
fn prefix() -> impl Strategy<Value = &'static str> {
    select(vec!["+33600", "+1202555", "+1800555", "+44770", "+98912", "+870773"])
}

fn requests() -> impl Strategy<Value = Vec<(&'static str, usize, Values, usize)>> {
    vec((prefix(), any::<usize>(), values(), 0..PATHS.len()), 640)
}

#[test]
fn l_replay_a_record_decided_again_is_the_same_decision_and_under_another_policy_its_own() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (same, other, told) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let folder = tempfile::tempdir().unwrap();
    let few = Config { max_shrink_iters: 8, ..config(16) };
    proptest!(few, |(old in policy_with_facts(), new in policy_with_facts(), now in moments(), requests in requests())| {
        NOW.set(now);
        let path = folder.path().join(format!("{}.jsonl", same.get()));
        let log = DecisionLog::to(&path).keep("subject.id");
        let log = if same.get() % 1_280 == 0 { log } else { log.in_cells() };
        let log = log.start().unwrap();
        let [old, new] = [old, new].map(|model| Arc::new(model.compile()));
        let (before, after) = (gate(Arc::clone(&old)), gate(Arc::clone(&new)));
        let before = (before.0.audit(log.clone()), before.1);
        let all = states();
        let requests = (0..).zip(&requests).map(|(number, (prefix, at, values, path))| {
            Request::new(number, prefix, all[at % all.len()], values, PATHS[*path])
        });
        let pairs: Vec<_> = requests.map(|request| {
            runtime.block_on(async { (request.decided(&before).await, request.decided(&after).await) })
        }).collect();
        log.flush(Duration::from_secs(60)).unwrap();
        let records = records(&path);
        prop_assert_eq!(records.len(), pairs.len());
        let (mut again, mut otherwise) = (Replayer::new(&old), Replayer::new(&new));
        for (then, now) in &pairs {
            let record = &records[&then.id().to_string()];
            let redecided = again.replay(record);
            prop_assert!(redecided.as_ref().is_ok_and(|it| it.is_as_recorded(record)), "{:?}\n{:?}", redecided, record);
            prop_assert_eq!(redecided.unwrap().effect, then.effect());
            same.update(|count| count + 1);
            if let Ok(redecided) = otherwise.replay(record) {
                let expected = (now.effect(), now.rule(), now.reason(), now.is_satisfied());
                let found = (redecided.effect, redecided.rule.as_deref(), redecided.reason, redecided.is_satisfied);
                prop_assert_eq!(found, expected, "{:?}", record);
                other.update(|count| count + 1);
            } else {
                told.update(|count| count + 1);
            }
        }
    });
    let [same, other, told] = [same, other, told].map(|count| count.get());
    println!(
        "{same} decisions made again; under another policy {other}, and {told} that cannot be"
    );
    assert!(same >= 10_000 && other >= 1_000);
}

/// A policy with these routes, and a rule that denies whoever roams on the first of them.
fn routed(routes: &str) -> Compiled {
    let text = format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: p, owner: o }}\n\
         defaults: {{ unmatchedRoute: allow, onUnknown: deny }}\nroutes: {{ {routes} }}\n\
         rules: [{{ id: r, description: d, match: {{ routes: [pay] }}, when: {{ line: roaming }}, effect: deny }}]\n"
    );
    Compiled::from_yaml("p.yaml", &text).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn a_path_is_recorded_as_its_template_and_replayed_where_that_says_enough() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let log = DecisionLog::to(&path).start().unwrap();
    let old = routed("pay: [{ path: '/v1/payments/{id}' }]");
    let network =
        Network(Arc::new(Mutex::new((LineState::roaming(Default::default()), Duration::ZERO))));
    let gate = Gate::new(old, network).audit(log.clone());
    let line: Line = "+34600000001".parse().unwrap();
    let request = http::Request::post("/v1/payments/17").extension(line).body(()).unwrap();
    assert_eq!(gate.check(&Head::of(&request, "")).await.rule(), Some("r"));
    log.flush(Duration::from_secs(60)).unwrap();
    let records = records(&path);
    let record = records.values().next().unwrap();
    let rows = [
        ("pay: [{ path: '/v1/payments/{id}' }]", "deny"),
        ("renamed: [{ path: /other }], pay: [{ path: '/v1/{a}/{b}' }]", "deny"),
        ("pay: [{ path: '/{*rest}' }]", "deny"),
        ("pay: [{ path: '/v1/payments/{id}', method: GET }]", "allow"),
        ("pay: [{ path: '/v1/payments/{id}/confirm' }]", "allow"),
        (
            "pay: [{ path: '/v1/payments/{id}' }], more: [{ path: /v1/payments/special }]",
            "severalRoutes",
        ),
        ("pay: [{ path: /v1/payments/17 }]", "severalRoutes"),
    ];
    for (routes, expected) in rows {
        let policy = routed(routes);
        let told = Replayer::new(&policy).replay(record);
        let told = told.map_or_else(|why| why.name(), |it| it.effect.name());
        assert_eq!(told, expected, "{routes}");
    }
}

#[test]
fn a_cell_is_enough_for_every_policy_that_does_not_cut_it() {
    let policy = |rule: &str| {
        let text = format!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: p, owner: o }}\n\
             attributes: {{ amount: {{ type: number }}, note: {{ type: string }}, tags: {{ type: strings }} }}\n\
             defaults: {{ unmatchedRoute: allow, onUnknown: deny }}\nroutes: {{ pay: [{{ path: /pay }}] }}\n\
             rules: [{{ id: r, description: d, match: {{ routes: [pay] }}, when: {{ {rule} }}, effect: deny }}]\n"
        );
        Arc::new(Compiled::from_yaml("p.yaml", &text).unwrap_or_else(|error| panic!("{error}")))
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let log = DecisionLog::to(&path).in_cells().start().unwrap();
    let old =
        "amount: { gte: 200, lt: 10000 }, note: { notIn: [salary] }, tags: { containsAny: [a, b] }";
    let (gate, _) = gate(policy(old));
    let attributes = Attributes::new().set("amount", 1_234.5).set("note", "for Anna");
    let attributes = attributes.set("tags", vec!["b", "private"]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let subject = Subject::from("+34600000001".parse::<Line>().unwrap());
    let gate = gate.audit(log.clone());
    runtime.block_on(gate.check_route("pay", &subject, &attributes)).unwrap();
    log.flush(Duration::from_secs(60)).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!["1234", "Anna", "private"].iter().any(|canary| text.contains(canary)), "{text}");
    let records = records(&path);
    let record = records.values().next().unwrap();
    let rows = [
        (old, "deny"),
        ("amount: { gte: 200 }", "deny"),
        ("amount: { gte: 10000 }", "allow"),
        ("amount: { gte: 500 }", "splitCell"),
        ("note: { is: salary }", "allow"),
        ("note: { is: rent }", "splitCell"),
        ("tags: { containsAll: [b] }", "deny"),
        ("tags: { containsAll: [a, b] }", "allow"),
        ("tags: { containsNone: [c] }", "splitCell"),
        ("line: { locatedIn: [ES] }", "lineNotAsked"),
    ];
    for (rule, expected) in rows {
        let policy = policy(rule);
        let told = Replayer::new(&policy).replay(record);
        let told = told.map_or_else(|why| why.name(), |it| it.effect.name());
        assert_eq!(told, expected, "{rule}");
    }
}
