//! How many requests were sent.

use std::sync::atomic::{AtomicU64, Ordering};

use super::failure::Endpoint;

/// The requests a client has sent, by endpoint.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Calls {
    /// Requests for the metadata and the keys of an issuer.
    pub metadata: u64,
    /// Requests to `bc-authorize`.
    pub bc_authorize: u64,
    /// Requests to the token endpoint.
    pub token: u64,
    /// Requests to the roaming endpoint.
    pub roaming: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    metadata: AtomicU64,
    bc_authorize: AtomicU64,
    token: AtomicU64,
    roaming: AtomicU64,
}

impl Counters {
    pub(super) fn count(&self, endpoint: Endpoint) {
        let counter = match endpoint {
            Endpoint::Metadata | Endpoint::Keys => &self.metadata,
            Endpoint::BcAuthorize => &self.bc_authorize,
            Endpoint::Token => &self.token,
            Endpoint::Roaming(_) => &self.roaming,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Calls {
        Calls {
            metadata: self.metadata.load(Ordering::Relaxed),
            bc_authorize: self.bc_authorize.load(Ordering::Relaxed),
            token: self.token.load(Ordering::Relaxed),
            roaming: self.roaming.load(Ordering::Relaxed),
        }
    }
}
