//! [`History`]: where lines were seen before, for `countryChangedWithin`.
//!
//! Of each line it keeps the place last seen, and when the line was last seen in another one. It is
//! written when the network says something new, never when an answer is remembered, and forgets
//! lines that nobody asks about.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::line::Line;
use crate::policy::FactValue;
use crate::status::{Answer, LineFacts, LinePlace, LineState};

/// Bounded; clones share it.
#[derive(Clone)]
pub(crate) struct History {
    lines: Cache<Line, Sighting>,
    /// The millisecond after a line was forgotten last, counted from the epoch: what was asked before
    /// that is not remembered of lines that are not known.
    forgotten: Arc<AtomicU64>,
}

/// The newest sighting of a line, and what the ones before it come to.
#[derive(Clone, Copy, Debug)]
struct Sighting {
    place: LinePlace,
    /// When the network saw the line there.
    seen: SystemTime,
    /// When we asked.
    asked: SystemTime,
    before: Before,
}

#[derive(Clone, Copy, Debug)]
enum Before {
    Nothing,
    SamePlace,
    Elsewhere(SystemTime),
}

impl History {
    pub(crate) const LINES: u64 = 100_000;
    /// A line is forgotten when nobody has asked about it for so long, or for longer where a rule
    /// looks further back.
    const IDLE: Duration = Duration::from_secs(86_400);
    /// Nobody is remembered for longer, whatever a rule asks for.
    const LONGEST: Duration = Duration::from_secs(365 * 86_400);

    const LONGEST_LOOKUP: Duration = Duration::from_secs(600);

    /// A history of so many lines, for rules that look back this far.
    pub(crate) fn new(lines: u64, span: Duration) -> Self {
        let cache = Cache::builder().max_capacity(lines).eviction_policy(EvictionPolicy::lru());
        let lines = cache.time_to_idle(span.clamp(Self::IDLE, Self::LONGEST)).build();
        Self { lines, forgotten: Arc::default() }
    }

    /// The same history for rules that look back this far.
    pub(crate) fn looking_back(&self, lines: u64, span: Duration) -> Self {
        let other = Self { forgotten: Arc::clone(&self.forgotten), ..Self::new(lines, span) };
        if other.lines.policy().time_to_idle() == self.lines.policy().time_to_idle() {
            return self.clone();
        }
        self.lines.iter().for_each(|(line, sighting)| other.lines.insert(*line, sighting));
        other
    }

    /// Takes note of an answer, unless it says nothing or a newer one is known.
    pub(crate) fn note(&self, line: Line, answer: &Answer) {
        if let Some(place) = place(line, answer) {
            self.noted(line, place, answer);
        }
    }

    /// How long before `now` the line was last seen in another place than that of this answer:
    /// the value of `line.changed`. None where nothing is known to compare with.
    pub(crate) fn changed(
        &self,
        line: Line,
        answer: &Answer,
        now: SystemTime,
    ) -> Option<FactValue> {
        let place = place(line, answer)?;
        let known = self.lines.get(&line).filter(|known| known.asked >= answer.asked_at());
        match known.unwrap_or_else(|| self.noted(line, place, answer)).before {
            Before::Nothing => None,
            Before::SamePlace => Some(FactValue::Never),
            Before::Elsewhere(seen) => {
                Some(FactValue::Age(now.duration_since(seen).unwrap_or_default()))
            }
        }
    }

    fn noted(&self, line: Line, place: LinePlace, answer: &Answer) -> Sighting {
        let (mut noted, is_late) = (Sighting::of(place, answer), self.is_late(answer));
        let sighting = noted;
        self.lines.entry(line).and_compute_with(|known| {
            if known.is_none() && is_late {
                return Op::Nop;
            }
            noted = sighting.after(known.map(moka::Entry::into_value));
            Op::Put(noted)
        });
        noted
    }

    /// Forgets a line, also where an answer about it is under way.
    pub(crate) fn forget(&self, line: Line, now: SystemTime) {
        self.forgotten.fetch_max(millis(now) + 1, Ordering::Relaxed);
        self.lines.invalidate(&line);
    }

    /// May the answer be about a line that was forgotten since?
    fn is_late(&self, answer: &Answer) -> bool {
        let before =
            self.forgotten.load(Ordering::Relaxed).saturating_sub(millis(answer.asked_at()));
        // No lookup takes so long: the clock was ahead when a line was forgotten.
        (1..Self::LONGEST_LOOKUP.as_millis()).contains(&before.into())
    }
}

impl fmt::Debug for History {
    /// Without where anybody was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").finish_non_exhaustive()
    }
}

fn millis(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

impl Sighting {
    fn of(place: LinePlace, answer: &Answer) -> Self {
        let seen = answer.confirmed_at().unwrap_or(answer.asked_at());
        Self { place, seen, asked: answer.asked_at(), before: Before::Nothing }
    }

    fn after(self, known: Option<Self>) -> Self {
        match known {
            None => self,
            Some(known) if known.asked >= self.asked => known,
            Some(known) if differ(known.place, self.place) => {
                Self { before: Before::Elsewhere(known.seen), ..self }
            }
            Some(Self { before: before @ Before::Elsewhere(_), .. }) => Self { before, ..self },
            Some(_) => Self { before: Before::SamePlace, ..self },
        }
    }
}

/// Where the line is. None for an answer with neither a country nor a code: it says nothing.
fn place(line: Line, answer: &Answer) -> Option<LinePlace> {
    let state = LineState::Known(answer.status());
    let place = LineFacts { state, number_countries: line.number_countries() }.place().ok()?;
    (place.mcc.is_some() || !place.countries.is_empty()).then_some(place)
}

/// No country is common to both. A satellite is in none, and so is another one.
fn differ(one: LinePlace, other: LinePlace) -> bool {
    match [one, other].map(|place| place.countries.is_empty()) {
        [true, true] => false,
        [false, false] => one.countries.intersection(other.countries).is_empty(),
        _ => true,
    }
}
