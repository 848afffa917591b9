//! [`Step`]: what a listener is told.

use std::time::Duration;

use crate::provider::Correlator;

/// One step of a conversation with an aggregator.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Step {
    /// A request was sent, and answered or not.
    Exchange(Exchange),
    /// Something was decided without a request.
    Note(Note),
}

/// A request and what came of it, in which nothing secret can be read.
///
/// Secret values stand as marks such as `‹redacted›`, `‹number›` or `‹jwt: alg ES256, …›`. Texts of the aggregator are shown
/// up to 300 characters, without control characters, and with marks in the place of whatever is, or
/// could be, a number, a secret or a token.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub(super) endpoint: &'static str,
    pub(super) correlator: Correlator,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) request: Message,
    pub(super) response: Option<Response>,
    pub(super) failure: Option<String>,
    pub(super) elapsed: Duration,
}

/// Headers and body, to be read by people.
#[derive(Clone, Debug, Default)]
pub struct Message {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<String>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    pub(super) status: u16,
    pub(super) code: Option<&'static str>,
    pub(super) message: Message,
}

/// What was decided without a request: the token is one that is remembered, or nothing is asked at all.
#[derive(Clone, Debug)]
pub struct Note {
    pub(super) correlator: Correlator,
    pub(super) text: String,
}

impl Exchange {
    /// Which endpoint was asked: `discovery`, `bc-authorize`, `token` or `roaming`.
    #[must_use]
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// The `x-correlator` of the request.
    #[must_use]
    pub fn correlator(&self) -> Correlator {
        self.correlator
    }

    /// `GET` or `POST`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Where the request went, without credentials and query.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What was sent.
    #[must_use]
    pub fn request(&self) -> &Message {
        &self.request
    }

    /// What came, as far as anything did.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        self.response.as_ref()
    }

    /// Why no whole answer came.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// How long the exchange took, up to the end of the answer.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl Message {
    /// Names and values of the headers: of an answer, only those that can explain it.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The lines of the body: a parameter of a form each, or JSON in one.
    pub fn body(&self) -> impl Iterator<Item = &str> {
        self.body.iter().map(String::as_str)
    }
}

impl Response {
    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The error code in the body (`error` or `code`), if it is one that OAuth or CAMARA know.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        self.code
    }

    /// Headers and body.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }
}

impl Note {
    /// The `x-correlator` of the lookup.
    #[must_use]
    pub fn correlator(&self) -> Correlator {
        self.correlator
    }

    /// What was decided.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}
