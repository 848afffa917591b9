//! `roamgate replay`, and `roamgate explain --decision`.

use serde_json::{Value, json};

use crate::command::{Files, json, roamgate};

pub(crate) const PAYMENTS: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: payments, owner: tests@bank.example }
defaults: { unmatchedRoute: allow, onUnknown: stepUp, stepUp: { acrValues: [sca] } }
routes: { payments: [{ method: POST, path: "/v1/payments" }] }
rules:
  - id: payments-outside-eea
    description: d
    match: { routes: [payments] }
    when: { line: { roamingOutside: [eea, eu-outermost] } }
    unless: { subject.groups: { containsAny: [corporate-travel] } }
    effect: deny
"#;

/// A record of another policy, which allowed everything.
fn record(number: u8, line: Value, facts: Value) -> Value {
    json!({
        "seq": number, "run": "5d7c", "schema": "roamgate.decision/v1",
        "time": "2026-03-15T10:00:00Z", "id": format!("{number:032x}"), "correlator": "c",
        "policy": "sha256:0", "routing": "0", "route": "pay",
        "request": { "method": "POST", "template": "/v1/payments", "preflight": false },
        "deferred": [], "effect": "allow", "rule": null, "reason": null, "satisfied": false,
        "projected": null, "fault": null, "observed": false, "line": line, "facts": facts,
        "leftOut": [], "rollouts": [], "assurance": { "acr": null, "authTime": null },
        "subject": { "key": "k", "hmac": format!("{:02x}", number % 2) },
    })
}

fn roaming(code: &str) -> Value {
    json!({ "status": "roaming", "mcc": null, "countries": [code], "reason": null, "limit": null, "age": "1s", "asked": "1s", "waited": null, "fresh": null, "believed": null, "confirmed": null })
}

pub(crate) fn log(files: &Files) -> String {
    let nobody = json!({ "subject.groups": null });
    let traveller = json!({ "subject.groups": ["corporate-travel"] });
    let unknown = json!({ "status": "unknown", "mcc": null, "countries": [], "reason": "timeout", "limit": "0.1s", "age": null, "asked": null, "waited": "0.1s", "fresh": "300s", "believed": "300s", "confirmed": null });
    let mut old = roaming("FR");
    old["asked"] = json!("301s");
    let records = [
        record(1, roaming("BR"), nobody.clone()),
        record(2, roaming("BR"), nobody.clone()),
        record(3, roaming("FR"), nobody.clone()),
        record(4, roaming("BR"), traveller),
        record(5, Value::Null, nobody.clone()),
        record(6, roaming("BR"), json!({})),
        record(7, unknown, nobody.clone()),
        record(8, old, nobody),
    ];
    let mut text: String = records.iter().map(|record| format!("{record}\n")).collect();
    text +=
        "{\"gap\":3,\"from\":9,\"to\":11,\"run\":\"5d7c\"}\n{\"schema\":\"other/v1\"}\nnonsense\n";
    text += "{\"seq\":12,\"schema\":\"roamgate.deci";
    files.add("log.jsonl", &text)
}

#[test]
fn a_replay_tells_who_would_be_decided_otherwise_and_what_cannot_be_said() {
    let files = Files::new();
    let policy = files.add("payments.yaml", PAYMENTS);
    let text = roamgate(&["replay", &log(&files), "--policy", &policy]).fine();
    let expected = format!(
        "pay
  newly denied (was allow) by payments-outside-eea
    roaming:BR: 2 records of 2 customers, first {:032x}

4 records replayed: 2 as before, 2 newly denied, 0 newly challenged, 0 newly allowed

4 records cannot be replayed
  1: the record does not say `subject.groups`, which no rule asked for then (first in line 6)
  1: nobody asked about the line, and this policy would have (first in line 5)
  1: this policy would have asked for a newer answer (first in line 8)
  1: this policy would have waited longer for the answer (first in line 7)

3 records cannot be read
  1: it is no record: it is not JSON (first in line 11)
  1: it is not whole: its writer was interrupted (first in line 12)
  1: its schema is `other/v1`, not `roamgate.decision/v1` (first in line 10)

the log declares 3 records lost
",
        1
    );
    assert_eq!(text, expected);
}

#[test]
fn a_replay_for_programs_has_every_member() {
    let files = Files::new();
    let policy = files.add("payments.yaml", PAYMENTS);
    let text = roamgate(&["replay", &log(&files), "--policy", &policy, "--format", "json"]).fine();
    let found = json(&text);
    let change = json!({
        "route": "pay", "line": "roaming:BR", "from": "allow", "to": "deny",
        "rule": "payments-outside-eea", "reason": null, "records": 2, "customers": 2,
        "first": format!("{:032x}", 1),
    });
    assert_eq!(found["changes"], json!([change]));
    assert_eq!(
        found["notReplayed"][0],
        json!({
            "kind": "missingFact", "records": 1, "firstLine": 6,
            "message": "the record does not say `subject.groups`, which no rule asked for then",
        })
    );
    let counts = [
        "records",
        "asBefore",
        "newlyDenied",
        "newlyChallenged",
        "newlyAllowed",
        "lost",
        "withdrawn",
    ];
    let counts: Vec<_> = counts.iter().map(|name| found[name].as_u64().unwrap()).collect();
    assert_eq!(counts, [8, 2, 2, 0, 0, 3, 0]);
    assert_eq!(found["unreadable"].as_array().unwrap().len(), 3);
}

#[test]
fn a_record_of_more_countries_than_a_network_is_in_is_not_replayed() {
    let files = Files::new();
    let policy = files.add("payments.yaml", PAYMENTS);
    let codes = ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES"];
    let line = |countries: &[&str]| {
        let mut line = roaming("AT");
        line["countries"] = json!(countries);
        format!("{}\n", record(1, line, json!({ "subject.groups": null })))
    };
    let log = files.add("log.jsonl", &(line(&codes[..8]) + &line(&codes)));
    let found = json(&roamgate(&["replay", &log, "--policy", &policy, "--format", "json"]).fine());
    assert_eq!(
        found["notReplayed"],
        json!([{
            "kind": "malformed", "records": 1, "firstLine": 2,
            "message": "`line` of the record is not what it should be",
        }])
    );
    assert_eq!(found["asBefore"], json!(1));
}

#[test]
fn exit_codes_of_a_replay_are_those_of_the_contract() {
    let files = Files::new();
    let (log, broken) =
        (log(&files), files.add("p.yaml", "apiVersion: roamgate/v1\nkind: RoamingPolicy\n"));
    let policy = files.add("payments.yaml", PAYMENTS);
    let rows: [(&[&str], i32); 4] = [
        (&["replay", &log], 2),
        (&["replay", "no/such.log", "--policy", &policy], 1),
        (&["replay", &log, "--policy", &broken], 3),
        (&["replay", &log, "--policy", "no/such.yaml"], 1),
    ];
    for (arguments, code) in rows {
        assert_eq!(roamgate(arguments).code, code, "{arguments:?}");
    }
}

#[test]
fn a_decision_on_record_is_spelled_out_for_support_staff() {
    let files = Files::new();
    let (log, id) = (log(&files), format!("{:032x}", 1));
    let text = roamgate(&["explain", "--decision", &id, "--log", &log]).fine();
    let expected = format!(
        "allow  decision {id} at 2026-03-15T10:00:00Z

  request   POST /v1/payments
  route     pay
  rule      none
  reason    none
  line      roaming:BR, asked 1s before
  fact      subject.groups: missing
  subject   01 (key k)
  asked as  c

sha256:0
"
    );
    assert_eq!(text, expected);
    let policy = files.add("payments.yaml", PAYMENTS);
    let text = roamgate(&["explain", "--decision", &id, "--log", &log, "-p", &policy]).fine();
    let rules = "› payments-outside-eea  applies: deny\n    `roamingOutside` holds: the line is roaming in BR\n";
    assert!(text.contains("another policy decided; this one is sha256:"), "{text}");
    assert!(text.contains(rules), "{text}");
    let asked = ["explain", "--decision", &id, "--log", &log, "-p", &policy, "--format", "json"];
    let found = json(&roamgate(&asked).fine());
    assert_eq!((&found["record"]["id"], &found["samePolicy"]), (&json!(id), &json!(false)));
    assert_eq!(found["explanation"]["rules"][0]["outcome"], "true");
}

#[test]
fn a_decision_that_is_not_on_record_is_a_usage_error() {
    let files = Files::new();
    let log = log(&files);
    let asked = |id: &str| roamgate(&["explain", "--decision", id, "--log", &log]).refused();
    let (code, told) = asked(&"f".repeat(32));
    assert_eq!(
        (code, told),
        (
            2,
            format!(
                "error: `{log}` has no record of this decision; it declares 3 records lost, and 3 lines of it cannot be read; there may be older files of the log\n"
            )
        )
    );
    let (code, told) = asked("12");
    assert_eq!(code, 2);
    assert!(told.contains("it is the `instance` of an answer: 32 hexadecimal digits"), "{told}");
    let id = "0".repeat(32);
    assert_eq!(roamgate(&["explain", "--decision", &id]).code, 2);
    assert_eq!(roamgate(&["explain", "--decision", &id, "--log", &log, "--line", "home"]).code, 2);
}

#[test]
fn what_clients_wrote_is_no_command_to_the_terminal_of_whoever_reads_it() {
    let files = Files::new();
    let hostile = "x\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{61c}\u{200b}";
    let mut written = record(1, roaming("BR"), json!({ "request.note": hostile }));
    written["route"] = json!(hostile);
    written["line"]["status"] = json!(hostile);
    written["subject"]["key"] = json!(hostile);
    let log = files.add("log.jsonl", &format!("{written}\n"));
    let id = format!("{:032x}", 1);
    let policy = files.add("payments.yaml", PAYMENTS);
    let explained = roamgate(&["explain", "--decision", &id, "--log", &log]).fine();
    let shown = "request.note: x\\u{1b}]0;owned\\u{7}\\u{9b}31m\\u{202e}\\u{61c}\\u{200b}";
    assert!(explained.contains(shown), "{explained}");
    let replayed = roamgate(&["replay", &log, "--policy", &policy]).fine();
    for text in [explained, replayed] {
        let is_obeyed =
            |it: char| it != '\n' && it.is_control() || "\u{202e}\u{61c}\u{200b}".contains(it);
        assert!(!text.contains(is_obeyed), "{text:?}");
    }
}

#[test]
fn a_record_that_was_withdrawn_is_not_replayed_and_explained_as_such() {
    let files = Files::new();
    let id = format!("{:032x}", 1);
    let withdrawn = json!({ "seq": 2, "run": "5d7c", "schema": "roamgate.withdrawn/v1", "id": id, "policy": "sha256:0" });
    let nobody = json!({ "subject.groups": null });
    let log =
        files.add("log.jsonl", &format!("{}\n{withdrawn}\n", record(1, roaming("BR"), nobody)));
    let policy = files.add("payments.yaml", PAYMENTS);
    let text = roamgate(&["replay", &log, "--policy", &policy]).fine();
    assert!(text.contains("0 records replayed"), "{text}");
    assert!(
        text.contains("1 record of requests that did not go on, and are not replayed\n"),
        "{text}"
    );
    let text = roamgate(&["explain", "--decision", &id, "--log", &log]).fine();
    assert!(text.contains("withdrawn  the request did not go on"), "{text}");
    let text = roamgate(&["explain", "--decision", &id, "--log", &log, "--format", "json"]).fine();
    assert_eq!(json(&text)["withdrawn"], json!(true));
}

#[test]
fn check_with_a_log_tells_where_waiting_is_in_vain() {
    let files = Files::new();
    let text = PAYMENTS.replacen("routes:", "freshness: { maxWait: 100ms }\nroutes:", 1);
    let text = text.replace("roamingOutside: [eea, eu-outermost]", "roamingIn: [\"BR\"]");
    let policy = files.add("payments.yaml", &text);
    let unknown = json!({ "status": "unknown", "mcc": null, "countries": [], "reason": "timeout", "limit": "0.1s", "age": null, "asked": null });
    let mut waited = roaming("BR");
    waited["asked"] = json!("0.08s");
    let at_hand = roaming("BR");
    let line = |state: &Value| format!("{}\n", record(1, state.clone(), json!({})));
    let log = line(&unknown).repeat(5) + &line(&waited).repeat(95) + &line(&at_hand).repeat(900);
    let log = files.add("log.jsonl", &(log + "torn"));

    let run = roamgate(&["check", "--log", &log, &policy]);
    let expected = format!(
        "warning[W113]: `maxWait` is 100ms, and 5 of the 100 requests of the log that waited got no answer in that time
 --> {policy}:6:23
  |
6 | freshness: {{ maxWait: 100ms }}
  |                       ^^^^^
  = help: at most 1 in 100 should: wait longer, put `lookup: prefetch` on the route before, or let `onUnknown` say what they get

1 warning in 1 file
"
    );
    assert_eq!(run.fine(), expected);
    let told = roamgate(&["check", "--format", "json", "--log", &log, &policy]).fine();
    assert!(!json(&told)["notRun"].as_array().unwrap().contains(&"W113".into()));

    let run = roamgate(&["check", "--log", "no/such/log", &policy]);
    assert_eq!((run.code, run.err.contains("cannot read `no/such/log`")), (1, true), "{}", run.err);
}
