//! `roamgate lookup`, against a sandbox over real HTTP.

use std::time::Duration;

use roamgate::sandbox::{Sandbox, SandboxBuilder};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::command::{Files, Run, binary, finished, json, roamgate};

mod verbose;

const BRAZIL: &str = "+34600007241";

/// A sandbox, and an aggregator file that reaches it.
struct Aggregator {
    sandbox: Sandbox,
    files: Files,
    file: String,
    runtime: Runtime,
}

impl Aggregator {
    fn start(dialect: &str) -> Self {
        Self::start_with(dialect, Sandbox::builder())
    }

    fn start_with(dialect: &str, sandbox: SandboxBuilder) -> Self {
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(sandbox.start()).unwrap();
        let scope = match dialect {
            "device-status-0.4" => "dpv:FraudPreventionAndDetection#device-status-roaming-read",
            _ => "openid dpv:FraudPreventionAndDetection device-roaming-status:read",
        };
        let text = format!(
            r#"apiVersion: roamgate/v1
kind: Aggregator
baseUrl: {}
client: {{ id: {}, authentication: {{ basic: {{ secret: {{ env: ROAMGATE_CLIENT_SECRET }} }} }} }}
grant: {{ ciba: {{ loginHint: ["tel:{{e164}}", "ipport:{{ipport}}"], scope: "{scope}" }} }}
api: {{ dialect: {dialect} }}
"#,
            sandbox.base_url(),
            sandbox.client_id()
        );
        let files = Files::new();
        let file = files.add("aggregator.yaml", &text);
        Self { sandbox, files, file, runtime }
    }

    fn lookup(&self, line: &str, more: &[&str]) -> Run {
        let mut command = binary();
        command.args(["lookup", line, "--aggregator", &self.file]).args(more);
        finished(command.env("ROAMGATE_CLIENT_SECRET", self.sandbox.client_secret()))
    }

    fn end(self) {
        self.runtime.block_on(self.sandbox.shutdown()).unwrap();
    }
}

/// The rounds of an answer, with the times checked and taken out.
fn rounds(run: &Run) -> Vec<Value> {
    let round = |line: &str| {
        let mut round = json(line);
        assert!(round["elapsedMs"].is_u64(), "{line}");
        round["elapsedMs"] = json!("some");
        round
    };
    run.out.lines().map(round).collect()
}

fn calls(bc_authorize: u64, token: u64, roaming: u64) -> Value {
    json!({ "bcAuthorize": bc_authorize, "token": token, "roaming": roaming })
}

#[test]
fn json_has_every_member_and_a_warm_token_costs_one_call() {
    let aggregator = Aggregator::start("device-status-0.4");
    let run = aggregator.lookup(BRAZIL, &["--format", "json", "--repeat", "3"]);
    let round = |calls| {
        json!({
            "status": "roaming", "mcc": "724", "countries": ["BR"], "confirmedAt": null,
            "reason": null, "calls": calls, "elapsedMs": "some",
        })
    };
    let expected = [round(calls(1, 1, 1)), round(calls(0, 0, 1)), round(calls(0, 0, 1))];
    assert_eq!((run.code, rounds(&run).as_slice(), run.err.as_str()), (0, &expected[..], ""));
    aggregator.end();
}

#[test]
fn each_status_has_its_shape_and_exit_code() {
    let aggregator = Aggregator::start("device-status-0.4");
    let unknown =
        |reason| json!({ "status": "unknown", "mcc": null, "countries": [], "reason": reason });
    let shared = json!(["BL", "GF", "GP", "MF", "MQ"]);
    let rows = [
        (
            "+34600000002",
            json!({ "status": "home", "mcc": null, "countries": [], "reason": null }),
            0,
        ),
        (
            "+34600003401",
            json!({ "status": "roaming", "mcc": "340", "countries": shared, "reason": null }),
            0,
        ),
        (
            "+34600009011",
            json!({ "status": "roaming", "mcc": "901", "countries": [], "reason": null }),
            0,
        ),
        (
            "+34600000001",
            json!({ "status": "roaming", "mcc": null, "countries": [], "reason": null }),
            0,
        ),
        ("+34600004040", unknown("identifierNotFound"), 1),
        ("+34600004033", unknown("noConsent"), 1),
        ("+34600005030", unknown("unavailable"), 1),
        ("+34600000003", unknown("consentPending"), 1),
    ];
    for (line, expected, code) in rows {
        let run = aggregator.lookup(line, &["--format", "json"]);
        let round = &rounds(&run)[0];
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(&round[member], value, "{member} of …{}", &line[8..]);
        }
        assert_eq!((run.code, run.err.as_str()), (code, ""));
    }
    aggregator.end();
}

#[test]
fn an_address_is_looked_up_like_a_number() {
    let rows = [
        ("device-status-0.4", "ip:198.51.26.21:5060", "roaming"),
        ("device-status-0.4", "ip:[2001:db8::2]", "home"),
        ("device-roaming-status-1", "ip:198.51.26.21:5060", "roaming"),
        ("device-roaming-status-1", "ip:[2001:db8::2621]:8080", "roaming"),
    ];
    for (dialect, line, status) in rows {
        let aggregator = Aggregator::start(dialect);
        let run = aggregator.lookup(line, &["--format", "json"]);
        let round = &rounds(&run)[0];
        assert_eq!((run.code, &round["status"]), (0, &json!(status)), "{dialect} {line}: {run:?}");
        assert_eq!(round["calls"], calls(1, 1, 1));
        aggregator.end();
    }
}

#[test]
fn what_the_aggregator_file_has_no_place_for_costs_nothing() {
    let aggregator = Aggregator::start("device-roaming-status-1");
    for line in ["external:1@example.com", "ip:203.0.113.7/10.0.0.1"] {
        let run = aggregator.lookup(line, &["--format", "json"]);
        let round = &rounds(&run)[0];
        assert_eq!((run.code, &round["reason"]), (1, &json!("notCovered")), "{line}");
        assert_eq!(round["calls"], calls(0, 0, 0));
    }
    aggregator.end();
}

#[test]
fn the_time_of_confirmation_is_told_where_the_network_tells_it() {
    let aggregator = Aggregator::start("device-roaming-status-1");
    let run = aggregator.lookup("+34600000034", &["--format", "json"]);
    let confirmed = rounds(&run)[0]["confirmedAt"].as_str().unwrap().to_owned();
    assert!(
        confirmed.parse::<jiff::Timestamp>().is_ok() && confirmed.ends_with('Z'),
        "{confirmed}"
    );
    aggregator.end();
}

#[test]
fn people_read_where_why_and_at_what_cost() {
    let aggregator = Aggregator::start("device-status-0.4");
    let shown = |run: &Run| run.out.rsplit_once("  time  ").unwrap().0.to_owned();
    let brazil = aggregator.lookup(BRAZIL, &[]);
    let expected = "roaming in BR (network code 724)

  confirmed  the network does not say when
  calls      bc-authorize 1, token 1, roaming 1
";
    assert_eq!((brazil.code, shown(&brazil).as_str(), brazil.err.as_str()), (0, expected, ""));
    let refused = aggregator.lookup("+34600004033", &[]);
    assert!(
        refused.out.starts_with("unknown (noConsent)\n\n  why        noConsent: "),
        "{}",
        refused.out
    );
    let repeated = aggregator.lookup("+34600000002", &["--repeat", "2"]);
    let lines: Vec<_> =
        repeated.out.lines().map(|line| line.rsplit_once("  ").unwrap().0).collect();
    assert_eq!(lines, ["   1  home  calls 1+1+1", "   2  home  calls 0+0+1"]);
    aggregator.end();
}

#[test]
fn a_pending_consent_is_waited_for_where_that_is_asked() {
    // One second is the shortest interval there is, and the one time that is waited here.
    let sandbox = Sandbox::builder().interval(Duration::from_secs(1));
    let aggregator = Aggregator::start_with("device-status-0.4", sandbox);
    let run = aggregator.lookup("+34600000013", &["--format", "json", "--wait", "30"]);
    let round = &rounds(&run)[0];
    assert_eq!((run.code, &round["status"], &round["calls"]), (0, &json!("home"), &calls(1, 2, 1)));
    aggregator.end();
}

#[test]
fn a_malformed_line_is_a_usage_error_that_repeats_no_digit() {
    let rows = [
        ("34600000001", "a line is an E.164 number and starts with `+`"),
        ("+34 600 000 001", "a line has only digits after `+`, no separators"),
        ("+0034600000", "a country code never starts with `0`"),
        ("ip:203.0.113.7", "an IPv4 address names a line only together with its port"),
        ("ip:2001:db8::1", "an address is written `203.0.113.7:5060` or `[2001:db8::1]`"),
        ("ip:203.0.113.7/x", "an address is written `203.0.113.7:5060` or `[2001:db8::1]`"),
        (
            "ip:127.0.0.1:80",
            "the address of a line is one that the internet sees, not a private, local or reserved one",
        ),
        (
            "external:1",
            "an external identifier is written `name@domain`, in ASCII and without spaces",
        ),
        ("+1234567890123456", "a line has 5 to 15 digits after `+`, this one has 16"),
    ];
    for (line, message) in rows {
        // Usage comes before a file that is not there.
        let run = roamgate(&["lookup", line, "--aggregator", "no/such.yaml"]);
        assert_eq!(run.refused(), (2, format!("error: {message}\n")));
    }
    let (code, told) =
        roamgate(&["lookup", BRAZIL, BRAZIL, "--aggregator", "no/such.yaml"]).refused();
    assert_eq!((code, told.lines().next()), (2, Some("error: unexpected argument '+…' found")));
}

#[test]
fn an_aggregator_file_that_cannot_be_used_ends_the_command() {
    let missing = "error: cannot read `no/such.yaml`: No such file or directory (os error 2)\n";
    let lookup = |path: &str| roamgate(&["lookup", BRAZIL, "--aggregator", path]).refused();
    assert_eq!(lookup("no/such.yaml"), (1, missing.to_owned()));

    let aggregator = Aggregator::start("device-status-0.4");
    let (code, unset) = lookup(&aggregator.file);
    assert_eq!(code, 3);
    let expected =
        "error: the environment variable that `client.authentication.basic.secret` names (";
    assert!(unset.starts_with(expected) && unset.ends_with(") is not set\n"), "{unset}");
    aggregator.end();

    let files = Files::new();
    let wrong = files.add("wrong.yaml", "apiVersion: roamgate/v1\nkind: Aggregator\n");
    let (code, told) = lookup(&wrong);
    assert_eq!(code, 3);
    assert!(told.starts_with("error[E018]: ") && told.ends_with("errors in 1 file\n"), "{told}");
}
