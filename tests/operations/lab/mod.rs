//! The fault lab: a gate, its cache and the aggregator's client before a real server on loopback, under a
//! schedule of faults that a seed draws. Time stands still unless the lab moves it, so that a lookup
//! may hang for seconds and a run takes none.

mod customers;
mod gates;
mod history;
mod judge;
mod network;
mod policies;
mod spy;
mod weather;

pub(crate) use customers::{Customer, number};
pub(crate) use judge::Judgement;
pub(crate) use network::{IN_FLIGHT, Network};
pub(crate) use policies::{Book, Page};
pub(crate) use spy::Treason;
pub(crate) use weather::Weather;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roamgate::camara::Client;
use roamgate::{CachedProvider, Clock, Gate, Head};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{Instant, advance};

use crate::clock::StoppedClock;
use customers::customer;
use gates::Gates;
use judge::Answered;
use spy::{Spy, Traitor};

/// The lab. One seed, one run.
pub(crate) struct Lab {
    pub(crate) network: Network,
    pub(crate) judgement: Judgement,
    pub(crate) random: StdRng,
    book: Book,
    wall: Wall,
    gates: Gates,
    spy: Arc<Spy>,
    _clock: StoppedClock,
}

/// A wall clock that may jump.
#[derive(Clone)]
pub(crate) struct Wall {
    begun: Instant,
    ahead: Arc<AtomicI64>,
}

/// How finely the lab moves time while requests wait.
const STEP: Duration = Duration::from_millis(10);
/// After so many turns in which nothing happened, all that is left waits for time to pass.
const TURNS: usize = 60;

impl Lab {
    pub(crate) async fn new(seed: u64, treason: Treason) -> Self {
        Self::of(Book::draw(seed), seed, treason).await
    }

    /// A lab under these policies.
    pub(crate) async fn of(book: Book, seed: u64, treason: Treason) -> Self {
        let clock = StoppedClock::new();
        let wall = Wall { begun: Instant::now(), ahead: Arc::default() };
        let mut random = StdRng::seed_from_u64(seed);
        let network = Network::start(wall.clone(), random.random()).await;
        let spy = Spy::before(network.client(&wall), &network, wall.clone());
        let cache = CachedProvider::new(Arc::clone(&spy)).clock(wall.clock());
        let gate = Gate::new(book.first(), Traitor { cache, treason }).clock(wall.clock());
        let (gates, judgement) = (Gates::of(gate), Judgement::default());
        Self { network, judgement, book, random, wall, gates, spy, _clock: clock }
    }

    pub(crate) fn client(&self) -> &Client {
        self.spy.client()
    }

    /// So many decisions under a schedule of faults.
    pub(crate) async fn run(&mut self, decisions: usize) {
        while self.judgement.decisions < decisions {
            self.change().await;
            let batch = self.random.random_range(1..=40);
            let customers = (0..batch).map(|_| customer(&mut self.random, &self.wall)).collect();
            self.batch(customers).await;
        }
    }

    /// What changes between two batches: the weather, the policy, and the time.
    async fn change(&mut self) {
        if self.random.random_bool(0.3) {
            let weather = Weather::draw(&mut self.random);
            self.network.turn(weather).await;
        }
        if self.random.random_bool(0.1) {
            self.gates.replace(self.book.turn_to(&mut self.random));
        }
        if self.random.random_bool(0.03) {
            self.wall.jump(&mut self.random);
        }
        let gaps = [0, 0, 1, 30, 400, 2_000, 8_000, 35_000, 200_000];
        let gap = gaps[self.random.random_range(0..gaps.len())];
        self.pass(Duration::from_millis(gap)).await;
    }

    /// Time passes, and what was due happens.
    pub(crate) async fn pass(&self, time: Duration) {
        advance(time).await;
        settle().await;
    }

    /// All of these at once: some give up waiting.
    pub(crate) async fn batch(&mut self, customers: Vec<Customer>) {
        let gives_up = customers.iter().map(|_| self.random.random_bool(0.04)).collect::<Vec<_>>();
        let gate = self.gates.one_of(&mut self.random);
        let ask = |customer: Customer| tokio::spawn(ask(gate.clone(), customer, self.wall.clone()));
        let asking: Vec<_> = customers.into_iter().map(ask).collect();
        yield_now().await;
        for (asking, gives_up) in asking.iter().zip(gives_up) {
            if gives_up {
                asking.abort();
            }
        }
        until_finished(&asking).await;
        for asking in asking {
            match asking.await {
                Ok(answered) => self.judgement.judge(&answered, &self.book, &self.spy),
                Err(stopped) => {
                    assert!(stopped.is_cancelled(), "a request panicked: {stopped}");
                    self.judgement.gave_up += 1;
                }
            }
        }
        self.judgement.lies += self.spy.lies();
        // What the requests have left behind begins now, and not after the time has moved.
        settle().await;
    }
}

/// Lets everybody do what can be done at once.
async fn settle() {
    for _ in 0..TURNS {
        yield_now().await;
    }
}

/// Moves time as soon as everybody waits for it.
async fn until_finished(asking: &[JoinHandle<Answered>]) {
    loop {
        for _ in 0..TURNS {
            if asking.iter().all(JoinHandle::is_finished) {
                return;
            }
            yield_now().await;
        }
        advance(STEP).await;
    }
}

async fn ask(gate: Gate, customer: Customer, wall: Wall) -> Answered {
    let request = customer.request();
    let begun = Instant::now();
    let decision = gate.check(&Head::of(&request, "")).await;
    Answered { customer, decision, begun, ended: Instant::now(), now: wall.now() }
}

impl Wall {
    pub(crate) fn now(&self) -> SystemTime {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let begun = SystemTime::UNIX_EPOCH
            + Duration::from_secs(1_800_000_000_u64.saturating_add_signed(ahead));
        begun + self.begun.elapsed()
    }

    /// The time where the network is: it does not jump.
    pub(crate) fn true_now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000) + self.begun.elapsed()
    }

    pub(crate) fn clock(&self) -> Clock {
        let wall = self.clone();
        Clock::from_fn(move || wall.now())
    }

    fn jump(&self, random: &mut StdRng) {
        let jumps = [0, 0, 0, 40, 600, 7_200, -40, -600];
        self.ahead.store(jumps[random.random_range(0..jumps.len())], Ordering::Relaxed);
    }
}
