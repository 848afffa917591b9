//! The schema that the guide shows describes what is written, and nothing else.

use roamgate::{Attributes, FixedProvider, Gate, LineState, Subject};
use serde_json::Value;

use crate::decision_log::Book;
use crate::shape::misfit;
use crate::support::*;

fn schema() -> Value {
    let page = std::fs::read_to_string("src/guide/decision_log.md").unwrap();
    let (_, rest) = page.split_once("```json (schema)\n").unwrap();
    serde_json::from_str(rest.split_once("```").unwrap().0).unwrap()
}

#[tokio::test]
async fn the_schema_of_the_guide_describes_every_record() {
    let (schema, book) = (schema(), Book::open(|log| log));
    let known = [LineState::HOME, LineState::Known(roaming_in("BR"))];
    let reasons = roamgate::UnknownReason::line_reasons().map(LineState::Unknown);
    for state in known.into_iter().chain(reasons) {
        let (line, provider) = line_in(state);
        let gate = Gate::new(policy(STRICT), provider).audit(book.log.clone());
        gate.check_route("payments", &Subject::from(line), &Attributes::new()).await.unwrap();
    }
    let gate = Gate::new(policy(STRICT), FixedProvider::new()).audit(book.log.clone());
    for path in ["/v1//payments", "/v1/payments", "/elsewhere"] {
        let request = http::Request::get(path).body(()).unwrap();
        gate.check(&roamgate::Head::of(&request, "")).await;
    }
    let lines = book.lines();
    assert_eq!(lines.len(), 19);
    for line in lines {
        assert_eq!(misfit(&schema, &line, ""), None, "{line}");
        let written: Vec<_> = line.as_object().unwrap().keys().cloned().collect();
        let described: Vec<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(written, described);
    }
}

#[test]
fn a_record_that_is_no_record_does_not_fit_the_schema() {
    let broken = serde_json::json!({ "seq": "1" });
    assert!(misfit(&schema(), &broken, "").is_some());
}
