//! A condition block that stands outside a policy.

use super::attributes::FactTable;
use super::condition::{Conditions, Reader};
use super::groups::Groups;
use crate::country::GroupsEdition;
use crate::document::{Node, Report};
use crate::policy::condition::{Condition, Test, Truth};
use crate::policy::effect::Circumstances;
use crate::status::LineFacts;

/// A block as `when` has it, which may name the built-in groups and these facts.
#[derive(Debug)]
pub(crate) struct Block(Condition);

impl Block {
    pub(crate) fn load(node: &Node, facts: &mut FactTable, report: &mut Report) -> Option<Self> {
        let mut groups = Groups::load(None, GroupsEdition::OLDEST, report);
        let mut conditions = Conditions::default();
        let mut reader = Reader { groups: &mut groups, conditions: &mut conditions, facts };
        reader.condition(node, report).map(Self)
    }

    /// Everything it asks for.
    pub(crate) fn tests(&self) -> Vec<Test<'_>> {
        self.0.tests()
    }

    pub(crate) fn evaluate(&self, line: LineFacts, around: &Circumstances<'_>) -> Truth {
        self.0.evaluate(line, around)
    }
}
