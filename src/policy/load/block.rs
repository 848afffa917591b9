//! A condition block that stands outside a policy.

use super::condition::{Conditions, Reader};
use super::groups::Groups;
use crate::country::GroupsEdition;
use crate::document::{Node, Report};
use crate::policy::condition::{Condition, Truth};
use crate::status::LineFacts;

/// A block as `when` has it, which may name the built-in groups.
#[derive(Debug)]
pub(crate) struct Block(Condition);

impl Block {
    pub(crate) fn load(node: &Node, report: &mut Report) -> Option<Self> {
        let mut groups = Groups::load(None, GroupsEdition::OLDEST, report);
        let mut conditions = Conditions::default();
        let mut reader = Reader { groups: &mut groups, conditions: &mut conditions };
        reader.condition(node, report).map(Self)
    }

    pub(crate) fn evaluate(&self, line: LineFacts) -> Truth {
        self.0.evaluate(line)
    }
}
