//! What would be decided if every shadow rule were enforced, for everybody.

#![warn(clippy::arithmetic_side_effects)]

use super::effect::{Circumstances, Effect};
use super::outcome::Outcome;
use super::rule::{Mode, Said};
use super::table::local_says;
use super::{Policy, RequestClass};
use crate::status::LineFacts;

/// What would be decided, as far as it can be known without the line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Projection {
    Known(Effect),
    /// It depends on the line, which so many requests in a hundred may have looked up for it.
    Waits {
        sample: u8,
    },
}

impl Policy {
    /// Does the class have rules that run as shadow, be it for a part of the customers?
    pub(crate) fn projects(&self, class: RequestClass) -> bool {
        self.shadow_asking(class).is_some()
    }

    pub(crate) fn projected(
        &self,
        class: RequestClass,
        line: LineFacts,
        around: &Circumstances<'_>,
    ) -> Effect {
        if self.table.is_refused_unmatched(class.0) {
            return Effect::Deny;
        }
        let line = line.with_number(around.facts);
        Outcome::of(&self.rules, self.table.rules(class.0), Mode::Shadow, line, around)
            .effect_after(&around.assurance)
    }

    pub(crate) fn project_without_line(
        &self,
        class: RequestClass,
        around: &Circumstances<'_>,
    ) -> Projection {
        if self.table.is_refused_unmatched(class.0) {
            return Projection::Known(Effect::Deny);
        }
        let known = self.table.local_by_rules((class.0, &self.rules), Mode::Shadow, around);
        let Some(outcome) = known else {
            let waits_in = |mode, rule| local_says(rule, mode, around) == Said::Waits;
            let waiting = self
                .rules_of(class)
                .filter(|rule| waits_in(Mode::Shadow, *rule) && !waits_in(Mode::Enforce, *rule));
            return Projection::Waits {
                sample: waiting.map(|rule| rule.sample).max().unwrap_or(0),
            };
        };
        Projection::Known(outcome.effect_after(&around.assurance))
    }
}
