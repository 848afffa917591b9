//! The pages for operators and for data protection: no reason is missing, and the sums are right.

use roamgate::UnknownReason;
use roamgate::policy::{Fault, Hostile};

use crate::guide_page::Page;

/// The first cells of the rows of a table, which begins with this head.
fn first_cells(page: &Page, head: &str) -> Vec<String> {
    let (_, table) = page.text.split_once(&format!("| {head} |")).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('|').nth(1).unwrap().trim().trim_matches('`').to_owned()).collect()
}

#[test]
fn operators_find_every_reason_and_every_fault() {
    let page = Page::read("operations.md");
    let reasons = first_cells(&page, "reason");
    let known: Vec<_> = UnknownReason::ALL.iter().map(|reason| reason.name()).collect();
    assert_eq!(reasons, known);
    let faults = first_cells(&page, "fault");
    for fault in [Fault::Path(Hostile::DotSegment), Fault::Identifier, Fault::AuditUnavailable] {
        assert!(faults.contains(&fault.name().to_owned()), "{}", fault.name());
    }
}

#[test]
fn the_calls_of_a_month_are_what_the_formula_says() {
    let page = Page::read("operations.md");
    let (before, rest) = page.text.split_once("<!-- calls: ").unwrap();
    let (settings, rest) = rest.split_once(" -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let settings: Vec<(&str, f64)> = settings
        .split(' ')
        .map(|setting| setting.split_once('=').unwrap())
        .map(|(name, value)| (name, value.parse().unwrap()))
        .collect();
    let [("L", lines), ("W", windows), ("k", requests)] = settings[..] else {
        panic!("{settings:?}")
    };
    let calls = |instances: f64| {
        lines * windows * instances * (1.0 - (1.0 - 1.0 / instances).powf(requests))
    };
    let mut table = "| instances | calls a month | compared with one |\n|---|---|---|\n".to_owned();
    for instances in [1.0, 2.0, 4.0, 8.0] {
        let (calls, times) = (calls(instances), calls(instances) / calls(1.0));
        table += &format!("| {instances} | {} | {times:.2} |\n", grouped(calls));
    }
    let words: Vec<_> = settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    page.hold(&format!("{before}<!-- calls: {} -->\n{table}<!-- end -->{after}", words.join(" ")));
}

/// `1,234,567`.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().collect();
    groups.iter().map(|group| std::str::from_utf8(group).unwrap()).collect::<Vec<_>>().join(",")
}

/// What alarms and pages name must be counted somewhere.
#[test]
fn every_metric_that_the_pages_name_exists() {
    let root = env!("CARGO_MANIFEST_DIR");
    let table = std::fs::read_to_string(format!("{root}/src/metrics/table.rs")).unwrap();
    for name in ["operations.md", "data_protection.md"] {
        let page = Page::read(name);
        let named: Vec<_> = page
            .text
            .match_indices("roamgate_")
            .map(|(at, _)| {
                let rest = &page.text[at..];
                let end = rest.find(|it: char| !(it.is_ascii_lowercase() || it == '_'));
                rest[..end.unwrap_or(rest.len())].trim_end_matches("_bucket")
            })
            .collect();
        assert!(!named.is_empty(), "{name} names no metric");
        for metric in named {
            assert!(table.contains(&format!("\"{metric}\"")), "{name}: there is no {metric}");
        }
    }
}

/// Each alarm of the rule file has a row in the runbook, and each row an alarm.
#[test]
fn every_alarm_has_a_row_in_the_runbook() {
    let path = format!("{}/examples/dashboards/roamgate-alerts.yaml", env!("CARGO_MANIFEST_DIR"));
    let rules = std::fs::read_to_string(path).unwrap();
    let alarms = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    let page = Page::read("operations.md");
    assert_eq!(first_cells(&page, "alarm"), alarms.collect::<Vec<_>>());
}
