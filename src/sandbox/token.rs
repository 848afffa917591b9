//! `POST /token`: CIBA (Core §10), JWT bearer (RFC 7523), client credentials, codes and refresh
//! tokens (RFC 6749).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::answer::{OAuthError, Reply};
use super::assertion;
use super::authorize::line_of_hint;
use super::call::Call;
use super::calls::Endpoint;
use super::form::Form;
use super::scenario::Scenario;
use super::scope::Scope;
use super::state::{Grant, Refused, State};

type Exchange = fn(&Call<'_>, &mut State) -> Result<Grant, OAuthError>;

/// The grants, by their names.
pub(super) const GRANTS: [(&str, Exchange); 5] = [
    ("urn:openid:params:grant-type:ciba", ciba),
    ("urn:ietf:params:oauth:grant-type:jwt-bearer", jwt_bearer),
    ("client_credentials", client_credentials),
    ("authorization_code", authorization_code),
    ("refresh_token", refresh_token),
];

pub(super) fn answer(call: &Call<'_>, state: &mut State) -> Reply {
    state.calls.count(Endpoint::Token);
    exchange(call, state).unwrap_or_else(Reply::from)
}

fn exchange(call: &Call<'_>, state: &mut State) -> Result<Reply, OAuthError> {
    if state.outage {
        return Err(OAuthError::UNAVAILABLE);
    }
    let kind = Form::read(call)?.get("grant_type").map(ToOwned::to_owned);
    let known = GRANTS.iter().find(|(name, _)| kind.as_deref() == Some(name));
    let grant = match (known, kind) {
        (Some((_, exchange)), _) => exchange(call, state)?,
        (None, kind) => {
            // Strangers are not told what is supported.
            Form::of_client(call, PATH, state)?;
            return Err(match kind {
                Some(_) => OAuthError::new("unsupported_grant_type", "this grant is not known"),
                None => OAuthError::invalid_request("`grant_type` is missing"),
            });
        }
    };
    let mut body = json!({
        "access_token": grant.token,
        "token_type": "Bearer",
        "expires_in": state.settings.token_lifetime.as_secs(),
        "scope": grant.scope.as_str(),
    });
    if let (Some(refresh), Some(members)) = (grant.refresh, body.as_object_mut()) {
        members.insert("refresh_token".to_owned(), refresh.into());
    }
    Ok(Reply::json(StatusCode::OK, &body).no_store())
}

fn ciba(call: &Call<'_>, state: &mut State) -> Result<Grant, OAuthError> {
    let form = Form::of_client(call, PATH, state)?;
    let id = form.required("auth_req_id")?;
    // What a client sends that does not wait for the answer of the authorisation.
    if ["undefined", "null"].contains(&id) {
        return Err(OAuthError::invalid_request("`auth_req_id` is a placeholder, not an id"));
    }
    if let Some(line) = state.line_of(id) {
        state.count_line(line, Endpoint::Token);
    }
    state.poll(id, call.now).map_err(refusal)
}

/// The assertion authenticates the client, too.
fn jwt_bearer(call: &Call<'_>, state: &mut State) -> Result<Grant, OAuthError> {
    let form = Form::read(call)?;
    if form.authenticates(call) || form.get("scope").is_some() {
        let description = "the assertion authenticates the client and has the scope: send neither";
        return Err(OAuthError::invalid_request(description));
    }
    let claims = assertion::accept(form.required("assertion")?, PATH, state)
        .map_err(|why| OAuthError::new("invalid_grant", why))?;
    let line = line_of_hint(&claims.sub).map_err(|_| {
        OAuthError::new(
            "invalid_grant",
            "`sub` is neither `tel:` and a number nor `ipport:` and an address",
        )
    })?;
    state.count_line(line, Endpoint::Token);
    let scope = claims.scope.ok_or(OAuthError::new("invalid_scope", "the claim is missing"))?;
    let scope = Scope::parse(&scope)?;
    match state.scenario(line) {
        Scenario::UnknownUser => Err(OAuthError::new("invalid_grant", "no customer of ours")),
        Scenario::NarrowScope => Ok(state.issue(Some(line), scope.narrowed(), call.now)),
        Scenario::ConsentRefused
        | Scenario::PendingUntilGranted
        | Scenario::PendingPolls(_)
        | Scenario::PendingFor(_)
            if !state.is_granted(line) =>
        {
            Err(OAuthError::new("invalid_grant", "there is no consent"))
        }
        _ => Ok(state.issue(Some(line), scope, call.now)),
    }
}

fn client_credentials(call: &Call<'_>, state: &mut State) -> Result<Grant, OAuthError> {
    let form = Form::of_client(call, PATH, state)?;
    let scope = form.get("scope").ok_or(OAuthError::new("invalid_scope", "`scope` is missing"))?;
    let scope = Scope::of_client(scope)?;
    Ok(state.issue(None, scope, call.now))
}

fn authorization_code(call: &Call<'_>, state: &mut State) -> Result<Grant, OAuthError> {
    let form = Form::of_client(call, PATH, state)?;
    let (code, redirect_uri) = (form.required("code")?, form.required("redirect_uri")?);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form.required("code_verifier")?));
    let grant = state.redeem_code(code, redirect_uri, &challenge, call.now);
    grant.ok_or(OAuthError::new("invalid_grant", "the code is unknown, used or another's"))
}

fn refresh_token(call: &Call<'_>, state: &mut State) -> Result<Grant, OAuthError> {
    let form = Form::of_client(call, PATH, state)?;
    let grant = state.refresh(form.required("refresh_token")?, call.now);
    grant.ok_or(OAuthError::new("invalid_grant", "the refresh token is unknown or used"))
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

const PATH: &str = "/token";
