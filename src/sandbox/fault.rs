//! [`Fault`]: why the roaming API refuses, in the words of each version.

use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;

use super::answer::Reply;

/// The versions of the roaming API that the sandbox serves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Version {
    /// `POST /device-status/v0/roaming`.
    V0_4,
    /// `POST /device-roaming-status/v1/retrieve`.
    V1,
}

/// Why the roaming API refuses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Invalid(&'static str),
    MediaType,
    Unauthenticated(&'static str),
    PermissionDenied,
    ScopeMissing,
    OtherLine,
    UnnecessaryIdentifier,
    MissingIdentifier,
    IdentifierNotFound,
    NotApplicable,
    RateLimited(Duration),
    Unavailable,
}

impl Fault {
    /// Status and code in 0.4, status and code in 1.x, and the message of both.
    fn row(self) -> (u16, &'static str, u16, &'static str, &'static str) {
        match self {
            Self::Invalid(what) => (400, "INVALID_INPUT", 400, "INVALID_ARGUMENT", what),
            Self::MediaType => {
                let code = "UNSUPPORTED_MEDIA_TYPE";
                (415, code, 415, code, "send application/json")
            }
            Self::Unauthenticated(what) => (401, "UNAUTHORIZED", 401, "UNAUTHENTICATED", what),
            Self::PermissionDenied => {
                (403, "FORBIDDEN", 403, "PERMISSION_DENIED", "the sandbox denies this line")
            }
            Self::ScopeMissing => {
                let what = "the token's scope does not cover this API";
                (403, "FORBIDDEN", 403, "PERMISSION_DENIED", what)
            }
            Self::OtherLine => {
                let what = "the token belongs to another line";
                (403, "FORBIDDEN", 403, "INVALID_TOKEN_CONTEXT", what)
            }
            Self::MissingIdentifier => {
                let what = "the access token identifies no device, and the body does not";
                (400, "INVALID_INPUT", 422, "MISSING_IDENTIFIER", what)
            }
            Self::UnnecessaryIdentifier => {
                let what = "the device is already identified by the access token";
                (400, "INVALID_INPUT", 422, "UNNECESSARY_IDENTIFIER", what)
            }
            Self::IdentifierNotFound => {
                (404, "NOT_FOUND", 404, "IDENTIFIER_NOT_FOUND", "device identifier not found")
            }
            Self::NotApplicable => {
                let what = "the service is not available for this device";
                (404, "NOT_FOUND", 422, "SERVICE_NOT_APPLICABLE", what)
            }
            Self::RateLimited(_) => {
                let code = "TOO_MANY_REQUESTS";
                (429, code, 429, code, "rate limit reached")
            }
            Self::Unavailable => (503, "SERVICE_UNAVAILABLE", 503, "UNAVAILABLE", "network issue"),
        }
    }

    /// The refusal as this version of the API words it.
    pub(super) fn in_words_of(self, version: Version) -> Reply {
        let (status_v0, code_v0, status_v1, code_v1, message) = self.row();
        let (status, body) = match version {
            Version::V0_4 => (status_v0, json!({ "code": code_v0, "message": message })),
            Version::V1 => {
                (status_v1, json!({ "status": status_v1, "code": code_v1, "message": message }))
            }
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let reply = Reply::json(status, &body);
        match self {
            Self::RateLimited(wait) => reply.header(RETRY_AFTER, wait.as_secs().into()),
            Self::Unauthenticated(_) => {
                let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
                reply.header(WWW_AUTHENTICATE, challenge)
            }
            _ => reply,
        }
    }
}
