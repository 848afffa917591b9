//! `roamgate lookup --verbose`: the conversation, as it is shown. The screens stand in `conversations/`; write them
//! anew with `ROAMGATE_BLESS=1`, and read what has changed.

use std::fs;
use std::path::Path;

use regex::Regex;
use serde_json::Value;

use super::{Aggregator, BRAZIL};
use crate::command::{Run, binary, finished, json};

/// A refusal: what is changed in the aggregator file that works, and the line that is asked about.
struct Case {
    name: &'static str,
    line: &'static str,
    change: (&'static str, &'static str),
}

const fn case(
    name: &'static str,
    line: &'static str,
    change: (&'static str, &'static str),
) -> Case {
    Case { name, line, change }
}

const SCOPE: &str = "#device-status-roaming-read";
const GRANT: &str = r##"ciba: { loginHint: ["tel:{e164}", "ipport:{ipport}"], scope: "dpv:FraudPreventionAndDetection#device-status-roaming-read" }"##;
const CASES: [Case; 9] = [
    case("accepted", BRAZIL, ("", "")),
    case("invalid-client", BRAZIL, ("mock_sandbox_app_id", "another-app")),
    case("invalid-scope", BRAZIL, (SCOPE, "#device-status-roaming-red")),
    case("login-hint", BRAZIL, ("tel:{e164}", "msisdn:{e164}")),
    case("dialect", BRAZIL, ("device-status-0.4", "device-status-0.5")),
    case("path", BRAZIL, ("api: {", "endpoints: { roaming: BASE/nowhere }\napi: {")),
    case("refused-by-customer", "+34600004033", ("", "")),
    case("failing", "+34600005030", ("", "")),
    case("two-legged", BRAZIL, (GRANT, "clientCredentials: { scope: device-status-roaming-read }")),
];

impl Aggregator {
    /// A file that differs in one place.
    fn changed(&self, (from, to): (&str, &str)) -> String {
        let text = fs::read_to_string(&self.file).unwrap();
        assert!(text.contains(from), "{from}");
        let to = to.replace("BASE", &self.sandbox.base_url());
        self.files.add("changed.yaml", &text.replacen(from, &to, 1))
    }

    fn told(&self, file: &str, line: &str, more: &[&str]) -> Run {
        let mut command = binary();
        command.args(["lookup", line, "--aggregator", file, "--verbose"]).args(more);
        let secret = self.sandbox.client_secret();
        finished(command.env("ROAMGATE_CLIENT_SECRET", secret).env("COLUMNS", "80"))
    }

    /// Both streams, without what differs from run to run.
    fn screen(&self, run: &Run) -> String {
        let text = format!("{}--- stdout, exit {}\n{}", run.err, run.code, run.out);
        let patterns = [
            (regex_of(&self.sandbox.base_url()), "http://SANDBOX"),
            (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}".to_owned(), "CORRELATOR"),
            (r" *\+[0-9]+ ms".to_owned(), " +N ms"),
            (r"[0-9]+ ms".to_owned(), "N ms"),
            ("date: .*GMT".to_owned(), "date: DATE"),
        ];
        patterns.iter().fold(text, |text, (pattern, name)| {
            Regex::new(pattern).unwrap().replace_all(&text, *name).into_owned()
        })
    }
}

fn regex_of(text: &str) -> String {
    text.replace('.', "[.]")
}

#[test]
fn the_conversation_is_shown_with_what_to_do_about_a_refusal() {
    let aggregator = Aggregator::start("device-status-0.4");
    for Case { name, line, change } in &CASES {
        let run = aggregator.told(&aggregator.changed(*change), line, &[]);
        let screen = aggregator.screen(&run);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/lookup/conversations");
        let path = Path::new(folder).join(format!("{name}.txt"));
        if std::env::var_os("ROAMGATE_BLESS").is_some() {
            fs::write(&path, &screen).unwrap();
        }
        assert_eq!(screen, fs::read_to_string(&path).unwrap(), "{name}");
        for secret in ["34600", aggregator.sandbox.client_secret()] {
            assert!(!screen.contains(secret), "{name}: {secret}");
        }
    }
    aggregator.end();
}

#[test]
fn an_aggregator_that_nobody_reaches_is_told_apart_from_one_that_refuses() {
    let aggregator = Aggregator::start("device-status-0.4");
    let file = aggregator.changed(("", ""));
    let text = fs::read_to_string(&file).unwrap();
    let text = text.replace(&aggregator.sandbox.base_url(), "http://127.0.0.1:9");
    let run = aggregator.told(&aggregator.files.add("nobody.yaml", &text), BRAZIL, &[]);
    let (_, told) = run.err.rsplit_once("number›\n").unwrap();
    let told = Regex::new("[0-9]+ ms").unwrap().replace_all(told, "N ms");
    let expected = "       \
       > scope=dpv:FraudPreventionAndDetection#device-status-roaming-read
       ! unavailable: the bc-authorize endpoint could not be reached (connection
         refused), after N ms
       = help: nobody listens there; check host and port in `baseUrl` or
               `endpoints`\n\n";
    assert_eq!((run.code, told.as_ref()), (1, expected));
    aggregator.end();
}

#[test]
fn programs_read_a_document_a_step_and_the_answer_apart_from_them() {
    let aggregator = Aggregator::start("device-status-0.4");
    let file = aggregator.changed(("", ""));
    let run = aggregator.told(&file, BRAZIL, &["--format", "json", "--repeat", "2"]);
    let steps: Vec<Value> = run.err.lines().map(json).collect();
    let told = |step: &Value| match &step["exchange"] {
        Value::Null => step["note"].as_str().unwrap().to_owned(),
        exchange => format!("{} {}", exchange["endpoint"].as_str().unwrap(), exchange["status"]),
    };
    let expected = [
        "bc-authorize 200",
        "token 200",
        "roaming 200",
        "the token is one that is remembered",
        "roaming 200",
    ];
    assert_eq!(steps.iter().map(told).collect::<Vec<_>>(), expected);
    let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&steps[3]), ["atMs", "correlator", "exchange", "note"]);
    let every = [
        "code",
        "elapsedMs",
        "endpoint",
        "failure",
        "help",
        "method",
        "request",
        "response",
        "status",
        "url",
    ];
    assert_eq!(members(&steps[0]["exchange"]), every);
    assert_eq!(steps[2]["exchange"]["request"]["body"][0], r#"{"ueId": {"msisdn": "+‹number›"}}"#);
    assert_eq!((run.code, run.out.lines().count()), (0, 2));
    assert!(!run.err.contains("34600"), "{}", run.err);
    aggregator.end();
}
