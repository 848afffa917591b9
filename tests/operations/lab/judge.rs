//! The judge: is what the gate believed of a line something that it could believe, and is what it decided
//! what the specification says? Both are worked out from what happened, without the gate's help.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use roamgate::policy::{Effect, Fault};
use roamgate::status::LineFacts;
use roamgate::{Decision, LineState};
use tokio::time::Instant;

use super::customers::Customer;
use super::history::History;
use super::policies::{Book, Page};
use super::spy::Spy;
use crate::free::Values;
use crate::reference;

/// A decision, and when it was asked for and given.
pub(crate) struct Answered {
    pub(crate) customer: Customer,
    pub(crate) decision: Decision,
    pub(crate) begun: Instant,
    pub(crate) ended: Instant,
    /// The wall clock at the end.
    pub(crate) now: SystemTime,
}

/// What has been judged so far.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    pub(crate) decisions: usize,
    /// Decisions that do not follow from what happened, and those of them that let a request go on.
    pub(crate) wrong: usize,
    pub(crate) wrong_allows: usize,
    /// Decisions that came later than `maxWait` and 25 ms.
    pub(crate) late: usize,
    /// Decisions that were waited for.
    pub(crate) waited: usize,
    pub(crate) gave_up: usize,
    /// Refused, as their records found no room.
    pub(crate) unrecorded: usize,
    /// Answers of the client that the server had not given.
    pub(crate) lies: usize,
    /// How often each state of a line decided.
    pub(crate) states: BTreeMap<String, usize>,
    pub(crate) first: Option<String>,
}

/// So much later than `maxWait` a decision may come.
const GRACE: Duration = Duration::from_millis(25);

impl Judgement {
    pub(super) fn judge(&mut self, answered: &Answered, book: &Book, spy: &Spy) {
        self.decisions += 1;
        let hash = answered.decision.policy_hash();
        if hash != book.hash() {
            return self.blame(answered, "it is by another policy");
        }
        let page = book.page(hash);
        let waited = answered.ended - answered.begun;
        self.waited += usize::from(!waited.is_zero());
        self.late += usize::from(waited > page.max_wait + GRACE);
        if let Some(fault) = answered.decision.fault() {
            self.unrecorded += 1;
            if fault != Fault::AuditUnavailable || answered.decision.effect() != Effect::Deny {
                self.blame(answered, "there was no reason to refuse it whatever the rules say");
            }
            return;
        }
        if let Err(why) = self.follows(answered, page, spy) {
            self.blame(answered, &why);
        }
    }

    /// Adds up what several runs came to.
    pub(crate) fn add(&mut self, other: Self) {
        self.decisions += other.decisions;
        self.wrong += other.wrong;
        self.wrong_allows += other.wrong_allows;
        self.late += other.late;
        self.waited += other.waited;
        self.gave_up += other.gave_up;
        self.unrecorded += other.unrecorded;
        self.lies += other.lies;
        for (state, count) in other.states {
            *self.states.entry(state).or_default() += count;
        }
        self.first = self.first.take().or(other.first);
    }

    fn follows(&mut self, answered: &Answered, page: &Page, spy: &Spy) -> Result<(), String> {
        let Answered { customer, decision, now, .. } = answered;
        let rules = reference::enforced(&page.model, customer.path);
        let decide = |state| {
            let line = LineFacts { state, number_countries: customer.line.number_countries() };
            reference::decide(&rules, line, &Values::default(), &customer.assurance(*now))
        };
        let Some(state) = decision.line() else {
            self.count("nobody asked");
            let differs = |state: &&LineState| decide(**state).effect != decision.effect();
            let other = some_states().iter().find(differs);
            return other.map_or(Ok(()), |other| Err(format!("{other:?} would be another matter")));
        };
        self.count(match state {
            LineState::Known(_) => "known",
            LineState::Unknown(reason) => reason.name(),
        });
        History::of(answered, page, spy.lookups(customer.line)).permits(state)?;
        let expected = decide(state);
        let is_so = decision.effect() == expected.effect
            && decision.rule() == expected.rule.as_deref()
            && decision.reason() == expected.reason
            && decision.is_satisfied() == expected.is_satisfied;
        let number = customer.line.number_countries();
        let files = page.model.files.iter().map(ToString::to_string);
        let told = || {
            format!("it should be {expected:?}, of {number:?}, by\n{}", files.collect::<String>())
        };
        if is_so { Ok(()) } else { Err(told()) }
    }

    fn count(&mut self, state: &str) {
        *self.states.entry(state.to_owned()).or_default() += 1;
    }

    fn blame(&mut self, answered: &Answered, why: &str) {
        let Answered { customer, decision, begun, ended, .. } = answered;
        self.wrong += 1;
        self.wrong_allows += usize::from(decision.effect() == Effect::Allow);
        self.first.get_or_insert_with(|| {
            let (path, waited) = (customer.path, *ended - *begun);
            format!("{path} after {waited:?}: {why}: {decision:?} {:?}", decision.line())
        });
    }
}

/// A part of all states, for decisions that none of them changes.
fn some_states() -> &'static [LineState] {
    static STATES: OnceLock<Vec<LineState>> = OnceLock::new();
    STATES.get_or_init(|| {
        let all = crate::generate::states();
        all.iter().step_by(41).map(|line| line.state).collect()
    })
}
