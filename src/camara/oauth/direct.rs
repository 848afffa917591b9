//! The grants that take one request: JWT bearer, client credentials, and the exchange of a code.

use std::sync::Arc;

use super::authority::{Authority, Form};
use super::grant::{Grant, Kind};
use super::identity::Subject;
use super::naming::Naming;
use super::token::{self, Token};
use crate::camara::failure::{self, Endpoint};
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

/// What a customer brought back from the authorization endpoint.
#[derive(Clone, Copy)]
pub(in crate::camara) struct Code<'a> {
    pub(in crate::camara) code: &'a str,
    pub(in crate::camara) redirect_uri: &'a str,
    pub(in crate::camara) verifier: &'a str,
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
        code: Code<'_>,
        correlator: Correlator,
    ) -> Result<Token, ProviderError> {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.code),
            ("redirect_uri", code.redirect_uri),
            ("code_verifier", code.verifier),
        ];
        self.ask(&pairs, None, correlator).await
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
        let endpoint = Endpoint::Token;
        let form = Form { endpoint, correlator, pairs: pairs.to_vec(), subject };
        let reply = self.authority.post(form).await?;
        if reply.status == 200 {
            return token::read(&reply, &self.grant, sent);
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
