//! Who has proved which line, and for how long that counts.

use std::sync::Arc;
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::time::Instant;

use super::LineCheck;
use crate::head::Head;
use crate::line::Line;

/// Whose session it is.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum Holder {
    /// The browser with this cookie.
    Browser(Arc<str>),
    /// The caller whom the service authenticated.
    Caller(Arc<str>),
}

pub(super) struct Sessions {
    proved: Cache<Holder, Proved>,
    lifetime: Duration,
}

#[derive(Clone, Copy)]
struct Proved {
    line: Line,
    /// `None` where that is beyond what a clock can count.
    until: Option<Instant>,
}

impl Sessions {
    pub(super) fn new(lifetime: Duration) -> Self {
        let proved = Cache::builder().max_capacity(CAPACITY).eviction_policy(EvictionPolicy::lru());
        Self { proved: proved.build(), lifetime }
    }

    pub(super) fn prove(&self, holder: Holder, line: Line) {
        let until = Instant::now().checked_add(self.lifetime);
        self.proved.insert(holder, Proved { line, until });
    }

    pub(super) fn line(&self, holder: &Holder) -> Option<Line> {
        let proved = self.proved.get(holder)?;
        proved.until.is_none_or(|until| Instant::now() < until).then_some(proved.line)
    }

    pub(super) fn forget(&self, holder: &Holder) {
        self.proved.invalidate(holder);
    }
}

impl LineCheck {
    /// Whose request it is, if anybody's.
    pub(super) fn holder(&self, head: &Head<'_>) -> Option<Holder> {
        let caller = self.desk.caller.as_ref().and_then(|caller| caller(head));
        // Who has no name could be anybody.
        let caller = caller.filter(|caller| !caller.is_empty());
        let caller = caller.map(|caller| Holder::Caller(caller.into()));
        caller.or_else(|| self.desk.cookies.read(head.headers).map(Holder::Browser))
    }
}

const CAPACITY: u64 = 100_000;
