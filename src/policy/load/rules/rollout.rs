//! `rollout`: a rule that is in force for a part of the customers.

use std::sync::Arc;

use super::super::attributes::FactTable;
use super::super::percent;
use crate::document::{Fields, Known, Report};
use crate::policy::condition::{FactTest, Rollout};
use crate::policy::fact::FactKind;

const ROLLOUT: Known = Known { what: "`rollout`", keys: &["percent", "sticky"], unbuilt: &[] };

pub(super) fn load(
    rule: &Fields<'_>,
    facts: &mut FactTable,
    report: &mut Report,
) -> Option<FactTest> {
    let fields = Fields::of(rule.get("rollout")?, ROLLOUT, report)?;
    let percent = fields.required("percent", report);
    let percent = percent.and_then(|node| percent::number("percent", node, report));
    let sticky = fields.required("sticky", report);
    let sticky = sticky.and_then(|node| facts.expect(node, &FactKind::Text, report));
    let sticky = facts.find(&sticky?)?;
    let rule = Arc::from(rule.get("id")?.text()?);
    Some(FactTest::RolledOut(Rollout { percent: percent?, sticky, rule }))
}
