//! The incident that the operator's page tells: it is played, and the page shows what was written.

use std::time::Duration;

use roamgate::camara::{Aggregator, BreakerState, Client};
use roamgate::sandbox::Sandbox;
use roamgate::{CachedProvider, Clock, Gate, Head, Line};
use serde_json::Value;

use crate::decision_log::Book;
use crate::flow::number;
use crate::guide_page::Page;
use crate::records::Log;
use crate::support::*;

/// The night, and what was written in it.
struct Night {
    gate: Gate,
    sandbox: Sandbox,
    client: std::sync::Arc<Client>,
    book: Book,
    log: Log,
    wall: Clock,
    told: String,
    seen: (usize, usize),
}

/// A customer at home, who pays again and again.
fn anna() -> Line {
    number("0002")
}

impl Night {
    async fn begin() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let log = Log::start();
        let begin: jiff::Timestamp = "2026-03-15T02:00:00Z".parse().unwrap();
        let (begin, since) = (std::time::SystemTime::from(begin), tokio::time::Instant::now());
        let wall = Clock::from_fn(move || begin + since.elapsed());
        let text = format!(
            "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {}\n\
             client: {{ id: {}, authentication: {{ basic: {{ secret: {{ env: UNUSED }} }} }} }}\n\
             grant: {{ ciba: {{ loginHint: \"tel:{{e164}}\", scope: \"dpv:FraudPreventionAndDetection#device-status-roaming-read\" }} }}\n\
             api: {{ dialect: device-status-0.4 }}\ntimeouts: {{ attempt: 20s, total: 50s }}\n",
            sandbox.base_url(),
            sandbox.client_id(),
        );
        let aggregator = Aggregator::from_yaml("aggregator.yaml", &text).unwrap();
        let aggregator = aggregator.client_secret(sandbox.client_secret()).clock(wall.clone());
        let client = std::sync::Arc::new(Client::new(aggregator).unwrap());
        let book = Book::open(|log| log);
        // Whatever else the machine does meanwhile.
        let text = std::fs::read_to_string("policies/payments-eea.yaml").unwrap();
        let policy = policy(&text.replacen("routes:", "freshness: { maxWait: 1m }\nroutes:", 1));
        let provider = CachedProvider::new(std::sync::Arc::clone(&client))
            .deadline(Duration::from_secs(60))
            .clock(wall.clone());
        let gate = Gate::new(policy, provider).audit(book.log.clone()).clock(wall.clone());
        let (told, seen) = (String::new(), (0, 0));
        Self { gate, sandbox, client, book, log, wall, told, seen }
    }

    /// Waits until this moment of the night, and says what happens then.
    async fn at(&mut self, moment: &str, what: &str) {
        let moment: jiff::Timestamp = format!("2026-03-15T{moment}Z").parse().unwrap();
        let left = std::time::SystemTime::from(moment).duration_since(self.wall.now());
        let left = left.unwrap_or_default();
        tokio::time::pause();
        tokio::time::advance(left).await;
        // What waits for a socket does not see the clock stand.
        tokio::time::resume();
        let moment = moment.strftime("%H:%M:%S");
        self.told += &format!("\n**{moment}** {what}\n");
    }

    async fn pays(&self, line: Line) -> String {
        let decision = self.gate.check(&Head::of(&http(line), "")).await;
        decision.effect().name().to_owned()
    }

    /// Shows what was written since the last time: events, and of the records the first.
    fn shows(&mut self) {
        let is_told = |line: &String| {
            let is_loud = line.starts_with("WARN") || line.starts_with("ERROR");
            // The night is not today, to the server's own clock.
            is_loud && !line.contains("clock_skew_seconds")
        };
        let events: Vec<_> = self.log.lines().into_iter().filter(is_told).collect();
        let records = self.book.lines();
        let mut lines: Vec<_> = events[self.seen.0..].iter().map(|it| without_chance(it)).collect();
        let more = records.len() - self.seen.1;
        lines.extend(records.get(self.seen.1).map(shortened));
        if more > 1 {
            lines.push(format!("… and {} more like it", more - 1));
        }
        self.seen = (events.len(), records.len());
        self.told += &format!("\n```text\n{}\n```\n", lines.join("\n"));
    }

    async fn goes_on(&self, chapter: usize) {
        match chapter {
            0 | 2 => assert_eq!(self.pays(anna()).await, "allow"),
            1 => {
                self.sandbox.outage(true);
                for other in 0..30 {
                    assert_eq!(self.pays(number(&format!("1{other:02}0002"))).await, "stepUp");
                }
                assert!(self.is_left_alone());
            }
            3 => assert_eq!(self.pays(anna()).await, "stepUp"),
            _ => {
                self.sandbox.outage(false);
                assert_eq!(self.pays(number("2000002")).await, "allow");
                assert_eq!(self.pays(anna()).await, "allow");
            }
        }
    }

    fn is_left_alone(&self) -> bool {
        let endpoints = self.client.state().endpoints;
        endpoints.iter().any(|endpoint| matches!(endpoint.breaker, BreakerState::Open(_)))
    }
}

/// For how long a breaker opens is a little chance.
fn without_chance(event: &str) -> String {
    let words = event.split(' ').map(|word| match word.split_once('=') {
        Some(("seconds", _)) => "seconds=…",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The record without what is chance, and without what the page does not speak of.
fn shortened(record: &Value) -> String {
    let field = |name: &str| format!("\"{name}\":{}", record[name]);
    let fields = ["seq", "route", "effect", "rule", "reason"].map(field);
    // To the minute: the machine may be slow.
    let time = &record["time"].as_str().unwrap()[..16];
    let line = &record["line"];
    let line = format!("{{\"status\":{},\"reason\":{},…}}", line["status"], line["reason"]);
    format!("{{\"time\":\"{time}…\",{},\"line\":{line},…}}", fields.join(","))
}

/// What happens, and when.
const STORY: [(&str, &str); 5] = [
    ("02:00:00", "Anna pays, at home. One lookup, and her answer is known for five minutes."),
    (
        "02:03:00",
        "The aggregator begins to answer 503, and thirty other customers pay. The first of them are asked about in vain; \
         then the breaker opens, and the rest is decided without a call. Nobody is let through: all of them are asked to confirm.",
    ),
    ("02:04:00", "Anna pays, and notices nothing: her answer is four minutes old. No alarm yet."),
    ("02:06:00", "Anna pays again. Now her answer is too old, and she has to confirm."),
    (
        "02:09:00",
        "A minute ago `RoamgateBreakerOpen` fired; nobody was refused, so no other alarm did. Now the aggregator is back. \
         Nobody has to do anything: the next payment of somebody new is the probe.",
    ),
];

#[tokio::test]
async fn the_page_tells_an_incident_as_it_was_written() {
    let mut night = Night::begin().await;
    for (number, (moment, what)) in STORY.into_iter().enumerate() {
        night.at(moment, what).await;
        night.goes_on(number).await;
        night.shows();
    }
    assert!(!night.is_left_alone());

    let page = Page::read("operations.md");
    let (before, rest) = page.text.split_once("<!-- incident -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    page.hold(&format!("{before}<!-- incident -->\n{}\n<!-- end -->{after}", night.told));
    night.book.log.shutdown_within(Duration::from_secs(60)).unwrap();
}
