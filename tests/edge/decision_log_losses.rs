//! What decision logs say of records that are lost, late or withdrawn.

use std::time::Duration;

use roamgate::decision_log::{DecisionLog, OnFull};
use roamgate::policy::Fault;
use roamgate::{Attributes, Effect, FixedProvider, Gate, RoamingStatus, Subject};
use serde_json::Value;

use crate::decision_log::Book;
use crate::decision_log_faults::{LONG, decide, decided, gate, numbers, pipe, read};
use crate::support::*;

fn values(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn l1_a_client_that_leaves_while_its_record_waits_for_room_leaves_a_gap() {
    let book = pipe(|log| log.queue(1, 1 << 20).on_full(OnFull::Block));
    let gate = gate(&book.log);
    assert_eq!(decided(&gate, 1).await, [Effect::Allow]);
    let mut waiting = tokio_test::task::spawn(decide(&gate));
    assert!(waiting.poll().is_pending());
    drop(waiting);
    assert_eq!((book.log.counts().queued, book.log.counts().lost), (1, 1));
    let reader = read(&book.path);
    book.log.shutdown_within(LONG).unwrap();
    assert_eq!(numbers(&reader.join().unwrap()), (1, 1));
}

#[tokio::test]
async fn l1_the_bytes_of_the_queue_wake_the_writer_as_its_records_do() {
    let book = Book::open(|log| {
        log.queue(10_000, 64 * 1024).flush_every(Duration::from_secs(3_600)).on_full(OnFull::Deny)
    });
    let gate = gate(&book.log);
    // More than half of what there is room for, and less than all.
    assert_eq!(decided(&gate, 70).await, [Effect::Allow; 70]);
    while book.log.counts().written == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn l1_what_is_refused_after_it_was_taken_is_withdrawn() {
    let book = pipe(|log| log.sync(true).on_full(OnFull::Deny));
    let gate = gate(&book.log);
    let refused = decide(&gate).await;
    assert_eq!(refused.fault(), Some(Fault::AuditUnavailable));
    let mut left = tokio_test::task::spawn(decide(&gate));
    assert!(left.poll().is_pending());
    drop(left);
    let reader = read(&book.path);
    book.log.shutdown_within(LONG).unwrap();
    let text = reader.join().unwrap();
    assert_eq!(numbers(&text), (4, 0));
    let lines = values(&text);
    let schemas: Vec<_> = lines.iter().map(|line| line["schema"].as_str().unwrap()).collect();
    let both = ["roamgate.decision/v1", "roamgate.withdrawn/v1"];
    assert_eq!(schemas, [both, both].concat());
    assert_eq!((&lines[0]["effect"], &lines[1]["id"]), (&"allow".into(), &lines[0]["id"]));
    assert_eq!(lines[1]["id"], refused.id().to_string());
    assert_eq!((&lines[3]["id"], &lines[3]["policy"]), (&lines[2]["id"], &lines[2]["policy"]));
}

#[tokio::test(start_paused = true)]
async fn l1_what_goes_on_without_its_record_is_not_withdrawn() {
    for (on_full, observes) in [(OnFull::Drop, false), (OnFull::Deny, true)] {
        let book = pipe(|log| log.sync(true).on_full(on_full));
        let gate = match observes {
            true => layer(FixedProvider::new().with(line(1), RoamingStatus::Home))
                .audit(book.log.clone())
                .observe_only()
                .gate(),
            false => gate(&book.log),
        };
        assert_eq!(decide(&gate).await.effect(), Effect::Allow);
        let reader = read(&book.path);
        book.log.shutdown_within(LONG).unwrap();
        assert_eq!(numbers(&reader.join().unwrap()), (1, 0));
    }
}

#[test]
fn l2_a_folder_or_a_socket_is_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in [folder.path(), &socket] {
        let error = DecisionLog::to(path).start().map(drop).unwrap_err().to_string();
        assert!(error.starts_with("cannot open the decision log"), "{error}");
    }
}

#[tokio::test]
async fn l3_what_is_lost_while_the_end_is_written_is_declared() {
    let book = pipe(|log| log);
    let gate = gate(&book.log);
    decided(&gate, 1).await;
    assert!(book.log.shutdown_within(Duration::from_millis(300)).is_err());
    // A request that was still under way.
    decided(&gate, 1).await;
    let reader = read(&book.path);
    book.log.shutdown_within(LONG).unwrap();
    assert_eq!(numbers(&reader.join().unwrap()), (1, 1));
}

#[tokio::test]
async fn l3_a_gap_that_cannot_be_declared_in_time_is_told() {
    let book = pipe(|log| log.queue(1, 1 << 20));
    let gate = gate(&book.log);
    decided(&gate, 3).await;
    let undone = book.log.shutdown_within(Duration::from_millis(1)).unwrap_err();
    assert_eq!(undone.0, 3);
    let reader = read(&book.path);
    book.log.shutdown_within(LONG).unwrap();
    decided(&gate, 1).await;
    assert_eq!(book.log.shutdown().unwrap_err().0, 1, "it came after the end");
    assert_eq!(numbers(&reader.join().unwrap()), (1, 2));
}

const MANY_WORDS: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: words, owner: tests@bank.example }
attributes: { request.note: { type: string }, request.tags: { type: strings } }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes: { pay: [{ path: /pay }] }
rules:
  - id: words
    description: d
    match: { routes: [pay], request.note: { notIn: [WORDS] }, request.tags: { containsNone: [WORDS] } }
    when: { line: roaming }
    effect: deny
"#;

#[tokio::test]
async fn l6_where_a_policy_tells_too_many_words_apart_no_cell_has_the_text() {
    let words: Vec<_> = (0..65).map(|at| format!("word-{at}")).collect();
    let book = Book::open(|log| log.in_cells());
    let provider = FixedProvider::new().with(line(1), RoamingStatus::Home);
    let policy = policy(&MANY_WORDS.replace("WORDS", &words.join(", ")));
    let gate = Gate::new(policy, provider).audit(book.log.clone());
    for note in ["for my divorce lawyer", "word-7"] {
        let attributes =
            Attributes::new().set("request.note", note).set("request.tags", vec!["private"]);
        gate.check_route("pay", &Subject::from(line(1)), &attributes).await.unwrap();
    }
    let lines = book.lines();
    assert_eq!(lines[0]["facts"], serde_json::json!({}));
    assert_eq!(lines[0]["leftOut"], serde_json::json!(["request.note", "request.tags"]));
    assert_eq!(lines[1]["facts"], serde_json::json!({ "request.note": "word-7" }));
    assert!(!book.text().contains("private"));
}

#[tokio::test]
async fn l_replay_a_value_of_another_type_is_said_and_not_guessed() {
    let typed = |kind: &str, test: &str| {
        policy(&MANY_WORDS.replace("{ type: string }", &format!("{{ type: {kind} }}")).replace(
            "request.note: { notIn: [WORDS] }, request.tags: { containsNone: [WORDS] }",
            &format!("request.note: {{ {test} }}"),
        ))
    };
    let book = Book::open(|log| log);
    let (old, new) = (std::sync::Arc::new(typed("number", "gte: 5")), typed("string", "is: five"));
    let (line, provider) = line_in(roamgate::LineState::Known(roaming_in("BR")));
    let gate = Gate::new(std::sync::Arc::clone(&old), provider).audit(book.log.clone());
    let attributes = Attributes::new().set("request.note", "five");
    gate.check_route("pay", &Subject::from(line), &attributes).await.unwrap();
    let text = book.text();
    assert!(text.contains(r#""facts":{"request.note":{"misfit":true}}"#), "{text}");
    let record = serde_json::from_str(&text).unwrap();
    let replayed = roamgate::replay::Replayer::new(&old).replay(&record).unwrap();
    assert!(replayed.is_as_recorded(&record), "{replayed:?} {text}");
    let told = roamgate::replay::Replayer::new(&new).replay(&record).unwrap_err();
    assert_eq!(told.name(), "otherType");
}
