//! What is said to an aggregator and what it answers, told to whoever listens, without secrets.
//!
//! Whatever is told was redacted before: a [`Step`] holds no number, secret, token, assertion or
//! `auth_req_id`, also where the aggregator repeats one.

use std::fmt;
use std::sync::Arc;

use super::failure::Endpoint;
use crate::clock::Clock;
use crate::line::Line;
use crate::provider::{Correlator, ProviderError};

mod assertion;
mod exchange;
mod marks;
mod recording;
mod reply;
mod request;
mod text;
mod vault;

pub use exchange::{Exchange, Message, Note, Response, Step};
pub(super) use recording::Recording;
use vault::Vault;

/// Who listens.
#[derive(Clone)]
pub(super) struct Listener(Arc<dyn Fn(&Step) + Send + Sync>);

/// The conversation of one client with its aggregator. Without a listener it costs nothing.
#[derive(Clone, Debug)]
pub(super) struct Transcript(Option<Arc<Telling>>);

#[derive(Debug)]
struct Telling {
    listener: Listener,
    vault: Vault,
    clock: Clock,
}

impl Listener {
    pub(super) fn new(listen: impl Fn(&Step) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listen))
    }
}

impl Transcript {
    pub(super) fn new(listener: Option<Listener>, clock: &Clock) -> Self {
        let telling = |listener| {
            Arc::new(Telling { listener, vault: Vault::default(), clock: clock.clone() })
        };
        Self(listener.map(telling))
    }

    pub(super) fn is_heard(&self) -> bool {
        self.0.is_some()
    }

    /// The line is asked about: nothing that follows may show it.
    pub(super) fn is_about(&self, line: Line) {
        if let Some(telling) = &self.0 {
            let written = line.expose().to_string();
            marks::parts(&written).for_each(|part| telling.vault.learn(part));
        }
    }

    /// Tells of what was decided without a request.
    pub(super) fn note(&self, correlator: Correlator, text: impl fmt::Display) {
        if let Some(telling) = &self.0 {
            telling.tell(&Step::Note(Note { correlator, text: text.to_string() }));
        }
    }

    /// Tells if nothing is sent, and hands the outcome on.
    pub(super) fn refused<T>(
        &self,
        correlator: Correlator,
        outcome: Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        outcome.inspect_err(|error| {
            self.note(correlator, format_args!("nothing is sent: {error}"));
        })
    }

    /// Begins to record the exchange that `request` opens. `pairs` are those of its form.
    pub(super) fn record(
        &self,
        endpoint: Endpoint,
        correlator: Correlator,
        request: &reqwest::Request,
        pairs: &[(&str, &str)],
    ) -> Recording {
        let Some(telling) = &self.0 else { return Recording::unheard() };
        let seen = request::Seen { request, pairs, now: telling.clock.now() };
        let exchange = Exchange {
            endpoint: name(endpoint),
            correlator,
            method: request.method().to_string(),
            url: request::address(request.url(), &telling.vault),
            request: seen.message(&telling.vault),
            response: None,
            failure: None,
            elapsed: std::time::Duration::ZERO,
        };
        Recording::begin(Arc::clone(telling), exchange)
    }
}

impl Telling {
    fn tell(&self, step: &Step) {
        (self.listener.0)(step);
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

fn name(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Metadata => "discovery",
        Endpoint::Keys => "keys",
        Endpoint::BcAuthorize => "bc-authorize",
        Endpoint::Token => "token",
        Endpoint::Roaming(_) => "roaming",
    }
}

#[cfg(test)]
mod tests;
