//! `GET` and `POST /authorize`: the page on which a customer signs in, and picks who that is.

use std::borrow::Cow;

use http::StatusCode;

use super::answer::{OAuthError, Reply};
use super::call::Call;
use super::calls::Endpoint;
use super::scenario::Scenario;
use super::state::{SignedIn, State};
use crate::line::Line;

pub(super) mod id_token;
mod page;
mod request;

use request::{Refused, Request};

pub(super) const PATH: &str = "/authorize";

/// The page.
pub(super) fn show(call: &Call<'_>, state: &mut State) -> Reply {
    state.calls.count(Endpoint::Authorize);
    if state.outage {
        return OAuthError::UNAVAILABLE.into();
    }
    match Request::read(call.query.as_bytes(), &state.settings) {
        Ok(request) => Reply::page(StatusCode::OK, page::ask(&request, None)),
        Err(refused) => refused.answer(state),
    }
}

/// What the customer chose.
pub(super) fn choose(call: &Call<'_>, state: &mut State) -> Reply {
    if state.outage {
        return OAuthError::UNAVAILABLE.into();
    }
    let choice = form_urlencoded::parse(call.body);
    let (ours, theirs): (Vec<_>, Vec<_>) =
        choice.partition(|(name, _)| name.starts_with(page::OURS));
    let mut query = form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(theirs).finish();
    let request = match Request::read(query.as_bytes(), &state.settings) {
        Ok(request) => request,
        Err(refused) => return refused.answer(state),
    };
    match decide(&ours, &request, state) {
        Ok((name, value)) => {
            Reply::see(&request.back().with(name, &value, &state.settings.base_url))
        }
        Err(fault) => Reply::page(StatusCode::BAD_REQUEST, page::ask(&request, Some(fault))),
    }
}

/// What the browser takes back to the client, or what is wrong with the choice.
fn decide(
    choice: &[(Cow<'_, str>, Cow<'_, str>)],
    request: &Request,
    state: &mut State,
) -> Result<(&'static str, Cow<'static, str>), &'static str> {
    let chosen = |wanted: &str| {
        let found = choice.iter().find(|(name, _)| name.strip_prefix(page::OURS) == Some(wanted));
        found.map(|(_, value)| value.as_ref()).filter(|value| !value.is_empty())
    };
    if chosen("network") != Some("mobile") {
        // By Wi-Fi, the operator cannot tell whose phone it is.
        return Ok(("error", "login_required".into()));
    }
    if chosen("consent") != Some("allow") {
        return Ok(("error", "access_denied".into()));
    }
    let number = chosen("other").or_else(|| chosen("line")).unwrap_or_default();
    let line: Line = number.parse().map_err(|_| "Write a number as +34600000001.")?;
    let error = match state.scenario(line) {
        Scenario::ConsentRefused => Some("access_denied"),
        Scenario::UnknownUser => Some("login_required"),
        _ => None,
    };
    if let Some(error) = error {
        return Ok(("error", error.into()));
    }
    let text = |name| request.text(name).to_owned();
    let code = state.sign_in(SignedIn {
        line,
        scope: request.scope.clone(),
        redirect_uri: text("redirect_uri"),
        challenge: text("code_challenge"),
        nonce: Some(text("nonce")).filter(|nonce| !nonce.is_empty()),
    });
    Ok(("code", code.into()))
}

impl Refused {
    fn answer(self, state: &State) -> Reply {
        match self {
            Self::Here(why) => Reply::page(StatusCode::BAD_REQUEST, page::refuse(why)),
            Self::There(back, error) => {
                Reply::see(&back.with("error", error, &state.settings.base_url))
            }
        }
    }
}
