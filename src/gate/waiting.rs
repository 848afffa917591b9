//! How many checks wait for the network, and what becomes of one too many: it is answered at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::Gate;

/// The checks that wait for the network. See [`Gate::waiting`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Waiting {
    /// How many wait at the moment.
    pub now: usize,
    /// How many may.
    pub capacity: usize,
    /// How many found no room and were answered at once, as `unknown(unavailable)`.
    pub shed: u64,
    /// How many were given up by their callers before there was a decision. Nothing is on record of
    /// these: nothing was decided.
    pub cancelled: u64,
}

/// Where checks wait.
#[derive(Clone, Debug)]
pub(super) struct WaitingRoom(Arc<Room>);

#[derive(Debug)]
struct Room {
    seats: Semaphore,
    capacity: usize,
    shed: AtomicU64,
    cancelled: AtomicU64,
}

/// The place of a check that waits.
pub(super) struct Seat<'a> {
    room: &'a Room,
    _permit: SemaphorePermit<'a>,
    is_served: bool,
}

impl WaitingRoom {
    /// Far more than an aggregator answers within the longest wait that anybody should allow.
    const CAPACITY: usize = 10_000;

    fn with(capacity: usize) -> Self {
        let capacity = capacity.min(Semaphore::MAX_PERMITS);
        let (seats, shed, cancelled) =
            (Semaphore::new(capacity), AtomicU64::default(), AtomicU64::default());
        Self(Arc::new(Room { seats, capacity, shed, cancelled }))
    }

    /// A place, if there is one.
    pub(super) fn enter(&self) -> Option<Seat<'_>> {
        let room = &*self.0;
        let permit = room.seats.try_acquire().ok();
        if permit.is_none() {
            room.shed.fetch_add(1, Ordering::Relaxed);
        }
        permit.map(|_permit| Seat { room, _permit, is_served: false })
    }
}

impl Default for WaitingRoom {
    fn default() -> Self {
        Self::with(Self::CAPACITY)
    }
}

impl Seat<'_> {
    /// The wait is over, and not because nobody waits any more.
    pub(super) fn served(mut self) {
        self.is_served = true;
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if !self.is_served {
            self.room.cancelled.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Gate {
    /// The same gate, in which so many checks may wait for the network at a time, instead of 10,000.
    /// One too many is answered at once, as `unknown(unavailable)`, or from an older answer where
    /// `staleIfError` allows that.
    #[must_use]
    pub fn waiting_capacity(mut self, checks: usize) -> Self {
        self.waiting = WaitingRoom::with(checks);
        self
    }

    /// How many checks wait for the network, and how many did not find room to.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        let Room { seats, capacity, shed, cancelled } = &*self.waiting.0;
        Waiting {
            now: capacity.saturating_sub(seats.available_permits()),
            capacity: *capacity,
            shed: shed.load(Ordering::Relaxed),
            cancelled: cancelled.load(Ordering::Relaxed),
        }
    }
}
