//! The page, the dashboard and the alerts speak of metrics that exist.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use regex::Regex;
use roamgate::metrics::{Kind, METRICS, Metric, Told, Values};
use serde_json::Value;

use crate::page::Page;

const BEGIN: &str = "<!-- from the table of the code -->\n";
const END: &str = "<!-- end -->\n";

#[test]
fn the_page_of_metrics_is_the_table_of_the_code() {
    let page = Page::read("metrics.md");
    let (before, rest) = page.text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    page.hold(&format!("{before}{BEGIN}{}{END}{after}", table()));
}

fn table() -> String {
    let mut text = "| metric | kind | labels | tells |\n|---|---|---|---|\n".to_owned();
    for metric in METRICS {
        let labels: Vec<_> = metric.labels.iter().map(|it| format!("`{}`", it.name)).collect();
        let (kind, labels, tells) = (metric.kind, labels.join(", "), metric.description);
        let mark = if metric.told == Told::WhenPublished { " *" } else { "" };
        writeln!(text, "| `{}`{mark} | {kind} | {labels} | {tells} |", metric.name).unwrap();
    }
    text += "\n| label | values |\n|---|---|\n";
    let mut known = BTreeSet::new();
    for (metric, label) in METRICS.iter().flat_map(|it| it.labels.iter().map(move |at| (it, at))) {
        let values = match label.values {
            Values::Closed(values) => {
                values().iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" ")
            }
            Values::Named(what) => what.to_owned(),
            _ => panic!("a kind of label that the page does not know"),
        };
        if known.insert((label.name, values.clone())) {
            let is_shared = METRICS.iter().filter_map(|it| it.label(label.name)).any(|other| {
                matches!((other.values, label.values), (Values::Closed(a), Values::Closed(b)) if a() != b())
            });
            let of = if is_shared { format!(" of `{}`", metric.name) } else { String::new() };
            writeln!(text, "| `{}`{of} | {values} |", label.name).unwrap();
        }
    }
    text
}

/// What is wrong with a query: names and labels that do not exist.
fn faults(query: &str, rules: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    let named = Regex::new(r"(roamgate[_:][a-z0-9_:]+)(?:\{([^}]*)\})?").unwrap();
    let mut labels = BTreeSet::from(["le".to_owned(), "instance".to_owned(), "job".to_owned()]);
    for found in named.captures_iter(query) {
        let name = &found[1];
        if rules.contains(name) {
            continue;
        }
        let Some(metric) = metric(name) else {
            faults.push(format!("there is no `{name}`"));
            continue;
        };
        labels.extend(metric.labels.iter().map(|label| label.name.to_owned()));
        let matchers = found.get(2).map_or("", |it| it.as_str());
        faults.extend(
            matchers
                .split(',')
                .filter(|it| !it.is_empty())
                .filter_map(|matcher| misfit(metric, matcher)),
        );
    }
    let grouped = Regex::new(r"(?:by|without|on|ignoring) \(([^)]*)\)").unwrap();
    for group in grouped.captures_iter(query) {
        let unknown = group[1].split(',').map(str::trim).filter(|it| !labels.contains(*it));
        faults.extend(unknown.map(|label| format!("no metric here has a label `{label}`")));
    }
    faults
}

/// The metric behind a name, of which histograms have three.
fn metric(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| match metric.kind {
        Kind::Histogram => {
            let parts = ["_bucket", "_sum", "_count"];
            parts.iter().any(|part| name.strip_suffix(part) == Some(metric.name))
        }
        _ => metric.name == name,
    })
}

fn misfit(metric: &Metric, matcher: &str) -> Option<String> {
    let parts = Regex::new(r#"^ *([a-z]+)(=~|!~|!=|=)"([^"]*)" *$"#).unwrap().captures(matcher);
    let Some(parts) = parts else { return Some(format!("`{matcher}` is no matcher")) };
    if ["instance", "job"].contains(&&parts[1]) {
        return None;
    }
    let Some(label) = metric.label(&parts[1]) else {
        return Some(format!("`{}` has no label `{}`", metric.name, &parts[1]));
    };
    let Values::Closed(values) = label.values else { return None };
    let known = values();
    let unknown =
        parts[3].split('|').find(|value| !value.starts_with('$') && !known.contains(value));
    unknown.map(|value| format!("`{}` of `{}` is never `{value}`", label.name, metric.name))
}

fn read(name: &str) -> String {
    let path = format!("{}/examples/dashboards/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[derive(serde::Deserialize)]
struct Rules {
    groups: Vec<Group>,
}

#[derive(serde::Deserialize)]
struct Group {
    name: String,
    rules: Vec<Rule>,
}

#[derive(serde::Deserialize)]
struct Rule {
    record: Option<String>,
    alert: Option<String>,
    expr: String,
    #[serde(default)]
    labels: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    annotations: std::collections::BTreeMap<String, String>,
}

fn rules() -> Vec<Rule> {
    let rules: Rules = serde_yaml::from_str(&read("roamgate-alerts.yaml")).unwrap();
    assert!(rules.groups.iter().all(|group| !group.name.is_empty()));
    rules.groups.into_iter().flat_map(|group| group.rules).collect()
}

fn recorded() -> BTreeSet<String> {
    rules().into_iter().filter_map(|rule| rule.record).collect()
}

#[test]
fn every_alert_asks_for_what_exists_and_says_what_to_do() {
    let recorded = recorded();
    let guide = std::fs::read_to_string("src/guide/metrics.md").unwrap();
    for rule in rules() {
        let name = rule.record.as_ref().or(rule.alert.as_ref()).unwrap();
        assert_eq!(faults(&rule.expr, &recorded), Vec::<String>::new(), "{name}");
        if rule.alert.is_some() {
            assert!(["page", "ticket"].contains(&&*rule.labels["severity"]), "{name}");
            for part in ["summary", "description"] {
                assert!(rule.annotations[part].len() > 20, "{name} has no {part}");
            }
            assert!(guide.contains(&format!("`{name}`")), "the guide does not know {name}");
        }
    }
}

#[test]
fn every_panel_of_the_dashboard_asks_for_what_exists() {
    let dashboard: Value = serde_json::from_str(&read("roamgate.json")).unwrap();
    let recorded = recorded();
    for part in ["title", "uid", "schemaVersion", "panels", "templating", "time", "refresh"] {
        assert!(!dashboard[part].is_null(), "the dashboard has no {part}");
    }
    let source = &dashboard["templating"]["list"][0];
    assert_eq!((&source["type"], &source["query"]), (&"datasource".into(), &"prometheus".into()));
    let (mut ids, mut asked) = (BTreeSet::new(), BTreeSet::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}: its id stands twice");
        for part in ["x", "y", "w", "h"] {
            assert!(panel["gridPos"][part].is_u64(), "{title} has no place");
        }
        if panel["type"] == "row" {
            continue;
        }
        assert!(panel["description"].as_str().is_some_and(|it| it.len() > 20), "{title}");
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap();
            assert!(target["refId"].is_string(), "{title}");
            assert_eq!(faults(query, &recorded), Vec::<String>::new(), "{title}");
            asked.extend(METRICS.iter().map(|it| it.name).filter(|name| query.contains(name)));
        }
    }
    let unseen = METRICS.iter().map(|it| it.name).filter(|name| !asked.contains(name));
    assert_eq!(
        unseen.collect::<Vec<_>>(),
        ["roamgate_policy_active_since_seconds", "roamgate_reload_checked_seconds"]
    );
}

#[test]
fn panels_do_not_lie_on_each_other() {
    let dashboard: Value = serde_json::from_str(&read("roamgate.json")).unwrap();
    let mut taken = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let at = |part: &str| panel["gridPos"][part].as_u64().unwrap();
        for (x, y) in (at("x")..at("x") + at("w"))
            .flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y)))
        {
            assert!(x < 24 && taken.insert((x, y)), "{}: {x}, {y}", panel["title"]);
        }
    }
}
