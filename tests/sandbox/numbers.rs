//! The table of numbers.

use std::time::Duration;

use roamgate::Line;
use roamgate::country::Mcc;
use roamgate::sandbox::{SCENARIOS, Scenario};
use roamgate::status::Visited;

use crate::client::line;

#[test]
fn the_end_of_a_number_chooses_its_scenario() {
    let network = |mcc| Scenario::Roaming(Visited::network(Mcc::new(mcc).unwrap()));
    let rows = [
        ("+34600002621", network(262)),
        ("+12621", network(262)),
        ("+34600009991", network(999)),
        ("+34600000001", Scenario::Roaming(Visited::default())),
        ("+34600006001", Scenario::Roaming(Visited::default())),
        ("+34600002622", Scenario::Home),
        ("+34600000003", Scenario::PendingUntilGranted),
        ("+34600000993", Scenario::PendingPolls(99)),
        ("+34600001003", Scenario::PendingFor(Duration::ZERO)),
        ("+34600001993", Scenario::PendingFor(Duration::from_secs(99))),
        ("+34600002003", Scenario::Home),
        ("+34600004290", Scenario::RateLimited { retry_after: Duration::from_secs(2) }),
        ("+34600000000", Scenario::Home),
        ("+34600000004", Scenario::Home),
        ("+34600000005", Scenario::Delayed(Duration::ZERO)),
        ("+34600000305", Scenario::Delayed(Duration::from_secs(3))),
        ("+34600666006", Scenario::TokenLives(600)),
        ("+34777777777", Scenario::Home),
        ("+34600000008", Scenario::Home),
        ("+34600000009", Scenario::Home),
    ];
    for (number, scenario) in rows {
        assert_eq!(Scenario::of(line(number)), scenario, "{number}");
    }
}

#[test]
fn a_line_without_a_number_has_the_digits_that_it_ends_in() {
    let address = |text: &str| Line::parse_address(text).unwrap();
    let external = |text: &str| Line::external(text).unwrap();
    let roams = Scenario::Roaming(Visited::default());
    let germany = Scenario::Roaming(Visited::network(Mcc::new(262).unwrap()));
    let rows = [
        (address("198.51.26.21:5060"), germany.clone()),
        (address("203.0.113.1:5062"), roams.clone()),
        (address("203.0.113.2:5061"), Scenario::Home),
        (address("[2001:db8::2621]"), germany.clone()),
        (address("[2001:db8::1]"), roams.clone()),
        (address("[2001:db8::3]"), Scenario::PendingUntilGranted),
        (address("[2001:db8::1a]"), Scenario::Home),
        (external("2621@example.com"), germany),
        (external("customer-1@example.com"), roams),
        (external("customer@example1"), Scenario::Home),
    ];
    for (line, scenario) in rows {
        assert_eq!(Scenario::of(line), scenario, "{}", line.expose());
    }
}

#[test]
fn the_example_of_every_rule_is_decided_by_that_rule() {
    for (at, rule) in SCENARIOS.iter().enumerate() {
        let earlier = SCENARIOS[..at].iter().find(|earlier| fits(earlier.ending, rule.example));
        assert!(fits(rule.ending, rule.example) && earlier.is_none(), "{rule:?}");
    }
}

fn fits(ending: &str, number: &str) -> bool {
    let digits = &number[number.len() - ending.len()..];
    ending.chars().zip(digits.chars()).all(|(a, b)| a.is_alphabetic() || a == b)
}
