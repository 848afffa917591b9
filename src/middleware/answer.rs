//! The one table from a refusal to its answer, HTTP and gRPC in the same row.

use std::time::Duration;

use crate::policy::{Challenge, Decision, Effect};
use crate::status::{ReasonGroup, UnknownReason};

/// What a refused client is told.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    /// The HTTP status.
    pub(super) status: u16,
    /// The gRPC status code.
    pub(super) grpc: Grpc,
    /// What a program can branch on.
    pub(super) code: &'static str,
    /// What a person can read.
    pub(super) title: &'static str,
    /// May the same request succeed later, without the customer doing anything else?
    pub(super) is_retryable: bool,
    pub(super) retry_after: Option<Duration>,
    pub(super) challenge: Option<&'a Challenge>,
}

/// The gRPC status codes this product answers with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Grpc {
    InvalidArgument = 3,
    PermissionDenied = 7,
    FailedPrecondition = 9,
    Unavailable = 14,
    Unauthenticated = 16,
}

impl<'a> Answer<'a> {
    /// The answer to a request that is refused.
    pub(super) fn of(decision: &'a Decision) -> Self {
        use Grpc::*;

        let verdict = decision.verdict();
        let try_again = || Self {
            is_retryable: true,
            ..Self::row(
                verdict.try_again_status,
                Unavailable,
                "try-again",
                "The request cannot be decided at the moment",
            )
        };
        let wait = Some(verdict.retry_after);
        if decision.fault().is_some() {
            return Self::row(400, InvalidArgument, "bad-request", "The request is malformed");
        }
        if let (Effect::StepUp, Some(challenge)) = (decision.effect(), decision.challenge()) {
            return Self::step_up(challenge);
        }
        match decision.reason().map(|reason| (reason, reason.group())) {
            Some((_, ReasonGroup::Outage)) => Self { retry_after: wait, ..try_again() },
            Some((_, ReasonGroup::Broken)) => try_again(),
            Some((UnknownReason::ConsentPending, _)) => Self {
                is_retryable: true,
                retry_after: wait,
                ..Self::row(
                    403,
                    FailedPrecondition,
                    "consent-pending",
                    "The customer's consent is awaited",
                )
            },
            Some((_, ReasonGroup::Consent)) => Self::row(
                403,
                FailedPrecondition,
                "consent-required",
                "The customer's consent is required",
            ),
            // One answer for all four, so that nobody learns which numbers exist.
            Some((_, ReasonGroup::NoLine)) => Self::row(
                403,
                PermissionDenied,
                "line-not-available",
                "The line is not available for this request",
            ),
            Some((_, ReasonGroup::Imprecise | ReasonGroup::Missing)) | None => {
                Self::row(403, PermissionDenied, "denied", "The request is refused")
            }
        }
    }

    fn step_up(challenge: &'a Challenge) -> Self {
        let title = "A stronger authentication is required";
        let row = Self::row(challenge.status, Grpc::Unauthenticated, "step-up", title);
        Self { challenge: Some(challenge), ..row }
    }

    fn row(status: u16, grpc: Grpc, code: &'static str, title: &'static str) -> Self {
        Self { status, grpc, code, title, is_retryable: false, retry_after: None, challenge: None }
    }
}
