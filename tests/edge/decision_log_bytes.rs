//! A record is written without the type that reads it, byte for byte as that type would write it.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use proptest::test_runner::Config;
use roamgate::decision_log::{Builder, DecisionRecord, SubjectKey};
use roamgate::{
    Attributes, CachedProvider, Clock, Country, FixedProvider, Gate, Head, LineState,
    RoamingStatus, Subject, UnknownReason,
};

use crate::decision_log::Book;
use crate::support::*;

/// Every kind of fact, a rollout, and a rule in shadow.
const EVERYTHING: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: everything, owner: tests@bank.example }
attributes:
  request.amount: { type: number }
  request.note: { type: string }
  request.tags: { type: strings }
  request.segment: { type: enum, values: [retail, private] }
  request.ip: { type: country }
  request.isNew: { type: boolean }
defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: [sca], maxAge: 5m } }
routes:
  pay: [{ method: POST, path: "/v1/payments" }, { path: "/v1/transfers/{id}" }]
  anything: [{ path: "/{*rest}" }]
rules:
  - id: amount
    description: d
    match: { routes: [pay], request.amount: { gte: 200 }, request.segment: { in: [retail] } }
    when: { line: roaming }
    effect: stepUp
  - id: note
    description: d
    match: { routes: [pay, anything], request.note: { notIn: [salary] } }
    when: { line: abroad }
    effect: deny
  - id: tags
    description: d
    match: { routes: [pay], request.tags: { containsNone: [gift] }, request.ip: { notIn: [eea] } }
    when: { line: { differsFrom: request.ip } }
    effect: stepUp
    rollout: { percent: 30, sticky: subject.id }
  - id: new
    description: d
    match: { routes: [pay], request.isNew: { is: true } }
    when: { line: { statusOlderThan: 1h } }
    effect: deny
    mode: shadow
    shadow: { until: 2027-04-30 }
"#;

/// What a request says, in so far as its record says it too.
#[derive(Clone, Debug)]
struct Said {
    ending: usize,
    texts: [String; 4],
    amount: f64,
    is_new: Option<bool>,
    time: (i64, u32),
    path: &'static str,
}

fn said() -> impl Strategy<Value = Said> {
    let text = || prop_oneof![any::<String>(), "[ -~]{0,40}", "[\u{0}-\u{ff}]{0,8}", "é{100,140}"];
    let amount = prop_oneof![any::<f64>(), (0..100_000).prop_map(|cents| f64::from(cents) / 100.0)];
    let path = prop::sample::select(vec!["/v1/payments", "/v1/transfers/7", "/x/y", "/v1//x"]);
    let time = (-100_000_000_000i64..200_000_000_000, 0..1_000_000_000u32);
    let texts = [text().boxed(), text().boxed(), text().boxed(), text().boxed()];
    (0..20usize, texts, amount, any::<Option<bool>>(), time, path).prop_map(
        |(ending, texts, amount, is_new, time, path)| Said {
            ending,
            texts,
            amount,
            is_new,
            time,
            path,
        },
    )
}

impl Said {
    fn moment(&self) -> SystemTime {
        jiff::Timestamp::new(self.time.0, self.time.1 as i32).unwrap().into()
    }

    fn subject(&self) -> Subject {
        let [id, acr, ..] = &self.texts;
        let subject = Subject::from(line(self.ending)).id(&**id);
        let proved = self.moment() - Duration::from_nanos(u64::from(self.time.1));
        if acr.is_empty() { subject } else { subject.acr(&**acr).auth_time(proved) }
    }

    fn attributes(&self) -> Attributes {
        let [.., note, tag] = &self.texts;
        let ip = Country::from_code("ES").unwrap();
        let attributes = Attributes::new().set("request.amount", self.amount);
        let attributes = attributes.set("request.note", &**note).set("request.segment", "retail");
        let attributes = attributes.set("request.tags", vec![&**tag, "gift"]);
        match self.is_new {
            // Another type than the policy says.
            Some(true) => attributes.set("request.ip", "somewhere").set("request.isNew", true),
            Some(false) => attributes.set("request.ip", ip).set("request.isNew", false),
            None => attributes,
        }
    }

    fn request(&self) -> http::Request<()> {
        let request = http::Request::post(self.path).extension(self.subject());
        request.extension(self.attributes()).body(()).unwrap()
    }
}

/// Lines at home, abroad, and unknown for every reason.
fn provider() -> impl roamgate::RoamingProvider {
    let abroad = LineState::Known(roaming_in("BR"));
    let states = [LineState::Known(RoamingStatus::Home), abroad].into_iter();
    let states = states.chain(UnknownReason::line_reasons().map(LineState::Unknown));
    let known = FixedProvider::new();
    let known = states.enumerate().fold(known, |known, (ending, state)| match state {
        LineState::Known(status) => known.with(line(ending), status),
        LineState::Unknown(reason) => known.failing(line(ending), reason),
    });
    CachedProvider::new(known)
}

/// What a terminal would obey is written as an escape, which JSON does not ask for.
fn as_serde_writes_it(line: &str) -> String {
    let record: DecisionRecord = serde_json::from_str(line).unwrap();
    let (beginning, _) = line.split_once("\"time\":").unwrap();
    let written = serde_json::to_string(&record).unwrap();
    let written = format!("{beginning}{}", written.strip_prefix('{').unwrap());
    let is_escaped = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(letter, '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let letter = |letter: char| match is_escaped(letter) {
        true => format!("\\u{:04x}", u32::from(letter)),
        false => letter.to_string(),
    };
    written.chars().map(letter).collect()
}

fn holds(settings: fn(Builder) -> Builder, observes: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let book = Book::open(settings);
    let few = Config { cases: 128, failure_persistence: None, ..Config::default() };
    let (policy, provider) =
        (std::sync::Arc::new(policy(EVERYTHING)), std::sync::Arc::new(provider()));
    let count = Cell::new(0);
    proptest!(few, |(said in said())| {
        count.set(count.get() + 1);
        let moment = said.moment();
        let layer = roamgate::RoamingLayer::new(policy.clone(), provider.clone());
        let layer = layer.audit(book.log.clone()).clock(Clock::from_fn(move || moment));
        let layer = if observes { layer.observe_only() } else { layer.deferred(["request.amount"]) };
        let gate: Gate = layer.gate();
        runtime.block_on(gate.check(&Head::of(&said.request(), "")));
        let (subject, attributes) = (said.subject(), said.attributes());
        let asked = gate.check_route("pay", &subject, &attributes);
        runtime.block_on(asked).unwrap();
    });
    let text = book.text();
    // Where the gate only observes, the last handlers' questions may still be under way.
    assert!(text.lines().count() >= count.get());
    for line in text.lines() {
        assert_eq!(line, as_serde_writes_it(line));
    }
}

#[test]
fn records_are_the_bytes_of_the_type_that_reads_them() {
    holds(|log| log, false);
    holds(|log| log.keep("subject.id").leave_out("request.note").last_digits(), true);
    holds(|log| log.in_cells().subject_key(SubjectKey::new("a \"key\"", &[7; 32]).unwrap()), false);
}
