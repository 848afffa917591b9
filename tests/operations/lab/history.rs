//! What happened to a line before it was decided about, and what may be believed of it then.

use std::time::{Duration, SystemTime};

use roamgate::status::{Answer, ReasonGroup};
use roamgate::{LineState, UnknownReason};
use tokio::time::Instant;

use super::judge::Answered;
use super::policies::Page;
use super::spy::Lookup;

pub(super) struct History<'a> {
    page: &'a Page,
    begun: Instant,
    ended: Instant,
    now: SystemTime,
    lookups: Vec<Lookup>,
}

/// An answer that came.
struct Landed {
    answer: Answer,
    at: Instant,
    age: Duration,
}

/// How long a failure is remembered at most.
const REMEMBERED: Duration = Duration::from_secs(451);
/// How long a lookup takes at most.
const DEADLINE: Duration = Duration::from_secs(5);

impl<'a> History<'a> {
    pub(super) fn of(answered: &Answered, page: &'a Page, lookups: Vec<Lookup>) -> Self {
        let Answered { begun, ended, now, .. } = *answered;
        Self { page, begun, ended, now, lookups }
    }

    pub(super) fn permits(&self, state: LineState) -> Result<(), String> {
        let answers = self.answers();
        match state {
            LineState::Known(status) => {
                let so: Vec<_> = answers.iter().filter(|it| it.answer.status() == status).collect();
                let ages: Vec<_> = so.iter().map(|it| it.age).collect();
                let may = so.iter().any(|it| self.allows(it) && self.is_confirmed(it));
                may.then_some(()).ok_or_else(|| format!("the network said so {ages:?} ago"))
            }
            LineState::Unknown(reason) => {
                let certain = answers.iter().find(|it| it.at < self.begun);
                if let Some(it) = certain.filter(|it| self.must_decide(it, reason)) {
                    return Err(format!("the network said {:?} ago: {:?}", it.age, it.answer));
                }
                let is_explained = self.explains(reason);
                is_explained.then_some(()).ok_or_else(|| "nothing of this kind happened".into())
            }
        }
    }

    /// What may be cached: the last answer from before the request, and those that came meanwhile,
    /// the latest first. What came in the same instant may have come before or after.
    fn answers(&self) -> Vec<Landed> {
        let mut found: Vec<_> = self.lookups.iter().filter_map(|it| self.landed(it)).collect();
        found.sort_by_key(|it| std::cmp::Reverse(it.at));
        let last = found.iter().find(|it| it.at < self.begun).map(|it| it.at);
        found.retain(|it| last.is_none_or(|last| it.at >= last));
        found
    }

    fn landed(&self, lookup: &Lookup) -> Option<Landed> {
        let (at, outcome) = lookup.landed.filter(|(at, _)| *at <= self.ended)?;
        let by_the_wall = self.now.duration_since(lookup.moment).unwrap_or_default();
        Some(Landed { answer: outcome.ok()?, at, age: by_the_wall.max(self.ended - lookup.asked) })
    }

    /// How old an answer may be that decides. None where the network has taken it back.
    fn allowed(&self, answer: &Landed) -> Option<Duration> {
        let Page { max_age, while_revalidating, if_error, .. } = *self.page;
        let is_refused = self
            .failures()
            .any(|(at, reason)| is_definitive(reason) && at > answer.at && at < self.begun);
        let has_failed = self.failures().any(|(at, reason)| bridges(reason) && at >= answer.at);
        let beyond = match () {
            () if is_refused => return None,
            () if has_failed || self.is_timed_out() || self.has_panicked() || self.is_lost() => {
                while_revalidating.max(if_error)
            }
            () => while_revalidating,
        };
        Some(max_age + beyond)
    }

    fn allows(&self, answer: &Landed) -> bool {
        self.allowed(answer).is_some_and(|allowed| answer.age <= allowed)
    }

    /// Has an answer that was there before to decide, so that nothing is unknown for this reason?
    fn must_decide(&self, answer: &Landed, reason: UnknownReason) -> bool {
        let Page { max_age, while_revalidating, if_error, is_cached_only, .. } = *self.page;
        // That is said of an answer, and what may have come in its place is looked at elsewhere.
        let is_refused = self.failures().any(|(at, it)| is_definitive(it) && at >= answer.at);
        if reason == UnknownReason::Stale || is_refused {
            return false;
        }
        if !self.is_confirmed(answer) {
            return answer.age <= max_age;
        }
        let bridged = if bridges(reason) && !is_cached_only { if_error } else { Duration::ZERO };
        answer.age <= max_age + while_revalidating.max(bridged)
    }

    fn is_confirmed(&self, landed: &Landed) -> bool {
        let confirmed = landed.answer.confirmed_at().unwrap_or(landed.answer.asked_at());
        let age = self.now.duration_since(confirmed).unwrap_or_default();
        self.page.max_status_age.is_none_or(|most| age <= most)
    }

    /// Is there a cause for this reason?
    fn explains(&self, reason: UnknownReason) -> bool {
        let last = self.answers().iter().map(|it| it.at).find(|at| *at < self.begun);
        let has_failed = self.failures().any(|(at, found)| {
            found == reason && self.ended - at <= REMEMBERED && last.is_none_or(|last| at >= last)
        });
        has_failed
            || match reason {
                UnknownReason::NotCached => self.page.is_cached_only,
                UnknownReason::Timeout => self.is_timed_out() || self.is_lost(),
                UnknownReason::Unavailable => self.has_panicked(),
                UnknownReason::Stale => self.answers().iter().any(|it| !self.is_confirmed(it)),
                _ => false,
            }
    }

    fn failures(&self) -> impl Iterator<Item = (Instant, UnknownReason)> {
        let landed = self.lookups.iter().filter_map(|it| it.landed);
        landed
            .filter(|(at, _)| *at <= self.ended)
            .filter_map(|(at, outcome)| Some((at, outcome.err()?)))
    }

    fn is_timed_out(&self) -> bool {
        self.ended - self.begun >= self.page.max_wait
    }

    fn has_panicked(&self) -> bool {
        let is_recent = |it: &Lookup| self.ended.duration_since(it.asked) <= DEADLINE * 2;
        self.lookups.iter().any(|it| it.panicked && is_recent(it))
    }

    /// A lookup that was given up.
    fn is_lost(&self) -> bool {
        let is_old = |it: &Lookup| self.ended.duration_since(it.asked) >= DEADLINE;
        self.lookups.iter().any(|it| it.landed.is_none() && !it.panicked && is_old(it))
    }
}

fn is_definitive(reason: UnknownReason) -> bool {
    matches!(reason.group(), ReasonGroup::NoLine | ReasonGroup::Consent)
}

/// May an older answer decide in its place?
fn bridges(reason: UnknownReason) -> bool {
    matches!(reason.group(), ReasonGroup::Outage | ReasonGroup::Broken)
}
