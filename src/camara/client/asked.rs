//! [`Asked`]: what the roaming endpoint made of a request.

use std::time::Duration;

use crate::camara::answer::{self, Fault};
use crate::camara::failure::{self, Endpoint};
use crate::camara::http::Reply;
use crate::camara::manners::TroubleKind;
use crate::provider::ProviderError;
use crate::status::{Answer, UnknownReason};

/// What the roaming endpoint made of a token.
pub(super) enum Asked {
    Answered(Answer),
    Failed(ProviderError),
    /// A failure of the moment: asking once more may help.
    Lapsed(ProviderError),
    /// 401: the token may have been withdrawn.
    Rejected(ProviderError),
    /// The token speaks for another line.
    WrongSubject(ProviderError),
}

/// What a refusal makes of a lookup.
pub(super) fn refused(endpoint: Endpoint, reply: &Reply) -> Asked {
    let error = failure::of_reply(endpoint, reply);
    match (reply.status, failure::code(reply)) {
        (401, _) => Asked::Rejected(error),
        // Who says when to come back is taken at their word.
        (503, _) if reply.retry_after.is_some() => Asked::Failed(error),
        (408 | 425 | 500 | 502..=504 | 506..=510 | 512..=599, _)
        | (422, Some("UNABLE_TO_PROVIDE_ROAMING_STATUS")) => Asked::Lapsed(error),
        (403, Some("INVALID_TOKEN_CONTEXT")) => Asked::WrongSubject(error.retry_after(FORBIDDEN)),
        (403, _) if error.reason() == UnknownReason::Misconfigured => {
            Asked::Failed(error.retry_after(FORBIDDEN))
        }
        _ => Asked::Failed(error),
    }
}

impl Asked {
    pub(super) fn outcome(self) -> Result<Answer, ProviderError> {
        match self {
            Self::Answered(answer) => Ok(answer),
            Self::Failed(error)
            | Self::Lapsed(error)
            | Self::Rejected(error)
            | Self::WrongSubject(error) => Err(error),
        }
    }
}

/// What is wrong with an answer that is not believed.
pub(super) fn disbelieved(
    fault: Fault,
    endpoint: Endpoint,
    reply: &Reply,
) -> (Option<TroubleKind>, ProviderError) {
    let (kind, told) = match fault {
        Fault::Malformed(fault) => {
            let blame = if fault == answer::FUTURE { reply.blame() } else { String::new() };
            (TroubleKind::Malformed, format!("{fault}{blame}"))
        }
        Fault::OtherDevice => (TroubleKind::Mismatch, "an answer for another device".to_owned()),
    };
    (Some(kind), failure::invalid(endpoint, &told))
}

/// A line that 403 is said of is not asked about before.
const FORBIDDEN: Duration = Duration::from_secs(60);
