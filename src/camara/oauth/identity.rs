//! How we prove to an authorization server who we are.

use std::time::{Duration, UNIX_EPOCH};

use ::http::{HeaderValue, header};
use secrecy::zeroize::Zeroizing;
use serde_json::{Value, json};

use super::basic;
use super::signer::Signer;
use crate::camara::aggregator::{Audience, Authentication, Credentials};
use crate::camara::failure::Endpoint;
use crate::camara::http::sensitive;
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::provider::ProviderError;
use crate::status::UnknownReason;

/// A client, with its secret or key in hand.
#[derive(Debug)]
pub(super) struct Identity {
    id: String,
    method: Method,
    clock: Clock,
}

#[derive(Debug)]
enum Method {
    Basic(HeaderValue),
    PrivateKeyJwt { signer: Signer, audience: Audience },
    BearerJwt { signer: Signer, application_id: String },
    None,
}

/// Where a request goes, as an assertion names it.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) endpoint: &'a str,
    pub(super) issuer: Option<&'a str>,
}

/// What an assertion of a grant speaks for.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    pub(super) scope: &'a str,
}

/// What goes with one request: never used for another.
#[derive(Default)]
pub(super) struct Proof {
    pub(super) authorization: Option<HeaderValue>,
    pub(super) parameters: Vec<(&'static str, Zeroizing<String>)>,
}

impl Identity {
    pub(super) fn new(client: Credentials, clock: Clock) -> Result<Self, ConfigError> {
        let method = match client.authentication {
            Authentication::Basic { secret, encoding } => {
                Method::Basic(basic::authorization(&client.id, &secret, encoding)?)
            }
            Authentication::PrivateKeyJwt { key, signature, key_id, audience } => {
                Method::PrivateKeyJwt { signer: Signer::new(&key, signature, key_id)?, audience }
            }
            Authentication::BearerJwt { key, signature, application_id } => {
                Method::BearerJwt { signer: Signer::new(&key, signature, None)?, application_id }
            }
            Authentication::None => Method::None,
        };
        Ok(Self { id: client.id, method, clock })
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Authenticates the client for one request.
    pub(super) async fn prove(&self, target: Target<'_>) -> Result<Proof, ProviderError> {
        let client_id = ("client_id", Zeroizing::new(self.id.clone()));
        match &self.method {
            Method::Basic(header) => Ok(header.clone().into()),
            Method::PrivateKeyJwt { signer, audience } => {
                let claims = self.claims(audience, target, &self.id)?;
                let kind = Zeroizing::new(CLIENT_ASSERTION.to_owned());
                let parameters = vec![
                    client_id,
                    ("client_assertion_type", kind),
                    ("client_assertion", signer.sign(&claims).await?),
                ];
                Ok(Proof { authorization: None, parameters })
            }
            Method::BearerJwt { signer, application_id } => {
                let mut claims = self.dated();
                claims.extend([("application_id".to_owned(), application_id.as_str().into())]);
                let jwt = signer.sign(&Value::Object(claims)).await?;
                let bearer = Zeroizing::new(format!("Bearer {}", *jwt));
                let header = sensitive(&bearer, &header::AUTHORIZATION);
                Ok(header.map_err(|_| cannot("name the application in a header"))?.into())
            }
            Method::None => Ok(Proof { authorization: None, parameters: vec![client_id] }),
        }
    }

    /// An assertion that speaks for a customer, and authenticates the client by the way.
    pub(super) async fn assert(
        &self,
        target: Target<'_>,
        subject: Subject<'_>,
    ) -> Result<Proof, ProviderError> {
        let Method::PrivateKeyJwt { signer, audience } = &self.method else {
            return Err(cannot("speak for a customer without a private key"));
        };
        let mut claims = self.claims(audience, target, subject.name)?;
        if let Value::Object(members) = &mut claims {
            members.insert("scope".to_owned(), subject.scope.into());
        }
        let parameters = vec![("assertion", signer.sign(&claims).await?)];
        Ok(Proof { authorization: None, parameters })
    }

    fn claims(
        &self,
        audience: &Audience,
        target: Target<'_>,
        subject: &str,
    ) -> Result<Value, ProviderError> {
        let audience = match audience {
            Audience::Endpoint => target.endpoint,
            Audience::Issuer => target.issuer.ok_or_else(|| cannot("name an unknown issuer"))?,
            Audience::Named(name) => name,
        };
        let mut claims = self.dated();
        let named = json!({ "iss": self.id, "sub": subject, "aud": audience });
        claims.extend(named.as_object().cloned().unwrap_or_default());
        Ok(Value::Object(claims))
    }

    /// What makes every assertion one of its own. It begins a little in the past, because servers
    /// refuse what begins in their future.
    fn dated(&self) -> serde_json::Map<String, Value> {
        let now = self.clock.now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let issued = now.saturating_sub(BACKDATED).as_secs();
        let id = format!("{:032x}", rand::random::<u128>());
        let claims = json!({ "jti": id, "iat": issued, "exp": issued + LIFETIME.as_secs() });
        claims.as_object().cloned().unwrap_or_default()
    }
}

impl From<HeaderValue> for Proof {
    fn from(header: HeaderValue) -> Self {
        Self { authorization: Some(header), parameters: Vec::new() }
    }
}

fn cannot(what: &str) -> ProviderError {
    let message = format!("{} cannot be asked: we cannot {what}", Endpoint::Token);
    ProviderError::new(UnknownReason::Misconfigured, message)
}

const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const BACKDATED: Duration = Duration::from_secs(5);
const LIFETIME: Duration = Duration::from_secs(60);
