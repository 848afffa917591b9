//! `roamgate demo`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::command::{binary, roamgate, roamgate_at};

#[test]
fn every_row_of_the_tour_is_as_expected() {
    let text = roamgate(&["demo", "--once"]).fine();
    assert!(text.ends_with("\n16 requests, all as expected\n"), "{text}");
    for answer in
        ["200 allow", "401 stepUp", "403 deny", "503 deny", "(unavailable)", "(consentPending)"]
    {
        assert!(text.contains(answer), "{answer}");
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 80 && line == line.trim_end()),
        "{text}"
    );
}

#[test]
fn a_wide_terminal_has_the_rule_beside_the_answer() {
    let text = roamgate_at(120, &["demo", "--once"]).fine();
    let brazil = text.lines().find(|line| line.contains("Brazil  ")).unwrap();
    assert!(brazil.contains("  403 deny    payments-outside-eea  "), "{brazil}");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
}

#[test]
fn after_the_tour_the_service_goes_on_and_its_decisions_are_shown() {
    let mut demo = binary().arg("demo").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines().map(Result::unwrap);
    let curl = lines.find(|line| line.starts_with("  curl -i -X POST ")).unwrap();
    assert!(curl.ends_with("/v1/payments -H 'x-line: +34600007241'"), "{curl}");
    lines.find(|line| line.starts_with("serving until ctrl-c")).unwrap();

    let url = curl.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    let address = url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let answer = crate::command::post(address, "/v1/payments", "x-line: +34600007241");
    assert!(answer.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{answer}");
    let malformed = crate::command::post(address, "/v1/payments", "x-line: 600");
    assert!(malformed.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{malformed}");
    let shown: Vec<_> = lines.filter(|line| !line.is_empty()).take(2).collect();
    let expected = [
        "  deny    payments    payments-outside-eea",
        "  deny    -           the caller's fault (malformedIdentifier)",
    ];
    assert_eq!(shown, expected);

    let id = demo.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(demo.wait().unwrap().code(), Some(0));
}

#[test]
fn an_address_that_cannot_be_listened_on_is_a_failure() {
    let (code, told) = roamgate(&["demo", "--once", "--listen", "192.0.2.1:1"]).refused();
    assert_eq!(code, 1);
    assert!(told.starts_with("error: cannot listen on `192.0.2.1:1`: "), "{told}");
}
