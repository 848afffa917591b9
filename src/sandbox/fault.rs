//! [`Fault`]: why the roaming API refuses, in the words of each version.

use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;

use super::answer::Reply;

/// The versions of the roaming API that the sandbox serves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Version {
    /// `POST /device-status/v0/roaming`, as 0.4 describes it.
    V0_4,
    /// The same path, as 0.5 describes it.
    V0_5,
    /// `POST /device-roaming-status/v0.6/retrieve`.
    V0_6,
    /// `POST /device-roaming-status/v1/retrieve`.
    V1,
}

impl Version {
    /// The scope that opens it.
    pub(super) fn scope(self) -> &'static str {
        match self {
            Self::V0_4 => "device-status-roaming-read",
            Self::V0_5 => "device-status:roaming:read",
            Self::V0_6 | Self::V1 => "device-roaming-status:read",
        }
    }
}

/// Why the roaming API refuses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    Invalid(&'static str),
    NotAcceptable,
    MediaType,
    Unauthenticated(&'static str),
    PermissionDenied,
    ScopeMissing,
    OtherLine,
    UnnecessaryIdentifier,
    MissingIdentifier,
    UnsupportedIdentifier,
    IdentifierNotFound,
    NotApplicable,
    RateLimited(Duration),
    Unavailable,
}

/// Status and code.
type Words = (u16, &'static str);

impl Fault {
    /// Status and code of each version, from the oldest to the newest.
    fn row(self) -> [Words; 4] {
        let (old_invalid, invalid) = ((400, "INVALID_INPUT"), (400, "INVALID_ARGUMENT"));
        let (forbidden, denied) = ((403, "FORBIDDEN"), (403, "PERMISSION_DENIED"));
        let not_found = (404, "NOT_FOUND");
        match self {
            Self::Invalid(_) => [old_invalid, invalid, invalid, invalid],
            Self::NotAcceptable => [(406, "NOT_ACCEPTABLE"); 4],
            Self::MediaType => [(415, "UNSUPPORTED_MEDIA_TYPE"); 4],
            Self::Unauthenticated(_) => {
                let now = (401, "UNAUTHENTICATED");
                [(401, "UNAUTHORIZED"), now, now, now]
            }
            Self::PermissionDenied | Self::ScopeMissing => [forbidden, denied, denied, denied],
            // 1.x never compares: there, naming a line is wrong already.
            Self::OtherLine => {
                let context = (403, "INVALID_TOKEN_CONTEXT");
                [forbidden, denied, context, context]
            }
            Self::UnnecessaryIdentifier => {
                let unnecessary = (422, "UNNECESSARY_IDENTIFIER");
                [old_invalid, invalid, invalid, unnecessary]
            }
            Self::MissingIdentifier => {
                let now = (422, "MISSING_IDENTIFIER");
                [old_invalid, invalid, (422, "UNIDENTIFIABLE_DEVICE"), now]
            }
            Self::UnsupportedIdentifier => {
                let then = (422, "UNSUPPORTED_DEVICE_IDENTIFIERS");
                [not_found, not_found, then, (422, "UNSUPPORTED_IDENTIFIER")]
            }
            Self::IdentifierNotFound => {
                let now = (404, "IDENTIFIER_NOT_FOUND");
                [not_found, not_found, (404, "DEVICE_NOT_FOUND"), now]
            }
            Self::NotApplicable => {
                let now = (422, "SERVICE_NOT_APPLICABLE");
                [not_found, not_found, (422, "DEVICE_NOT_APPLICABLE"), now]
            }
            Self::RateLimited(_) => [(429, "TOO_MANY_REQUESTS"); 4],
            Self::Unavailable => {
                let now = (503, "UNAVAILABLE");
                [(503, "SERVICE_UNAVAILABLE"), now, now, now]
            }
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Invalid(what) | Self::Unauthenticated(what) => what,
            Self::NotAcceptable => "this API answers application/json",
            Self::MediaType => "send application/json",
            Self::PermissionDenied => "the sandbox denies this line",
            Self::ScopeMissing => "the token's scope does not cover this API",
            Self::OtherLine => "the token belongs to another line",
            Self::UnnecessaryIdentifier => "the device is already identified by the access token",
            Self::MissingIdentifier => "neither the request nor the access token names a device",
            Self::UnsupportedIdentifier => "this version knows no device by such an identifier",
            Self::IdentifierNotFound => "device identifier not found",
            Self::NotApplicable => "the service is not available for this device",
            Self::RateLimited(_) => "rate limit reached",
            Self::Unavailable => "network issue",
        }
    }

    /// The refusal as this version of the API words it.
    pub(super) fn in_words_of(self, version: Version) -> Reply {
        let [v0_4, v0_5, v0_6, v1] = self.row();
        let (status, code) = match version {
            Version::V0_4 => v0_4,
            Version::V0_5 => v0_5,
            Version::V0_6 => v0_6,
            Version::V1 => v1,
        };
        let message = self.message();
        let body = match version {
            Version::V0_4 => json!({ "code": code, "message": message }),
            _ => json!({ "status": status, "code": code, "message": message }),
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
