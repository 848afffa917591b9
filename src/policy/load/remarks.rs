//! What is kept of a rule for the checks of [`lint`](crate::policy::lint) alone.

use super::groups::Groups;
use super::{accepts, mode};
use crate::document::{Fields, Node, NodeKind, Report};
use crate::policy::lint::{Remarks, Told};

/// The keys of a rule whose texts reach the client.
const TOLD: &[&str] = &["respond", "respondUnknown"];

/// Reads the remarks of a rule, after its conditions.
pub(super) fn load(fields: &Fields<'_>, groups: &mut Groups, report: &mut Report) -> Remarks {
    let mut told = Vec::new();
    for key in TOLD {
        if let Some(node) = fields.get(key) {
            texts(key, node, &mut told);
        }
    }
    if let Some(annotate) = fields.get("annotate") {
        let cases = [Some(annotate), annotate.get("otherwise"), annotate.get("unknown")];
        for node in cases.into_iter().flatten().filter_map(|case| case.get("responseHeaders")) {
            texts("annotate", node, &mut told);
        }
    }
    Remarks {
        accepts: accepts::load(fields, report),
        lists: groups.take_written(),
        told,
        shadow_until: mode::shadow_until(fields),
    }
}

fn texts(key: &'static str, node: &Node, told: &mut Vec<Told>) {
    match &node.kind {
        NodeKind::Text(text) => {
            told.push(Told { key, place: node.place, text: text.as_str().into() });
        }
        NodeKind::List(items) => items.iter().for_each(|item| texts(key, item, told)),
        NodeKind::Map(entries) => entries.iter().for_each(|(_, value)| texts(key, value, told)),
        NodeKind::Null | NodeKind::Bool(..) | NodeKind::Number(_) => {}
    }
}
