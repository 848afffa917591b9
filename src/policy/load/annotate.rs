//! `annotate`: what a rule tells the application, where it does not object.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::headers;
use crate::document::{Fields, Finding, Known, Node, NodeKind, Report, nearest};
use crate::policy::annotate::{Annotation, Headers, Part, Template, Variable};

const ANNOTATE: Known = Known {
    what: "`annotate`",
    keys: &["requestHeaders", "responseHeaders", "otherwise", "unknown"],
    unbuilt: &[],
};

/// The parts of the block for rules that do not fire, and for those that cannot be decided.
const OTHERWISE: Known = Known { what: "`otherwise` of `annotate`", ..CASE };
const UNKNOWN: Known = Known { what: "`unknown` of `annotate`", ..CASE };
const CASE: Known = Known { what: "", keys: &["requestHeaders", "responseHeaders"], unbuilt: &[] };

/// Keys that say how a rule objects, with what to do instead.
const OBJECTING: &[(&str, &str)] = &[
    (
        "onUnknown",
        "remove it: what is set where the line is not known stands in `annotate.unknown`",
    ),
    ("stepUp", REMOVE),
    ("respond", REMOVE),
    ("respondUnknown", REMOVE),
    ("guardrail", REMOVE),
    ("exceptionsFrom", REMOVE),
];
const REMOVE: &str = "remove it: an annotation never changes the decision";

/// The words for `lookup` of a rule.
const LOOKUPS: &[(&str, ())] = &[("wait", ())];

/// Does the rule annotate, by its `effect`?
pub(super) fn is_asked(fields: &Fields<'_>) -> bool {
    fields.get("effect").and_then(Node::text) == Some("annotate")
}

/// What a rule with `effect: annotate` sets. Elsewhere its keys are refused.
pub(super) fn load(fields: &Fields<'_>, report: &mut Report) -> Option<Annotation> {
    let block = fields.get("annotate").map(|node| (node, block(node, report)));
    let lookup = fields.get("lookup").map(|node| node.expect_word("lookup", LOOKUPS, report));
    if !is_asked(fields) {
        // `otherwise: annotate` has been refused as a whole.
        if fields.get("otherwise").and_then(Node::text) != Some("annotate") {
            refuse_elsewhere(fields, report);
        }
        return None;
    }
    for (key, help) in OBJECTING {
        if let Some((node, _)) = fields.entry(key) {
            let message = format!("`{key}` does not go with `effect: annotate`");
            report.add(Finding::error("E013", node.place, message).help(*help));
        }
    }
    let Some((node, annotation)) = block else {
        let help = "add `annotate: { requestHeaders: { x-line-state: \"${line.state}\" } }`";
        let message = "`effect: annotate` needs the key `annotate`";
        let place = fields.get("effect").map_or(fields.place(), |effect| effect.place);
        report.add(Finding::error("E018", place, message).help(help));
        return None;
    };
    let annotation = annotation?;
    if is_silent(node) {
        let help = "name a header under `requestHeaders` or `responseHeaders`";
        report.add(Finding::error("E018", node.place, "`annotate` sets no header").help(help));
    }
    Some(Annotation { waits: lookup.is_some(), ..annotation })
}

/// Does the block name no header, nor anything that could be meant for one?
fn is_silent(node: &Node) -> bool {
    let NodeKind::Map(entries) = &node.kind else { return false };
    entries.iter().all(|(key, value)| {
        key.text().is_some_and(|key| ANNOTATE.keys.contains(&key)) && is_silent(value)
    })
}

fn refuse_elsewhere(fields: &Fields<'_>, report: &mut Report) {
    let helps = [
        ("annotate", "what a rule sets, and what it objects to, are two rules"),
        ("lookup", "how requests look lines up stands in `routeSettings`"),
    ];
    for (key, help) in helps {
        if let Some((node, _)) = fields.entry(key) {
            let message = format!("`{key}` of a rule goes with `effect: annotate` alone");
            report.add(Finding::error("E013", node.place, message).help(help));
        }
    }
}

fn block(node: &Node, report: &mut Report) -> Option<Annotation> {
    let fields = Fields::of(node, ANNOTATE, report)?;
    let applies = sets(&fields, report);
    let mut case = |key, known| {
        let fields = fields.get(key).and_then(|node| Fields::of(node, known, report));
        fields.map(|fields| sets(&fields, report)).unwrap_or_default()
    };
    let (otherwise, unknown) = (case("otherwise", OTHERWISE), case("unknown", UNKNOWN));
    Some(Annotation { applies, otherwise, unknown, waits: false })
}

fn sets(fields: &Fields<'_>, report: &mut Report) -> Headers<Template> {
    Headers {
        request: templates(fields, "requestHeaders", report),
        response: templates(fields, "responseHeaders", report),
    }
}

fn templates(
    fields: &Fields<'_>,
    key: &'static str,
    report: &mut Report,
) -> BTreeMap<Arc<str>, Template> {
    let headers = headers::load(fields, key, report).into_iter();
    headers.filter_map(|(name, node, text)| Some((name, template(node, text, report)?))).collect()
}

/// `text ${variable} text`.
fn template(node: &Node, text: &str, report: &mut Report) -> Option<Template> {
    let mut pieces = text.split("${");
    let mut parts = vec![Part::Text(pieces.next().unwrap_or_default().into())];
    for piece in pieces {
        let Some((name, rest)) = piece.split_once('}') else {
            let message = format!("`${{{piece}` has no `}}`");
            let help = "a variable is written `${line.state}`";
            report.add(Finding::error("E014", node.place, message).help(help));
            return None;
        };
        parts.push(Part::Variable(variable(node, name, report)?));
        parts.push(Part::Text(rest.into()));
    }
    parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
    Some(Template(parts))
}

fn variable(node: &Node, name: &str, report: &mut Report) -> Option<Variable> {
    let found = Variable::ALL.iter().find(|(known, _)| *known == name);
    if found.is_none() {
        let finding = Finding::error("E014", node.place, format!("`{name}` is not a variable"));
        let names = || Variable::ALL.iter().map(|(name, _)| *name);
        let near = nearest(name, names());
        report.add(match near {
            Some(_) => finding.did_you_mean(near),
            None => finding
                .help(format!("the variables are `{}`", names().collect::<Vec<_>>().join("`, `"))),
        });
    }
    found.map(|(_, variable)| *variable)
}
