//! [`Aggregator`]: whom to ask and how, as an aggregator file says it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ::http::HeaderName;
use reqwest::Url;
use secrecy::SecretString;

use super::answer::Compatibility;
use super::dialect::Dialect;
use super::file;
use super::manners::Limits;
use super::oauth::{Grant, Issuer, Signature};
use super::redact::redacted;
use super::secret::Reference;
use super::transcript::{Listener, Step};
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::document::{self, Problems, Source};

/// A parsed aggregator file (`kind: Aggregator`). It names secrets and holds none.
#[derive(Clone, Debug)]
pub struct Aggregator {
    pub(super) endpoints: Endpoints,
    /// Who we are, where a token is needed.
    pub(super) client: Option<Credentials>,
    pub(super) headers: Vec<(HeaderName, Reference)>,
    /// `None` where no token is needed.
    pub(super) grant: Option<Grant>,
    pub(super) dialect: Dialect,
    pub(super) compatibility: Compatibility,
    pub(super) timeouts: Timeouts,
    pub(super) limits: Limits,
    pub(super) extra_root: Option<PathBuf>,
    pub(super) clock: Clock,
    /// Who listens to the conversation.
    pub(super) listener: Option<Listener>,
}

/// A file that an aggregator file refers to.
#[derive(Clone, Debug)]
pub(crate) struct Referred {
    pub(crate) path: PathBuf,
    /// A running client reads it again by itself, and keeps its tokens.
    pub(crate) is_reread: bool,
}

/// Where requests go. Those of the authorization server are there if the grant needs them.
#[derive(Clone, Debug)]
pub(super) struct Endpoints {
    pub(super) issuer: Option<Issuer>,
    pub(super) bc_authorize: Option<Url>,
    pub(super) token: Option<Url>,
    pub(super) authorize: Option<Url>,
    pub(super) roaming: Url,
}

impl Endpoints {
    /// Every address that the file names.
    pub(super) fn all(&self) -> Vec<&Url> {
        let issuer = self.issuer.as_ref().map(|issuer| &issuer.metadata);
        let known = [
            issuer,
            self.bc_authorize.as_ref(),
            self.token.as_ref(),
            self.authorize.as_ref(),
            Some(&self.roaming),
        ];
        known.into_iter().flatten().collect()
    }
}

/// Who we are.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) id: String,
    pub(super) authentication: Authentication,
}

/// How we prove it.
#[derive(Clone, Debug)]
pub(super) enum Authentication {
    Basic {
        secret: Reference,
        encoding: Encoding,
    },
    PrivateKeyJwt {
        key: Reference,
        signature: Signature,
        key_id: Option<String>,
        audience: Audience,
    },
    BearerJwt {
        key: Reference,
        signature: Signature,
        application_id: String,
    },
    /// By headers of the file, or not at all.
    None,
}

/// To whom an assertion is addressed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Audience {
    /// The URL that the request goes to.
    Endpoint,
    /// The issuer whose metadata were read.
    Issuer,
    Named(String),
}

/// What happens to id and secret before they are joined for HTTP Basic.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Encoding {
    /// Form-encoded each, as RFC 6749 §2.3.1 says.
    Form,
    /// As they are, for gateways that never read it.
    Raw,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    pub(super) connect: Duration,
    pub(super) attempt: Duration,
    pub(super) total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(1), attempt: seconds(2), total: seconds(5) }
    }
}

impl Aggregator {
    /// Reads a file. Relative paths in it start at its directory.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the file cannot be read, or with all its problems at once.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        Self::from_text(path, Self::text_of(path)?)
    }

    /// What a file holds, which may be anything.
    pub(crate) fn text_of(path: &Path) -> Result<String, ConfigError> {
        let name = path.display();
        std::fs::read_to_string(path)
            .map_err(|cause| ConfigError::message(format!("cannot read `{name}`: {cause}")))
    }

    /// Reads what a file holds.
    pub(crate) fn from_text(path: &Path, text: String) -> Result<Self, ConfigError> {
        let source = Source::new(path.display().to_string(), text);
        let directory = path.parent().unwrap_or(Path::new(""));
        file::read(&source, directory).map_err(ConfigError::from)
    }

    /// Reads a text; `name` stands for the file in messages. Relative paths in it start at the
    /// working directory.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with all problems at once.
    pub fn from_yaml(name: &str, text: &str) -> Result<Self, ConfigError> {
        file::read(&Source::new(name, text), Path::new("")).map_err(ConfigError::from)
    }

    /// The same aggregator with this client secret or private key (PEM), instead of the one that
    /// the file names: for services that have it from a vault.
    ///
    /// ```
    /// use roamgate::camara::{Aggregator, Client};
    ///
    /// let aggregator = Aggregator::from_path("examples/aggregators/telefonica-sandbox.yaml")?;
    /// let aggregator = aggregator.client_secret("from the vault");
    /// assert!(!format!("{aggregator:?}").contains("vault"));
    /// # let _: Result<Client, _> = Client::new(aggregator);
    /// # Ok::<(), roamgate::ConfigError>(())
    /// ```
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        let given = Reference::given(secret.into());
        match self.client.as_mut().map(|client| &mut client.authentication) {
            Some(Authentication::Basic { secret, .. }) => *secret = given,
            Some(
                Authentication::PrivateKeyJwt { key, .. } | Authentication::BearerJwt { key, .. },
            ) => *key = given,
            Some(Authentication::None) | None => {}
        }
        self
    }

    /// The same aggregator with this wall clock, which dates assertions and is compared with the
    /// monotonic clock, and with the time that the network names. By default the system's.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The same aggregator; `listen` is told every step of the conversation with it, without secrets, in
    /// order and at once: for tools that show why a provider refuses. Who waits for an answer waits
    /// for `listen` too.
    ///
    /// ```
    /// use roamgate::camara::{Aggregator, Step};
    ///
    /// let aggregator = Aggregator::from_path("examples/aggregators/telefonica-sandbox.yaml")?;
    /// let aggregator = aggregator.observer(|step| match step {
    ///     Step::Exchange(exchange) => eprintln!("{} {}", exchange.method(), exchange.url()),
    ///     Step::Note(note) => eprintln!("{}", note.text()),
    ///     _ => {}
    /// });
    /// # Ok::<(), roamgate::ConfigError>(())
    /// ```
    #[must_use]
    pub fn observer(mut self, listen: impl Fn(&Step) + Send + Sync + 'static) -> Self {
        self.listener = Some(Listener::new(listen));
        self
    }

    /// The same aggregator, which may be asked about one line as often as one likes: for tools that do
    /// so on purpose. All other limits stand.
    #[must_use]
    pub fn without_line_budget(mut self) -> Self {
        self.limits.line_interval = Duration::ZERO;
        self
    }

    /// The files that it refers to: secrets, keys, certificates.
    pub(crate) fn referred(&self) -> Vec<Referred> {
        let secret = |reference: &Reference, is_reread| {
            let path = reference.file()?.to_owned();
            Some(Referred { path, is_reread })
        };
        let own = match self.client.as_ref().map(|client| &client.authentication) {
            Some(Authentication::Basic { secret: basic, .. }) => secret(basic, false),
            Some(
                Authentication::PrivateKeyJwt { key, .. } | Authentication::BearerJwt { key, .. },
            ) => secret(key, true),
            Some(Authentication::None) | None => None,
        };
        let root =
            self.extra_root.iter().map(|path| Referred { path: path.clone(), is_reread: false });
        let headers = self.headers.iter().filter_map(|(_, value)| secret(value, false));
        own.into_iter().chain(root).chain(headers).collect()
    }

    /// The problems of a text, without looking for the secrets and certificates that it names.
    #[must_use]
    pub fn check(name: &str, text: &str) -> Problems {
        file::read(&Source::new(name, text), Path::new("")).err().unwrap_or_default()
    }

    /// An aggregator file in its canonical form: durations in their largest whole unit, no
    /// whitespace at the end of lines, one line break at the end. Nothing is moved, and what
    /// comments say stays.
    ///
    /// # Errors
    ///
    /// The problems of a text whose syntax is broken, or that is no aggregator file.
    pub fn format(name: &str, text: &str) -> Result<String, Problems> {
        let source = Source::new(name, text);
        let formatted = document::format(&source, &redacted(&source), &file::AGGREGATOR)?;
        let problems = Self::check(name, text);
        let foreign: Problems =
            problems.iter().filter(|problem| problem.code == "E004").cloned().collect();
        if foreign.is_empty() { Ok(formatted) } else { Err(foreign) }
    }

    /// The JSON Schema (draft 7) of an aggregator file, for editors: it completes and explains
    /// every key that this build reads.
    ///
    /// ```
    /// assert!(roamgate::camara::Aggregator::schema().contains("\"loginHint\""));
    /// ```
    #[must_use]
    pub fn schema() -> String {
        let description = "Whom to ask where a line is, and how.";
        document::schema(&file::AGGREGATOR, "roamgate aggregator", description)
    }
}
