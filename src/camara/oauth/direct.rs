//! The grants that take one request: JWT bearer, client credentials, and the exchange of a code.

use std::sync::Arc;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::authority::{Authority, Form, SignInPlace};
use super::grant::{Grant, Kind};
use super::id_token::{self, Expected};
use super::identity::Subject;
use super::naming::Naming;
use super::token::{self, Token};
use crate::camara::failure::{self, Endpoint};
use crate::camara::http::Reply;
use crate::camara::moment::Moment;
use crate::line::Line;
use crate::provider::{Correlator, ProviderError};
use crate::status::UnknownReason;

/// Asks for tokens at the token endpoint alone.
#[derive(Debug)]
pub(in crate::camara) struct Direct {
    pub(in crate::camara) authority: Arc<Authority>,
    pub(in crate::camara) grant: Grant,
}

/// What a customer brought back from the authorization endpoint, and what it must be.
pub(in crate::camara) struct Code {
    pub(in crate::camara) code: SecretString,
    pub(in crate::camara) verifier: Zeroizing<String>,
    /// Where `openid` was asked for: what the ID token must repeat.
    pub(in crate::camara) nonce: Option<String>,
    pub(in crate::camara) place: SignInPlace,
}

impl Direct {
    /// A token for `line`, which we vouch for. No scope parameter: the assertion has it.
    pub(in crate::camara) async fn vouch(
        &self,
        subject: &Naming,
        line: Line,
        correlator: Correlator,
    ) -> Result<Token, ProviderError> {
        let name = subject.name(line)?;
        let subject = Subject { name: &name, scope: &self.grant.scope };
        let mut pairs = vec![("grant_type", JWT_BEARER)];
        pairs.extend(self.grant.extra());
        self.ask_twice(&pairs, Some(subject), correlator).await
    }

    /// A token for the client itself.
    pub(in crate::camara) async fn own(
        &self,
        correlator: Correlator,
    ) -> Result<Token, ProviderError> {
        let grant = &self.grant;
        let mut pairs = vec![("grant_type", "client_credentials")];
        pairs.push((&grant.scope_parameter, &grant.scope));
        pairs.extend(grant.extra());
        self.ask_twice(&pairs, None, correlator).await
    }

    /// Exchanges a code, once: a second exchange could revoke what the first one brought.
    pub(in crate::camara) async fn exchange(
        &self,
        redirect_uri: &str,
        code: Code,
        correlator: Correlator,
    ) -> Result<Token, ProviderError> {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.code.expose_secret()),
            ("redirect_uri", redirect_uri),
            ("code_verifier", &code.verifier),
        ];
        let sent = Moment::now(&self.authority.clock);
        let reply = self.post(&pairs, None, correlator).await?;
        if let Some(nonce) = &code.nonce {
            let place = &code.place;
            let keys = self.authority.keys(place, correlator).await?;
            let (client_id, issuer) = (&place.client_id, place.issuer.as_deref());
            let expected = Expected { client_id, nonce, issuer, keys: keys.as_ref() };
            id_token::check(&reply, expected, &self.authority.clock)?;
        }
        token::read(&reply, &self.grant, sent)
    }

    /// Once more where no answer came, if manners allow it; the assertion is another one then.
    async fn ask_twice(
        &self,
        pairs: &[(&str, &str)],
        subject: Option<Subject<'_>>,
        correlator: Correlator,
    ) -> Result<Token, ProviderError> {
        let first = self.ask(pairs, subject, correlator).await;
        let is_lost = |error: &ProviderError| {
            let reasons = [UnknownReason::Timeout, UnknownReason::Unavailable];
            reasons.contains(&error.reason()) && error.wait().is_none()
        };
        if first.as_ref().is_err_and(is_lost) && self.authority.may_repeat().await {
            return self.ask(pairs, subject, correlator).await;
        }
        first
    }

    async fn ask(
        &self,
        pairs: &[(&str, &str)],
        subject: Option<Subject<'_>>,
        correlator: Correlator,
    ) -> Result<Token, ProviderError> {
        let sent = Moment::now(&self.authority.clock);
        let reply = self.post(pairs, subject, correlator).await?;
        token::read(&reply, &self.grant, sent)
    }

    /// The 200 of the token endpoint.
    async fn post(
        &self,
        pairs: &[(&str, &str)],
        subject: Option<Subject<'_>>,
        correlator: Correlator,
    ) -> Result<Reply, ProviderError> {
        let endpoint = Endpoint::Token;
        let form = Form { endpoint, correlator, pairs: pairs.to_vec(), subject };
        let reply = self.authority.post(form).await?;
        if reply.status == 200 {
            return Ok(reply);
        }
        let is_for_customer = !matches!(self.grant.kind, Kind::ClientCredentials);
        if is_for_customer && failure::code(&reply) == Some("invalid_grant") {
            let message = format!("{endpoint} answered {} invalid_grant", reply.status);
            return Err(ProviderError::new(UnknownReason::NoConsent, message));
        }
        Err(failure::of_reply(endpoint, &reply))
    }
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
