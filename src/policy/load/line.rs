//! What is asked of the line: a verb, or verbs with their lists.

use super::groups::Groups;
use super::unbuilt;
use crate::document::{Finding, Node, NodeKind, Report, nearest};
use crate::policy::condition::LineTest;

const UNBUILT_VERBS: &[&str] = &["countryChangedWithin", "differsFrom", "statusOlderThan"];
const VERBS: &[&str] =
    &["home", "roaming", "roamingIn", "roamingOutside", "locatedIn", "locatedOutside", "abroad"];

/// Reads the value of `line`. Several verbs are joined by AND.
pub(super) fn load(node: &Node, groups: &mut Groups, report: &mut Report) -> Option<Vec<LineTest>> {
    match &node.kind {
        NodeKind::Text(word) => match word.as_str() {
            "home" => Some(vec![LineTest::Home]),
            "roaming" => Some(vec![LineTest::Roaming]),
            "abroad" => Some(vec![LineTest::Abroad]),
            verb @ ("roamingIn" | "roamingOutside" | "locatedIn" | "locatedOutside") => {
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
        "locatedIn" => LineTest::LocatedIn,
        "locatedOutside" => LineTest::LocatedOutside,
        "home" | "roaming" | "abroad" => {
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
    Some(test(groups.list_of_verb(verb, items, report)))
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
