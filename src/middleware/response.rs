//! Writing an answer: problem+json (RFC 9457), or a gRPC status in trailers-only form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use super::answer::Answer;
use super::status_details;
use crate::policy::{Challenge, Decision};

/// The answer to a request that is refused.
pub(super) fn refusal(decision: &Decision, is_grpc: bool) -> Response<Bytes> {
    let answer = Answer::of(decision);
    if is_grpc { grpc(&answer, decision) } else { problem(&answer, decision) }
}

fn problem(answer: &Answer<'_>, decision: &Decision) -> Response<Bytes> {
    let mut body = json!({
        "type": format!("urn:roamgate:problem:{}", answer.code),
        "title": answer.title,
        "status": answer.status,
        "code": answer.code,
        "instance": decision.id().to_string(),
        "retryable": answer.is_retryable,
    });
    if let (Some(challenge), Value::Object(members)) = (answer.challenge, &mut body) {
        members.insert("acr_values".to_owned(), acr_values(challenge).into());
        members.insert("max_age".to_owned(), challenge.max_age.map(|age| age.as_secs()).into());
    }
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::FORBIDDEN);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    // A refusal is about this line at this moment: nobody may keep it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(wait) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, wait.as_secs().into());
    }
    if let Some(challenge) = answer.challenge {
        insert(headers, header::WWW_AUTHENTICATE, authenticate(challenge));
    }
    response
}

/// A status without a message: HTTP 200, everything in the headers ("trailers-only").
fn grpc(answer: &Answer<'_>, decision: &Decision) -> Response<Bytes> {
    let details = status_details::encode(answer, &decision.id().to_string());
    let mut response = Response::new(Bytes::new());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert("grpc-status", HeaderValue::from(answer.grpc as u16));
    headers.insert("grpc-message", HeaderValue::from_static(answer.title));
    insert(
        headers,
        header::HeaderName::from_static("grpc-status-details-bin"),
        STANDARD_NO_PAD.encode(details),
    );
    response
}

/// The challenge of RFC 9470.
fn authenticate(challenge: &Challenge) -> String {
    let values = acr_values(challenge);
    let age =
        challenge.max_age.map(|age| format!(", max_age=\"{}\"", age.as_secs())).unwrap_or_default();
    format!("Bearer error=\"insufficient_user_authentication\", acr_values=\"{values}\"{age}")
}

pub(super) fn acr_values(challenge: &Challenge) -> String {
    challenge.acr_values.join(" ")
}

fn insert(headers: &mut HeaderMap, name: header::HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
