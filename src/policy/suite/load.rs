//! From nodes to cases and proofs: every problem of the file at once.

use std::collections::HashMap;
use std::sync::Arc;

use super::case::{Case, ExpectedReason, Setting};
use super::proof::{Bound, Proof};
use super::selection::Selection;
use super::{Named, Suite};
use crate::document::{
    Fields, Finding, Known, Node, NodeKind, Problem, Report, Source, advise, nearest, parse,
    visible,
};
use crate::policy::effect::Effect;
use crate::policy::keys::SUITE;
use crate::policy::load::FactTable;
use crate::policy::states::parse_line_state;
use crate::status::{LineFacts, ReasonGroup, UnknownReason};

const DOCUMENT: Known = Known {
    what: "a test file",
    keys: &["apiVersion", "kind", "metadata", "now", "cases", "forAll"],
    unbuilt: &[],
};
const METADATA: Known = Known { what: "`metadata`", keys: &["name", "policies"], unbuilt: &[] };
const CASE: Known = Known {
    what: "a case",
    keys: &["name", "route", "line", "set", "expect", "by", "notBy", "reason"],
    unbuilt: &[],
};
const PROOF: Known = Known {
    what: "a `forAll`",
    keys: &["name", "route", "where", "expect", "expectAtLeast", "expectAtMost"],
    unbuilt: &[],
};
const EFFECTS: &[(&str, Effect)] =
    &[("allow", Effect::Allow), ("stepUp", Effect::StepUp), ("deny", Effect::Deny)];

pub(super) fn load(source: &Source) -> Result<Suite, Vec<Problem>> {
    let mut report = Report::new(source);
    let suite = parse(source, &mut report).and_then(|root| {
        let suite = document(&root, source, &mut report);
        advise(&root, &SUITE, &mut report);
        suite
    });
    match suite.filter(|_| !report.has_errors()) {
        Some(suite) => Ok(suite),
        None => Err(report.finish()),
    }
}

fn document(root: &Node, source: &Source, report: &mut Report) -> Option<Suite> {
    let fields = Fields::of(root, DOCUMENT, report)?;
    fields.expect_kind("RoamingPolicyTest", report);
    let metadata = fields.required("metadata", report);
    let metadata = metadata.and_then(|node| Fields::of(node, METADATA, report));
    let name = metadata.as_ref().and_then(|metadata| metadata.required_text("name", report));
    let policies = metadata.as_ref().and_then(|metadata| policies(metadata, report));
    let now = fields.get("now").and_then(|node| node.expect_moment("now", report));
    let [cases, proofs] = ["cases", "forAll"].map(|key| items(&fields, key, report));
    [cases, proofs].into_iter().for_each(|nodes| check_names(nodes, report));
    let cases: Vec<_> = cases.iter().filter_map(|node| case(node, report)).collect();
    let proofs: Vec<_> = proofs.iter().filter_map(|node| proof(node, report)).collect();
    if cases.is_empty() && proofs.is_empty() && !report.has_errors() {
        let message = "a test file needs `cases` or `forAll`";
        let help =
            "begin with `cases: [{ name: at home, route: payments, line: home, expect: allow }]`";
        report.add(Finding::error("E018", fields.place(), message).help(help));
    }
    let (source, name) = (source.clone(), visible(name?).into());
    Some(Suite { source, name, policies: policies?, now, cases, proofs })
}

fn policies(metadata: &Fields<'_>, report: &mut Report) -> Option<Vec<Named>> {
    let node = metadata.required("policies", report)?;
    let items = node.expect_list("policies", report)?;
    if items.is_empty() {
        let help = "name the files to test, relative to this one: `policies: [payments.yaml]`";
        report.add(Finding::error("E018", node.place, "`policies` is an empty list").help(help));
    }
    let names = items.iter().map(|item| {
        let text = item.expect_item("policies", report)?;
        Some(Named { text: text.into(), place: item.place })
    });
    names.collect()
}

fn items<'a>(fields: &Fields<'a>, key: &str, report: &mut Report) -> &'a [Node] {
    fields.get(key).and_then(|node| node.expect_list(key, report)).unwrap_or_default()
}

/// Reports name a case, or a proof, by its name alone.
fn check_names(nodes: &[Node], report: &mut Report) {
    let mut lines = HashMap::new();
    for node in nodes.iter().filter_map(|node| node.get("name")) {
        let Some(name) = node.text() else { continue };
        if let Some(line) = lines.insert(name, node.place.line) {
            let message = format!("the name `{name}` is taken");
            let help =
                format!("it is used in line {line}: choose another, so that reports are clear");
            report.add(Finding::error("E009", node.place, message).help(help));
        }
    }
}

fn case(node: &Node, report: &mut Report) -> Option<Case> {
    let fields = Fields::of(node, CASE, report)?;
    let name = name(&fields, report);
    let route = named(&fields, "route", report);
    let line = fields.required("line", report).and_then(|node| line(node, report));
    let expect = fields.required("expect", report);
    let expect = expect.and_then(|node| node.expect_word("expect", EFFECTS, report));
    let by = fields.text("by", report).map(Arc::from);
    let not_by = fields.text("notBy", report).map(Arc::from);
    let reason = fields.get("reason").and_then(|node| reason(node, report));
    let set = fields.get("set").and_then(|node| node.expect_map("set", report));
    let set = set.unwrap_or_default().iter().filter_map(|(key, value)| setting(key, value, report));
    let set = set.collect();
    let (line, state) = line?;
    let (name, route, expect) = (name?, route?, expect?);
    Some(Case { name, place: node.place, route, line, state, expect, by, not_by, reason, set })
}

/// A fact and its value, which the policy will judge.
fn setting(key: &Node, value: &Node, report: &mut Report) -> Option<Setting> {
    let items = match &value.kind {
        NodeKind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(value),
    };
    let written = items.iter().map(|item| {
        let written = item.written().map(Arc::from);
        if written.is_none() {
            let message = format!(
                "a value of `set` is a scalar or a list of them, this is {}",
                item.describe()
            );
            report.add(Finding::error("E022", item.place, message));
        }
        written
    });
    let items = written.collect::<Vec<_>>().into_iter().collect::<Option<_>>()?;
    let fact = Named { text: key.text()?.into(), place: key.place };
    Some(Setting { fact, place: value.place, items })
}

fn name(fields: &Fields<'_>, report: &mut Report) -> Option<Arc<str>> {
    fields.required_text("name", report).map(|name| visible(name).into())
}

fn named(fields: &Fields<'_>, key: &str, report: &mut Report) -> Option<Named> {
    let node = fields.required(key, report)?;
    let text = node.expect_text(key, report)?;
    Some(Named { text: text.into(), place: node.place })
}

fn line(node: &Node, report: &mut Report) -> Option<(Arc<str>, LineFacts)> {
    let text = node.expect_text("line", report)?;
    match parse_line_state(text) {
        Ok(state) => Some((text.into(), state)),
        Err(error) => {
            report.add(error.at(node.place));
            None
        }
    }
}

/// A reason, or a group of reasons.
fn reason(node: &Node, report: &mut Report) -> Option<ExpectedReason> {
    let text = node.expect_text("reason", report)?;
    let reason = UnknownReason::from_name(text).map(ExpectedReason::One);
    let found = reason.or_else(|| ReasonGroup::from_name(text).map(ExpectedReason::Group));
    if found.is_none() {
        let groups = ReasonGroup::ALL.iter().map(|group| group.name());
        let near = nearest(text, UnknownReason::ALL.iter().map(|one| one.name()).chain(groups));
        let message = format!("there is no reason `{text}`");
        report.add(Finding::error("E012", node.place, message).did_you_mean(near));
    }
    found
}

fn proof(node: &Node, report: &mut Report) -> Option<Proof> {
    let fields = Fields::of(node, PROOF, report)?;
    let name = name(&fields, report);
    let route = named(&fields, "route", report);
    let selection = match fields.get("where") {
        // What the facts are, the policy says; everything else is judged here.
        Some(node) => {
            Selection::load(node, &mut FactTable::open(), report).map(|_| Some(node.clone()))
        }
        None => Some(None),
    };
    let bound = bound(&fields, report);
    let (name, route, selection) = (name?, route?, selection?);
    Some(Proof { name, place: node.place, route, selection, bound: bound? })
}

fn bound(fields: &Fields<'_>, report: &mut Report) -> Option<Bound> {
    let keys = ["expect", "expectAtLeast", "expectAtMost"];
    let [exactly, least, most] = keys.map(|key| {
        fields.entry(key).map(|(key_node, node)| (key_node, node.expect_word(key, EFFECTS, report)))
    });
    match (exactly, least, most) {
        (Some((_, effect)), None, None) => {
            effect.map(|effect| Bound { least: effect, most: effect })
        }
        (Some((key, _)), _, _) => {
            let message = "`expect` says it all";
            let help = "remove `expectAtLeast` and `expectAtMost`, or `expect`";
            report.add(Finding::error("E013", key.place, message).help(help));
            None
        }
        (None, None, None) => {
            let message = "a `forAll` needs `expect`, `expectAtLeast` or `expectAtMost`";
            let help = "say what shall happen: `expectAtLeast: stepUp`";
            report.add(Finding::error("E018", fields.place(), message).help(help));
            None
        }
        (None, least, most) => {
            let or = |side: Option<(&Node, Option<Effect>)>, open| {
                side.map_or(Some(open), |(_, effect)| effect)
            };
            Some(Bound { least: or(least, Effect::Allow)?, most: or(most, Effect::Deny)? })
        }
    }
}
