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
    /// Nothing is asked again before this moment.
    failed: Option<(ProviderError, Instant)>,
}

/// What is known without asking.
pub(super) enum Known {
    Settled(Outcome),
    /// A token that is used while another one is asked for.
    Aging(Arc<Token>),
}

impl Held {
    pub(super) fn of(token: &Arc<Token>) -> Self {
        Self { token: Some(Arc::clone(token)), refresh: token.refresh(), failed: None }
    }

    pub(super) fn known(&self, now: Moment) -> Option<Known> {
        let failed = self.failed.as_ref().filter(|(_, until)| now.instant < *until);
        let token = self.token.as_ref().map(|token| (token.stage(now), Arc::clone(token)));
        match (token, failed) {
            (Some((Stage::Fresh, token)), _)
            | (Some((Stage::Advisory | Stage::Mandatory, token)), Some(_)) => {
                Some(Known::Settled(Ok(token)))
            }
            (Some((Stage::Advisory, token)), None) => Some(Known::Aging(token)),
            (Some((Stage::Over, _)) | None, Some((error, _))) if lasts(error.reason()) => {
                Some(Known::Settled(Err(error.clone())))
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
        Self { failed: Some((error.clone(), now.instant + rest)), ..self }
    }

    /// Without exactly this token.
    pub(super) fn without(self, token: &Arc<Token>) -> Self {
        let token = self.token.filter(|held| !Arc::ptr_eq(held, token));
        Self { token, ..self }
    }

    /// Without what renews the token.
    pub(super) fn unrenewable(self) -> Self {
        Self { refresh: None, ..self }
    }

    pub(super) fn changed(self, change: impl FnOnce(Self) -> Self) -> Op<Self> {
        let changed = change(self);
        let is_empty =
            changed.token.is_none() && changed.refresh.is_none() && changed.failed.is_none();
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
const SHORTLY: Duration = Duration::from_secs(1);
