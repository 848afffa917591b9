//! Warns once when the policy's paths are probably not those that clients send.

use std::sync::atomic::{AtomicU32, Ordering};

/// Counts requests until one matches a route.
#[derive(Debug, Default)]
pub(super) struct UnroutedWatch(AtomicU32);

impl UnroutedWatch {
    const REQUESTS: u32 = 1_000;

    pub(super) fn notice(&self, is_routed: bool) {
        if self.0.load(Ordering::Relaxed) >= Self::REQUESTS {
            return;
        }
        if is_routed {
            self.0.store(Self::REQUESTS, Ordering::Relaxed);
        } else if self.0.fetch_add(1, Ordering::Relaxed) + 1 == Self::REQUESTS {
            tracing::warn!(
                target: "roamgate::gate",
                requests = Self::REQUESTS,
                "no request has matched a route of the policy yet; do its paths say what clients send?"
            );
        }
    }
}
