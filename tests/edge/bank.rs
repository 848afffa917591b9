//! A bank with a login and payments, and a network that answers when the test says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use http::Request;
use roamgate::status::Answer;
use roamgate::{
    CachedProvider, Clock, Gate, Head, Policy, ProviderError, Query, RoamingProvider,
    RoamingStatus, UnknownReason,
};
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;

use crate::support::*;

type Outcome = Result<RoamingStatus, UnknownReason>;

/// A gated bank. Time stands still unless the test, or a request that waits, moves it.
pub(crate) struct Bank {
    pub(crate) gate: Gate,
    pub(crate) network: Network,
}

impl Bank {
    /// A bank that refuses payments from outside the EEA and from unknown places.
    pub(crate) fn with(settings: &str) -> Self {
        Self::under(rules(settings))
    }

    /// A bank under this policy.
    pub(crate) fn under(policy: Policy) -> Self {
        let network = Network::default();
        let provider = CachedProvider::new(network.clone()).clock(network.clock());
        Self { gate: Gate::new(policy, provider).clock(network.clock()), network }
    }

    /// The same bank, with another network for this purpose.
    pub(crate) fn asking_for(self, purpose: &str, network: &Network) -> Self {
        let provider = CachedProvider::new(network.clone()).clock(self.network.clock());
        Self { gate: self.gate.provider_for(purpose, provider), ..self }
    }

    /// The same bank behind another provider, which no cache stands before.
    pub(crate) fn of(settings: &str, provider: impl RoamingProvider + 'static) -> Self {
        Self { gate: Gate::new(rules(settings), provider), network: Network::default() }
    }

    pub(crate) async fn pay(&self) -> String {
        self.told(request(PATH)).await
    }

    pub(crate) async fn log_in(&self) -> String {
        self.told(request("/login")).await
    }

    /// Effect, reason, and how long it took.
    pub(crate) async fn told(&self, request: Request<()>) -> String {
        let begun = Instant::now();
        let decision = self.gate.check(&Head::of(&request, "")).await;
        let mut told = decision.effect().to_string();
        told.extend(decision.reason().map(|reason| format!(" {reason}")));
        let waited = begun.elapsed();
        if !waited.is_zero() {
            told += &format!(" after {waited:?}");
        }
        idle().await;
        told
    }

    pub(crate) async fn minutes(&self, minutes: u64) {
        self.seconds(minutes * 60).await;
    }

    /// The machine sleeps: the wall clock goes on, and all else stands still.
    pub(crate) fn sleeps(&self, time: Duration) {
        self.network.0.slept.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    /// Somebody sets the wall clock back, to after the machine was last started.
    pub(crate) fn is_set_back(&self, time: Duration) {
        self.network.0.slept.fetch_sub(time.as_secs(), Ordering::SeqCst);
    }

    pub(crate) async fn seconds(&self, seconds: u64) {
        self.millis(seconds * 1_000).await;
    }

    pub(crate) async fn millis(&self, millis: u64) {
        tokio::time::advance(Duration::from_millis(millis)).await;
    }
}

/// A network that answers each lookup with the next outcome it is given.
#[derive(Clone, Debug)]
pub(crate) struct Network(Arc<Script>);

#[derive(Debug)]
struct Script {
    tell: mpsc::UnboundedSender<Outcome>,
    told: Mutex<mpsc::UnboundedReceiver<Outcome>>,
    lookups: AtomicUsize,
    /// So many seconds before the lookup the network saw the line.
    confirmed: AtomicU64,
    begun: Instant,
    /// So many seconds of the wall clock the machine slept.
    slept: AtomicU64,
}

impl Default for Network {
    fn default() -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let (lookups, confirmed, slept) = Default::default();
        let begun = Instant::now();
        Self(Arc::new(Script { tell, told: Mutex::new(told), lookups, confirmed, begun, slept }))
    }
}

impl Network {
    /// Answers the lookup that waits, or else the next one.
    pub(crate) async fn says(&self, outcome: Outcome) {
        self.will_say(outcome);
        idle().await;
    }

    /// Answers a lookup that is to come.
    pub(crate) fn will_say(&self, outcome: Outcome) {
        self.0.tell.send(outcome).unwrap();
    }

    /// From now on, statuses were confirmed this long ago.
    pub(crate) fn confirmed(&self, ago: Duration) {
        self.0.confirmed.store(ago.as_secs(), Ordering::SeqCst);
    }

    pub(crate) fn lookups(&self) -> usize {
        self.0.lookups.load(Ordering::SeqCst)
    }

    fn clock(&self) -> Clock {
        let script = Arc::clone(&self.0);
        Clock::from_fn(move || script.now())
    }
}

impl Script {
    fn now(&self) -> SystemTime {
        EPOCH + self.begun.elapsed() + Duration::from_secs(self.slept.load(Ordering::SeqCst))
    }
}

#[async_trait]
impl RoamingProvider for Network {
    async fn roaming_status(&self, _: &Query<'_>) -> Result<Answer, ProviderError> {
        self.0.lookups.fetch_add(1, Ordering::SeqCst);
        let asked = self.0.now();
        let ago = Duration::from_secs(self.0.confirmed.load(Ordering::SeqCst));
        let outcome = self.0.told.lock().await.recv().await.unwrap();
        let status = outcome.map_err(|reason| ProviderError::new(reason, "as the test says"))?;
        Ok(Answer::new(status, asked).confirmed(Some(asked - ago)))
    }
}

pub(crate) fn request(path: &str) -> Request<()> {
    Request::post(path).extension(line(1)).body(()).unwrap()
}

/// A payment by another customer.
pub(crate) fn request_of(ending: usize) -> Request<()> {
    Request::post(PATH).extension(line(ending)).body(()).unwrap()
}

fn rules(settings: &str) -> Policy {
    policy(&format!(
        r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: {{ name: bank, owner: tests@bank.example }}
defaults: {{ unmatchedRoute: allow, onUnknown: deny }}
{settings}
routes: {{ payments: [{{ path: "/v1/payments" }}], login: [{{ path: "/login" }}] }}
rules:
  - id: outside
    description: Refuse outside the EEA.
    match: {{ routes: [payments] }}
    when: {{ line: {{ roamingOutside: [eea] }} }}
    effect: deny
"#
    ))
}

/// Lets what runs in the background come to rest. No time passes.
async fn idle() {
    for _ in 0..32 {
        tokio::task::yield_now().await;
    }
}

pub(crate) const EPOCH: SystemTime = SystemTime::UNIX_EPOCH;
