//! `guardrail` and `exceptionsFrom`: who may lift a rule.

use std::sync::Arc;

use crate::document::{Fields, Finding, Node, Report};
use crate::policy::rule::Mode;

/// Who may lift a rule, beside its own file.
#[derive(Debug, Default)]
pub(crate) struct Lifting {
    /// Nobody, the own file included.
    pub(crate) is_guardrail: bool,
    /// The policies that may make exceptions of it.
    exceptions_from: Vec<Arc<str>>,
}

impl Lifting {
    pub(super) fn load(fields: &Fields<'_>, report: &mut Report) -> Self {
        let guardrail = fields.get("guardrail");
        let guardrail = guardrail.and_then(|node| node.expect_bool("guardrail", report));
        let is_guardrail = guardrail.unwrap_or_default();
        let from = fields.entry("exceptionsFrom");
        if let Some((key, _)) = from.filter(|_| is_guardrail) {
            let message = "a guardrail takes no exceptions";
            let help = "keep `guardrail`, or `exceptionsFrom`";
            report.add(Finding::error("E011", key.place, message).help(help));
        }
        let items = from.and_then(|(_, node)| node.expect_list("exceptionsFrom", report));
        let name = |node: &Node| policy(node, report);
        let exceptions_from = items.unwrap_or_default().iter().filter_map(name).collect();
        Self { is_guardrail, exceptions_from }
    }

    /// The mode of the rule in its file: the weaker wins, except for guardrails.
    pub(super) fn mode(&self, own: Mode, file: Mode) -> Mode {
        if self.is_guardrail { own } else { own.min(file) }
    }

    /// May this policy make exceptions of the rule?
    pub(crate) fn is_open_to(&self, policy: &str) -> bool {
        self.exceptions_from.iter().any(|name| **name == *policy)
    }
}

fn policy(node: &Node, report: &mut Report) -> Option<Arc<str>> {
    let name = node.expect_item("exceptionsFrom", report)?;
    let is_name = super::super::identifier::check("policy name", node, name, report);
    is_name.then(|| name.into())
}
