//! The conversation for programs: one JSON document a line.

use std::time::Duration;

use roamgate::camara::{Exchange, Message, Note, Step};
use serde::Serialize;

use super::{began, hints};
use crate::screen;

/// A request and what came of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    at_ms: u128,
    correlator: String,
    note: Option<&'a str>,
    exchange: Option<Told<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    endpoint: &'a str,
    method: &'a str,
    url: &'a str,
    request: Content<'a>,
    status: Option<u16>,
    code: Option<&'a str>,
    response: Option<Content<'a>>,
    failure: Option<&'a str>,
    help: Option<String>,
    elapsed_ms: u128,
}

#[derive(Serialize)]
struct Content<'a> {
    headers: Vec<Header<'a>>,
    body: Vec<&'a str>,
}

#[derive(Serialize)]
struct Header<'a> {
    name: &'a str,
    value: &'a str,
}

/// Prints a step to the standard error.
pub(super) fn print(step: &Step, since: Duration) {
    let document = match step {
        Step::Exchange(exchange) => of_exchange(exchange, since),
        Step::Note(note) => of_note(note, since),
        _ => return,
    };
    if let Ok(text) = serde_json::to_string(&document) {
        screen::warn(&text);
    }
}

fn of_note(note: &Note, since: Duration) -> Document<'_> {
    Document {
        at_ms: began(since, Duration::ZERO),
        correlator: note.correlator().to_string(),
        note: Some(note.text()),
        exchange: None,
    }
}

fn of_exchange(exchange: &Exchange, since: Duration) -> Document<'_> {
    let response = exchange.response();
    let told = Told {
        endpoint: exchange.endpoint(),
        method: exchange.method(),
        url: exchange.url(),
        request: content(exchange.request()),
        status: response.map(roamgate::camara::Response::status),
        code: response.and_then(roamgate::camara::Response::code),
        response: response.map(|response| content(response.message())),
        failure: exchange.failure(),
        help: hints::of(exchange),
        elapsed_ms: exchange.elapsed().as_millis(),
    };
    Document {
        at_ms: began(since, exchange.elapsed()),
        correlator: exchange.correlator().to_string(),
        note: None,
        exchange: Some(told),
    }
}

fn content(message: &Message) -> Content<'_> {
    let header = |(name, value)| Header { name, value };
    Content { headers: message.headers().map(header).collect(), body: message.body().collect() }
}
