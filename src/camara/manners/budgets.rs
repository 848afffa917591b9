//! How many lookups may be paid for: by line, by caller, a minute and a day.
//!
//! What is kept of lines and callers is bounded; beyond, those that asked longest ago are forgotten, and
//! begin anew. The budgets of all together hold whatever is forgotten.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use super::keyed::Keyed;
use super::limits::Limits;
use super::recent::Recent;
use super::state::BudgetsLeft;
use crate::line::Line;

#[derive(Debug)]
pub(super) struct Budgets {
    limits: Limits,
    /// When the line's burst will be whole again.
    lines: Keyed<Line, Option<Instant>>,
    /// The lines asked about lately, by caller. Their names are not kept.
    callers: Keyed<u64, Vec<(Line, Instant)>>,
    names: RandomState,
    minute: Recent,
    day: Recent,
    authorizations: Recent,
}

/// The budget that is used up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spent {
    /// The line's, for so long.
    Line(Duration),
    Caller,
    Minute,
    Day,
    Authorizations,
}

impl Budgets {
    pub(super) fn new(limits: Limits, origin: Instant) -> Self {
        Self {
            limits,
            lines: Keyed::new(MAX_LINES),
            callers: Keyed::new(MAX_CALLERS),
            names: RandomState::new(),
            minute: Recent::new(origin, MINUTE, 60),
            day: Recent::new(origin, DAY, 96),
            authorizations: Recent::new(origin, MINUTE, 60),
        }
    }

    /// Pays for a lookup of `line`. Where one budget is used up, none is touched.
    pub(super) fn pay(
        &mut self,
        line: Line,
        caller: Option<&str>,
        now: Instant,
    ) -> Result<(), Spent> {
        let caller = caller.map(|name| self.names.hash_one(name));
        let full = self.line(line, now)?;
        if caller.is_some_and(|caller| self.is_spent_by(caller, line, now)) {
            return Err(Spent::Caller);
        }
        self.pay_again(now)?;
        *self.lines.write(line) = Some(full);
        if let Some(caller) = caller {
            let asked = self.callers.write(caller);
            asked.retain(|(known, at)| now - *at < MINUTE && *known != line);
            asked.push((line, now));
        }
        Ok(())
    }

    /// Pays for a repetition: only what all share is charged.
    pub(super) fn pay_again(&mut self, now: Instant) -> Result<(), Spent> {
        if self.minute.total(now) >= self.limits.lookups_per_minute {
            return Err(Spent::Minute);
        }
        if self.day.total(now) >= self.limits.lookups_per_day {
            return Err(Spent::Day);
        }
        self.minute.add(now);
        self.day.add(now);
        Ok(())
    }

    pub(super) fn authorize(&mut self, now: Instant) -> Result<(), Spent> {
        if self.authorizations.total(now) >= self.limits.authorizations_per_minute {
            return Err(Spent::Authorizations);
        }
        self.authorizations.add(now);
        Ok(())
    }

    /// What is left of the budgets that all lines share.
    pub(super) fn left(&mut self, now: Instant) -> BudgetsLeft {
        let Self { limits, minute, day, authorizations, .. } = self;
        let left = |most: u32, recent: &mut Recent| most.saturating_sub(recent.total(now)).into();
        BudgetsLeft {
            minute: left(limits.lookups_per_minute, minute),
            day: left(limits.lookups_per_day, day),
            authorizations: left(limits.authorizations_per_minute, authorizations),
            ..BudgetsLeft::default()
        }
    }

    /// The line begins anew; what it cost stays counted.
    pub(super) fn forget(&mut self, line: Line) {
        self.lines.remove(&line);
        self.callers.values_mut().for_each(|asked| asked.retain(|(known, _)| *known != line));
    }

    /// When the line's burst will be whole again if it is asked about now.
    fn line(&self, line: Line, now: Instant) -> Result<Instant, Spent> {
        let Limits { line_interval, line_burst, .. } = self.limits;
        let full = self.lines.get(&line).copied().flatten().map_or(now, |full| full.max(now));
        let allowed = line_interval.saturating_mul(line_burst.saturating_sub(1));
        match (full - now).checked_sub(allowed) {
            Some(wait) if !wait.is_zero() => Err(Spent::Line(wait)),
            _ => Ok(full.checked_add(line_interval).unwrap_or(full)),
        }
    }

    /// Has the caller asked about as many other lines as it may?
    fn is_spent_by(&self, caller: u64, line: Line, now: Instant) -> bool {
        let Some(asked) = self.callers.get(&caller) else {
            return self.limits.new_lines_per_caller == 0;
        };
        let recent = || asked.iter().filter(|(_, at)| now - *at < MINUTE);
        let most = usize::try_from(self.limits.new_lines_per_caller).unwrap_or(usize::MAX);
        recent().all(|(known, _)| *known != line) && recent().count() >= most
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MAX_LINES: usize = 200_000;
const MAX_CALLERS: usize = 10_000;

#[cfg(test)]
mod tests;
