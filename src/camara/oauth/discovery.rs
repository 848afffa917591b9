//! Endpoints from an issuer's metadata: fetched once, pinned, and never changed silently.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use tokio::time::Instant;

use crate::camara::failure::{self, Endpoint};
use crate::camara::http::{Body, Http, Reply, Request};
use crate::camara::json;
use crate::flight::Flights;
use crate::provider::{Correlator, ProviderError};
use crate::status::{ReasonGroup, UnknownReason};

/// Finds the endpoints of one issuer.
#[derive(Debug)]
pub(in crate::camara) struct Discovery {
    issuer: Issuer,
    pin: Arc<Mutex<Pin>>,
    flights: Flights<(), Outcome>,
}

/// An issuer, as it is written, and where its metadata is.
#[derive(Clone, Debug)]
pub(in crate::camara) struct Issuer {
    pub(in crate::camara) name: String,
    pub(in crate::camara) metadata: Url,
}

/// What we take from the metadata.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) token: Url,
    pub(super) bc_authorize: Option<Url>,
    pub(super) authorize: Option<Url>,
    pub(super) keys: Option<Url>,
    /// Does it say in every answer who it is (RFC 9207)?
    pub(super) names_itself: bool,
}

type Outcome = Result<Arc<Metadata>, ProviderError>;

#[derive(Debug, Default)]
struct Pin {
    metadata: Option<Arc<Metadata>>,
    checked: Option<Instant>,
    /// They were refused, and are not asked for before this moment.
    refused: Option<(ProviderError, Instant)>,
    has_told: bool,
}

#[derive(Deserialize)]
struct Wire {
    issuer: String,
    token_endpoint: String,
    backchannel_authentication_endpoint: Option<String>,
    authorization_endpoint: Option<String>,
    jwks_uri: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Discovery {
    pub(in crate::camara) fn new(issuer: Issuer, deadline: Duration) -> Self {
        Self { issuer, pin: Arc::default(), flights: Flights::new(deadline) }
    }

    /// The metadata that was fetched first. A later document is only compared with it.
    pub(super) async fn metadata(&self, http: &Http, correlator: Correlator) -> Outcome {
        let (http, issuer) = (http.clone(), self.issuer.clone());
        let load = async move { fetch(&http, &issuer, correlator).await };
        let pin = Arc::clone(&self.pin);
        let keep = move |outcome: &Outcome| held(&pin).keep(outcome);
        let (metadata, is_due) = held(&self.pin).read();
        if let Some(metadata) = metadata {
            if is_due {
                self.flights.launch((), || None, load, keep);
            }
            return Ok(metadata);
        }
        let kept = || held(&self.pin).known();
        let landed = self.flights.join((), kept, load, keep).await;
        landed.unwrap_or_else(|lost| Err(ProviderError::new(lost.reason(), lost.to_string())))
    }
}

impl Pin {
    /// The metadata, and whether they should be looked at again; only one caller is told so.
    fn read(&mut self) -> (Option<Arc<Metadata>>, bool) {
        let is_due = self.checked.is_some_and(|checked| checked.elapsed() >= CHECKED_AGAIN);
        if is_due {
            self.checked = Some(Instant::now());
        }
        (self.metadata.clone(), is_due)
    }

    /// What is known without asking.
    fn known(&self) -> Option<Outcome> {
        let refused = self.refused.as_ref().filter(|(_, until)| Instant::now() < *until);
        let found = self.metadata.clone().map(Ok);
        found.or_else(|| refused.map(|(error, _)| Err(error.clone())))
    }

    fn keep(&mut self, outcome: &Outcome) {
        let (Some(pinned), Ok(found)) = (&self.metadata, outcome) else {
            match outcome {
                Ok(found) => {
                    self.metadata = Some(Arc::clone(found));
                    self.checked = Some(Instant::now());
                }
                Err(error) if error.reason().group() == ReasonGroup::Broken => {
                    self.refused = Some((error.clone(), Instant::now() + LEFT_ALONE));
                }
                Err(_) => {}
            }
            return;
        };
        if found != pinned && !self.has_told {
            self.has_told = true;
            tracing::error!(
                "the issuer's metadata name other endpoints than before; the former ones stay \
                 until this process starts anew"
            );
        }
    }
}

async fn fetch(http: &Http, issuer: &Issuer, correlator: Correlator) -> Outcome {
    let (endpoint, url) = (Endpoint::Metadata, &issuer.metadata);
    let request = Request { endpoint, url, authorization: None, correlator, body: Body::None };
    read(&http.ask(request).await?, issuer).map(Arc::new)
}

pub(super) fn read(reply: &Reply, issuer: &Issuer) -> Result<Metadata, ProviderError> {
    let invalid = |fault| failure::invalid(Endpoint::Metadata, fault);
    if reply.status != 200 {
        return Err(failure::of_reply(Endpoint::Metadata, reply));
    }
    let body = reply.json().map_err(invalid)?;
    let wire: Wire = json::read(body).ok_or_else(|| invalid("a body that is no metadata"))?;
    if wire.issuer != issuer.name {
        let message = if wire.issuer.trim_end_matches('/') == issuer.name.trim_end_matches('/') {
            "the issuer's metadata name an issuer that differs in the slash at its end"
        } else {
            "the issuer's metadata name another issuer"
        };
        return Err(ProviderError::new(UnknownReason::Misconfigured, message));
    }
    let endpoint =
        |text: &Option<String>| text.as_ref().map(|text| issuer.endpoint(text)).transpose();
    Ok(Metadata {
        token: issuer.endpoint(&wire.token_endpoint)?,
        bc_authorize: endpoint(&wire.backchannel_authentication_endpoint)?,
        authorize: endpoint(&wire.authorization_endpoint)?,
        keys: endpoint(&wire.jwks_uri)?,
        names_itself: wire.authorization_response_iss_parameter_supported,
        issuer: wire.issuer,
    })
}

impl Issuer {
    /// An endpoint that the metadata name. It is encrypted, unless it is on this machine, as the
    /// issuer is.
    fn endpoint(&self, text: &str) -> Result<Url, ProviderError> {
        let is_near = |url: &Url| {
            let hosts = (url.host_str(), self.metadata.host_str());
            (url.scheme(), self.metadata.scheme()) == ("http", "http") && hosts.0 == hosts.1
        };
        let url = Url::parse(text).ok();
        url.filter(|url| url.scheme() == "https" || is_near(url)).ok_or_else(|| {
            let message = "the issuer's metadata name an endpoint that is not encrypted";
            ProviderError::new(UnknownReason::Misconfigured, message)
        })
    }
}

fn held(pin: &Mutex<Pin>) -> MutexGuard<'_, Pin> {
    pin.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As with credentials that are refused: what somebody must mend is asked for seldom.
const LEFT_ALONE: Duration = Duration::from_secs(5);
const CHECKED_AGAIN: Duration = Duration::from_secs(24 * 60 * 60);
