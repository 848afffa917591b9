//! The schema that the guide shows describes what is written, and nothing else.

use roamgate::{Attributes, FixedProvider, Gate, LineState, Subject};
use serde_json::Value;

use crate::decision_log::Book;
use crate::support::*;

fn schema() -> Value {
    let page = std::fs::read_to_string("src/guide/decision_log.md").unwrap();
    let (_, rest) = page.split_once("```json (schema)\n").unwrap();
    serde_json::from_str(rest.split_once("```").unwrap().0).unwrap()
}

/// Does the value fit? The part of JSON Schema that the page uses.
fn misfit(schema: &Value, value: &Value, at: &str) -> Option<String> {
    let types: Vec<_> = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_type =
        types.is_empty() || types.contains(&own) || own == "integer" && types.contains(&"number");
    let is_listed = schema["enum"].as_array().is_none_or(|list| list.contains(value));
    let is_const = schema.get("const").is_none_or(|it| it == value);
    if !(is_type && is_listed && is_const) {
        return Some(format!("{at}: {value}"));
    }
    let items = value.as_array().into_iter().flatten();
    let inside = items.map(|item| (&schema["items"], item, at.to_owned()));
    let fields = value.as_object().into_iter().flatten();
    let fields = fields.map(|(name, field)| {
        let more = &schema["additionalProperties"];
        (schema["properties"].get(name).unwrap_or(more), field, format!("{at}/{name}"))
    });
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let missing = required.filter(|name| value.is_object() && value.get(name).is_none());
    let missing: Vec<_> = missing.map(|name| format!("{at}: no {name}")).collect();
    let found = inside.chain(fields).find_map(|(schema, value, at)| match schema {
        Value::Bool(false) => Some(format!("{at}: not described")),
        schema => misfit(schema, value, &at),
    });
    missing.into_iter().next().or(found)
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
