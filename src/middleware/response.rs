//! Writing an answer: problem+json (RFC 9457), or a gRPC status in trailers-only form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use super::answer::Answer;
use super::status_details;
use crate::head::Head;
use crate::policy::{Challenge, Decision};

/// The answer to a request that is refused.
pub(super) fn refusal(decision: &Decision, head: &Head<'_>) -> Response<Bytes> {
    let text =
        |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let answer = Answer::of(decision, text(header::ACCEPT_LANGUAGE));
    if head.is_grpc() {
        return grpc(&answer, decision);
    }
    let redirect =
        decision.verdict().respond.as_ref().and_then(|respond| respond.redirect.as_deref());
    match redirect {
        Some(template) if prefers_html(text(header::ACCEPT)) => redirected(template, &head.path),
        Some(_) => varying(problem(&answer, decision), "accept, accept-language"),
        None if answer.language.is_some() => varying(problem(&answer, decision), "accept-language"),
        None => problem(&answer, decision),
    }
}

/// Does a browser ask?
fn prefers_html(accept: &str) -> bool {
    accept.split(',').any(|range| range.split(';').next().unwrap_or_default().trim() == "text/html")
}

/// 303 to a page of this origin, which may read where the customer wanted to go.
fn redirected(template: &str, path: &str) -> Response<Bytes> {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let escaped = |byte: u8| match unreserved(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    let path: String = path.bytes().map(escaped).collect();
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    insert(headers, header::LOCATION, template.replace("{path}", &path));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    varying(response, "accept")
}

fn varying(mut response: Response<Bytes>, names: &'static str) -> Response<Bytes> {
    response.headers_mut().append(header::VARY, HeaderValue::from_static(names));
    response
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
    if let Value::Object(members) = &mut body {
        let texts = [("detail", answer.detail), ("rule", answer.rule), ("reason", answer.reason)];
        let texts =
            texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?.into())));
        members.extend(texts);
        if let Some(challenge) = answer.challenge {
            members.insert("acr_values".to_owned(), acr_values(challenge).into());
            members.insert("max_age".to_owned(), challenge.max_age.map(|age| age.as_secs()).into());
        }
    }
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::FORBIDDEN);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    // A refusal is about this line at this moment: nobody may keep it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    own_headers(headers, answer);
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
    own_headers(headers, answer);
    insert(headers, HeaderName::from_static("grpc-message"), percent_encoded(answer.title));
    insert(
        headers,
        HeaderName::from_static("grpc-status-details-bin"),
        STANDARD_NO_PAD.encode(details),
    );
    response
}

/// The headers of the rule, and the language of its texts.
fn own_headers(headers: &mut HeaderMap, answer: &Answer<'_>) {
    for (name, value) in answer.headers {
        if let Ok(name) = HeaderName::try_from(&**name) {
            insert(headers, name, value.to_string());
        }
    }
    if let Some(language) = answer.language {
        insert(headers, header::CONTENT_LANGUAGE, language.to_owned());
    }
}

/// A message as gRPC carries it: printable ASCII without `%`.
fn percent_encoded(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'%' | 0..b' ' | 0x7f.. => format!("%{byte:02X}"),
        _ => char::from(byte).to_string(),
    };
    text.bytes().map(encoded).collect()
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

fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
