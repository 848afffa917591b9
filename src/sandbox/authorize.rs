//! `POST /bc-authorize` (CIBA Core §7).

use http::StatusCode;
use serde_json::json;

use super::answer::{OAuthError, Reply};
use super::call::Call;
use super::calls::Endpoint;
use super::form::Form;
use super::scenario::Scenario;
use super::scope::Scope;
use super::state::State;
use crate::line::Line;

pub(super) fn answer(call: &Call<'_>, state: &mut State) -> Reply {
    state.calls.count(Endpoint::BcAuthorize);
    authorize(call, state).unwrap_or_else(Reply::from)
}

fn authorize(call: &Call<'_>, state: &mut State) -> Result<Reply, OAuthError> {
    if state.outage {
        return Err(OAuthError::UNAVAILABLE);
    }
    let form = Form::of_client(call, "/bc-authorize", state)?;
    let line = hinted_line(&form)?;
    state.count_line(line, Endpoint::BcAuthorize);
    let scope = form.get("scope").ok_or(OAuthError::new("invalid_scope", "`scope` is missing"))?;
    let scope = Scope::parse(scope)?;
    if state.scenario(line) == Scenario::UnknownUser {
        return Err(OAuthError::new("unknown_user_id", "the operator does not know the customer"));
    }
    let body = json!({
        "auth_req_id": state.begin(line, scope, call.now),
        "expires_in": state.settings.request_lifetime.as_secs(),
        "interval": state.settings.interval.as_secs(),
    });
    Ok(Reply::json(StatusCode::OK, &body).no_store())
}

/// The line in `login_hint`, which must be the only hint.
fn hinted_line(form: &Form) -> Result<Line, OAuthError> {
    let unsupported = ["login_hint_token", "id_token_hint", "request"];
    if unsupported.iter().any(|name| form.get(name).is_some()) {
        return Err(OAuthError::invalid_request("only `login_hint` is supported"));
    }
    let hint = form.get("login_hint");
    let hint = hint.ok_or(OAuthError::invalid_request("`login_hint` is missing"))?;
    line_of_hint(hint)
}

/// The line that a hint or a subject names.
pub(super) fn line_of_hint(hint: &str) -> Result<Line, OAuthError> {
    if let Some(address) = hint.strip_prefix("ipport:") {
        return Line::parse_address(address).map_err(|_| {
            OAuthError::invalid_request("`login_hint` is not an address of a device")
        });
    }
    let number = ["tel:", "phone_number:"].iter().find_map(|prefix| hint.strip_prefix(prefix));
    let number = number.ok_or(OAuthError::invalid_request(
        "`login_hint` starts with none of `tel:`, `phone_number:` and `ipport:`",
    ))?;
    if number.starts_with(' ') {
        return Err(OAuthError::invalid_request(
            "`login_hint` has a space for its `+`: encode the `+` as `%2B`",
        ));
    }
    Line::parse(number)
        .map_err(|_| OAuthError::invalid_request("`login_hint` is not an E.164 number"))
}
