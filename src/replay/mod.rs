//! Recorded decisions under another policy: who would have been decided otherwise.
//!
//! 1. [`entries`] reads a log as [`DecisionLog`](crate::decision_log::DecisionLog) writes it, line by
//!    line. What is torn or of another form is told, never skipped in silence.
//! 2. A [`Replayer`] decides a record again. Under the policy that made it, the result is the same
//!    decision. Under another one, it is what would have been decided; where the record does not
//!    say enough for that, [`Unreplayable`] says what is missing. Nothing is guessed.
//!
//! # Example
//!
//! ```
//! use roamgate::Policy;
//! use roamgate::replay::{Entry, Replayer, entries};
//!
//! let policy = Policy::from_path("policies/payments-eea.yaml")?;
//! let mut replayer = Replayer::new(&policy);
//! let torn = r#"{"seq":1,"run":"5d7c","schema":"roamgate.deci"#;
//!
//! for entry in entries(torn.as_bytes()) {
//!     match entry?.1 {
//!         Entry::Decision(record) => println!("{:?}", replayer.replay(&record)),
//!         Entry::Unreadable(why) => assert!(why.starts_with("it is not whole")),
//!         _ => {}
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cells;
mod entry;
mod facts;
mod line;
mod question;
mod unreplayable;

pub use entry::{Entry, entries};
pub use question::Question;
pub use unreplayable::Unreplayable;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use crate::decision_log::{Aim, DecisionRecord};
use crate::policy::{
    Assurance, Circumstances, Effect, Explanation, Observed, Policy, RequestClass, Target, Verdict,
};
use crate::status::{LineFacts, LineState, UnknownReason};
use facts::RecordedFacts;

/// Decides records again, by one policy.
#[derive(Debug)]
pub struct Replayer<'p> {
    policy: &'p Policy,
    /// The policy without the rules that are left to handlers, by the facts that they ask for.
    deferring: HashMap<Vec<String>, Policy>,
}

/// What a record comes to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Redecided {
    /// What would have happened to the request.
    pub effect: Effect,
    /// The deciding rule.
    pub rule: Option<Arc<str>>,
    /// Why the deciding rule is undecided.
    pub reason: Option<UnknownReason>,
    /// The deciding rule asks for a step-up that the subject had made.
    pub is_satisfied: bool,
    /// The request is refused whatever the rules say.
    pub is_refused: bool,
}

impl<'p> Replayer<'p> {
    /// Decides by this policy.
    #[must_use]
    pub fn new(policy: &'p Policy) -> Self {
        Self { policy, deferring: HashMap::new() }
    }

    /// What this policy says of a recorded decision.
    ///
    /// # Errors
    ///
    /// [`Unreplayable`] says what the record lacks for that.
    pub fn replay(&mut self, record: &DecisionRecord) -> Result<Redecided, Unreplayable> {
        let policy = self.policy_for(record);
        Case { policy, record }.decided()
    }

    /// The same, with what each rule says. A fact that the record leaves out is missing here; where
    /// nobody asked about the line, it is `unknown(notCached)`. None where the request is refused
    /// whatever the rules say.
    ///
    /// # Errors
    ///
    /// [`Unreplayable`] where it is not known which rules judge the request.
    pub fn explain(
        &mut self,
        record: &DecisionRecord,
    ) -> Result<Option<Explanation>, Unreplayable> {
        let policy = self.policy_for(record);
        Case { policy, record }.explained()
    }

    /// What a record asks this policy, read once: for deciding it many times.
    ///
    /// # Errors
    ///
    /// [`Unreplayable`] says what the record lacks for that.
    pub fn question(&mut self, record: &DecisionRecord) -> Result<Question, Unreplayable> {
        Case { policy: self.policy, record }.question()
    }

    /// How the request would have come by what was known of its line: what
    /// [`Review::log`](crate::policy::Review::log) asks of a whole log.
    pub fn observe(&self, record: &DecisionRecord, observed: &mut Observed) {
        let Ok(class) = (Case { policy: self.policy, record }).class() else { return };
        let name = self.policy.class_name(class).map_or("", AsRef::as_ref);
        let max_wait = self.policy.freshness(class).max_wait;
        observed.note(name, line::wait(record.line.as_ref(), max_wait));
    }

    fn policy_for(&mut self, record: &DecisionRecord) -> &Policy {
        if record.deferred.is_empty() {
            return self.policy;
        }
        let names = || record.deferred.iter().map(|name| name.as_str().into()).collect::<Vec<_>>();
        let policy = self.policy;
        let known = self.deferring.entry(record.deferred.clone());
        known.or_insert_with(|| policy.deferring(&names()))
    }
}

/// A record before a policy.
#[derive(Clone, Copy)]
struct Case<'a> {
    policy: &'a Policy,
    record: &'a DecisionRecord,
}

impl Case<'_> {
    fn decided(self) -> Result<Redecided, Unreplayable> {
        let Self { policy, record } = self;
        let aim = record.request.as_ref();
        if record.fault.as_deref() == Some("malformedPath") {
            let refuses = |aim: &Aim| policy.refuses_hostile(&target(aim));
            if aim.is_some_and(refuses) {
                return Ok(Redecided::refused());
            }
            let verdict = policy.decide_without_line(policy.routeless(), &Assurance::NONE);
            return Ok(verdict.into_owned().into());
        }
        let class = self.class()?;
        if aim.is_some_and(|aim| policy.is_exempt(class, &target(aim))) {
            return Ok(Verdict::default().into());
        }
        if policy.is_settled(class) {
            return Ok(Verdict::clone(&policy.decide_settled(class)).into());
        }
        if record.fault.is_some() {
            return Ok(Redecided::refused());
        }
        let facts = RecordedFacts::new(policy, class, record);
        let around = Circumstances { assurance: self.assurance()?, facts: &facts };
        let verdict = match policy.decide_unless_needed(&policy.standing(class, &around), &around) {
            Some(verdict) => Ok(Verdict::clone(&verdict)),
            None => self.line(class).map(|line| policy.decide(class, line, around).into_owned()),
        };
        // What a missing fact led to is no finding.
        facts.complete()?;
        verdict.map(Redecided::from)
    }

    fn explained(self) -> Result<Option<Explanation>, Unreplayable> {
        let Self { policy, record } = self;
        if record.fault.is_some() {
            return Ok(None);
        }
        let class = self.class()?;
        let facts = RecordedFacts::new(policy, class, record);
        let around = Circumstances { assurance: self.assurance()?, facts: &facts };
        let line = match &record.line {
            Some(seen) => line::state(seen)?.into(),
            None => LineState::Unknown(UnknownReason::NotCached).into(),
        };
        Ok(Some(policy.explain(class, LineFacts::clone(&line), around)))
    }

    fn is_of_this_policy(self) -> bool {
        self.record.policy == self.policy.hash().to_string()
    }

    /// The class of the request under this policy.
    fn class(self) -> Result<RequestClass, Unreplayable> {
        let Self { policy, record } = self;
        let by_name = |name: &Option<String>| match name {
            Some(name) => {
                let class = policy.class_by_name(name);
                class.map_err(|unknown| Unreplayable::NoRoute(unknown.to_string()))
            }
            None => Ok(policy.routeless()),
        };
        let Some(aim) = &record.request else { return by_name(&record.route) };
        if record.routing == **policy.routing() {
            return by_name(&record.route);
        }
        let template = aim.template.as_deref().unwrap_or("/{*_}");
        let classes = policy.classes_of(&aim.method, template);
        let classes = classes.ok_or(Unreplayable::Malformed("request.template"))?;
        let mut classes = classes.into_iter();
        match (classes.next(), classes.next()) {
            (Some(class), None) => Ok(class),
            _ => Err(Unreplayable::SeveralRoutes(template.to_owned())),
        }
    }

    /// What this policy would have known of the line.
    fn line(self, class: RequestClass) -> Result<LineFacts, Unreplayable> {
        let seen = self.record.line.as_ref().ok_or(Unreplayable::LineNotAsked)?;
        let state = line::state(seen)?;
        match self.is_of_this_policy() {
            true => Ok(state.into()),
            false => line::under(self.policy, class, seen, state).map(LineFacts::from),
        }
    }

    fn assurance(&self) -> Result<Assurance<'_>, Unreplayable> {
        let seen = &self.record.assurance;
        let auth_time = seen.auth_time.as_deref().map(|text| moment(text, "assurance.authTime"));
        if self.record.left_out.iter().any(|name| name == "acr") {
            return Err(Unreplayable::LeftOut("acr".to_owned()));
        }
        Ok(Assurance {
            acr: seen.acr.as_deref(),
            auth_time: auth_time.transpose()?,
            now: moment(&self.record.time, "time")?,
        })
    }
}

fn target(aim: &Aim) -> Target<'_> {
    Target::new(&aim.method, "").preflight(aim.preflight)
}

fn moment(text: &str, field: &'static str) -> Result<SystemTime, Unreplayable> {
    let moment = text.parse::<jiff::Timestamp>();
    moment.map(SystemTime::from).map_err(|_| Unreplayable::Malformed(field))
}

impl Redecided {
    fn refused() -> Self {
        let verdict = Verdict { effect: Effect::Deny, ..Verdict::default() };
        Self { is_refused: true, ..verdict.into() }
    }

    /// Is it what the record says?
    #[must_use]
    pub fn is_as_recorded(&self, record: &DecisionRecord) -> bool {
        let reason = self.reason.map(UnknownReason::name);
        self.effect.name() == record.effect
            && self.rule.as_deref() == record.rule.as_deref()
            && reason == record.reason.as_deref()
            && self.is_satisfied == record.satisfied
            && self.is_refused == record.fault.is_some()
    }
}

impl From<Verdict> for Redecided {
    fn from(verdict: Verdict) -> Self {
        let Verdict { effect, rule, reason, is_satisfied, .. } = verdict;
        Self { effect, rule, reason, is_satisfied, is_refused: false }
    }
}
