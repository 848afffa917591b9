//! `POST /token` (CIBA Core §10).

use http::StatusCode;
use serde_json::json;

use super::answer::{OAuthError, Reply};
use super::call::Call;
use super::calls::Endpoint;
use super::form::Form;
use super::state::{Refused, State};

const CIBA: &str = "urn:openid:params:grant-type:ciba";

pub(super) fn answer(call: &Call<'_>, state: &mut State) -> Reply {
    state.calls.count(Endpoint::Token);
    exchange(call, state).unwrap_or_else(Reply::from)
}

fn exchange(call: &Call<'_>, state: &mut State) -> Result<Reply, OAuthError> {
    if state.outage {
        return Err(OAuthError::UNAVAILABLE);
    }
    let form = Form::of_client(call, &state.settings)?;
    let id = auth_req_id(&form)?;
    if let Some(line) = state.line_of(id) {
        state.count_line(line, Endpoint::Token);
    }
    let grant = state.poll(id, call.now).map_err(refusal)?;
    let body = json!({
        "access_token": grant.token,
        "token_type": "Bearer",
        "expires_in": state.settings.token_lifetime.as_secs(),
        "scope": grant.scope.as_str(),
    });
    Ok(Reply::json(StatusCode::OK, &body).no_store())
}

fn auth_req_id(form: &Form) -> Result<&str, OAuthError> {
    match form.get("grant_type") {
        Some(CIBA) => {}
        Some(_) => return Err(OAuthError::new("unsupported_grant_type", "only CIBA is supported")),
        None => return Err(OAuthError::invalid_request("`grant_type` is missing")),
    }
    match form.get("auth_req_id") {
        None => Err(OAuthError::invalid_request("`auth_req_id` is missing")),
        // What a client sends that does not wait for the answer of the authorisation.
        Some("undefined" | "null") => {
            Err(OAuthError::invalid_request("`auth_req_id` is a placeholder, not an id"))
        }
        Some(id) => Ok(id),
    }
}

fn refusal(refused: Refused) -> OAuthError {
    match refused {
        Refused::Unknown => {
            OAuthError::new("invalid_grant", "`auth_req_id` is unknown or already used")
        }
        Refused::Expired => OAuthError::new("expired_token", "`auth_req_id` has expired"),
        Refused::TooFast => OAuthError::new("slow_down", "wait 5 seconds longer between polls"),
        Refused::Pending => {
            OAuthError::new("authorization_pending", "the customer has not answered yet")
        }
        Refused::Denied => OAuthError::new("access_denied", "the customer refused"),
    }
}
