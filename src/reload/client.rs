//! [`LiveClient`]: an aggregator whose file, keys and secrets change while lookups go on.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use async_trait::async_trait;

use super::fingerprint::Fingerprint;
use super::status::Board;
use super::watched::{Active, Applied, Occasion, Watched};
use super::watcher::Reload;
use crate::camara::{Aggregator, Client};
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::line::Line;
use crate::provider::{ProviderError, Query, RoamingProvider};
use crate::status::Answer;

/// Asks an aggregator as its file says it, and as the file says it once it has changed.
///
/// A change of the file, or of a secret or certificate that it names, makes another [`Client`], which
/// has no tokens yet, and whose budgets and breakers begin anew; lookups that are under way are ended by
/// the former one, and then its tokens are gone. A change of a private key alone makes none: a
/// client reads its key again by itself. A client that cannot be made leaves the former one in place.
///
/// Put it into a [`CachedProvider`](crate::CachedProvider), which keeps its answers.
#[derive(Clone)]
pub struct LiveClient(Arc<Live>);

struct Live {
    path: PathBuf,
    adjust: Box<dyn Fn(Aggregator) -> Aggregator + Send + Sync>,
    clock: Clock,
    current: ArcSwap<Held>,
}

struct Held {
    client: Arc<Client>,
    read: Prints,
    since: SystemTime,
}

/// What an aggregator file and the files that it names hold.
pub(super) struct Contents {
    aggregator: Result<Aggregator, ConfigError>,
    prints: Prints,
}

#[derive(Clone, Copy)]
pub(super) struct Prints {
    /// Of the file.
    file: Fingerprint,
    /// Of the file, and of what makes another client.
    client: Fingerprint,
    /// Of all files.
    all: Fingerprint,
}

impl LiveClient {
    /// A client as this file says. It does not change until it is [watched](Self::watch).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the file cannot be read, with all its problems at once, or with the secret
    /// or certificate that is missing or cannot be used.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::adjusted(path, |aggregator| aggregator)
    }

    /// The same, where the aggregator that the file describes is adjusted each time, such as by a secret
    /// from a vault ([`Aggregator::client_secret`]).
    ///
    /// # Errors
    ///
    /// As [`from_path`](Self::from_path).
    pub fn adjusted(
        path: impl AsRef<Path>,
        adjust: impl Fn(Aggregator) -> Aggregator + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let (path, adjust) = (path.as_ref().to_owned(), Box::new(adjust));
        let contents = read(&path, &*adjust)?;
        let client = Arc::new(Client::new(contents.aggregator?)?);
        let clock = Clock::system();
        let held = Held { client, read: contents.prints, since: clock.now() };
        Ok(Self(Arc::new(Live { path, adjust, clock, current: ArcSwap::from_pointee(held) })))
    }

    /// The client of the moment.
    #[must_use]
    pub fn client(&self) -> Arc<Client> {
        Arc::clone(&self.0.current.load().client)
    }

    /// Watches the file and the files that it names.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without time.
    #[must_use]
    pub fn watch(&self) -> Reload {
        let (live, clock) = (Arc::clone(&self.0), self.0.clock.clone());
        let source = format!("`{}`", self.0.path.display());
        let board = Board::new(source.into(), clock, Arc::new(move || live.active()));
        Reload::start(self.clone(), board)
    }
}

#[async_trait]
impl RoamingProvider for LiveClient {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        self.client().roaming_status(query).await
    }

    fn forget(&self, line: &Line) {
        self.client().forget(line);
    }
}

impl fmt::Debug for LiveClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveClient").field("client", &self.client()).finish_non_exhaustive()
    }
}

impl Watched for LiveClient {
    type Contents = Contents;

    fn read(&self) -> Result<Contents, String> {
        read(&self.0.path, &*self.0.adjust).map_err(|error| error.to_string())
    }

    fn fingerprint(contents: &Contents) -> Fingerprint {
        contents.prints.all
    }

    fn apply(&self, contents: Contents, _: Occasion) -> Result<Applied, String> {
        let Contents { aggregator, prints } = contents;
        let held = self.0.current.load_full();
        if held.read.all == prints.all {
            return Ok(Applied::Unchanged);
        }
        let client = aggregator.and_then(Client::new).map_err(|error| error.to_string())?;
        // What is made for a key alone is made to see whether the key can be used.
        let (client, since) = match held.read.client == prints.client {
            true => (Arc::clone(&held.client), held.since),
            false => (Arc::new(client), self.0.clock.now()),
        };
        let held = Held { client, read: prints, since };
        self.0.current.store(Arc::new(held));
        Ok(Applied::Replaced)
    }
}

impl Live {
    fn active(&self) -> Active {
        let held = self.current.load();
        let name = held.read.file.to_string();
        Active { name, rules: None, since: held.since, former: Vec::new() }
    }
}

/// Reads the file, and what it names: the aggregator is missing where the file is refused.
fn read(path: &Path, adjust: &dyn Fn(Aggregator) -> Aggregator) -> Result<Contents, ConfigError> {
    let text = Aggregator::text_of(path)?;
    let file = Fingerprint::of_text(&text);
    let aggregator = Aggregator::from_text(path, text).map(adjust);
    let (mut client, mut keys) = (vec![file], Vec::new());
    for referred in aggregator.iter().flat_map(Aggregator::referred) {
        // One that is missing is another one than one that is empty.
        let held = Fingerprint::of(std::fs::read(&referred.path).ok());
        if referred.is_reread { keys.push(held) } else { client.push(held) }
    }
    let client = Fingerprint::of(client);
    let all = Fingerprint::of([client].into_iter().chain(keys));
    Ok(Contents { aggregator, prints: Prints { file, client, all } })
}
