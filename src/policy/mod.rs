//! Policies: YAML in, a total function out.
//!
//! 1. [`Policy::from_path`] reads a file and reports every problem at once ([`PolicyError`]).
//! 2. Everything that can be decided ahead of time is decided then: groups become bit sets,
//!    templates an automaton, rules a table from request class and line state to outcome.
//! 3. [`Policy::classify`] finds the class of a request, [`Policy::decide`] looks its outcome up.
//!    Neither can fail, wait, log, or read a clock.
//!
//! The strictest contribution of all rules wins (`allow < stepUp < deny`), so the order of rules
//! and files means nothing, and adding a rule never loosens. What is not known is never skipped:
//! a rule that cannot be decided contributes what `onUnknown` says.
//!
//! [`suite`] tests a policy, [`diff`] compares two, [`service`] says what one may rely on.
//!
//! # Example
//!
//! ```
//! use roamgate::policy::{Assurance, Effect, Policy, Target};
//! use roamgate::{LineState, UnknownReason};
//!
//! let policy = Policy::from_yaml("home.yaml", r#"
//! apiVersion: roamgate/v1
//! kind: RoamingPolicy
//! metadata: { name: home-only, owner: risk@bank.example }
//! defaults: { unmatchedRoute: allow, onUnknown: deny }
//! routes: { admin: [{ path: "/admin/{*rest}" }] }
//! rules:
//!   - id: admin-home-only
//!     description: The back office is used from home networks only.
//!     match: { routes: [admin] }
//!     require: { line: home }
//!     otherwise: deny
//! "#)?;
//!
//! let class = policy.classify(&Target::new("GET", "/admin/users")).unwrap();
//! let decide = |line| policy.decide(class, line, &Assurance::NONE).effect;
//! assert_eq!(decide(LineState::HOME), Effect::Allow);
//! assert_eq!(decide(LineState::Unknown(UnknownReason::Timeout)), Effect::Deny);
//!
//! let elsewhere = policy.classify(&Target::new("GET", "/")).unwrap();
//! assert!(!policy.needs_line(elsewhere, &Assurance::NONE));
//! # Ok::<(), roamgate::policy::PolicyError>(())
//! ```

mod annotate;
mod asked;
mod asking;
mod axis;
mod cells;
mod compile;
mod condition;
mod deciding;
mod decision;
mod deferring;
mod diagram;
pub mod diff;
mod document;
mod domain;
mod effect;
mod error;
mod explain;
mod fact;
mod files;
mod fmt;
mod freshness;
mod grid;
mod hash;
mod keys;
mod lint;
mod load;
mod naming;
mod observed;
mod outcome;
mod overrides;
mod projection;
mod quick;
mod read;
mod recording;
mod respond;
mod review;
mod route;
mod rows;
mod rule;
mod runs;
pub mod service;
mod situation;
mod states;
pub mod suite;
mod table;

pub use crate::document::{Problem, Problems, Severity};
pub use annotate::Annotations;
pub use decision::{Decision, DecisionId, Fault};
pub use document::{PolicyDocument, RuleSummary};
pub use domain::{Combination, Domain, FactLabels};
pub use effect::{Assurance, Challenge, Circumstances, Effect};
pub use error::PolicyError;
pub use explain::{Explanation, RuleOutcome, RuleReport};
pub use fact::{Attributes, Fact, FactError, FactKind, FactSource, FactValue, Facts};
pub(crate) use fact::{LINE_AGE, LINE_CHANGED, NUMBER_COUNTRY, ROLLOUT, TIME};
pub(crate) use files::find_every;
pub use files::{FileKind, SourceFile, find};
pub use freshness::{Freshness, Lookup};
pub use grid::Grid;
pub use hash::PolicyHash;
pub use lint::CHECKS_NOT_RUN;
pub use naming::UnknownRoute;
pub use observed::{Observed, Wait};
pub use overrides::Override;
pub(crate) use projection::Projection;
pub use respond::{Localized, Respond};
pub use review::Review;
pub use route::{Hostile, Target};
pub use situation::{Answer, FactRange, Situation, StateAnswers, TooManyPoints};
pub use states::{LineStateError, line_states, parse_line_state};

use std::sync::Arc;
use std::time::Duration;

use annotate::Annotators;
pub(crate) use asking::Asking;
use asking::ClassAsking;
use hash::FileHash;
use load::Answers;
pub(crate) use recording::AskedFact;
use recording::Recording;
use route::{Automaton, Class, Entry};
use rule::Rule;
use service::Needs;
pub(crate) use table::Standing;
use table::Table;

use crate::status::UnknownReason;

/// A set of policy files, compiled. Immutable; share it behind an [`Arc`].
#[derive(Debug)]
pub struct Policy {
    /// Those that object, sorted by id.
    rules: Vec<Rule>,
    annotators: Annotators,
    /// What the routes match, in no order that means anything.
    entries: Vec<Entry>,
    answers: Vec<Answers>,
    /// The facts that some file asks for, sorted by name.
    facts: Vec<Arc<Fact>>,
    automaton: Automaton,
    classes: Vec<Class>,
    /// The names of the routes, by their positions.
    route_names: Vec<Arc<str>>,
    table: Table,
    /// How each class asks about lines, by its position.
    askings: Vec<ClassAsking>,
    /// For each rule, the routes it judges.
    stands: Vec<Vec<usize>>,
    /// How each route asks about lines.
    route_askings: Vec<Asking>,
    /// Methods for which a path that cannot be judged is refused.
    judged: Judged,
    hash: PolicyHash,
    /// Of each file, its own.
    file_hashes: Vec<FileHash>,
    warnings: Problems,
    /// Some class has too many points for the checks that look at every decision.
    is_unsurveyed: bool,
    documents: Vec<PolicyDocument>,
    /// Sorted by name.
    overrides: Arc<[Override]>,
    /// What the service has to have.
    needs: Arc<Needs>,
    recording: Recording,
    routing: Arc<str>,
}

/// Where something could have applied to a path that cannot be judged.
#[derive(Clone, Debug)]
struct Judged {
    /// `unmatchedRoute: deny` stands behind every request but a preflight.
    is_unmatched_denied: bool,
    /// What the entries of enforced rules accept.
    methods: Vec<route::Methods>,
}

/// A class of requests: those that belong to the same routes. Valid for the policy that made it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestClass(u32);

/// What a policy says of a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Verdict {
    /// The strictest contribution.
    pub effect: Effect,
    /// The deciding rule. None where no rule contributed, or no route matched.
    pub rule: Option<Arc<str>>,
    /// Why the deciding rule is undecided. None if it is definite.
    pub reason: Option<UnknownReason>,
    /// The deciding rule asked for a step-up that the subject has already made.
    pub is_satisfied: bool,
    /// What the customer has to do, where the effect is `stepUp`.
    pub challenge: Option<Arc<Challenge>>,
    /// How the deciding rule shapes its refusals, if it does.
    pub respond: Option<Arc<Respond>>,
    /// The status of "try again later": 503, or 403 where the policy says so.
    pub try_again_status: u16,
    /// How long the client should wait before it tries again.
    pub retry_after: Duration,
    /// The client may be told the deciding rule and its reason.
    pub exposes_rule: bool,
}

impl Default for Verdict {
    /// Nothing objects.
    fn default() -> Self {
        let Answers { try_again_status, retry_after, exposes_rule } = Answers::default();
        Self {
            effect: Effect::Allow,
            rule: None,
            reason: None,
            is_satisfied: false,
            challenge: None,
            respond: None,
            try_again_status,
            retry_after,
            exposes_rule,
        }
    }
}

impl Policy {
    /// The class of a request.
    ///
    /// # Errors
    ///
    /// [`Hostile`] for a path that two readers could understand differently, where some rule
    /// could have applied. Where none could, such a request belongs to no route.
    pub fn classify(&self, target: &Target<'_>) -> Result<RequestClass, Hostile> {
        match self.automaton.class(target) {
            Ok(class) => Ok(RequestClass(class)),
            Err(hostile) if self.judges(target) => Err(hostile),
            Err(_) => Ok(RequestClass(0)),
        }
    }

    /// Is the request none of the policy's business, whatever the line? So is a CORS preflight,
    /// unless a route names `OPTIONS`.
    #[must_use]
    pub fn is_exempt(&self, class: RequestClass, target: &Target<'_>) -> bool {
        target.preflight && self.class(class).is_none_or(|class| class.routes.is_empty())
    }

    /// The name of a class: its most specific route, with `#2` where several classes share it.
    /// None for requests that belong to no route.
    #[must_use]
    pub fn class_name(&self, class: RequestClass) -> Option<&Arc<str>> {
        self.class(class).map(|class| &class.name).filter(|name| !name.is_empty())
    }

    /// The classes that have a name, sorted by it.
    #[must_use]
    pub fn classes(&self) -> Vec<RequestClass> {
        let mut named: Vec<_> = (0..self.classes.len() as u32).map(RequestClass).collect();
        named.retain(|class| self.class_name(*class).is_some());
        named.sort_by(|a, b| self.class_name(*a).cmp(&self.class_name(*b)));
        named
    }

    /// Identifies the files and the edition of the groups.
    #[must_use]
    pub fn hash(&self) -> PolicyHash {
        self.hash
    }

    /// What loads, but is probably not what was meant, and what is worth knowing.
    #[must_use]
    pub fn warnings(&self) -> &Problems {
        &self.warnings
    }

    /// The checks that [`check_at`](Self::check_at) left out because some class has too many points
    /// to look at: silence about them means nothing. [`CHECKS_NOT_RUN`] are left out always.
    #[must_use]
    pub fn checks_left_out(&self) -> &'static [&'static str] {
        if self.is_unsurveyed { lint::OF_ALL_DECISIONS } else { &[] }
    }

    /// The rules of a class that are not switched off, sorted by id.
    fn rules_of(&self, class: RequestClass) -> impl Iterator<Item = &Rule> {
        self.table.rules(class.0).iter().filter_map(|at| self.rules.get(*at as usize))
    }

    /// The classes whose rules are asked.
    fn judged_classes(&self) -> impl Iterator<Item = u32> {
        let all = 0..self.classes.len() as u32;
        all.filter(|class| !self.table.is_refused_unmatched(*class))
    }

    fn judges(&self, target: &Target<'_>) -> bool {
        let Judged { is_unmatched_denied, methods } = &self.judged;
        *is_unmatched_denied && !target.preflight
            || methods.iter().any(|methods| methods.accept(target.method))
    }

    fn class(&self, class: RequestClass) -> Option<&Class> {
        self.classes.get(class.0 as usize)
    }
}
