//! The one table from a refusal to its answer, HTTP and gRPC in the same row.

use std::sync::Arc;
use std::time::Duration;

use crate::policy::{Challenge, Decision, Effect, Fault, Respond};
use crate::status::{ReasonGroup, UnknownReason};

/// What a refused client is told.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    /// The HTTP status.
    pub(super) status: u16,
    /// The gRPC status code.
    pub(super) grpc: Grpc,
    /// What a program can branch on.
    pub(super) code: &'a str,
    /// What a person can read, and more of it.
    pub(super) title: &'a str,
    pub(super) detail: Option<&'a str>,
    /// The language of these texts, where the rule has them in several.
    pub(super) language: Option<&'a str>,
    /// Headers of the rule.
    pub(super) headers: &'a [(Arc<str>, Arc<str>)],
    /// May the same request succeed later, without the customer doing anything else?
    pub(super) is_retryable: bool,
    pub(super) retry_after: Option<Duration>,
    pub(super) challenge: Option<&'a Challenge>,
    /// The rule that decided and why it was undecided, where the policy lets the client know.
    pub(super) rule: Option<&'a str>,
    pub(super) reason: Option<&'static str>,
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
    /// The answer to a request that is refused, for a client that prefers these languages.
    pub(super) fn of(decision: &'a Decision, accept_language: &str) -> Self {
        let answer = Self::by_table(decision).exposing(decision);
        match &decision.verdict().respond {
            Some(respond) if decision.effect() == Effect::Deny => {
                answer.shaped(respond, accept_language)
            }
            _ => answer,
        }
    }

    /// The same answer with what the policy lets the client know.
    fn exposing(self, decision: &'a Decision) -> Self {
        if !decision.verdict().exposes_rule {
            return self;
        }
        let reason = decision.reason().map(|reason| match reason.group() {
            // One answer for all four here too.
            ReasonGroup::NoLine => ReasonGroup::NoLine.name(),
            _ => reason.name(),
        });
        Self { rule: decision.rule(), reason, ..self }
    }

    /// The same answer as the rule shapes it.
    fn shaped(mut self, respond: &'a Respond, accept_language: &str) -> Self {
        self.status = respond.status.unwrap_or(self.status);
        self.code = respond.code.as_deref().unwrap_or(self.code);
        self.headers = &respond.headers;
        if let Some(title) = &respond.title {
            let (language, title) = title.choose(accept_language);
            (self.language, self.title) = (Some(language), title);
        }
        if let Some(detail) = &respond.detail {
            let (language, detail) = detail.choose(accept_language);
            (self.language, self.detail) = (self.language.or(Some(language)), Some(detail));
        }
        self
    }

    fn by_table(decision: &'a Decision) -> Self {
        match (decision.fault(), decision.effect(), decision.challenge()) {
            (Some(Fault::AuditUnavailable), ..) => {
                let wait = Some(decision.verdict().retry_after);
                Self { retry_after: wait, ..Self::try_again(decision) }
            }
            (Some(_), ..) => Self::bad_request(),
            (None, Effect::StepUp, Some(challenge)) => Self::step_up(challenge),
            _ => Self::denied(decision),
        }
    }

    fn bad_request() -> Self {
        Self::row(400, Grpc::InvalidArgument, "bad-request", "The request is malformed")
    }

    fn try_again(decision: &Decision) -> Self {
        let title = "The request cannot be decided at the moment";
        let status = decision.verdict().try_again_status;
        let row = Self::row(status, Grpc::Unavailable, "try-again", title);
        Self { is_retryable: true, ..row }
    }

    fn step_up(challenge: &'a Challenge) -> Self {
        let title = "A stronger authentication is required";
        let row = Self::row(challenge.status, Grpc::Unauthenticated, "step-up", title);
        Self { challenge: Some(challenge), ..row }
    }

    fn denied(decision: &'a Decision) -> Self {
        use Grpc::{FailedPrecondition, PermissionDenied};

        let wait = Some(decision.verdict().retry_after);
        let try_again = || Self::try_again(decision);
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

    fn row(status: u16, grpc: Grpc, code: &'a str, title: &'a str) -> Self {
        Self {
            status,
            grpc,
            code,
            title,
            detail: None,
            language: None,
            headers: &[],
            is_retryable: false,
            retry_after: None,
            challenge: None,
            rule: None,
            reason: None,
        }
    }
}
