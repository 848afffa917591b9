//! A condition block that stands outside a policy.

use super::groups::Groups;
use super::line;
use crate::country::GroupsEdition;
use crate::document::{Node, Report};
use crate::policy::condition::{self, LineTest, Truth};
use crate::status::LineState;

/// A block as `when` has it, which may name the built-in groups.
#[derive(Debug)]
pub(crate) struct Block(Vec<LineTest>);

impl Block {
    pub(crate) fn load(node: &Node, report: &mut Report) -> Option<Self> {
        let mut groups = Groups::load(None, GroupsEdition::OLDEST, report);
        line::load(node, &mut groups, report).map(Self)
    }

    pub(crate) fn evaluate(&self, line: LineState) -> Truth {
        condition::all(&self.0, line)
    }
}
