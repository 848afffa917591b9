//! From what an endpoint answered to the one reason why the status is unknown.

use std::fmt;

use serde_json::Value;

use super::dialect::Dialect;
use super::http::Reply;
use crate::line::Identifier;
use crate::provider::ProviderError;
use crate::status::UnknownReason::{self, Misconfigured};

/// Where a request went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Endpoint {
    Metadata,
    Keys,
    BcAuthorize,
    Token,
    Roaming(Dialect),
}

impl Endpoint {
    /// The name in metrics and in JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Keys => "keys",
            Self::BcAuthorize => "bcAuthorize",
            Self::Token => "token",
            Self::Roaming(_) => "roaming",
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Metadata => "the issuer's metadata endpoint",
            Self::Keys => "the issuer's key endpoint",
            Self::BcAuthorize => "the bc-authorize endpoint",
            Self::Token => "the token endpoint",
            Self::Roaming(_) => "the roaming endpoint",
        })
    }
}

/// The failure that a reply stands for.
pub(super) fn of_reply(endpoint: Endpoint, reply: &Reply) -> ProviderError {
    let code = code(reply);
    let status = reply.status;
    let named = code.unwrap_or("without a code that we know");
    let reason = reason(endpoint, status, code);
    let is_dated = !matches!(endpoint, Endpoint::Roaming(_)) && reason == Misconfigured;
    let blame = if is_dated { reply.blame() } else { String::new() };
    let error = ProviderError::new(reason, format!("{endpoint} answered {status} {named}{blame}"));
    match reply.retry_after {
        Some(wait) => error.retry_after(wait),
        None => error,
    }
}

/// A reply outside the contract.
pub(super) fn invalid(endpoint: Endpoint, fault: &str) -> ProviderError {
    ProviderError::new(UnknownReason::InvalidAnswer, format!("{endpoint} gave {fault}"))
}

/// A lookup that used up all the time it had.
pub(super) fn out_of_time() -> ProviderError {
    let message = "the aggregator did not answer within the total time";
    ProviderError::new(UnknownReason::Timeout, message)
}

/// A line that is kept for longer than its identifier is remembered.
pub(super) fn forgotten() -> ProviderError {
    let message = "the identifier of the line is forgotten: make the line from the request anew";
    ProviderError::new(UnknownReason::IdentifierInvalid, message)
}

/// A kind of identifier that cannot be sent: as if the operator had said so, and for nothing.
pub(super) fn no_place(part: &str, identifier: &Identifier) -> ProviderError {
    let what = match identifier {
        Identifier::PhoneNumber(_) => "a phone number",
        Identifier::Ipv4 { .. } => "an IPv4 address",
        Identifier::Ipv4Private { .. } => "a private IPv4 address",
        Identifier::Ipv6 { .. } => "an IPv6 address",
        Identifier::External(_) => "an external identifier",
        Identifier::Recognised => "a line without a number",
    };
    let message = format!("{part} of the aggregator file has no place for {what}");
    ProviderError::new(UnknownReason::NotCovered, message)
}

/// The table: every status and code of every endpoint has one reason.
fn reason(endpoint: Endpoint, status: u16, code: Option<&str>) -> UnknownReason {
    match status {
        429 => UnknownReason::RateLimited,
        501 | 505 | 511 => UnknownReason::Misconfigured,
        408 | 425 | 500..=599 => UnknownReason::Unavailable,
        _ => match endpoint {
            Endpoint::Metadata | Endpoint::Keys | Endpoint::BcAuthorize | Endpoint::Token => {
                of_authorization(status, code)
            }
            Endpoint::Roaming(dialect) => of_roaming(dialect, status, code),
        },
    }
}

/// OAuth speaks through its code; servers differ in the status.
fn of_authorization(status: u16, code: Option<&str>) -> UnknownReason {
    match (status, code) {
        (_, Some("authorization_pending" | "slow_down")) => UnknownReason::ConsentPending,
        (_, Some("access_denied" | "expired_token")) => UnknownReason::NoConsent,
        (_, Some("unknown_user_id")) => UnknownReason::IdentifierNotFound,
        (_, Some("server_error" | "temporarily_unavailable")) => UnknownReason::Unavailable,
        (400..=499, _) | (200, Some(_)) => UnknownReason::Misconfigured,
        _ => UnknownReason::InvalidAnswer,
    }
}

fn of_roaming(dialect: Dialect, status: u16, code: Option<&str>) -> UnknownReason {
    match (status, code) {
        (403, Some("PERMISSION_DENIED" | "FORBIDDEN")) => UnknownReason::NoConsent,
        (403, Some("INVALID_TOKEN_CONTEXT")) => UnknownReason::InvalidAnswer,
        (404, Some("IDENTIFIER_NOT_FOUND" | "DEVICE_NOT_FOUND")) => {
            UnknownReason::IdentifierNotFound
        }
        (404, _) if !dialect.tells_unknown_lines_apart() => UnknownReason::IdentifierNotFound,
        (422, Some("UNABLE_TO_PROVIDE_ROAMING_STATUS")) => UnknownReason::Unavailable,
        (
            422,
            Some(
                "MISSING_IDENTIFIER"
                | "UNIDENTIFIABLE_DEVICE"
                | "UNNECESSARY_IDENTIFIER"
                | "IDENTIFIER_MISMATCH"
                | "DEVICE_IDENTIFIERS_MISMATCH",
            ),
        ) => UnknownReason::Misconfigured,
        (422, _) => UnknownReason::NotCovered,
        (400..=499, _) => UnknownReason::Misconfigured,
        _ => UnknownReason::InvalidAnswer,
    }
}

/// The code in an error body, if it is one of those we know: `{"error": …}`, `{"code": …}`.
///
/// Everything else a remote side writes stays out of our messages.
pub(super) fn code(reply: &Reply) -> Option<&'static str> {
    let body: Value = serde_json::from_slice(reply.body.as_deref()?).ok()?;
    ["error", "code"].into_iter().find_map(|key| {
        let written = body.get(key)?.as_str()?;
        let written = if written == MISPRINT { "INVALID_TOKEN_CONTEXT" } else { written };
        CODES.iter().copied().find(|code| *code == written)
    })
}

/// So printed in the documents of 0.6.
const MISPRINT: &str = "3INVALID_TOKEN_CONTEXT";
const CODES: [&str; 60] = [
    "access_denied",
    "authorization_pending",
    "expired_login_hint_token",
    "expired_token",
    "invalid_binding_message",
    "invalid_client",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_request",
    "invalid_request_object",
    "invalid_scope",
    "invalid_user_code",
    "missing_user_code",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "unauthorized_client",
    "unknown_user_id",
    "unsupported_grant_type",
    "use_dpop_nonce",
    "ABORTED",
    "ALREADY_EXISTS",
    "AUTHENTICATION_REQUIRED",
    "BAD_GATEWAY",
    "CONFLICT",
    "DEVICE_IDENTIFIERS_MISMATCH",
    "DEVICE_NOT_APPLICABLE",
    "DEVICE_NOT_FOUND",
    "FAILED_PRECONDITION",
    "FORBIDDEN",
    "GONE",
    "IDENTIFIER_MISMATCH",
    "IDENTIFIER_NOT_FOUND",
    "INCOMPATIBLE_STATE",
    "INTERNAL",
    "INTERNAL_SERVER_ERROR",
    "INVALID_ARGUMENT",
    "INVALID_INPUT",
    "INVALID_TOKEN_CONTEXT",
    "METHOD_NOT_ALLOWED",
    "MISSING_IDENTIFIER",
    "NOT_ACCEPTABLE",
    "NOT_FOUND",
    "NOT_IMPLEMENTED",
    "OUT_OF_RANGE",
    "PERMISSION_DENIED",
    "QUOTA_EXCEEDED",
    "SERVICE_NOT_APPLICABLE",
    "SERVICE_UNAVAILABLE",
    "TIMEOUT",
    "TOO_MANY_REQUESTS",
    "UNABLE_TO_PROVIDE_ROAMING_STATUS",
    "UNAUTHENTICATED",
    "UNAUTHORIZED",
    "UNAVAILABLE",
    "UNIDENTIFIABLE_DEVICE",
    "UNNECESSARY_IDENTIFIER",
    "UNSUPPORTED_DEVICE_IDENTIFIERS",
    "UNSUPPORTED_IDENTIFIER",
    "UNSUPPORTED_MEDIA_TYPE",
];
