//! `exceptions`: for a while, and for a few, a rule does not mean what it says.

use std::sync::Arc;
use std::time::SystemTime;

use super::condition::Reader;
use crate::document::{Fields, Finding, Known, Node, NodeKind, Place, Report, Until};
use crate::policy::condition::{Condition, FactTest};
use crate::policy::effect::Effect;
use crate::policy::rule::Reduction;

/// An exception as its file has it.
#[derive(Debug)]
pub(crate) struct ExceptionDraft {
    pub(crate) place: Place,
    pub(crate) description: Option<Arc<str>>,
    /// The rules that it names, and where.
    pub(crate) rules: Vec<(Arc<str>, Place)>,
    /// What it does to each of them.
    pub(crate) reduction: Reduction,
    pub(crate) expires: Until,
}

const EXCEPTION: Known = Known {
    what: "an exception",
    keys: &[
        "id",
        "description",
        "rules",
        "match",
        "reduceTo",
        "notBefore",
        "expires",
        "ticket",
        "approvedBy",
    ],
    unbuilt: &[],
};

/// What an exception can make of an objection.
const REDUCED: &[(&str, Effect)] = &[("allow", Effect::Allow), ("stepUp", Effect::StepUp)];

/// What nobody may forget, and what to write.
const LIMITS: &[(&str, &str)] = &[
    ("expires", "no exception holds for ever: write when it ends, such as `expires: 2027-04-30`"),
    ("ticket", "write where it was decided, such as `ticket: SEC-4711`"),
];

/// Reads the exceptions of a file.
pub(super) fn load(
    file: &Fields<'_>,
    reader: &mut Reader<'_>,
    report: &mut Report,
) -> Vec<ExceptionDraft> {
    let items = file.get("exceptions").and_then(|node| node.expect_list("exceptions", report));
    let items = items.unwrap_or_default().iter();
    let exceptions = items.filter_map(|node| exception(node, reader, report)).collect();
    // The lists are nobody's but the exception's.
    reader.groups.take_written();
    exceptions
}

fn exception(node: &Node, reader: &mut Reader<'_>, report: &mut Report) -> Option<ExceptionDraft> {
    let fields = Fields::of(node, EXCEPTION, report)?;
    let id = fields.required("id", report).and_then(|node| {
        let id = node.expect_text("id", report)?;
        super::identifier::check("exception id", node, id, report).then_some((id, node.place))
    });
    let description = fields.text("description", report);
    let rules = rules(&fields, report);
    let matching = fields.required("match", report).and_then(|node| reader.condition(node, report));
    let to = fields.required("reduceTo", report).and_then(|node| reduced(node, report));
    for key in ["ticket", "approvedBy"] {
        fields.text(key, report);
    }
    let span = span(&fields, report);
    let ((id, place), (from, expires)) = (id?, span?);
    let live = FactTest::Live { from, until: expires.moment() };
    let condition = Condition::All(vec![Condition::Fact(live), matching?]);
    let reduction = Reduction { id: id.into(), condition, to: to? };
    let description = description.map(Into::into);
    Some(ExceptionDraft { place, description, rules, reduction, expires })
}

fn reduced(node: &Node, report: &mut Report) -> Option<Effect> {
    if node.text() == Some("deny") {
        let help = "an exception makes a rule milder: `stepUp` or `allow`";
        let message = "`deny` is not a value of `reduceTo`";
        report.add(Finding::error("E003", node.place, message).help(help));
        return None;
    }
    node.expect_word("reduceTo", REDUCED, report)
}

fn rules(fields: &Fields<'_>, report: &mut Report) -> Vec<(Arc<str>, Place)> {
    let Some(list) = fields.required("rules", report) else { return Vec::new() };
    let items = list.expect_list("rules", report).unwrap_or_default();
    if items.is_empty() && matches!(list.kind, NodeKind::List(_)) {
        let message = "the exception names no rule";
        let help = "list the rules that it lowers, by their ids";
        report.add(Finding::error("E018", list.place, message).help(help));
    }
    let named = |item: &Node| Some((item.expect_item("rules", report)?.into(), item.place));
    items.iter().filter_map(named).collect()
}

/// From when, and until when.
fn span(fields: &Fields<'_>, report: &mut Report) -> Option<(Option<SystemTime>, Until)> {
    for (key, help) in LIMITS.iter().filter(|(key, _)| fields.get(key).is_none()) {
        let message = format!("an exception needs the key `{key}`");
        report.add(Finding::error("E010", fields.place(), message).help(*help));
    }
    let from = fields.get("notBefore").map(|node| node.expect_from(report));
    let expires = fields.get("expires")?.expect_until(report)?;
    let from = from.map_or(Some(None), |read| read.map(Some))?;
    if from.is_some_and(|from| expires.moment() <= from) {
        let help = "write an `expires` that comes after `notBefore`";
        let message = "the exception ends before it starts";
        report.add(Finding::error("E011", expires.place, message).help(help));
    }
    Some((from, expires))
}
