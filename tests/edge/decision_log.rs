//! What records say of decisions, and what they never say.

use std::cell::Cell;
use std::io::BufReader;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use http_body_util::Empty;
use proptest::prelude::*;
use proptest::test_runner::Config;
use roamgate::decision_log::{Builder, DecisionLog, DecisionRecord, SubjectKey};
use roamgate::replay::{Entry, entries};
use roamgate::{
    Attributes, CachedProvider, Clock, FixedProvider, Gate, Head, Line, LineState, RoamingLayer,
    Subject, UnknownReason,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::*;

/// A log in a folder that lives as long as the test.
pub(crate) struct Book {
    pub(crate) log: DecisionLog,
    pub(crate) path: PathBuf,
    pub(crate) folder: TempDir,
}

impl Book {
    pub(crate) fn open(settings: impl FnOnce(Builder) -> Builder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let log = settings(DecisionLog::to(&path)).start().unwrap();
        Self { log, path, folder }
    }

    /// What is in the file, once all is written.
    pub(crate) fn text(&self) -> String {
        self.log.flush(Duration::from_secs(60)).unwrap();
        std::fs::read_to_string(&self.path).unwrap()
    }

    pub(crate) fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn records(&self) -> Vec<DecisionRecord> {
        let text = self.text();
        let record = |entry: std::io::Result<(u64, Entry)>| match entry.unwrap().1 {
            Entry::Decision(record) => *record,
            other => panic!("{other:?}"),
        };
        entries(BufReader::new(text.as_bytes())).map(record).collect()
    }
}

const TRANSFERS: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: transfers, owner: tests@bank.example }
attributes:
  request.amountEur: { type: number }
  request.note: { type: string, source: { header: x-note } }
  request.unused: { type: string }
defaults: { unmatchedRoute: deny, onUnknown: stepUp, stepUp: { acrValues: [sca], maxAge: 5m } }
routes:
  transfers: [{ method: POST, path: "/v1/accounts/{iban}/transfers" }]
  elsewhere: [{ path: "/v1/other" }]
rules:
  - id: large-abroad
    description: d
    match: { routes: [transfers], request.amountEur: { gte: 200 }, request.note: { notIn: [salary] } }
    when: { line: abroad }
    unless: { subject.id: { is: customer-0 } }
    effect: deny
  - id: half
    description: d
    match: { routes: [transfers] }
    when: { line: { statusOlderThan: 1h } }
    effect: stepUp
    rollout: { percent: 90, sticky: subject.id }
  - id: other
    description: d
    match: { routes: [elsewhere], request.unused: { is: x } }
    when: { line: roaming }
    effect: deny
"#;

const IBAN: &str = "NO9386011117947";
const NUMBER: &str = "+34600000001";

fn moment() -> SystemTime {
    "2026-03-15T10:00:00.000000001Z".parse::<jiff::Timestamp>().unwrap().into()
}

fn gate(book: &Book, provider: impl roamgate::RoamingProvider + 'static) -> Gate {
    let trusted = http::HeaderName::from_static("x-note");
    let gate = Gate::new(policy(TRANSFERS), provider).trusted_header(trusted);
    gate.audit(book.log.clone()).clock(Clock::from_fn(moment))
}

fn customer() -> Subject {
    let line: Line = NUMBER.parse().unwrap();
    Subject::from(line).id("customer-17").acr("sca").auth_time(moment() - Duration::from_secs(60))
}

fn transfer(note: &str) -> http::Request<Empty<bytes::Bytes>> {
    let request = http::Request::post(format!("/v1/accounts/{IBAN}/transfers?to=me"));
    let attributes = Attributes::new().set("request.amountEur", 250.1).set("request.unused", "no");
    let request = request.header("x-note", note).header("authorization", "Bearer t0ken");
    request.extension(customer()).extension(attributes).body(Empty::new()).unwrap()
}

#[tokio::test]
async fn a_record_says_all_that_the_decision_was_made_from() {
    let book = Book::open(|log| log);
    let provider = FixedProvider::new().with(NUMBER.parse().unwrap(), roaming_in("BR"));
    let decision = gate(&book, provider).check(&Head::of(&transfer("rent"), "")).await;
    let line = &book.lines()[0];
    let run = line["run"].as_str().unwrap();
    let hash = decision.policy_hash().to_string();
    let expected = json!({
        "seq": 1, "run": run, "schema": "roamgate.decision/v1",
        "time": "2026-03-15T10:00:00.000000001Z", "id": decision.id().to_string(),
        "correlator": line["correlator"], "policy": hash, "routing": line["routing"],
        "route": "transfers",
        "request": { "method": "POST", "template": "/v1/accounts/{_}/transfers", "preflight": false },
        "deferred": [], "effect": "deny", "rule": "large-abroad", "reason": null,
        "satisfied": false, "projected": line["projected"], "fault": null, "observed": false, "overrides": [],
        "line": { "status": "roaming", "mcc": null, "countries": ["BR"], "reason": null,
                  "limit": null, "age": "0s", "asked": "0s", "waited": null, "fresh": null, "believed": null,
                  "confirmed": null },
        "facts": { "line.age": line["facts"]["line.age"], "line.numberCountry": ["ES"],
                   "request.amountEur": 250.1, "request.note": "rent" },
        "leftOut": ["subject.id"], "rollouts": line["rollouts"],
        "assurance": { "acr": "sca", "authTime": "2026-03-15T09:59:00.000000001Z" },
        "subject": null, "digits": null,
    });
    let mut found = line.clone();
    // The provider of the test asks by the system's clock.
    for time in ["age", "asked"] {
        assert!(found["line"][time].as_str().unwrap().ends_with('s'));
        found["line"][time] = json!("0s");
    }
    assert_eq!(found, expected);
    assert!(line["rollouts"][0].as_str().unwrap().starts_with("half "), "{line}");
}

#[tokio::test]
async fn what_is_left_out_stands_nowhere_in_the_record() {
    let book = Book::open(|log| log.leave_out("acr").leave_out("request.note"));
    let provider = FixedProvider::new().with(NUMBER.parse().unwrap(), roaming_in("BR"));
    gate(&book, provider).check(&Head::of(&transfer("rent"), "")).await;
    let line = &book.lines()[0];
    assert_eq!(line["leftOut"], json!(["request.note", "subject.id", "acr"]));
    assert!(line["assurance"]["acr"].is_null() && line["facts"].get("request.note").is_none());
}

#[tokio::test]
async fn every_decision_is_one_record_whatever_becomes_of_the_request() {
    let book = Book::open(|log| log);
    let timed_out = FixedProvider::new().failing(NUMBER.parse().unwrap(), UnknownReason::Timeout);
    let gate = gate(&book, CachedProvider::new(timed_out)).deferred(["request.amountEur"]);
    let somebody = Subject::from(NUMBER.parse::<Line>().unwrap()).id("customer-17");
    let to = |method: &str, path: &str| {
        let request = http::Request::builder().method(method).uri(path);
        request.extension(somebody.clone()).body(()).unwrap()
    };
    for (method, path) in
        [("POST", "/v1//x"), ("GET", "/nowhere"), ("POST", "/v1/accounts/1/transfers")]
    {
        gate.check(&Head::of(&to(method, path), "")).await;
    }
    let preflight = http::Request::options("/nowhere").header("origin", "https://a.example");
    let preflight = preflight.header("access-control-request-method", "POST").body(()).unwrap();
    gate.check(&Head::of(&preflight, "")).await;
    gate.check_route("transfers", &somebody, &Attributes::new()).await.unwrap();
    let told = book.records().into_iter().map(|record| {
        let aim = record
            .request
            .map(|aim| format!("{} {:?} {}", aim.method, aim.template, aim.preflight));
        let reason = record.line.map(|line| (line.reason, line.limit));
        format!(
            "{} {:?} {:?} {aim:?} {:?} {reason:?}",
            record.effect, record.fault, record.route, record.deferred
        )
    });
    let unknown = "Some((Some(\"timeout\"), Some(\"0.8s\")))";
    let template = "POST Some(\\\"/v1/accounts/{_}/transfers\\\") false";
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "deny Some(\"malformedPath\") None Some(\"POST None false\") [] None".to_owned(),
            "deny None None Some(\"GET None false\") [\"request.amountEur\"] None".to_owned(),
            format!(
                "stepUp None Some(\"transfers\") Some(\"{template}\") [\"request.amountEur\"] {unknown}"
            ),
            "allow None None Some(\"OPTIONS None true\") [] None".to_owned(),
            format!("stepUp None Some(\"transfers\") None [] {unknown}"),
        ]
    );
}

#[tokio::test]
async fn what_is_observed_is_recorded_as_it_would_have_been_decided() {
    let book = Book::open(|log| log);
    let (line, provider) = line_in(LineState::Known(roaming_in("BR")));
    let layer = layer(provider).audit(book.log.clone()).observe_only();
    allowed(&layer, http(line)).await;
    let records = book.records();
    assert_eq!((records[0].effect.as_str(), records[0].observed), ("deny", true));
}

/// Everything that must not be in a record without a key for it.
const CANARIES: [&str; 6] = ["600000001", "customer-17", IBAN, "t0ken", "to=me", "unused"];

#[tokio::test]
async fn l6_no_number_token_path_or_customer_is_in_any_record() {
    let book = Book::open(|log| log);
    let provider = FixedProvider::new().with(NUMBER.parse().unwrap(), roaming_in("BR"));
    let gate = gate(&book, provider);
    gate.check(&Head::of(&transfer("rent"), "")).await;
    let hostile = http::Request::post(format!("/v1/accounts/{IBAN}//{NUMBER}")).body(()).unwrap();
    gate.check(&Head::of(&hostile, "")).await;
    gate.check_route("transfers", &customer(), &Attributes::new()).await.unwrap();
    let text = book.text();
    assert_eq!(text.lines().count(), 3);
    for canary in CANARIES {
        assert!(!text.contains(canary), "{canary} in {text}");
    }
}

#[tokio::test]
async fn l6_with_a_key_customers_have_a_name_that_the_key_alone_gives() {
    let key = |secret: &[u8]| SubjectKey::new("2026-11", secret).unwrap();
    let book = Book::open(|log| log.subject_key(key(b"a secret of 24 bytes ...")));
    let provider = FixedProvider::new().with(NUMBER.parse().unwrap(), roaming_in("BR"));
    gate(&book, provider).check(&Head::of(&transfer("rent"), "")).await;
    let named = book.records()[0].subject.clone().unwrap();
    let line: Line = NUMBER.parse().unwrap();
    assert_eq!(named, key(b"a secret of 24 bytes ...").name(line));
    assert_ne!(named.hmac, key(b"another secret, as long.").name(line).hmac);
    assert_eq!((named.key.as_str(), named.hmac.len()), ("2026-11", 64));
    assert!(!book.text().contains("600000001"));
    assert!(SubjectKey::new("short", b"15 bytes are no").is_err());
    assert_eq!(format!("{:?}", key(b"a secret of 24 bytes ...")), "SubjectKey(\"2026-11\")");
}

#[tokio::test]
async fn l6_the_last_two_digits_of_a_number_are_kept_where_the_log_is_told_to() {
    let (book, silent) = (Book::open(|log| log.last_digits()), Book::open(|log| log));
    let address: Line = Line::parse_address("203.0.113.7:5060").unwrap();
    for (line, digits) in [(NUMBER.parse().unwrap(), Some("01")), (address, None)] {
        for (book, expected) in [(&book, digits), (&silent, None)] {
            let gate = gate(book, FixedProvider::new());
            let subject = roamgate::Subject::from(line);
            gate.check_route("transfers", &subject, &Attributes::new()).await.unwrap();
            assert_eq!(book.records().last().unwrap().digits.as_deref(), expected);
            assert!(!book.text().contains("600000001") && !book.text().contains("5060"));
        }
    }
}

#[tokio::test]
async fn l5_whatever_a_client_writes_a_record_is_one_line_of_short_plain_fields() {
    let book = Book::open(|log| log);
    let provider = FixedProvider::new().with(NUMBER.parse().unwrap(), roaming_in("BR"));
    let gate = gate(&book, provider);
    let long = "x".repeat(1 << 20);
    for note in ["a\tb", "caf\u{e9}", &long, "{\"gap\":1}"] {
        let mut request = transfer("");
        let value = http::HeaderValue::from_bytes(note.as_bytes()).unwrap();
        request.headers_mut().insert("x-note", value);
        gate.check(&Head::of(&request, "")).await;
    }
    for note in [
        "\r\n{\"gap\":9}",
        "\u{1b}[2J\u{7f}\u{9b}31m\u{202e}\u{2028}",
        &long,
        "é".repeat(200).as_str(),
    ] {
        let attributes = Attributes::new().set("request.amountEur", 250).set("request.note", note);
        gate.check_route("transfers", &customer().acr(note), &attributes).await.unwrap();
    }
    let method = http::Method::from_bytes("M".repeat(10_000).as_bytes()).unwrap();
    let request = http::Request::builder().method(method).uri("/v1/%0a%1b[2J").body(()).unwrap();
    gate.check(&Head::of(&request, "")).await;
    let text = book.text();
    let obeyed = |letter: char| letter.is_control() && letter != '\n' || letter > '\u{2000}';
    assert!(!text.contains(obeyed), "{text:?}");
    assert_eq!((text.lines().count(), book.lines().len()), (9, 9));
    book.lines().iter().for_each(is_short);
    assert!(book.records()[2].left_out.contains(&"request.note".to_owned()));
    assert_eq!(book.records()[5].facts["request.note"], "\u{1b}[2J\u{7f}\u{9b}31m\u{202e}\u{2028}");
}

#[test]
fn l5_no_text_whatsoever_breaks_a_line() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let book = Book::open(|log| log);
    let gate = gate(&book, FixedProvider::new());
    let count = Cell::new(0);
    let few = Config { cases: 256, failure_persistence: None, ..Config::default() };
    proptest!(few, |(note in any::<String>(), acr in "\\PC*|[\u{0}-\u{ff}]*")| {
        let attributes = Attributes::new().set("request.amountEur", 250).set("request.note", &*note);
        let subject = customer().acr(&*acr);
        let asked = gate.check_route("transfers", &subject, &attributes);
        runtime.block_on(asked).unwrap();
        count.set(count.get() + 1);
    });
    let text = book.text();
    let obeyed = |letter: char| letter.is_control() && letter != '\n';
    assert!(!text.contains(obeyed));
    assert_eq!((text.lines().count(), book.records().len()), (count.get(), count.get()));
    book.lines().iter().for_each(is_short);
}

fn is_short(value: &Value) {
    match value {
        Value::String(text) => assert!(text.len() <= 256, "{text}"),
        Value::Array(items) => items.iter().for_each(is_short),
        Value::Object(fields) => fields.values().for_each(is_short),
        _ => {}
    }
}

#[tokio::test]
async fn a_record_of_shadow_rules_names_the_decision_it_is_about() {
    let book = Book::open(|log| log);
    let text = STRICT.replace(
        "effect: deny",
        "effect: deny\n    mode: shadow\n    shadow: { until: 2027-04-30 }",
    );
    let (line, provider) = line_in(LineState::Known(roaming_in("BR")));
    let layer = RoamingLayer::new(policy(&text), provider).audit(book.log.clone());
    allowed(&layer, http(line)).await;
    let lines = book.lines();
    assert_eq!((lines.len(), &lines[0]["projected"]), (1, &json!("deny")));
}
