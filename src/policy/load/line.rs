//! What is asked of the line: a verb, or verbs with their lists.

use std::time::Duration;

use super::condition::Lists;
use crate::document::{Finding, Node, NodeKind, Report, nearest};
use crate::policy::condition::LineTest;
use crate::policy::fact::FactKind;

const VERBS: &[&str] = &[
    "home",
    "roaming",
    "roamingIn",
    "roamingOutside",
    "locatedIn",
    "locatedOutside",
    "abroad",
    "countryChangedWithin",
    "differsFrom",
    "statusOlderThan",
];

/// Reads the value of `line`. Several verbs are joined by AND.
pub(super) fn load(
    node: &Node,
    lists: &mut Lists<'_>,
    report: &mut Report,
) -> Option<Vec<LineTest>> {
    match &node.kind {
        NodeKind::Text(word) => match word.as_str() {
            "home" => Some(vec![LineTest::Home]),
            "roaming" => Some(vec![LineTest::Roaming]),
            "abroad" => Some(vec![LineTest::Abroad]),
            verb @ ("roamingIn" | "roamingOutside" | "locatedIn" | "locatedOutside") => {
                report.add(needs(node, verb, "a list"));
                None
            }
            verb @ ("countryChangedWithin" | "statusOlderThan") => {
                report.add(needs(node, verb, "a duration"));
                None
            }
            verb @ "differsFrom" => {
                report.add(needs(node, verb, "a fact"));
                None
            }
            verb => {
                report.add(verb_problem(node, verb));
                None
            }
        },
        NodeKind::Map(entries) if !entries.is_empty() => {
            let tests: Vec<_> =
                entries.iter().map(|(verb, list)| with_value(verb, list, lists, report)).collect();
            tests.into_iter().collect()
        }
        _ => {
            let message = "`line` needs a verb, or a block with a verb and its list";
            let help = "write `line: roaming` or `line: { roamingOutside: [eea] }`";
            report.add(Finding::error("E022", node.place, message).help(help));
            None
        }
    }
}

/// A verb with its list, its duration or its fact.
fn with_value(
    verb: &Node,
    list: &Node,
    lists: &mut Lists<'_>,
    report: &mut Report,
) -> Option<LineTest> {
    let name = verb.text().unwrap_or_default();
    let test = match name {
        "roamingIn" => LineTest::RoamingIn,
        "roamingOutside" => LineTest::RoamingOutside,
        "locatedIn" => LineTest::LocatedIn,
        "locatedOutside" => LineTest::LocatedOutside,
        "countryChangedWithin" => {
            return duration(name, list, report).map(LineTest::CountryChangedWithin);
        }
        "statusOlderThan" => return duration(name, list, report).map(LineTest::StatusOlderThan),
        "differsFrom" => return differs_from(list, lists, report),
        "home" | "roaming" | "abroad" => {
            let message = format!("`{name}` takes no list");
            report.add(Finding::error("E008", verb.place, message).help(written(name)));
            return None;
        }
        _ => {
            report.add(verb_problem(verb, name));
            return None;
        }
    };
    let items = list.expect_list(name, report)?;
    if items.is_empty() {
        let message = format!("the list of `{name}` is empty");
        report.add(
            Finding::error("E007", list.place, message)
                .help("list countries, groups or network codes"),
        );
    }
    Some(test(lists.read(verb, items, report)))
}

/// Nothing is younger than no time at all.
fn duration(verb: &str, node: &Node, report: &mut Report) -> Option<Duration> {
    let duration = node.expect_duration(verb, report)?;
    if duration.is_zero() {
        let message = format!("`{verb}` needs a duration that is not zero");
        report.add(Finding::error("E023", node.place, message).help("write `2h`, `30m`, `1d`"));
        return None;
    }
    Some(duration)
}

fn differs_from(node: &Node, lists: &mut Lists<'_>, report: &mut Report) -> Option<LineTest> {
    let fact = lists.facts.expect(node, &FactKind::Country, report)?;
    Some(LineTest::DiffersFrom(fact))
}

fn needs(node: &Node, verb: &str, what: &str) -> Finding {
    Finding::error("E008", node.place, format!("`{verb}` needs {what}")).help(written(verb))
}

/// How a verb that stands in the place of a fact is written, if it is one.
pub(super) fn meant_by(name: &str) -> Option<String> {
    VERBS.contains(&name).then(|| written(name))
}

fn written(verb: &str) -> String {
    let value = match verb {
        "home" | "roaming" | "abroad" => return format!("write `line: {verb}`"),
        "countryChangedWithin" | "statusOlderThan" => "2h",
        "differsFrom" => "request.ipCountry",
        _ => "[eea, \"CH\"]",
    };
    format!("write `line: {{ {verb}: {value} }}`")
}

fn verb_problem(node: &Node, verb: &str) -> Finding {
    let near = nearest(verb, VERBS.iter().copied());
    let finding = Finding::error("E008", node.place, format!("`line` has no verb `{verb}`"));
    match near {
        Some(_) => finding.did_you_mean(near),
        None => finding.help(format!("the verbs are `{}`", VERBS.join("`, `"))),
    }
}
