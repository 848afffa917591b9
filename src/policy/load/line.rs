//! Condition blocks: what is asked of the line.

use super::groups::Groups;
use crate::document::{Finding, Node, NodeKind, Report, nearest};
use crate::policy::condition::LineTest;

/// Facts and connectives the specification has and this build does not.
pub(super) const UNBUILT_FACTS: &[&str] =
    &["anyOf", "not", "time", "subject.id", "subject.groups", "line.numberCountry", "line.proof"];
const UNBUILT_VERBS: &[&str] = &[
    "abroad",
    "locatedIn",
    "locatedOutside",
    "countryChangedWithin",
    "differsFrom",
    "statusOlderThan",
];
const VERBS: &[&str] = &["home", "roaming", "roamingIn", "roamingOutside"];

const EXAMPLE: &str = "write what must be so: `{ line: roaming }`";

/// Reads `when` or `require`: facts joined by AND.
pub(super) fn load(node: &Node, groups: &mut Groups, report: &mut Report) -> Option<Vec<LineTest>> {
    if let NodeKind::Text(name) = &node.kind {
        let message =
            format!("`{name}` refers to `conditions`, which this build does not have yet");
        report.add(Finding::error("E000", node.place, message).help("write the condition here"));
        return None;
    }
    let NodeKind::Map(entries) = &node.kind else {
        let message = format!("a condition is a block of keys, this is {}", node.describe());
        report.add(Finding::error("E022", node.place, message).help(EXAMPLE));
        return None;
    };
    if entries.is_empty() {
        let message = "a condition needs at least one fact";
        report.add(Finding::error("E018", node.place, message).help(EXAMPLE));
    }
    // Every fact is read before one that is missing is noticed, so that all problems are found.
    let tests: Vec<_> =
        entries.iter().map(|(key, value)| fact(key, value, groups, report)).collect();
    Some(tests.into_iter().collect::<Option<Vec<_>>>()?.concat())
}

fn fact(
    key: &Node,
    value: &Node,
    groups: &mut Groups,
    report: &mut Report,
) -> Option<Vec<LineTest>> {
    match key.text().unwrap_or_default() {
        "line" => line(value, groups, report),
        name if UNBUILT_FACTS.contains(&name) => {
            report.add(unbuilt(key, name));
            None
        }
        name => {
            let finding = Finding::error("E008", key.place, format!("there is no fact `{name}`"));
            let near = nearest(name, UNBUILT_FACTS.iter().copied().chain(["line"]));
            report.add(match near {
                Some(_) => finding.did_you_mean(near),
                None => finding.help("the fact of this build is `line`: write `line: roaming`"),
            });
            None
        }
    }
}

fn line(node: &Node, groups: &mut Groups, report: &mut Report) -> Option<Vec<LineTest>> {
    match &node.kind {
        NodeKind::Text(word) => match word.as_str() {
            "home" => Some(vec![LineTest::Home]),
            "roaming" => Some(vec![LineTest::Roaming]),
            verb @ ("roamingIn" | "roamingOutside") => {
                let help = format!("write `line: {{ {verb}: [eea, \"CH\"] }}`");
                report.add(
                    Finding::error("E008", node.place, format!("`{verb}` needs a list")).help(help),
                );
                None
            }
            verb => {
                report.add(verb_problem(node, verb));
                None
            }
        },
        NodeKind::Map(entries) if !entries.is_empty() => {
            let tests: Vec<_> =
                entries.iter().map(|(verb, list)| listed(verb, list, groups, report)).collect();
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

/// A verb with its list.
fn listed(verb: &Node, list: &Node, groups: &mut Groups, report: &mut Report) -> Option<LineTest> {
    let name = verb.text().unwrap_or_default();
    let test = match name {
        "roamingIn" => LineTest::RoamingIn,
        "roamingOutside" => LineTest::RoamingOutside,
        "home" | "roaming" => {
            let message = format!("`{name}` takes no list");
            report.add(
                Finding::error("E008", verb.place, message).help(format!("write `line: {name}`")),
            );
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
    Some(test(groups.list(items, report)))
}

fn verb_problem(node: &Node, verb: &str) -> Finding {
    if UNBUILT_VERBS.contains(&verb) {
        return unbuilt(node, verb);
    }
    let near = nearest(verb, VERBS.iter().chain(UNBUILT_VERBS).copied());
    let finding = Finding::error("E008", node.place, format!("`line` has no verb `{verb}`"));
    match near {
        Some(_) => finding.did_you_mean(near),
        None => finding.help(format!("the verbs are `{}`", VERBS.join("`, `"))),
    }
}

fn unbuilt(node: &Node, name: &str) -> Finding {
    let message = format!("`{name}` is part of the language, but this build does not have it yet");
    Finding::error("E000", node.place, message).help("remove it; it is refused rather than ignored")
}
