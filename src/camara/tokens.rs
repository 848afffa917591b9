//! Tokens by line: remembered, renewed before they expire, and asked for once however many wait.

use std::sync::Arc;
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use secrecy::SecretString;
use tokio::time::Instant;

use self::held::{Held, Holder, Known};
use super::moment::Moment;
use super::oauth::{
    Authority, Ciba, Code, Direct, Grant, Kind, Naming, Next, Pending, Registration, Renewal,
    Renewed, SignInPlace, Token,
};
use crate::clock::Clock;
use crate::flight::Flights;
use crate::line::{Identifier, Line};
use crate::metrics::{self, TokenFrom};
use crate::provider::{Correlator, ProviderError};
use crate::status::UnknownReason;

mod held;

/// The tokens of one client at one token endpoint for one scope: the line is the key, if the grant
/// is for lines.
#[derive(Debug)]
pub(super) struct Tokens {
    source: Arc<Source>,
    flights: Flights<Holder, Outcome>,
}

type Outcome = Result<Arc<Token>, ProviderError>;

#[derive(Debug)]
struct Source {
    ciba: Ciba,
    direct: Direct,
    renewal: Renewal,
    grant: Grant,
    held: Cache<Holder, Held>,
    pending: Pending,
    clock: Clock,
}

impl Tokens {
    pub(super) fn new(
        authority: Authority,
        grant: Grant,
        clock: Clock,
        deadline: Duration,
    ) -> Self {
        let held = Cache::builder().max_capacity(CAPACITY).eviction_policy(EvictionPolicy::lru());
        let authority = Arc::new(authority);
        let same = || (Arc::clone(&authority), grant.clone());
        let [ciba, direct, renewal] = [same(), same(), same()];
        let source = Source {
            ciba: Ciba { authority: ciba.0, grant: ciba.1 },
            direct: Direct { authority: direct.0, grant: direct.1 },
            renewal: Renewal { authority: renewal.0, grant: renewal.1 },
            grant,
            held: held.build(),
            pending: Pending::new(MAX_PENDING),
            clock,
        };
        Self { source: Arc::new(source), flights: Flights::new(deadline) }
    }

    /// A token for `line`, from memory or from the aggregator.
    pub(super) async fn token(&self, line: Line, correlator: Correlator) -> Outcome {
        let outcome = self.obtain(line, correlator).await;
        // It speaks for whoever had the address, who may be somebody else by the next lookup.
        if outcome.is_ok() && self.source.names_by_address(line) {
            self.source.change(self.source.holder(line), Held::used);
        }
        outcome
    }

    async fn obtain(&self, line: Line, correlator: Correlator) -> Outcome {
        let holder = self.source.holder(line);
        match self.source.known(holder) {
            Some(Known::Settled(outcome)) => return counted(outcome, TokenFrom::Reused),
            Some(Known::Aging(token)) => {
                metrics::token(TokenFrom::Reused);
                let (load, keep) = self.source.load(holder, line, correlator);
                self.flights.launch(holder, || self.source.settled(holder), load, keep);
                return Ok(token);
            }
            None => {}
        }
        let (load, keep) = self.source.load(holder, line, correlator);
        let landed = self.flights.join(holder, || self.source.settled(holder), load, keep).await;
        let outcome =
            landed.unwrap_or_else(|lost| Err(ProviderError::new(lost.reason(), lost.to_string())));
        // What cannot be replaced is used as long as it lives.
        outcome.or_else(|error| self.source.living(holder).ok_or(error))
    }

    /// Can the grant name the line, so that it may be asked for a token?
    pub(super) fn can_name(&self, line: Line) -> Result<(), ProviderError> {
        self.source.grant.naming().map_or(Ok(()), |naming| naming.name(line).map(drop))
    }

    /// Why no token can be had at the moment, as far as it is known without asking: the consent is pending,
    /// or was refused.
    pub(super) fn refusal(&self, line: Line) -> Option<ProviderError> {
        let holder = self.source.holder(line);
        // In this order: a background task keeps its token before it ends.
        let pending = self.source.pending.latest(line).map(Err);
        if self.source.living(holder).is_some() {
            return None;
        }
        pending.or_else(|| self.source.settled(holder))?.err()
    }

    /// Will a token be taken from memory?
    pub(super) fn remembers(&self, line: Line) -> bool {
        let known = self.source.known(self.source.holder(line));
        matches!(known, Some(Known::Settled(Ok(_)) | Known::Aging(_)))
    }

    /// Keeps the token that a customer's code stands for. A code that was sent is exchanged to the
    /// end, also if nobody waits any more.
    pub(super) async fn exchange(
        &self,
        line: Line,
        code: Code,
        correlator: Correlator,
    ) -> Result<(), ProviderError> {
        let redirect_uri = self.registration()?.1.redirect_uri.clone();
        let source = Arc::clone(&self.source);
        let exchange = tokio::spawn(async move {
            let token = source.direct.exchange(&redirect_uri, code, correlator).await?;
            source.hold(Holder::Line(line), &Ok(Arc::new(token)));
            Ok(())
        });
        exchange.await.unwrap_or_else(|_| {
            let message = "the exchange of the code did not end";
            Err(ProviderError::new(UnknownReason::Unavailable, message))
        })
    }

    /// The grant, where customers sign in.
    pub(super) fn registration(&self) -> Result<(&Grant, &Registration), ProviderError> {
        match &self.source.grant.kind {
            Kind::AuthorizationCode(registration) => Ok((&self.source.grant, registration)),
            Kind::Ciba { .. } | Kind::JwtBearer { .. } | Kind::ClientCredentials => {
                let message = "the grant of this aggregator file signs nobody in";
                Err(ProviderError::new(UnknownReason::Misconfigured, message))
            }
        }
    }

    /// Where they do so.
    pub(super) async fn sign_in_place(
        &self,
        correlator: Correlator,
    ) -> Result<SignInPlace, ProviderError> {
        self.source.direct.authority.sign_in_place(correlator).await
    }

    /// Forgets exactly this token, not a newer one, which the aggregator refused with this error.
    /// What renews it stays.
    pub(super) fn reject(&self, line: Line, token: &Arc<Token>, error: &ProviderError) {
        let now = Moment::now(&self.source.clock);
        let holder = self.source.holder(line);
        self.source.change(holder, |held| held.rejected(token, error, now));
    }

    /// Notes that a token of the line was worth something.
    pub(super) fn accept(&self, line: Line) {
        let holder = self.source.holder(line);
        if self.source.held.get(&holder).is_some_and(|held| held.is_in_doubt()) {
            self.source.change(holder, Held::accepted);
        }
    }

    /// Forgets all that is held for the line: something was mixed up.
    pub(super) fn forget(&self, line: Line) {
        self.source.held.invalidate(&self.source.holder(line));
    }

    /// The same, and what is under way for the line.
    pub(super) fn erase(&self, line: Line) {
        // In this order: what is cut loose can no longer keep its token.
        self.flights.forget(&Holder::Line(line));
        self.source.pending.forget(line);
        self.source.held.invalidate(&Holder::Line(line));
    }

    /// The customers whose consent is waited for.
    pub(super) fn pending(&self) -> usize {
        self.source.pending.count()
    }

    /// About how many lines something is held for.
    pub(super) fn held(&self) -> u64 {
        self.source.held.entry_count()
    }

    /// Waits until no consent is pending for `line`.
    pub(super) async fn settled(&self, line: Line) {
        self.source.pending.settled(line).await;
    }

    /// Where the customer can give the consent that is pending for `line`.
    pub(super) fn consent_url(&self, line: Line) -> Option<SecretString> {
        self.source.pending.consent_url(line)
    }

    pub(super) async fn shutdown(&self, grace: Duration) {
        self.flights.shutdown(grace).await;
        self.source.pending.shutdown().await;
    }
}

impl Drop for Tokens {
    /// The background tasks hold the source, and would outlive the client until their consents expire.
    fn drop(&mut self) {
        self.source.pending.stop();
    }
}

impl Source {
    fn holder(&self, line: Line) -> Holder {
        match self.grant.kind {
            Kind::ClientCredentials => Holder::Client,
            Kind::Ciba { .. } | Kind::JwtBearer { .. } | Kind::AuthorizationCode(_) => {
                Holder::Line(line)
            }
        }
    }

    /// Is the token for whoever has an address at the moment?
    fn names_by_address(&self, line: Line) -> bool {
        let is_address = |identifier: Identifier| identifier.is_address();
        self.grant.naming().is_some() && line.identifier().is_some_and(is_address)
    }

    /// A token as it is kept: one for whoever had an address when it was asked for, until it is used,
    /// and not for long.
    fn kept(&self, token: Token, line: Line, since: Instant) -> Arc<Token> {
        Arc::new(if self.names_by_address(line) { token.briefly(since) } else { token })
    }

    /// What an authorization came to. One that was in vain is not begun again at once: each may ask
    /// the customer.
    fn concluded(&self, line: Line, at: Instant, outcome: Result<Token, ProviderError>) -> Outcome {
        let in_vain = [UnknownReason::InvalidAnswer, UnknownReason::Misconfigured];
        if let Some(error) = outcome.as_ref().err().filter(|it| in_vain.contains(&it.reason())) {
            let now = Moment::now(&self.clock);
            self.change(Holder::Line(line), |held| held.wasted(error, now));
        }
        outcome.map(|token| self.kept(token, line, at))
    }

    /// What is known without asking.
    fn known(&self, holder: Holder) -> Option<Known> {
        self.held.get(&holder)?.known(Moment::now(&self.clock))
    }

    /// The same, where nothing needs to be asked.
    fn settled(&self, holder: Holder) -> Option<Outcome> {
        match self.known(holder)? {
            Known::Settled(outcome) => Some(outcome),
            Known::Aging(_) => None,
        }
    }

    fn living(&self, holder: Holder) -> Option<Arc<Token>> {
        self.held.get(&holder)?.living(Moment::now(&self.clock))
    }

    fn hold(&self, holder: Holder, outcome: &Outcome) {
        let now = Moment::now(&self.clock);
        self.change(holder, |held| match outcome {
            Ok(token) => held.renewed(token),
            Err(error) => held.failed(error, now),
        });
    }

    /// Changes what is held, in one step.
    fn change(&self, holder: Holder, change: impl FnOnce(Held) -> Held) {
        self.held.entry(holder).and_compute_with(|held| {
            let held = held.map(moka::Entry::into_value).unwrap_or_default();
            held.changed(change)
        });
    }

    /// The load of a token, and how it is kept.
    fn load(
        self: &Arc<Self>,
        holder: Holder,
        line: Line,
        correlator: Correlator,
    ) -> (impl Future<Output = Outcome> + Send + use<>, impl FnOnce(&Outcome) + Send + use<>) {
        let (asking, keeping) = (Arc::clone(self), Arc::clone(self));
        let load = async move { asking.ask(holder, line, correlator).await };
        (load, move |outcome: &Outcome| keeping.hold(holder, outcome))
    }

    async fn ask(self: Arc<Self>, holder: Holder, line: Line, correlator: Correlator) -> Outcome {
        if let Some(renewed) = self.renew(holder, correlator).await {
            return counted(renewed, TokenFrom::Renewed);
        }
        counted(self.fetch(line, correlator).await, TokenFrom::Fetched)
    }

    async fn fetch(self: &Arc<Self>, line: Line, correlator: Correlator) -> Outcome {
        match &self.grant.kind {
            Kind::Ciba { login_hint } => self.authorize(login_hint, line, correlator).await,
            Kind::JwtBearer { subject } => {
                let since = Instant::now();
                let token = self.direct.vouch(subject, line, correlator).await;
                token.map(|token| self.kept(token, line, since))
            }
            Kind::ClientCredentials => self.direct.own(correlator).await.map(Arc::new),
            Kind::AuthorizationCode(_) => {
                let message = "the customer has not signed in, or must sign in again";
                Err(ProviderError::new(UnknownReason::NoConsent, message))
            }
        }
    }

    /// A token that a refresh token brings. `None` where the customer must be asked.
    async fn renew(&self, holder: Holder, correlator: Correlator) -> Option<Outcome> {
        let refresh = self.held.get(&holder)?.refresh()?;
        match self.renewal.renew(&refresh, correlator).await {
            Renewed::Done(outcome) => Some(outcome.map(Arc::new)),
            Renewed::Spent => {
                self.change(holder, Held::unrenewable);
                None
            }
        }
    }

    /// Begins an authorization and polls once; a pending one goes on in the background.
    async fn authorize(
        self: &Arc<Self>,
        login_hint: &Naming,
        line: Line,
        correlator: Correlator,
    ) -> Outcome {
        let holder = Holder::Line(line);
        // In this order: a background task keeps its token before it ends.
        let latest = self.pending.latest(line).map(Err);
        if let Some(known) = latest.or_else(|| self.settled(holder)) {
            return known;
        }
        let mut begun = self.ciba.begin(login_hint, line, correlator).await?;
        begun = if self.names_by_address(line) { begun.briefly() } else { begun };
        let (until, meanwhile) = match self.ciba.poll(&mut begun).await {
            Next::Done(outcome) => return self.concluded(line, begun.at, outcome),
            Next::Wait { until, meanwhile } => (until, meanwhile),
        };
        let (source, consent_url) = (Arc::clone(self), begun.consent_url.take());
        let given_up = self.pending.start(line, meanwhile.clone(), |tell| async move {
            let mut next = until;
            loop {
                tokio::time::sleep_until(next).await;
                match source.ciba.poll(&mut begun).await {
                    Next::Done(outcome) => {
                        let outcome = source.concluded(line, begun.at, outcome);
                        let outcome = counted(outcome, TokenFrom::Fetched);
                        return source.hold(holder, &outcome);
                    }
                    Next::Wait { until, meanwhile } => {
                        next = until;
                        tell.send_replace(meanwhile);
                    }
                }
            }
        });
        self.pending.offer(line, consent_url);
        for line in given_up {
            let message = "the customer's consent is not waited for: too many others are pending";
            let error = Err(ProviderError::new(UnknownReason::NoConsent, message));
            self.hold(Holder::Line(line), &error);
        }
        Err(meanwhile)
    }
}

fn counted(outcome: Outcome, from: TokenFrom) -> Outcome {
    metrics::token(match &outcome {
        Ok(_) => from,
        Err(error) if error.reason() == UnknownReason::ConsentPending => TokenFrom::Pending,
        Err(_) => TokenFrom::Refused,
    });
    outcome
}

const CAPACITY: u64 = 100_000;
const MAX_PENDING: usize = 1_000;
