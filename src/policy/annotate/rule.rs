//! Rules that annotate.

use super::Annotations;
use super::headers::{Headers, Template};
use crate::policy::condition::{FactTest, Truth};
use crate::policy::effect::Circumstances;
use crate::policy::freshness::Lookup;
use crate::policy::rule::{Mode, Rule, Said};
use crate::policy::table::local_says;
use crate::status::{LineFacts, LineState, UnknownReason};

/// What a rule sets, as it is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Annotation {
    pub(crate) applies: Headers<Template>,
    pub(crate) otherwise: Headers<Template>,
    pub(crate) unknown: Headers<Template>,
    /// Requests wait for the line as for an objection.
    pub(crate) waits: bool,
}

/// A rule that annotates.
#[derive(Clone, Debug)]
pub(crate) struct Annotator {
    pub(crate) rule: Rule,
    pub(crate) annotation: Annotation,
    /// The positions of its routes.
    pub(crate) routes: Vec<usize>,
}

impl Annotator {
    /// What the rule asks of the line, whatever the request.
    pub(crate) fn lookup_at_most(&self) -> Lookup {
        let asks = self.rule.line_tests().next().is_some() || self.annotation.has_variables();
        match asks && self.rule.mode == Mode::Enforce {
            true => self.annotation.lookup(),
            false => Lookup::Never,
        }
    }

    /// What it sets on a request that goes on.
    pub(crate) fn annotations(&self, line: LineFacts, around: &Circumstances<'_>) -> Annotations {
        Annotations::of(self.chosen(line, around).into_iter(), line)
    }

    pub(super) fn chosen(
        &self,
        line: LineFacts,
        around: &Circumstances<'_>,
    ) -> Option<&Headers<Template>> {
        let Annotation { applies, otherwise, unknown, .. } = &self.annotation;
        if !self.is_about(around) {
            return None;
        }
        Some(match self.rule.fires(line, around) {
            _ if self.rule.is_excused(line, around) => otherwise,
            Truth::True => applies,
            Truth::False => otherwise,
            Truth::Undecided(_) => unknown,
        })
    }

    pub(super) fn lookup(&self, around: &Circumstances<'_>) -> Lookup {
        let waits = || local_says(&self.rule, Mode::Enforce, around) == Said::Waits;
        match self.is_about(around) && (self.annotation.has_variables() || waits()) {
            true => self.annotation.lookup(),
            false => Lookup::Never,
        }
    }

    /// Is it in force for the request, and about it?
    fn is_about(&self, around: &Circumstances<'_>) -> bool {
        let Rule { mode, rollout, matching, .. } = &self.rule;
        let is_outside = |rollout: &FactTest| rollout.evaluate(around) == Truth::False;
        // A rule's `match` asks for free facts alone.
        let line = LineState::Unknown(UnknownReason::NotCached).into();
        *mode == Mode::Enforce
            && !self.rule.is_lifted(Mode::Enforce, around)
            && !rollout.as_ref().is_some_and(is_outside)
            && matching.as_ref().is_none_or(|it| it.evaluate(line, around) != Truth::False)
    }
}

impl Annotation {
    pub(crate) fn sets(&self) -> [&Headers<Template>; 3] {
        [&self.applies, &self.otherwise, &self.unknown]
    }

    /// Does a value hold something of the line?
    pub(crate) fn has_variables(&self) -> bool {
        self.sets().into_iter().flat_map(Headers::values).any(Template::has_variables)
    }

    fn lookup(&self) -> Lookup {
        if self.waits { Lookup::Normal } else { Lookup::CachedOnly }
    }
}
