//! Refresh tokens: a new access token without asking the customer again.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::authority::{Authority, Form};
use super::grant::Grant;
use super::token::{self, Token};
use crate::camara::failure::{self, Endpoint};
use crate::camara::http::Reply;
use crate::camara::moment::Moment;
use crate::provider::{Correlator, ProviderError};
use crate::status::UnknownReason;

/// Renews tokens.
#[derive(Debug)]
pub(in crate::camara) struct Renewal {
    pub(in crate::camara) authority: Arc<Authority>,
    pub(in crate::camara) grant: Grant,
}

/// What came of it.
pub(in crate::camara) enum Renewed {
    Done(Result<Token, ProviderError>),
    /// The refresh token is worth nothing any more: the customer is asked again.
    Spent,
}

impl Renewal {
    /// Spends `refresh`. Where no answer came, the old one is tried once more: the server may have
    /// given out a new one that was lost, and then it says so.
    pub(in crate::camara) async fn renew(
        &self,
        refresh: &Arc<SecretString>,
        correlator: Correlator,
    ) -> Renewed {
        let first = self.ask(refresh, correlator).await;
        match first {
            Renewed::Done(Err(ref error))
                if error.reason() == UnknownReason::Timeout
                    && self.authority.may_repeat().await =>
            {
                self.ask(refresh, correlator).await
            }
            first => first,
        }
    }

    async fn ask(&self, refresh: &Arc<SecretString>, correlator: Correlator) -> Renewed {
        let sent = Moment::now(&self.authority.clock);
        let pairs =
            vec![("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())];
        let form = Form { endpoint: Endpoint::Token, correlator, pairs, subject: None };
        match self.authority.post(form).await {
            Ok(reply) => self.renewed(&reply, refresh, sent),
            Err(error) => Renewed::Done(Err(error)),
        }
    }

    fn renewed(&self, reply: &Reply, refresh: &Arc<SecretString>, sent: Moment) -> Renewed {
        match (reply.status, failure::code(reply)) {
            (200, _) => Renewed::Done(token::read(reply, &self.grant, sent).map(|token| {
                // A server that does not rotate leaves it out.
                token.renewed_by(refresh)
            })),
            // Who we are has to be mended, and then it may be taken.
            (401, _) | (_, Some("invalid_client")) | (408 | 425 | 429, _) => {
                Renewed::Done(Err(failure::of_reply(Endpoint::Token, reply)))
            }
            // Some servers give refresh tokens out and take none.
            (400..=499, _) => Renewed::Spent,
            _ => Renewed::Done(Err(failure::of_reply(Endpoint::Token, reply))),
        }
    }
}
