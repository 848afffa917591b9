//! Doors for the fuzzer, in builds of the fuzzer alone: what is made of the bytes that an aggregator
//! answers, without the connection that they came by.

use std::time::{Duration, SystemTime};

use ::http::{HeaderMap, HeaderValue, header};
use reqwest::Url;

use super::answer::{self, Compatibility, Deviation};
use super::dialect::Dialect;
use super::failure::{self, Endpoint};
use super::http::Reply;
use super::manners::TroubleKind;
use super::oauth::{self, Issuer};
use crate::line::Line;
use crate::provider::ProviderError;
use crate::status::Answer;

/// A reply, as far as its beginning and its end say.
#[derive(Debug)]
pub struct Received<'a> {
    /// The status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'a [u8],
    /// `Retry-After`.
    pub retry_after: &'a [u8],
    /// `Date`.
    pub date: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

/// Where a request went.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// The token endpoint.
    Token,
    /// `bc-authorize`.
    BcAuthorize,
    /// The issuer's metadata.
    Metadata,
    /// The roaming endpoint, in the dialect of this number.
    Roaming(usize),
}

/// What is made of an answer of the roaming endpoint, and whether its country code is doubted.
pub fn roaming_answer(
    body: &[u8],
    sent: Option<Line>,
    (string_code, trust_names): (bool, bool),
    asked_at: SystemTime,
) -> Option<(Answer, bool)> {
    let sent = sent.and_then(Line::identifier);
    let compatibility = Compatibility::default();
    let compatibility =
        if string_code { compatibility.with(Deviation::StringCode) } else { compatibility };
    let compatibility =
        if trust_names { compatibility.with(Deviation::TrustNames) } else { compatibility };
    let answer = answer::read(body, sent.as_ref(), compatibility, asked_at).ok()?;
    Some((answer, answer::doubts_code(body, &answer)))
}

/// What is made of a token response: the token, whether it can be used now, and whether it is over
/// after a day.
///
/// # Errors
///
/// As a lookup would end.
pub fn token(received: &Received<'_>, scope: &str) -> Result<(String, bool, bool), ProviderError> {
    oauth::fuzzing::token(&reply(received), scope)
}

/// What is made of the answer of `bc-authorize`: the id, and where the customer may be sent.
///
/// # Errors
///
/// As a lookup would end.
pub fn begun(received: &Received<'_>) -> Result<(String, Option<String>), ProviderError> {
    oauth::fuzzing::begun(&reply(received))
}

/// Are these the metadata of `https://id.example`?
///
/// # Errors
///
/// As a lookup would end.
pub fn metadata(received: &Received<'_>) -> Result<(), ProviderError> {
    let name = "https://id.example".to_owned();
    let metadata = Url::parse(&name).map_err(|_| failure::out_of_time())?;
    oauth::fuzzing::metadata(&reply(received), &Issuer { name, metadata })
}

/// What is made of a refusal: the failure, and what it counts as.
pub fn refusal(received: &Received<'_>, place: Place) -> (ProviderError, Option<TroubleKind>) {
    let reply = reply(received);
    let endpoint = match place {
        Place::Token => Endpoint::Token,
        Place::BcAuthorize => Endpoint::BcAuthorize,
        Place::Metadata => Endpoint::Metadata,
        Place::Roaming(number) => {
            let (_, dialect) = Dialect::NAMES[number % Dialect::NAMES.len()];
            Endpoint::Roaming(dialect)
        }
    };
    let kind = TroubleKind::of(reply.status, failure::code(&reply));
    (failure::of_reply(endpoint, &reply), kind)
}

fn reply(received: &Received<'_>) -> Reply {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (header::CONTENT_TYPE, received.content_type),
        (header::RETRY_AFTER, received.retry_after),
        (header::DATE, received.date),
    ] {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(name, value);
        }
    }
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_784_000_000);
    let body = Some(received.body.to_owned());
    Reply { body, ..Reply::beginning(received.status, &headers, now) }
}
