//! What is asked of a free fact: operators with their values, joined by AND.

use std::sync::Arc;

use super::condition::Lists;
use crate::document::{Finding, Node, NodeKind, Report, nearest};
use crate::policy::condition::{Comparison, FactTest, Membership, Quantity};
use crate::policy::fact::{Fact, FactKind, number};

/// Reads the block of a fact.
pub(super) fn load(
    fact: &Arc<Fact>,
    node: &Node,
    lists: &mut Lists<'_>,
    report: &mut Report,
) -> Option<Vec<FactTest>> {
    let NodeKind::Map(entries) = &node.kind else {
        let message = format!("`{}` is asked with a block, this is {}", fact.name, node.describe());
        report.add(Finding::error("E022", node.place, message).help(example(fact)));
        return None;
    };
    if entries.is_empty() {
        let message = format!("`{}` is asked nothing", fact.name);
        report.add(Finding::error("E018", node.place, message).help(example(fact)));
    }
    let tests: Vec<_> =
        entries.iter().map(|(verb, value)| test(fact, verb, value, lists, report)).collect();
    tests.into_iter().collect()
}

/// The operators of a type.
fn verbs(kind: &FactKind) -> &'static [&'static str] {
    match kind {
        FactKind::Number => &["eq", "gt", "gte", "lt", "lte"],
        FactKind::Text | FactKind::Enum(_) => &["is", "in", "notIn"],
        FactKind::Texts => &["containsAny", "containsAll", "containsNone"],
        FactKind::Country | FactKind::Countries => &["in", "notIn"],
        FactKind::Boolean => &["is"],
    }
}

fn test(
    fact: &Arc<Fact>,
    verb: &Node,
    value: &Node,
    lists: &mut Lists<'_>,
    report: &mut Report,
) -> Option<FactTest> {
    let name = verb.text().unwrap_or_default();
    if !verbs(&fact.kind).contains(&name) {
        report.add(no_operator(fact, verb, name));
        return None;
    }
    let fact = Arc::clone(fact);
    match fact.kind {
        FactKind::Number => {
            let bound = bound(value, name, report)?;
            Some(FactTest::Number { fact, comparison: comparison(name), bound })
        }
        FactKind::Boolean => {
            let NodeKind::Bool(is, _) = value.kind else {
                let message =
                    format!("`is` asks for `true` or `false`, this is {}", value.quoted());
                report.add(Finding::error("E022", value.place, message).help(value.truth_meant()));
                return None;
            };
            Some(FactTest::Boolean { fact, value: is })
        }
        FactKind::Country | FactKind::Countries => {
            let items = filled(value, name, report)?;
            let list = lists.read(verb, items, report);
            Some(FactTest::Places { fact, list, verb: membership(name) })
        }
        FactKind::Text | FactKind::Enum(_) => {
            let values = match name {
                "is" => words(&fact, std::slice::from_ref(value), name, report),
                _ => words(&fact, filled(value, name, report)?, name, report),
            };
            Some(FactTest::Text { fact, values: values?, verb: membership(name) })
        }
        FactKind::Texts => {
            let values = words(&fact, filled(value, name, report)?, name, report)?;
            Some(FactTest::Texts { fact, values, quantity: quantity(name) })
        }
    }
}

fn comparison(verb: &str) -> Comparison {
    match verb {
        "eq" => Comparison::Equal,
        "gt" => Comparison::Greater,
        "gte" => Comparison::GreaterOrEqual,
        "lt" => Comparison::Less,
        _ => Comparison::LessOrEqual,
    }
}

fn membership(verb: &str) -> Membership {
    match verb {
        "is" => Membership::Is,
        "in" => Membership::In,
        _ => Membership::NotIn,
    }
}

fn quantity(verb: &str) -> Quantity {
    match verb {
        "containsAny" => Quantity::Any,
        "containsAll" => Quantity::All,
        _ => Quantity::None,
    }
}

fn bound(node: &Node, verb: &str, report: &mut Report) -> Option<f64> {
    let bound = match &node.kind {
        NodeKind::Number(written) => number(written),
        _ => None,
    };
    if bound.is_none() {
        let message = format!("{} is not a number for `{verb}`", node.quoted());
        let help = "write digits without quotes and separators: `10000`, `0.5`";
        report.add(Finding::error("E023", node.place, message).help(help));
    }
    bound
}

fn filled<'a>(node: &'a Node, verb: &str, report: &mut Report) -> Option<&'a [Node]> {
    let items = node.expect_list(verb, report)?;
    if items.is_empty() {
        let message = format!("the list of `{verb}` is empty");
        report.add(Finding::error("E018", node.place, message).help("list at least one value"));
    }
    Some(items)
}

/// Texts, which for an enum are among its values. Sorted, without repetition.
fn words(fact: &Fact, items: &[Node], verb: &str, report: &mut Report) -> Option<Vec<Arc<str>>> {
    let words = items.iter().map(|item| {
        let word: Arc<str> = item.expect_item(verb, report)?.into();
        if let FactKind::Enum(values) = &fact.kind
            && !values.contains(&word)
        {
            let message = format!("`{word}` is not a value of `{}`", fact.name);
            let finding = Finding::error("E008", item.place, message);
            let near = nearest(&word, values.iter().map(AsRef::as_ref));
            report.add(match near {
                Some(_) => finding.did_you_mean(near),
                None => finding.help(format!("its values are `{}`", values.join("`, `"))),
            });
        }
        Some(word)
    });
    let words: Vec<_> = words.collect();
    let mut words = words.into_iter().collect::<Option<Vec<_>>>()?;
    words.sort_unstable();
    words.dedup();
    Some(words)
}

fn no_operator(fact: &Fact, verb: &Node, name: &str) -> Finding {
    let known = verbs(&fact.kind);
    let message = format!(
        "`{name}` cannot be asked of `{}`, which is of the type `{}`",
        fact.name,
        fact.kind.name()
    );
    let finding = Finding::error("E008", verb.place, message);
    let near = nearest(name, known.iter().copied());
    match near {
        Some(_) => finding.did_you_mean(near),
        None => finding.help(format!("ask `{}`", known.join("`, `"))),
    }
}

fn example(fact: &Fact) -> String {
    let block = match &fact.kind {
        FactKind::Number => "gte: 200".to_owned(),
        FactKind::Text => "in: [a, b]".to_owned(),
        FactKind::Enum(values) => {
            format!("in: [{}]", values.first().map_or("a", |value| value as &str))
        }
        FactKind::Texts => "containsAny: [a, b]".to_owned(),
        FactKind::Country | FactKind::Countries => "in: [eea, \"CH\"]".to_owned(),
        FactKind::Boolean => "is: true".to_owned(),
    };
    format!("write `{}: {{ {block} }}`", fact.name)
}
