//! What is remembered of a line: a token, what renews it, and why the last attempt failed.

use std::sync::Arc;
use std::time::Duration;

use moka::ops::compute::Op;
use secrecy::SecretString;
use tokio::time::Instant;

use super::Outcome;
use crate::camara::moment::Moment;
use crate::camara::oauth::{Stage, Token};
use crate::line::Line;
use crate::provider::ProviderError;
use crate::status::UnknownReason;

/// Whose token it is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Holder {
    Line(Line),
    /// The client's own, for all lines.
    Client,
}

#[derive(Clone, Default)]
pub(super) struct Held {
    token: Option<Arc<Token>>,
    refresh: Option<Arc<SecretString>>,
    failed: Option<Failed>,
    /// How many tokens in a row were worth nothing.
    wasted: usize,
    /// The token is used, and nobody has said what it was worth.
    is_lent: bool,
}

/// Why the last attempt failed. Nothing is asked again before `until`.
#[derive(Clone)]
struct Failed {
    error: ProviderError,
    until: Instant,
    /// Also not where there is no token that lives.
    closes: bool,
}

/// What is known without asking.
pub(super) enum Known {
    Settled(Outcome),
    /// A token that is used while another one is asked for.
    Aging(Arc<Token>),
}

impl Held {
    /// With this token instead of all that was.
    pub(super) fn renewed(self, token: &Arc<Token>) -> Self {
        let (token, refresh) = (Some(Arc::clone(token)), token.refresh());
        Self { token, refresh, failed: None, is_lent: false, ..self }
    }

    pub(super) fn known(&self, now: Moment) -> Option<Known> {
        let failed = self.failed.as_ref().filter(|failed| now.instant < failed.until);
        let token = self.token.as_ref().map(|token| (token.stage(now), Arc::clone(token)));
        match (token, failed) {
            (Some((Stage::Fresh, token)), _)
            | (Some((Stage::Advisory | Stage::Mandatory, token)), Some(_)) => {
                Some(Known::Settled(Ok(token)))
            }
            (Some((Stage::Advisory, token)), None) => Some(Known::Aging(token)),
            (Some((Stage::Over, _)) | None, Some(failed)) if failed.closes => {
                Some(Known::Settled(Err(failed.error.clone())))
            }
            (Some((Stage::Mandatory | Stage::Over, _)) | None, _) => None,
        }
    }

    /// The token, if it has not expired.
    pub(super) fn living(&self, now: Moment) -> Option<Arc<Token>> {
        self.token.clone().filter(|token| token.stage(now) != Stage::Over)
    }

    pub(super) fn refresh(&self) -> Option<Arc<SecretString>> {
        self.refresh.clone()
    }

    /// After a failure, which never takes away a token that lives.
    pub(super) fn failed(self, error: &ProviderError, now: Moment) -> Self {
        let rest = match error.reason() {
            UnknownReason::NoConsent => REFUSAL,
            // Without a token, what is transient is asked for again at once.
            reason if !lasts(reason) && self.living(now).is_none() => return self,
            _ => SHORTLY.mul_f64(1.0 + 4.0 * rand::random::<f64>()),
        };
        let closes = lasts(error.reason());
        self.resting(Failed { error: error.clone(), until: now.instant + rest, closes })
    }

    /// After an authorization in vain: the customer may have been asked for nothing.
    pub(super) fn wasted(self, error: &ProviderError, now: Moment) -> Self {
        let before = self.wasted;
        Self { wasted: before + 1, ..self }.closed(before, error, now)
    }

    /// Without exactly this token, which the aggregator refused. It is replaced at once the first time.
    pub(super) fn rejected(self, token: &Arc<Token>, error: &ProviderError, now: Moment) -> Self {
        let is_held = self.token.as_ref().is_some_and(|held| Arc::ptr_eq(held, token));
        if !is_held && !self.is_lent {
            return self;
        }
        let before = self.wasted;
        let held = Self { token: None, wasted: before + 1, is_lent: false, ..self };
        match before.checked_sub(1) {
            Some(waste) => held.closed(waste, error, now),
            None => held,
        }
    }

    /// Without the token, which was used.
    pub(super) fn used(self) -> Self {
        Self { token: None, refresh: None, failed: None, is_lent: true, ..self }
    }

    /// Nobody is asked for a while: longer, the more was wasted before.
    fn closed(self, waste: usize, error: &ProviderError, now: Moment) -> Self {
        let rest = WASTE.get(waste).copied().unwrap_or(REFUSAL);
        self.resting(Failed { error: error.clone(), until: now.instant + rest, closes: true })
    }

    /// Does it matter whether a token was worth something?
    pub(super) fn is_in_doubt(&self) -> bool {
        self.wasted > 0 || self.is_lent
    }

    /// After a token that was worth something.
    pub(super) fn accepted(self) -> Self {
        Self { wasted: 0, is_lent: false, ..self }
    }

    /// At rest for the longer time of two.
    fn resting(self, failed: Failed) -> Self {
        let longer = self.failed.clone().filter(|known| known.closes && known.until > failed.until);
        Self { failed: longer.or(Some(failed)), ..self }
    }

    /// Without what renews the token.
    pub(super) fn unrenewable(self) -> Self {
        Self { refresh: None, ..self }
    }

    pub(super) fn changed(self, change: impl FnOnce(Self) -> Self) -> Op<Self> {
        let changed = change(self);
        let is_empty = changed.token.is_none()
            && changed.refresh.is_none()
            && changed.failed.is_none()
            && changed.wasted == 0
            && !changed.is_lent;
        if is_empty { Op::Remove } else { Op::Put(changed) }
    }
}

/// Would the same request be refused again?
fn lasts(reason: UnknownReason) -> bool {
    use UnknownReason::{IdentifierNotFound, Misconfigured, NoConsent};
    matches!(reason, Misconfigured | IdentifierNotFound | NoConsent)
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.token.is_some() { "Token" } else { "NoToken" })
    }
}

/// A customer who said no is not asked again for so long.
const REFUSAL: Duration = Duration::from_secs(300);
/// How long nobody is asked after the first and the second token in a row that was worth nothing.
const WASTE: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];
const SHORTLY: Duration = Duration::from_secs(1);
