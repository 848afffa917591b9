//! `roamgate bench`: the shape of what it says, and how it ends. What it measures is this machine's.

use crate::command::{Files, json, roamgate};
use crate::replay;

#[test]
fn every_route_is_measured_and_all_of_them_together() {
    let measured =
        json(&roamgate(&["bench", "policies/payments-eea.yaml", "--format", "json"]).fine());
    let routes = measured["routes"].as_array().unwrap();
    assert_eq!(routes.len(), 1);
    assert_eq!(routes[0]["route"], "payments");
    let p = |name: &str| measured["all"][name].as_u64().unwrap();
    assert!(p("p50Ns") <= p("p99Ns") && p("p99Ns") <= p("p999Ns") && p("p999Ns") <= p("maxNs"));
    assert!(p("samples") >= measured["questions"].as_u64().unwrap());
    assert_eq!((&measured["leftOut"], &measured["ok"]), (&0.into(), &true.into()));
}

#[test]
fn a_log_says_what_is_asked_and_how_often() {
    let files = Files::new();
    let (policy, log) = (files.add("policy.yaml", replay::PAYMENTS), replay::log(&files));
    let measured = json(&roamgate(&["bench", &policy, "--log", &log, "--format", "json"]).fine());
    // Of eight records one lacks a fact and one the line, one would have been asked about again, and
    // one would have been waited for longer.
    assert_eq!((&measured["questions"], &measured["leftOut"]), (&4.into(), &4.into()));
}

#[test]
fn who_is_over_the_budget_is_told_by_the_exit_code() {
    let bench = |budget| roamgate(&["bench", "policies/payments-eea.yaml", "--max-p99", budget]);
    let (within, over) = (bench("60000ms"), bench("1ns"));
    assert_eq!((within.code, over.code), (0, 7));
    assert!(within.out.contains("within the budget: p99 is "), "{}", within.out);
    assert!(over.out.ends_with(", 1 ns are allowed\n"), "{}", over.out);
}

#[test]
fn a_budget_is_a_number_with_a_unit() {
    for (written, why) in [
        ("1", "write a number and `ns`, `us` or `ms`, such as `500ns`"),
        ("1s", "write a number and `ns`, `us` or `ms`, such as `500ns`"),
        ("0us", "it is no number above 0"),
    ] {
        let refused = roamgate(&["bench", "policies/payments-eea.yaml", "--max-p99", written]);
        assert_eq!(refused.code, 2, "{written}");
        assert!(refused.err.contains(why), "{written}: {}", refused.err);
    }
}
