//! What the routes answer: pages for people, JSON for apps.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use maud::Markup;
use serde_json::{Value, json};

use super::flows::FlowId;
use super::pages;
use crate::status::{Answer, RoamingStatus, UnknownReason, Visited};

/// Who reads the answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reader {
    Person,
    App,
}

impl Reader {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        let accepts = |wanted: &str| {
            let mut ranges = accept.unwrap_or_default().split(',');
            ranges.any(|range| {
                let kind = range.split(';').next().unwrap_or_default();
                kind.trim().eq_ignore_ascii_case(wanted)
            })
        };
        let is_app = accepts("application/json") && !accepts("text/html");
        if is_app { Self::App } else { Self::Person }
    }
}

/// Why a route does not do what was asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refusal {
    /// The request comes from a page of another site, or is no request that a page of ours makes.
    Foreign,
    /// The answer of the operator is unknown, another session's, too old, or was seen before.
    Unusable,
    /// There is no such flow in this session.
    NoFlow,
    /// The operator cannot be reached, or does not understand us.
    NotBegun(UnknownReason),
}

impl Refusal {
    /// Status, code and title.
    fn told(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Foreign => {
                (StatusCode::FORBIDDEN, "foreign-request", "This request is not from this site")
            }
            Self::Unusable => {
                (StatusCode::BAD_REQUEST, "sign-in-unusable", "This link cannot be used")
            }
            Self::NoFlow => (StatusCode::NOT_FOUND, "no-such-flow", "There is nothing to see here"),
            Self::NotBegun(UnknownReason::NoIdentifier) => {
                (StatusCode::FORBIDDEN, "line-not-available", "There is no number to check")
            }
            Self::NotBegun(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "try-again", "The check cannot begin right now")
            }
        }
    }

    /// The answer. `start` is where the flow begins.
    pub(super) fn answer(self, reader: Reader, start: &str) -> Response {
        let (status, code, title) = self.told();
        match reader {
            Reader::Person => page(status, &pages::refusal(self, title, start)),
            Reader::App => {
                let kind = format!("urn:roamgate:problem:{code}");
                let body = json!({
                    "type": kind, "title": title, "status": status.as_u16(), "code": code,
                });
                let problem = HeaderValue::from_static("application/problem+json");
                secured((status, [(header::CONTENT_TYPE, problem)], body.to_string()))
            }
        }
    }
}

/// What is known of a flow, for apps.
pub(super) fn state(flow: &FlowId, outcome: Option<&Result<Answer, UnknownReason>>) -> Response {
    let (status, visited) = match outcome.map(|outcome| outcome.as_ref().map(Answer::status)) {
        None => ("pending", Visited::default()),
        Some(Err(_)) => ("unknown", Visited::default()),
        Some(Ok(RoamingStatus::Home)) => ("home", Visited::default()),
        Some(Ok(RoamingStatus::Roaming(visited))) => ("roaming", visited),
    };
    let countries: Vec<_> = visited.countries.iter().map(|country| country.code()).collect();
    let reason = outcome.and_then(|outcome| outcome.as_ref().err()).map(|reason| reason.name());
    json_of(json!({
        "flow": flow.to_string(),
        "status": status,
        "mcc": visited.mcc.map(|mcc| mcc.to_string()),
        "countries": countries,
        "reason": reason,
    }))
}

pub(super) fn json_of(body: Value) -> Response {
    secured(Json(body))
}

pub(super) fn page(status: StatusCode, page: &Markup) -> Response {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let text = page.0.clone();
    let mut response = secured((status, [(header::CONTENT_TYPE, kind)], text));
    if let Ok(policy) = HeaderValue::try_from(pages::content_security_policy()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Sends the browser on, with a cookie if there is a new one.
pub(super) fn see_other(address: &str, cookie: Option<HeaderValue>) -> Response {
    let Ok(location) = HeaderValue::try_from(address) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    with_cookie(secured((StatusCode::SEE_OTHER, [(header::LOCATION, location)])), cookie)
}

pub(super) fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Nobody keeps it, no other site hears its address, and nobody guesses what it is.
fn secured(response: impl IntoResponse) -> Response {
    let headers: [(HeaderName, &str); 4] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "accept"),
    ];
    (headers, response).into_response()
}
