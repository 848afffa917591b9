//! [`SignIn`]: a customer whom the operator recognises, by OpenID Connect's authorization-code flow.
//!
//! The browser of the phone is sent to the operator over mobile data. The operator recognises the
//! SIM, and sends the browser back with a code, which we exchange for a token. In dialects where the token
//! names the line, we never learn the number.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use secrecy::zeroize::Zeroizing;
use sha2::{Digest, Sha256};

use super::client::Client;
use super::dialect::TokenKind;
use super::oauth::{Code, Grant, Registration, SignInPlace};
use crate::line::Line;
use crate::provider::{Correlator, ProviderError};
use crate::status::UnknownReason;

mod response;

pub use response::{AuthorizationResponse, ResponseError};

/// A customer who is sent to the operator, and has not come back yet. Begun by
/// [`Client::begin_sign_in`], ended by [`Client::finish_sign_in`], which takes it: once.
///
/// Whoever holds it binds it to the session of the customer who began it. What comes back with
/// the same `state` in another session is not this customer's.
pub struct SignIn {
    line: Line,
    url: Url,
    state: String,
    nonce: Option<String>,
    verifier: Zeroizing<String>,
    place: SignInPlace,
}

impl SignIn {
    /// Where the customer's browser is sent to, over mobile data.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// 256 random bits that come back with the answer.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The line that can be asked about once the sign-in is finished.
    ///
    /// One that the network recognises is a [`Line::recognised`]; where the dialect needs a number,
    /// it is the one that was claimed, and is not proved by this.
    #[must_use]
    pub fn line(&self) -> Line {
        self.line
    }

    fn accepts(&self, response: &AuthorizationResponse) -> Result<(), ProviderError> {
        let invalid = |message| Err(ProviderError::new(UnknownReason::InvalidAnswer, message));
        if !is_same(&self.state, &response.state) {
            return invalid("the answer belongs to another sign-in");
        }
        match (&self.place.issuer, &response.issuer) {
            (Some(expected), Some(named)) if expected != named => {
                invalid("the answer comes from another issuer")
            }
            (Some(_), None) if self.place.names_itself => {
                invalid("the answer does not name its issuer, who promised to do so")
            }
            _ => Ok(()),
        }
    }
}

impl Client {
    /// Where the operator sends customers back to: the origin, and the path. `None` where the grant of
    /// the aggregator file is another one.
    #[must_use]
    pub fn redirect_uri(&self) -> Option<(String, String)> {
        let (_, registration) = self.tokens().ok()?.registration().ok()?;
        let url = Url::parse(&registration.redirect_uri).ok()?;
        Some((url.origin().ascii_serialization(), url.path().to_owned()))
    }

    /// Begins the sign-in of a customer: `grant: { authorizationCode: … }`.
    ///
    /// `claimed` is the number that the service knows of the customer. It is sent only where the file
    /// has a `loginHint`, and asked about only where the dialect cannot do without a number.
    ///
    /// # Errors
    ///
    /// The reason is `misconfigured` where the grant of the aggregator file is another one,
    /// `noIdentifier` where a number is needed and none is claimed, and that of the failure where the
    /// metadata of the issuer cannot be read.
    pub async fn begin_sign_in(&self, claimed: Option<Line>) -> Result<SignIn, ProviderError> {
        let correlator = Correlator::from_random(rand::random());
        let begun = self.begin(claimed, correlator).await;
        begun.inspect_err(|error| self.tell(error, correlator))
    }

    async fn begin(
        &self,
        claimed: Option<Line>,
        correlator: Correlator,
    ) -> Result<SignIn, ProviderError> {
        claimed.iter().for_each(|line| self.http().transcript().is_about(*line));
        let tokens = self.tokens()?;
        let (grant, registration) = tokens.registration()?;
        let place = tokens.sign_in_place(correlator).await?;
        let is_named = self.dialect().names_line(TokenKind::ThreeLegged);
        let needed = || {
            claimed.ok_or_else(|| {
                let message = "a number is needed to sign in with this aggregator";
                ProviderError::new(UnknownReason::NoIdentifier, message)
            })
        };
        let line = if is_named { needed()? } else { Line::recognised() };
        let hint = registration.login_hint.as_ref();
        let hint = hint.map(|hint| hint.name(needed()?)).transpose()?;
        let is_openid = grant.scope.split_whitespace().any(|scope| scope == "openid");
        let (state, verifier) = (random(), Zeroizing::new(random()));
        let nonce = is_openid.then(random);
        let url =
            Request { grant, registration, place: &place, state: &state, verifier: &verifier }
                .address(hint.as_deref(), nonce.as_deref());
        Ok(SignIn { line, url, state, nonce, verifier, place })
    }

    /// Ends a sign-in with what the browser brought back: exchanges the code, once, and keeps the
    /// token for the [line](SignIn::line), which can be asked about from then on.
    ///
    /// # Errors
    ///
    /// `noConsent` where the customer refused or the code is not taken, `noIdentifier` where the
    /// operator did not recognise anybody (a phone on Wi-Fi), `invalidAnswer` where the answer is for
    /// another sign-in, of another issuer, or its ID token is not for us.
    pub async fn finish_sign_in(
        &self,
        sign_in: SignIn,
        response: AuthorizationResponse,
    ) -> Result<Line, ProviderError> {
        let correlator = Correlator::from_random(rand::random());
        let finished = self.finish(sign_in, response, correlator).await;
        finished.inspect_err(|error| self.tell(error, correlator))
    }

    async fn finish(
        &self,
        sign_in: SignIn,
        response: AuthorizationResponse,
        correlator: Correlator,
    ) -> Result<Line, ProviderError> {
        sign_in.accepts(&response)?;
        let SignIn { line, nonce, verifier, place, .. } = sign_in;
        let code = response.outcome.map_err(|error| refusal(&error))?;
        let code = Code { code, verifier, nonce, place };
        self.tokens()?.exchange(line, code, correlator).await?;
        Ok(line)
    }
}

/// An authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).
struct Request<'a> {
    grant: &'a Grant,
    registration: &'a Registration,
    place: &'a SignInPlace,
    state: &'a str,
    verifier: &'a str,
}

impl Request<'_> {
    fn address(&self, hint: Option<&str>, nonce: Option<&str>) -> Url {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier));
        let mut url = self.place.authorize.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.place.client_id)
            .append_pair("redirect_uri", &self.registration.redirect_uri)
            .append_pair(&self.grant.scope_parameter, &self.grant.scope)
            .append_pair("state", self.state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(nonce.map(|nonce| ("nonce", nonce)))
            .extend_pairs(hint.map(|hint| ("login_hint", hint)))
            .extend_pairs(self.grant.extra());
        url
    }
}

/// What the operator says instead of a code (OpenID Connect Core §3.1.2.6).
fn refusal(error: &str) -> ProviderError {
    let known = REFUSALS.iter().find(|(known, _)| *known == error);
    let (error, reason) =
        known.copied().unwrap_or(("an error that we do not know", UnknownReason::InvalidAnswer));
    ProviderError::new(reason, format!("the authorize endpoint answered {error}"))
}

const REFUSALS: [(&str, UnknownReason); 14] = [
    ("access_denied", UnknownReason::NoConsent),
    ("consent_required", UnknownReason::NoConsent),
    // Nobody was recognised: the phone is on Wi-Fi, or has two SIMs.
    ("account_selection_required", UnknownReason::NoIdentifier),
    ("interaction_required", UnknownReason::NoIdentifier),
    ("login_required", UnknownReason::NoIdentifier),
    ("server_error", UnknownReason::Unavailable),
    ("temporarily_unavailable", UnknownReason::Unavailable),
    ("invalid_request", UnknownReason::Misconfigured),
    ("invalid_request_object", UnknownReason::Misconfigured),
    ("invalid_scope", UnknownReason::Misconfigured),
    ("request_not_supported", UnknownReason::Misconfigured),
    ("request_uri_not_supported", UnknownReason::Misconfigured),
    ("unauthorized_client", UnknownReason::Misconfigured),
    ("unsupported_response_type", UnknownReason::Misconfigured),
];

/// 256 random bits, in characters that a URL may have.
fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Compared by digest, so that the time it takes says nothing of either.
fn is_same(one: &str, other: &str) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("line", &self.line).finish_non_exhaustive()
    }
}
