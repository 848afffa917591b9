//! The authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1), as a strict server
//! reads it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::sandbox::scope::Scope;
use crate::sandbox::settings::Settings;

/// A request that may be put to the customer.
pub(super) struct Request {
    /// As it came, for the form that repeats it.
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) scope: Scope,
}

/// Why none is put.
pub(super) enum Refused {
    /// We do not know where the browser should go back to, so it stays.
    Here(&'static str),
    /// The client hears of it.
    There(Back, &'static str),
}

/// Where the browser goes back to, and what it takes along.
pub(super) struct Back {
    redirect_uri: String,
    state: Option<String>,
}

impl Request {
    pub(super) fn read(query: &[u8], settings: &Settings) -> Result<Self, Refused> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query) {
            match parameters.entry(name.into_owned()) {
                Entry::Vacant(free) => free.insert(value.into_owned()),
                Entry::Occupied(_) => return Err(Refused::Here("A parameter is sent twice.")),
            };
        }
        let text = |name| parameters.get(name).map(String::as_str).filter(|text| !text.is_empty());
        if text("client_id") != Some(&settings.client_id) {
            return Err(Refused::Here("`client_id` is not that of a client we know."));
        }
        let redirect_uri = text("redirect_uri").unwrap_or_default();
        if !settings.redirect_uris.iter().any(|known| known == redirect_uri) {
            return Err(Refused::Here("`redirect_uri` is not registered, letter by letter."));
        }
        let scope = Scope::parse(text("scope").unwrap_or_default());
        if let Some(error) = fault(text, scope.is_ok()) {
            return Err(Refused::There(Back::of(&parameters), error));
        }
        match scope {
            Ok(scope) => Ok(Self { parameters, scope }),
            Err(_) => Err(Refused::There(Back::of(&parameters), "invalid_scope")),
        }
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.parameters.get(name).map(String::as_str).unwrap_or_default()
    }

    pub(super) fn back(&self) -> Back {
        Back::of(&self.parameters)
    }
}

/// What the client did wrong, in the words of the standard.
fn fault<'t>(
    text: impl Fn(&'static str) -> Option<&'t str>,
    has_scope: bool,
) -> Option<&'static str> {
    let is_random = |name| text(name).is_some_and(|value| value.len() >= LEAST_RANDOM);
    let is_openid = text("scope").is_some_and(|it| it.split(' ').any(|word| word == "openid"));
    match () {
        () if text("request").is_some() => Some("request_not_supported"),
        () if text("request_uri").is_some() => Some("request_uri_not_supported"),
        () if text("response_type") != Some("code") => Some("unsupported_response_type"),
        () if !has_scope => Some("invalid_scope"),
        () if !is_random("state") => Some("invalid_request"),
        () if text("code_challenge_method") != Some("S256") => Some("invalid_request"),
        () if text("code_challenge").is_none_or(|challenge| challenge.len() != SHA_256) => {
            Some("invalid_request")
        }
        () if is_openid && !is_random("nonce") => Some("invalid_request"),
        // Nobody can be asked without a page.
        () if text("prompt") == Some("none") => Some("consent_required"),
        () => None,
    }
}

impl Back {
    fn of(parameters: &BTreeMap<String, String>) -> Self {
        let redirect_uri = parameters.get("redirect_uri").cloned().unwrap_or_default();
        Self { redirect_uri, state: parameters.get("state").cloned() }
    }

    /// The address that brings `name=value` to the client, from this issuer (RFC 9207).
    pub(super) fn with(&self, name: &str, value: &str, issuer: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair(name, value).append_pair("iss", issuer);
        query.extend_pairs(self.state.as_ref().map(|state| ("state", state)));
        let joint = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{joint}{}", self.redirect_uri, query.finish())
    }
}

/// The letters of 128 bits.
const LEAST_RANDOM: usize = 22;
/// The letters of a SHA-256.
const SHA_256: usize = 43;
