//! The aggregator, behind a proxy, under the weather. It keeps a book of what it says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roamgate::camara::{Aggregator as File, Client};
use roamgate::country::Mcc;
use roamgate::status::Visited;
use roamgate::{Line, RoamingStatus};
use tempfile::NamedTempFile;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::{Wall, Weather};
use crate::aggregator::{Aggregator, ROAMING, Reply, Seen, TOKEN, json};
use crate::proxy::Proxy;

/// So many calls may be under way.
pub(crate) const IN_FLIGHT: usize = 16;
/// Where a line may be: at home, or in the network with this code.
const PLACES: [Option<u16>; 8] =
    [None, None, None, Some(208), Some(340), Some(242), Some(310), Some(901)];

pub(crate) struct Network {
    pub(crate) shared: Arc<Mutex<Shared>>,
    server: Aggregator,
    proxy: Option<Proxy>,
    address: SocketAddr,
    secret: NamedTempFile,
}

/// What the server does, and what it did.
pub(crate) struct Shared {
    pub(crate) weather: Weather,
    pub(crate) random: StdRng,
    pub(crate) said: Vec<Said>,
    /// When requests for a status were read.
    pub(crate) read: Vec<Instant>,
}

/// A status that was told of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub(crate) line: Line,
    pub(crate) at: Instant,
    pub(crate) status: RoamingStatus,
    pub(crate) confirmed: SystemTime,
}

impl Network {
    pub(super) async fn start(wall: Wall, seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        let shared = Shared { weather: Weather::Fair, random, said: Vec::new(), read: Vec::new() };
        let shared = Arc::new(Mutex::new(shared));
        let server = Aggregator::start().await;
        let (roaming, token) = (Arc::clone(&shared), Arc::clone(&shared));
        server.on(ROAMING, move |_, seen| closed(roaming.lock().unwrap().status(seen, &wall)));
        server.on(TOKEN, move |_, _| closed(token.lock().unwrap().weather.token()));
        let proxy = proxy(&server, &shared, "127.0.0.1:0".parse().unwrap()).await;
        let address = proxy.address;
        let secret = NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), "a secret").unwrap();
        Self { shared, server, proxy: Some(proxy), address, secret }
    }

    /// From now on.
    pub(crate) async fn turn(&mut self, weather: Weather) {
        self.shared.lock().unwrap().weather = weather;
        if matches!(weather, Weather::Refused) {
            self.proxy = None;
        } else if self.proxy.is_none() {
            self.proxy = Some(proxy(&self.server, &self.shared, self.address).await);
        }
        // A listener is gone once its task is.
        yield_now().await;
    }

    /// Begins another page of its book.
    pub(crate) fn forget(&self) {
        let mut shared = self.shared.lock().unwrap();
        (shared.said, shared.read) = Default::default();
    }

    /// How many statuses were told.
    pub(crate) fn said(&self) -> usize {
        self.shared.lock().unwrap().said.len()
    }

    /// When requests for a status were read.
    pub(crate) fn read(&self) -> Vec<Instant> {
        self.shared.lock().unwrap().read.clone()
    }

    pub(super) fn client(&self, wall: &Wall) -> Client {
        let (at, behind, secret) = (self.address, &self.server.base, self.secret.path());
        let yaml = format!(
            "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: http://{at}\n\
             client: {{ id: lab, authentication: {{ basic: {{ secret: {{ file: {secret:?} }} }} }} }}\n\
             grant: {{ clientCredentials: {{ scope: roaming }} }}\napi: {{ dialect: device-status-0.5 }}\n\
             endpoints: {{ token: '{behind}{TOKEN}' }}\n\
             limits: {{ inFlight: {IN_FLIGHT}, lineInterval: 0s, newLinesPerCaller: 1000000, lookupsPerMinute: 1000000, lookupsPerDay: 100000000 }}\n"
        );
        let file = File::from_yaml("lab.yaml", &yaml).unwrap_or_else(|error| panic!("{error}"));
        Client::new(file.clock(wall.clock())).unwrap()
    }
}

/// Each lookup has a connection of its own, and so the weather of its own time.
fn closed(reply: Reply) -> Reply {
    reply.header("connection", "close")
}

async fn proxy(server: &Aggregator, shared: &Arc<Mutex<Shared>>, at: SocketAddr) -> Proxy {
    let (behind, shared) = (server.base.replace("http://", ""), Arc::clone(shared));
    Proxy::at(at, behind, move |_| shared.lock().unwrap().weather.fault()).await
}

impl Shared {
    /// Where a line is, or what is told instead.
    fn status(&mut self, seen: &Seen, wall: &Wall) -> Reply {
        self.read.push(Instant::now());
        let line = line_in(&seen.body);
        match self.weather {
            Weather::Status(302) => json(302, "").header("location", "https://x.example"),
            Weather::Status(status) => json(status, r#"{"code":"LAB"}"#),
            Weather::Throttled(None) => json(429, r#"{"code":"TOO_MANY_REQUESTS"}"#),
            Weather::Throttled(Some(after)) => {
                json(429, "").header("retry-after", after.to_string())
            }
            Weather::Garbage(text) if text.starts_with('<') => {
                json(200, text).header("content-type", "text/html")
            }
            Weather::Garbage(text) => json(200, text),
            Weather::Oversized => {
                json(200, format!(r#"{{"roaming":false,"x":"{}"}}"#, "x".repeat(70_000)))
            }
            Weather::Refusal(status, code) => json(status, format!(r#"{{"code":"{code}"}}"#)),
            Weather::RejectedToken => json(401, r#"{"code":"UNAUTHENTICATED"}"#),
            Weather::WrongDevice => {
                json(200, r#"{"roaming":false,"device":{"phoneNumber":"+4790000000"}}"#)
            }
            Weather::Unconfirmed(hours) => self.place(line, wall, hours * 3_600),
            _ => self.place(line, wall, 0),
        }
    }

    /// Lines move: each answer is another place.
    fn place(&mut self, line: Line, wall: &Wall, ago: u64) -> Reply {
        let place = PLACES[self.random.random_range(0..PLACES.len())];
        let since = wall.true_now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let confirmed = SystemTime::UNIX_EPOCH + Duration::from_secs(since - ago);
        let said = Said { line, at: Instant::now(), status: status(place), confirmed };
        self.said.push(said);
        let told = match place {
            None => r#""roaming":false"#.to_owned(),
            Some(code) => format!(r#""roaming":true,"countryCode":{code}"#),
        };
        let moment = rfc_3339(confirmed);
        json(200, format!(r#"{{{told},"lastStatusTime":"{moment}"}}"#))
    }
}

impl Weather {
    fn token(self) -> Reply {
        match self {
            Self::NoToken(status) => json(status, r#"{"error":"server_error"}"#),
            Self::OddToken(text) => json(200, text),
            _ => json(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":60}"#),
        }
    }
}

fn rfc_3339(moment: SystemTime) -> String {
    jiff::Timestamp::try_from(moment).unwrap().to_string()
}

fn line_in(body: &str) -> Line {
    let (_, rest) = body.split_once(r#""phoneNumber":""#).unwrap();
    rest.split('"').next().unwrap().parse().unwrap()
}

fn status(place: Option<u16>) -> RoamingStatus {
    match place {
        None => RoamingStatus::Home,
        Some(code) => RoamingStatus::Roaming(Visited::network(Mcc::new(code).unwrap())),
    }
}
