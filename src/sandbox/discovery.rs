//! `GET /.well-known/openid-configuration` (OpenID Connect Discovery).

use http::StatusCode;
use serde_json::json;

use super::answer::{OAuthError, Reply};
use super::call::Call;
use super::state::State;

pub(super) const PATH: &str = "/.well-known/openid-configuration";

pub(super) fn answer(_: &Call<'_>, state: &mut State) -> Reply {
    if state.outage {
        return OAuthError::UNAVAILABLE.into();
    }
    let issuer = &state.settings.base_url;
    let method =
        if state.settings.client_key.is_some() { "private_key_jwt" } else { "client_secret_basic" };
    let body = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "authorization_response_iss_parameter_supported": true,
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "jwks_uri": format!("{issuer}/keys"),
        "id_token_signing_alg_values_supported": ["ES256"],
        "subject_types_supported": ["pairwise"],
        "token_endpoint": format!("{issuer}/token"),
        "backchannel_authentication_endpoint": format!("{issuer}/bc-authorize"),
        "backchannel_token_delivery_modes_supported": ["poll"],
        "backchannel_user_code_parameter_supported": false,
        "grant_types_supported": super::token::GRANTS.map(|(name, _)| name),
        "token_endpoint_auth_methods_supported": [method],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
    });
    Reply::json(StatusCode::OK, &body)
}
