//! [`Trouble`]: what goes wrong, counted by endpoint and kind, and told where somebody must mend it.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::pass::Judgement;
use crate::camara::failure::Endpoint;
use crate::camara::told::Told;

/// How often an endpoint gave trouble of one kind.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Trouble {
    /// Where: `the roaming endpoint`.
    pub endpoint: String,
    /// The name of the endpoint in metrics: `roaming`.
    pub name: &'static str,
    /// What happened.
    pub kind: TroubleKind,
    /// What the answer called it, if that is a code of the specifications: `PERMISSION_DENIED`.
    pub code: Option<&'static str>,
    /// How often.
    pub count: u64,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal,)+) => {
        /// What can go wrong with a request or its answer. Displays as one word, for metrics.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum TroubleKind { $($(#[doc = $doc])+ $kind,)+ }

        impl TroubleKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// One word, for metrics.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }
        }

        impl fmt::Display for TroubleKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

kinds! {
    /// Nobody listens, or there is no way to the host.
    Connect = "connect",
    /// No connection came about in time.
    ConnectTimeout = "connectTimeout",
    /// The name of the host could not be resolved.
    Dns = "dns",
    /// The host did not prove who it is, or TLS failed in another way.
    Tls = "tls",
    /// No whole answer came in time.
    Timeout = "timeout",
    /// The connection broke.
    Broken = "broken",
    /// 5xx, 408 or 425.
    ServerError = "serverError",
    /// 429.
    Throttled = "throttled",
    /// 401: our token or our credentials.
    Rejected = "rejected",
    /// 403.
    Forbidden = "forbidden",
    /// 404 and 422: a definite no about the line, or about the address.
    Negative = "negative",
    /// Any other 4xx; 501, 505 and 511.
    Refused = "refused",
    /// 3xx, which is never followed.
    Redirect = "redirect",
    /// A body beyond the limit.
    Oversized = "oversized",
    /// A body that is not declared as plain JSON.
    ContentType = "contentType",
    /// An answer outside the contract.
    Malformed = "malformed",
    /// An answer or a token for another line.
    Mismatch = "mismatch",
    /// A country code that was not believed: it contradicts the names, or is no network code.
    Contradiction = "contradiction",
}

impl TroubleKind {
    /// The trouble that a status is, if it is any.
    pub(in crate::camara) fn of(status: u16, code: Option<&str>) -> Option<Self> {
        Some(match (status, code) {
            (200, _) | (_, Some("authorization_pending" | "slow_down")) => return None,
            (403, Some("INVALID_TOKEN_CONTEXT")) => Self::Mismatch,
            (401, _) => Self::Rejected,
            (403, _) => Self::Forbidden,
            (404 | 422, _) => Self::Negative,
            (429, _) => Self::Throttled,
            (501 | 505 | 511, _) => Self::Refused,
            (408 | 425 | 500..=599, _) => Self::ServerError,
            (400..=499, _) => Self::Refused,
            (300..=399, _) => Self::Redirect,
            _ => Self::Malformed,
        })
    }

    /// What it says of the endpoint, where no whole reply came.
    pub(in crate::camara) fn judgement(self) -> Judgement {
        match self {
            Self::Connect | Self::ConnectTimeout | Self::Dns | Self::Tls => Judgement::Unconnected,
            _ => Judgement::Failed,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Troubles {
    counts: Mutex<Vec<(Seen, u64)>>,
    told: Told<Seen>,
    /// How many definite noes came in a row.
    negative: AtomicU32,
}

/// A kind of trouble at an endpoint, with its code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::camara) struct Seen {
    pub(in crate::camara) endpoint: Endpoint,
    pub(in crate::camara) kind: TroubleKind,
    pub(in crate::camara) code: Option<&'static str>,
}

impl Troubles {
    /// Counts it, and tells of it where the policy's answer is not enough: somebody must mend it.
    pub(super) fn note(&self, seen: Seen, cause: &dyn fmt::Display) {
        let Seen { endpoint, kind, .. } = seen;
        self.count(seen);
        let told = match kind {
            TroubleKind::Tls => "an endpoint cannot be trusted, and is told nothing",
            TroubleKind::Mismatch => {
                "an answer or a token is for another line: somebody mixes lines up, or attacks us"
            }
            TroubleKind::Forbidden => "the aggregator forbids what we ask",
            TroubleKind::Negative if self.is_row_of_noes(endpoint) => {
                "the aggregator knows none of the lines: is it the right one, at the right address?"
            }
            _ => return,
        };
        if self.told.is_news(seen) {
            tracing::error!(%endpoint, %kind, code = seen.code, %cause, "{told}");
        }
    }

    /// The endpoint knows a line.
    pub(super) fn note_answer(&self) {
        self.negative.store(0, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Vec<Trouble> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |(seen, count): &(Seen, u64)| {
            let &Seen { endpoint, kind, code } = seen;
            let (name, count) = (endpoint.name(), *count);
            Trouble { endpoint: endpoint.to_string(), name, kind, code, count }
        };
        counts.iter().map(read).collect()
    }

    fn count(&self, seen: Seen) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        // The codes are many, and the aggregator chooses them.
        let is_full = counts.len() >= MOST;
        let seen = if is_full { Seen { code: None, ..seen } } else { seen };
        match counts.iter_mut().find(|(known, _)| *known == seen) {
            Some((_, count)) => *count += 1,
            None => counts.push((seen, 1)),
        }
    }

    fn is_row_of_noes(&self, endpoint: Endpoint) -> bool {
        matches!(endpoint, Endpoint::Roaming(_))
            && self.negative.fetch_add(1, Ordering::Relaxed) + 1 >= MANY
    }
}

const MOST: usize = 128;
/// So many lines in a row that nobody knows are not the fault of the lines.
const MANY: u32 = 20;
