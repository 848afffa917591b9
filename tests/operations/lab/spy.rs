//! Between the cache and the client: what was asked, what came of it, and whether it is true.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use roamgate::camara::Client;
use roamgate::status::Answer;
use roamgate::{
    CachedProvider, Line, ProviderError, Query, RoamingProvider, RoamingStatus, UnknownReason,
};
use tokio::time::Instant;

use super::network::Shared;
use super::{Network, Wall, Weather};

pub(crate) struct Spy {
    client: Client,
    network: Arc<Mutex<Shared>>,
    wall: Wall,
    lookups: Mutex<HashMap<Line, Vec<Lookup>>>,
    /// Answers that nobody gave.
    lies: Mutex<usize>,
}

/// A lookup, and what came of it. Nothing did where it panicked or was given up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lookup {
    pub(crate) asked: Instant,
    /// The wall clock then.
    pub(crate) moment: SystemTime,
    pub(crate) panicked: bool,
    pub(crate) landed: Option<(Instant, Result<Answer, UnknownReason>)>,
}

impl Spy {
    pub(super) fn before(client: Client, network: &Network, wall: Wall) -> Arc<Self> {
        let network = Arc::clone(&network.shared);
        let (lookups, lies) = Default::default();
        Arc::new(Self { client, network, wall, lookups, lies })
    }

    /// All lookups of a line, in the order in which they were begun.
    pub(super) fn lookups(&self, line: Line) -> Vec<Lookup> {
        self.lookups.lock().unwrap().get(&line).cloned().unwrap_or_default()
    }

    /// How many answers nobody gave, since the last time that somebody asked this.
    pub(super) fn lies(&self) -> usize {
        std::mem::take(&mut self.lies.lock().unwrap())
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    fn begin(&self, line: Line) -> usize {
        let (asked, moment) = (Instant::now(), self.wall.now());
        let lookup = Lookup { asked, moment, panicked: false, landed: None };
        let mut lookups = self.lookups.lock().unwrap();
        let of_line = lookups.entry(line).or_default();
        of_line.push(lookup);
        of_line.len() - 1
    }

    fn note(&self, line: Line, at: usize, change: impl FnOnce(&mut Lookup)) {
        change(&mut self.lookups.lock().unwrap().get_mut(&line).unwrap()[at]);
    }

    /// Did the server say this of the line, while it was asked?
    fn is_true(&self, line: Line, asked: Instant, answer: &Answer) -> bool {
        let network = self.network.lock().unwrap();
        let said = network.said.iter().rev().take_while(|said| said.at >= asked);
        said.clone().any(|said| {
            said.line == line
                && said.status == answer.status()
                && Some(said.confirmed) == answer.confirmed_at()
        })
    }
}

#[async_trait]
impl RoamingProvider for Spy {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        let weather = self.network.lock().unwrap().weather;
        let (line, at) = (query.line, self.begin(query.line));
        if matches!(weather, Weather::Panic { after: false }) {
            self.note(line, at, |lookup| lookup.panicked = true);
            panic!("as the weather is");
        }
        let asked = Instant::now();
        let outcome = self.client.roaming_status(query).await;
        if matches!(weather, Weather::Panic { after: true }) {
            self.note(line, at, |lookup| lookup.panicked = true);
            panic!("as the weather was");
        }
        if outcome.as_ref().is_ok_and(|answer| !self.is_true(line, asked, answer)) {
            *self.lies.lock().unwrap() += 1;
        }
        let told = outcome.as_ref().map(|answer| *answer).map_err(ProviderError::reason);
        self.note(line, at, |lookup| lookup.landed = Some((Instant::now(), told)));
        outcome
    }
}

impl std::fmt::Debug for Spy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spy")
    }
}

/// What may be wrong with a gate, so that the judge has something to find.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Treason {
    None,
    /// Answers decide for a minute longer than they may.
    Stale,
    /// Where the network cannot be reached, everybody is at home.
    Homely,
    /// A failure is told by another name.
    Renamed,
    /// What is cached is not found now and then.
    Forgetful,
}

/// The cache, which may not do what it should.
#[derive(Debug)]
pub(super) struct Traitor<P> {
    pub(super) cache: CachedProvider<P>,
    pub(super) treason: Treason,
}

const MINUTE: Duration = Duration::from_secs(60);

#[async_trait]
impl<P: RoamingProvider + 'static> RoamingProvider for Traitor<P> {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        let outcome = self.cache.roaming_status(query).await;
        match (self.treason, outcome) {
            (Treason::Homely, Err(_)) => {
                Ok(Answer::new(RoamingStatus::Home, SystemTime::UNIX_EPOCH + MINUTE * 30_000_000))
            }
            (Treason::Renamed, Err(error)) if error.reason() == UnknownReason::Unavailable => {
                Err(ProviderError::new(UnknownReason::NoConsent, "not true"))
            }
            (_, outcome) => outcome,
        }
    }

    fn cached(&self, query: &Query<'_>) -> Option<Answer> {
        match self.treason {
            Treason::Stale => self.cache.cached(&query.max_age(query.max_age + MINUTE)),
            Treason::Forgetful => None,
            _ => self.cache.cached(query),
        }
    }

    fn refused(&self, query: &Query<'_>) -> Option<UnknownReason> {
        self.cache.refused(query)
    }
}
