//! Form bodies, and the client that sends them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::answer::OAuthError;
use super::assertion;
use super::call::Call;
use super::settings::Settings;
use super::state::State;

/// The parameters of a request to the authorisation server.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads the form and authenticates the client that sent it.
    pub(super) fn of_client(
        call: &Call<'_>,
        path: &str,
        state: &mut State,
    ) -> Result<Self, OAuthError> {
        let form = Self::read(call)?;
        form.authenticate(call, path, state)?;
        Ok(form)
    }

    /// A parameter. One without a value counts as left out (RFC 6749 §3.1).
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A parameter that must be there.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or(OAuthError::invalid_request("a parameter of this grant is missing"))
    }

    /// Does it carry any client authentication?
    pub(super) fn authenticates(&self, call: &Call<'_>) -> bool {
        let secrets = ["client_secret", "client_assertion", "client_assertion_type"];
        call.authorizations() > 0 || secrets.iter().any(|name| self.get(name).is_some())
    }

    pub(super) fn read(call: &Call<'_>) -> Result<Self, OAuthError> {
        if !call.is("application/x-www-form-urlencoded") {
            return Err(OAuthError::unsupported_media_type());
        }
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(call.body) {
            match parameters.entry(name.into_owned()) {
                Entry::Vacant(free) => free.insert(value.into_owned()),
                Entry::Occupied(_) => {
                    return Err(OAuthError::invalid_request("a parameter is sent twice"));
                }
            };
        }
        Ok(Self(parameters))
    }

    fn authenticate(
        &self,
        call: &Call<'_>,
        path: &str,
        state: &mut State,
    ) -> Result<(), OAuthError> {
        let settings = &state.settings;
        let in_body = self.get("client_secret").or_else(|| self.get("client_assertion")).is_some();
        match call.authorizations() + usize::from(in_body) {
            0 => return Err(OAuthError::invalid_client("the client does not authenticate")),
            1 => {}
            _ => return Err(OAuthError::invalid_request("the client authenticates twice")),
        }
        if self.get("client_id").is_some_and(|id| id != settings.client_id) {
            return Err(OAuthError::invalid_request("`client_id` is not the client's"));
        }
        if settings.client_key.is_some() {
            return self.assert(path, state);
        }
        let basic = call.authorization("Basic").and_then(|basic| STANDARD.decode(basic).ok());
        if basic != Some(credentials(settings).into_bytes()) {
            return Err(OAuthError::invalid_client("authenticate by Basic with known credentials"));
        }
        Ok(())
    }
}

impl Form {
    /// Authenticates by `private_key_jwt`, once.
    fn assert(&self, path: &str, state: &mut State) -> Result<(), OAuthError> {
        if self.get("client_assertion_type") != Some(CLIENT_ASSERTION) {
            return Err(OAuthError::invalid_client("authenticate by private_key_jwt"));
        }
        let jwt = self.required("client_assertion")?;
        let claims = assertion::accept(jwt, path, state).map_err(OAuthError::invalid_client)?;
        if claims.sub != state.settings.client_id {
            return Err(OAuthError::invalid_client("`sub` is not the client"));
        }
        Ok(())
    }
}

/// What a Basic header carries: id and secret are form-encoded first (RFC 6749 §2.3.1).
fn credentials(settings: &Settings) -> String {
    let encode =
        |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    format!("{}:{}", encode(&settings.client_id), encode(&settings.client_secret))
}

const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
