//! Sign-ins that have begun, and what became of them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::sessions::Holder;
use crate::camara::SignIn;
use crate::status::{Answer, UnknownReason};

/// The name of a flow. It opens nothing by itself.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct FlowId(Arc<str>);

pub(super) struct Flows {
    /// By the digest of `state`.
    begun: Cache<[u8; 32], Arc<Mutex<Option<Begun>>>>,
    records: Cache<FlowId, Record>,
}

/// A sign-in of which nothing has come back.
pub(super) struct Begun {
    pub(super) flow: FlowId,
    pub(super) holder: Holder,
    pub(super) sign_in: SignIn,
    pub(super) return_to: Option<Arc<str>>,
    until: Instant,
}

/// What is known of a flow.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) holder: Holder,
    /// `None` while the customer is away.
    pub(super) outcome: Option<Result<Answer, UnknownReason>>,
    pub(super) return_to: Option<Arc<str>>,
    until: Instant,
}

impl Flows {
    pub(super) fn begin(
        &self,
        holder: Holder,
        sign_in: SignIn,
        return_to: Option<Arc<str>>,
    ) -> FlowId {
        let flow = FlowId(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()).into());
        let until = Instant::now() + PATIENCE;
        let key = digest(sign_in.state());
        let record =
            Record { holder: holder.clone(), outcome: None, return_to: return_to.clone(), until };
        self.records.insert(flow.clone(), record);
        let begun = Begun { flow: flow.clone(), holder, sign_in, return_to, until };
        self.begun.insert(key, Arc::new(Mutex::new(Some(begun))));
        flow
    }

    /// Takes the sign-in with this `state`, once, if this holder began it not too long ago. What
    /// another one asks for stays where it is.
    pub(super) fn take(&self, state: &str, holder: &Holder) -> Option<Begun> {
        let key = digest(state);
        let entry = self.begun.get(&key)?;
        let mut begun = entry.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.as_ref()?.holder != *holder {
            return None;
        }
        self.begun.invalidate(&key);
        begun.take().filter(|begun| Instant::now() < begun.until)
    }

    /// Notes how a flow ended, and in whose session.
    pub(super) fn end(
        &self,
        begun: EndedFlow,
        holder: Holder,
        outcome: Result<Answer, UnknownReason>,
    ) {
        let until = Instant::now() + PATIENCE;
        let EndedFlow { flow, return_to } = begun;
        let record = Record { holder, outcome: Some(outcome), return_to, until };
        self.records.insert(flow, record);
    }

    /// What is known of a flow, for the session that it belongs to.
    pub(super) fn record(&self, flow: &FlowId, holder: &Holder) -> Option<Record> {
        let record = self.records.get(flow)?;
        (record.holder == *holder && Instant::now() < record.until).then_some(record)
    }
}

/// What is left of a sign-in that has come back.
pub(super) struct EndedFlow {
    pub(super) flow: FlowId,
    pub(super) return_to: Option<Arc<str>>,
}

impl Default for Flows {
    fn default() -> Self {
        fn bounded<K, V>() -> Cache<K, V>
        where
            K: std::hash::Hash + Eq + Send + Sync + 'static,
            V: Clone + Send + Sync + 'static,
        {
            // The deadlines are in the entries. This only gives back what nobody comes back for: the
            // memory, and the verifiers in it.
            let cache = Cache::builder().max_capacity(CAPACITY).time_to_live(2 * PATIENCE);
            cache.eviction_policy(EvictionPolicy::lru()).build()
        }
        Self { begun: bounded(), records: bounded() }
    }
}

impl From<String> for FlowId {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for FlowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn digest(state: &str) -> [u8; 32] {
    Sha256::digest(state).into()
}

/// How long a customer may be away, and how long it is known how that ended.
const PATIENCE: Duration = Duration::from_secs(600);
const CAPACITY: u64 = 100_000;
