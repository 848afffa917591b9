//! One request, or one question of a handler, before the policy.

use std::borrow::Cow;
use std::sync::Arc;

use tracing::Instrument;
use tracing::field::Empty;

use super::lookup::Question;
use super::recording::KeptTarget;
use super::sighting::{Seen, SightedFacts};
use super::{Check, Gate, Snapshot, Unsettled};
use crate::audit::{Evidence, correlator_of};
use crate::facts::{Carried, Kept, RequestFacts};
use crate::moment::Moment;
use crate::policy::{
    Assurance, Circumstances, Decision, DecisionId, Facts, Fault, Lookup, Policy, PolicyHash,
    RequestClass, SharedVerdict, Standing, Target,
};
use crate::status::{LineFacts, LineState, UnknownReason};
use crate::subject::{NoSubject, Subject};

/// What is decided about, before anybody knows of whom.
#[derive(Clone, Copy)]
pub(super) struct Hearing<'a> {
    pub(super) gate: &'a Gate,
    pub(super) snapshot: &'a Arc<Snapshot>,
    pub(super) policy: &'a Arc<Policy>,
    pub(super) class: RequestClass,
    pub(super) id: DecisionId,
    pub(super) carried: Carried<'a>,
    /// None for a handler's question.
    pub(super) target: Option<Target<'a>>,
    /// What the system's clock said when the request came. None where that was another one, or long ago.
    pub(super) ticked: Option<Moment>,
}

/// A check that waits for the network. It owns all it needs.
#[derive(Debug)]
pub(crate) struct Pending {
    gate: Gate,
    snapshot: Arc<Snapshot>,
    policy: Arc<Policy>,
    class: RequestClass,
    id: DecisionId,
    carried: Kept,
    target: Option<KeptTarget>,
    subject: Subject,
}

impl Hearing<'_> {
    /// The decision, or what is needed to wait for it.
    #[inline(always)]
    pub(super) fn begin<'s>(
        &self,
        tick: Moment,
        subject: impl FnOnce() -> Result<Cow<'s, Subject>, NoSubject>,
    ) -> Check {
        // Overrides end to the moment, and whoever watches over them goes by the exact clock.
        let is_exact = !self.policy.overrides().is_empty();
        let now = if is_exact { self.gate.clock.now().into() } else { tick };
        self.snapshot.overrides.notice(self.policy, now);
        if self.policy.is_settled(self.class) {
            return self.settled(subject, now);
        }
        match &subject() {
            Ok(subject) => self.of(subject, self.moment(subject, now)),
            Err(NoSubject::Malformed) => self.refused(Fault::Identifier, now),
            Err(missing) => self.of_nobody(*missing, now),
        }
    }

    /// The class decides, whoever asks.
    fn settled<'s>(
        &self,
        subject: impl FnOnce() -> Result<Cow<'s, Subject>, NoSubject>,
        now: Moment,
    ) -> Check {
        let verdict = self.policy.decide_settled(self.class);
        let (policy, class) = (self.policy, self.class);
        if self.is_untold(&verdict) && !policy.prefetches(class) && !policy.projects(class) {
            return self.recorded(self.judged(verdict, None), &self.evidence(now));
        }
        match &subject() {
            Ok(subject) => self.in_passing(verdict, subject, self.moment(subject, now)),
            Err(missing) => self.of_nobody(*missing, now),
        }
    }

    /// The decision, or what is needed to wait for it.
    #[inline(always)]
    fn of(&self, subject: &Subject, now: Moment) -> Check {
        let facts = self.facts(Some(subject));
        let around = around(subject.assurance(now), &facts);
        let standing = self.policy.standing(self.class, &around);
        if let Some(verdict) = self.policy.decide_unless_needed(&standing, &around) {
            return self.in_passing(verdict, subject, now);
        }
        let question = Question::new(self, subject);
        match question.at_once(now) {
            Some(seen) => {
                self.after(&standing, &self.sighted(&question, subject, &seen, now), subject)
            }
            None => self.pending(subject),
        }
    }

    /// The decision about a line that was waited for.
    fn waited(&self, facts: &SightedFacts<'_>, subject: &Subject) -> Check {
        let around = around(subject.assurance(facts.now), facts);
        self.after(&self.policy.standing(self.class, &around), facts, subject)
    }

    /// The decision about a line that was asked about.
    #[inline(always)]
    fn after(&self, standing: &Standing<'_>, facts: &SightedFacts<'_>, subject: &Subject) -> Check {
        let (line, around) = (&facts.line_facts(), &around(subject.assurance(facts.now), facts));
        let verdict = self.policy.judge(standing, line, around);
        let mut decision = self.judged(verdict, Some(line.state));
        self.annotate(&mut decision, line, around);
        self.project(&mut decision, subject, around);
        self.recorded(decision, &self.evidence_of(facts, subject))
    }

    /// The decision about a request that names no line.
    fn of_nobody(&self, missing: NoSubject, now: Moment) -> Check {
        let facts = self.facts(None);
        let around = &around(Assurance { now: now.into(), ..Assurance::NONE }, &facts);
        let state = LineState::Unknown(match missing {
            NoSubject::Missing => UnknownReason::NoIdentifier,
            NoSubject::Invalid | NoSubject::Malformed => UnknownReason::IdentifierInvalid,
            NoSubject::Unavailable => UnknownReason::Unavailable,
        });
        let line = &LineFacts::from(state);
        let standing = &self.policy.standing(self.class, around);
        let mut decision = match self.policy.decide_unless_needed(standing, around) {
            Some(verdict) => {
                let is_asked = self.asked_in_passing(&verdict, around) != Lookup::Never;
                self.judged(verdict, is_asked.then_some(state))
            }
            None => self.judged(self.policy.judge(standing, line, around), Some(state)),
        };
        self.annotate(&mut decision, line, around);
        self.project_of(&mut decision, line, around);
        self.recorded(decision, &Evidence { facts: &facts, ..self.evidence(now) })
    }

    #[inline(always)]
    pub(super) fn sighted<'f>(
        &'f self,
        question: &Question<'f>,
        subject: &'f Subject,
        seen: &'f Seen,
        now: Moment,
    ) -> SightedFacts<'f> {
        let (line, source) = (subject.line, question.source());
        SightedFacts { request: self.facts(Some(subject)), line, seen, source, now }
    }

    pub(super) fn facts<'f>(&'f self, subject: Option<&'f Subject>) -> RequestFacts<'f> {
        RequestFacts::new(self.policy, self.carried, subject)
    }

    #[inline]
    pub(super) fn judged(&self, verdict: SharedVerdict, line: Option<LineState>) -> Decision {
        Decision::new(self.id, self.policy.hash(), verdict, line)
    }

    /// A tick may lie before a step-up that was made since, which would then be one of the future: it is
    /// judged by the exact moment.
    fn moment(&self, subject: &Subject, tick: Moment) -> Moment {
        match subject.details().auth_time {
            Some(proved) if Moment::from(proved) > tick => self.gate.clock.now().into(),
            _ => tick,
        }
    }

    /// The check goes on when somebody waits for it.
    pub(super) fn pending(&self, subject: &Subject) -> Check {
        let Self { gate, snapshot, policy, class, id, carried, target, .. } = *self;
        let (gate, policy, carried) = (gate.clone(), Arc::clone(policy), carried.keep(policy));
        let (snapshot, target) = (Arc::clone(snapshot), target.map(KeptTarget::of));
        let subject = subject.clone();
        let pending = Pending { gate, snapshot, policy, class, id, carried, target, subject };
        Check::Unsettled(Unsettled::Pending(Box::new(pending)))
    }
}

impl Pending {
    /// Names the decision to come.
    pub(crate) fn id(&self) -> DecisionId {
        self.id
    }

    /// Names the policy that will decide.
    pub(crate) fn policy_hash(&self) -> PolicyHash {
        self.policy.hash()
    }

    /// Asks the network, waits at most `maxWait`, decides. All of it is one span, which names the
    /// request to the aggregator, and nobody.
    pub(crate) async fn resolve(self) -> Decision {
        let span = tracing::info_span!(
            target: "roamgate::check",
            "check",
            route = self.policy.class_name(self.class).map_or("", |name| &**name),
            effect = Empty,
            reason = Empty,
            "x-correlator" = %correlator_of(self.id),
        );
        let decision = self.decided().instrument(span.clone()).await;
        span.record("effect", decision.effect().name());
        span.record("reason", decision.reason().map_or("", |reason| reason.name()));
        decision
    }

    async fn decided(self) -> Decision {
        let Self { gate, snapshot, policy, class, id, carried, target, subject } = &self;
        let carried = carried.carried(&gate.trusted_headers);
        let (class, id, target) = (*class, *id, target.as_ref().map(KeptTarget::target));
        let ticked = None;
        let hearing = Hearing { gate, snapshot, policy, class, id, carried, target, ticked };
        let question = Question::new(&hearing, subject);
        let seen = match gate.waiting.enter() {
            Some(seat) => {
                let seen = question.wait().await;
                seat.served();
                seen
            }
            None => question.failed(UnknownReason::Unavailable),
        };
        let facts = hearing.sighted(&question, subject, &seen, gate.clock.now().into());
        hearing.waited(&facts, subject).decided().await
    }
}

pub(super) fn around<'a>(assurance: Assurance<'a>, facts: &'a dyn Facts) -> Circumstances<'a> {
    Circumstances { assurance, facts }
}
