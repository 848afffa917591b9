//! What is left to handlers, who know more of a request than its head says.

use std::borrow::Cow;
use std::sync::Arc;

use super::hearing::Hearing;
use super::{Check, Gate};
use crate::facts::Carried;
use crate::policy::{Attributes, Decision, FactKind, FactSource, Policy, UnknownRoute};
use crate::subject::Subject;

/// A policy, and what of it is judged before a handler runs.
#[derive(Clone, Debug)]
pub(super) struct Policies {
    pub(super) whole: Arc<Policy>,
    /// Without the rules that are left to handlers.
    pub(super) on_requests: Arc<Policy>,
    /// What the service says that handlers know, whether or not a rule asks for it.
    deferred: Vec<Arc<str>>,
}

impl Gate {
    /// The same gate, which leaves to handlers what needs one of these facts: rules that ask for
    /// one say nothing about requests, and all rules are judged in
    /// [`check_route`](Self::check_route). **A handler that does not call it is not protected by
    /// these rules.**
    ///
    /// A name that no rule asks for is a mistake: it is logged as an error and defers nothing, so
    /// that the rules that were meant are judged without the fact.
    #[must_use]
    pub fn deferred(self, names: impl IntoIterator<Item = impl Into<Arc<str>>>) -> Self {
        let names = names.into_iter().map(Into::into);
        self.with(|snapshot| snapshot.policies = snapshot.policies.deferring(names))
    }

    /// Decides about what a handler knows after it has read a body, a message of a queue, or a
    /// field of a GraphQL query: the same five steps as for a request, and one record.
    ///
    /// The class is named as in [`Policy::class_by_name`]. All its rules are judged, also those
    /// that were judged when the request came. Facts come from the attributes, those that policies
    /// take from headers included, and from the subject; nothing is taken from the request, so hand
    /// over what its extensions hold too. A gate that only observes records what it would have
    /// decided, and lets everything go on.
    ///
    /// # Errors
    ///
    /// [`UnknownRoute`] says which name was probably meant.
    ///
    /// # Example
    ///
    /// ```
    /// use roamgate::{Attributes, Effect, FixedProvider, Gate, Line, Policy, Subject};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let policy = Policy::from_yaml("transfers.yaml", r#"
    /// apiVersion: roamgate/v1
    /// kind: RoamingPolicy
    /// metadata: { name: transfers, owner: risk@bank.example }
    /// attributes: { request.amountEur: { type: number } }
    /// defaults: { unmatchedRoute: allow, onUnknown: deny }
    /// routes: { transfers: [{ method: POST, path: "/v1/transfers" }] }
    /// rules:
    ///   - id: large-from-home-only
    ///     description: Large transfers are made from home networks only.
    ///     match: { routes: [transfers], request.amountEur: { gte: 200 } }
    ///     require: { line: home }
    ///     otherwise: deny
    /// "#)?;
    /// let gate = Gate::new(policy, FixedProvider::new()).deferred(["request.amountEur"]);
    /// let subject = Subject::from("+34600000001".parse::<Line>()?);
    ///
    /// for (amount, effect) in [(199.0, Effect::Allow), (200.0, Effect::Deny)] {
    ///     let attributes = Attributes::new().set("request.amountEur", amount);
    ///     let decision = gate.check_route("transfers", &subject, &attributes).await?;
    ///     assert_eq!(decision.effect(), effect);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub async fn check_route(
        &self,
        name: &str,
        subject: &Subject,
        attributes: &Attributes,
    ) -> Result<Decision, UnknownRoute> {
        let check = self.begin_route(name, subject, attributes)?;
        if self.observes {
            return Ok(self.observe(check));
        }
        Ok(check.decided().await)
    }

    fn begin_route(
        &self,
        name: &str,
        subject: &Subject,
        attributes: &Attributes,
    ) -> Result<Check, UnknownRoute> {
        let snapshot = &*self.snapshot();
        let policy = snapshot.policy();
        let (class, carried) = (policy.class_by_name(name)?, Carried::with(attributes));
        let (id, target, gate) = (Self::new_id(), None, self);
        let (tick, ticked) = self.clock.shared_tick();
        let hearing = Hearing { gate, snapshot, policy, class, id, carried, target, ticked };
        Ok(hearing.begin(tick, || Ok(Cow::Borrowed(subject))))
    }
}

impl Policies {
    pub(super) fn new(policy: Arc<Policy>) -> Self {
        Self { on_requests: Arc::clone(&policy), whole: policy, deferred: Vec::new() }
    }

    /// The same for another policy: what is left to handlers is the service's to say.
    pub(super) fn under(&self, policy: Arc<Policy>) -> Self {
        Self::new(policy).deferring(self.deferred.iter().cloned())
    }

    /// What handlers supply. What the policy takes from a header, it takes from a trusted one.
    pub(super) fn deferred(&self) -> impl Iterator<Item = (Arc<str>, FactKind)> + '_ {
        let facts = self.deferred.iter().filter_map(|name| self.whole.fact(name));
        let own =
            facts.filter(|fact| matches!(fact.source, FactSource::Extension | FactSource::Claim));
        own.map(|fact| (Arc::clone(&fact.name), fact.kind.clone()))
    }

    /// The facts on which this one of the two policies says nothing.
    pub(super) fn left_out_of(&self, policy: &Arc<Policy>) -> &[Arc<str>] {
        if Arc::ptr_eq(policy, &self.whole) { &[] } else { &self.deferred }
    }

    fn deferring(&self, names: impl Iterator<Item = Arc<str>>) -> Self {
        let deferred: Vec<_> = self.deferred.iter().cloned().chain(names).collect();
        let (asked, unasked): (Vec<_>, Vec<_>) =
            deferred.iter().cloned().partition(|name| self.whole.asks_for(name));
        for name in unasked {
            tracing::error!(
                target: "roamgate::gate",
                fact = &*name,
                "no rule asks for a fact that is deferred: nothing is left to a handler by this name"
            );
        }
        let on_requests = match asked.is_empty() {
            true => Arc::clone(&self.whole),
            false => Arc::new(self.whole.deferring(&asked)),
        };
        Self { whole: Arc::clone(&self.whole), on_requests, deferred }
    }
}
