//! The queue between requests and the writer: bounded, and honest about what it loses.

use std::collections::VecDeque;
use std::mem;
use std::ops::RangeInclusive;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::chunk::Chunk;
use super::sheet::Sheet;

/// Records that wait to be written. Every record has a number of its own, also one that is lost.
#[derive(Debug)]
pub(super) struct Queue {
    bounds: Bounds,
    /// Names this process among all that have written to the file.
    run: String,
    state: Mutex<State>,
    /// Wakes the writer.
    work: Condvar,
    /// Wakes those who wait for the writer.
    written: Condvar,
    moved: Notify,
    nap: Nap,
}

/// Waits while something is so, for at most this time. Tests have a clock of their own.
pub(super) type Nap =
    for<'a> fn(&Condvar, Guard<'a>, Duration, &mut dyn FnMut(&mut State) -> bool) -> Guard<'a>;
type Guard<'a> = MutexGuard<'a, State>;

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) records: usize,
    pub(super) bytes: usize,
    /// Every record is written at once.
    pub(super) is_prompt: bool,
}

/// What waits, and what became of the rest.
#[derive(Debug, Default)]
pub(super) struct State {
    chunks: VecDeque<Chunk>,
    /// The numbers that were lost since the last record.
    gap: Option<RangeInclusive<u64>>,
    /// Sheets of chunks that are written, to be used again.
    spare: Vec<Sheet>,
    /// Of the records that are not written, in the queue or in the writer's hand.
    bytes: usize,
    /// In the queue.
    records: usize,
    next: u64,
    /// The number of the last record that is written.
    last: u64,
    /// How many records the writer has taken and not yet written.
    pub(super) in_hand: usize,
    pub(super) written: u64,
    pub(super) lost: u64,
    /// How many of the lost ones no gap declares yet.
    undeclared: u64,
    /// How many batches were taken since the log began to close.
    farewells: u32,
    /// Flushes asked for, and flushes done.
    asked: u64,
    done: u64,
    /// The writer waits, and nobody has woken it.
    is_napping: bool,
    pub(super) is_closing: bool,
    pub(super) is_closed: bool,
    /// Why nothing can be written at the moment.
    pub(super) failure: Option<String>,
}

/// What the writer has to do.
pub(super) struct Batch {
    pub(super) chunks: VecDeque<Chunk>,
    pub(super) is_last: bool,
    /// The flush that this batch answers.
    flush: u64,
}

impl Queue {
    /// So many times what comes too late is still declared.
    const FAREWELLS: u32 = 8;
    /// So many sheets are kept to be used again.
    const SPARE: usize = 16;

    pub(super) fn new(bounds: Bounds, run: String) -> Self {
        let (state, moved) = (Mutex::default(), Notify::new());
        let (work, written) = (Condvar::new(), Condvar::new());
        Self { bounds, run, state, work, written, moved, nap }
    }

    /// Puts a record into the queue, under the number it returns. None where there is no room.
    pub(super) fn push(&self, text: &[u8]) -> Option<u64> {
        let state = self.state();
        self.has_room(&state).then(|| self.put(state, text))
    }

    /// Puts a line into the queue that says what became of one before, whether or not there is room.
    pub(super) fn push_anyway(&self, text: &[u8]) {
        let state = self.state();
        match state.is_closed {
            true => self.lose_in(state),
            false => drop(self.put(state, text)),
        }
    }

    fn put(&self, mut state: MutexGuard<'_, State>, text: &[u8]) -> u64 {
        let number = state.number();
        state.declare_gap(&self.run);
        state.records += 1;
        state.bytes += text.len();
        state.add(|chunk| chunk.add_record(&self.run, number, text));
        // To wake a thread costs more than all the rest: it is done once.
        let wakes = state.is_napping && self.is_due(&state);
        state.is_napping &= !wakes;
        drop(state);
        if wakes {
            self.work.notify_one();
        }
        number
    }

    /// Is there so much to write that it is written at once? A chunk that is full does not wait for others:
    /// on a machine with one core, requests stand still for as long as the writer is at work.
    fn is_due(&self, state: &State) -> bool {
        let Bounds { records, bytes, is_prompt } = self.bounds;
        let due = Chunk::FULL.min(bytes / 2);
        is_prompt || state.records >= records / 2 || state.bytes >= due
    }

    /// Declares that a record is lost.
    pub(super) fn lose(&self) {
        self.lose_in(self.state());
    }

    fn lose_in(&self, mut state: MutexGuard<'_, State>) {
        let number = state.number();
        state.lost += 1;
        state.undeclared += 1;
        let from = state.gap.as_ref().map_or(number, |gap| *gap.start());
        state.gap = Some(from..=number);
    }

    /// Waits for work. Without any, it returns after the interval.
    pub(super) fn take(&self, interval: Duration) -> Batch {
        let mut is_idle = |state: &mut State| {
            let is_due = state.records > 0 && self.is_due(state);
            state.is_napping = !(state.is_closing || state.asked > state.done || is_due);
            state.is_napping
        };
        let mut state = (self.nap)(&self.work, self.state(), interval, &mut is_idle);
        state.is_napping = false;
        state.in_hand = mem::take(&mut state.records);
        state.declare_gap(&self.run);
        let (chunks, is_last) = (mem::take(&mut state.chunks), state.is_closing);
        state.farewells += u32::from(is_last);
        let flush = state.asked;
        Batch { chunks, is_last, flush }
    }

    /// The writer has written some records.
    pub(super) fn note_written(&self, chunk: Chunk) {
        let mut state = self.state();
        state.in_hand = state.in_hand.saturating_sub(chunk.records);
        state.bytes = state.bytes.saturating_sub(chunk.bytes);
        state.written += chunk.records as u64;
        state.undeclared = state.undeclared.saturating_sub(chunk.declared);
        state.last = chunk.last.max(state.last);
        state.keep(chunk.lines);
        drop(state);
        self.moved.notify_waiters();
    }

    /// The writer has written all it took. Is that the end? What came while it wrote is written too,
    /// unless more comes each time.
    pub(super) fn finish(&self, batch: &Batch) -> bool {
        let mut state = self.state();
        (state.done, state.failure) = (batch.flush, None);
        let is_over = state.is_empty() || state.farewells >= Self::FAREWELLS;
        state.is_closed = batch.is_last && is_over;
        let is_closed = state.is_closed;
        drop(state);
        self.written.notify_all();
        self.moved.notify_waiters();
        is_closed
    }

    /// The writer cannot write. It waits for a while, or until somebody asks it to try again.
    pub(super) fn fail(&self, why: String, retry: Duration) {
        let mut state = self.state();
        let (asked, was_closing) = (state.asked, state.is_closing);
        state.failure = Some(why);
        let waits = |state: &mut State| state.asked == asked && state.is_closing == was_closing;
        drop(self.work.wait_timeout_while(state, retry, waits));
    }

    /// Waits until everything that is in the queue now is written. Returns of how many decisions the
    /// file says nothing.
    pub(super) fn flush(&self, patience: Duration) -> usize {
        let mut state = self.state();
        state.asked += 1;
        let asked = state.asked;
        self.wait(state, patience, |state| state.done < asked && !state.is_closed)
    }

    /// Takes nothing more, and waits until everything is written. Returns of how many decisions the
    /// file says nothing.
    pub(super) fn close(&self, patience: Duration) -> usize {
        let mut state = self.state();
        state.is_closing = true;
        self.wait(state, patience, |state| !state.is_closed)
    }

    /// Waits until this is so, without holding up a thread.
    pub(super) async fn until(&self, is_so: impl Fn(&State) -> bool) {
        loop {
            let mut moved = std::pin::pin!(self.moved.notified());
            moved.as_mut().enable();
            if is_so(&self.state()) {
                return;
            }
            moved.await;
        }
    }

    pub(super) fn has_room(&self, state: &State) -> bool {
        let is_room = state.unwritten() < self.bounds.records && state.bytes < self.bounds.bytes;
        is_room && !state.is_closing
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(
        &self,
        state: MutexGuard<'_, State>,
        patience: Duration,
        waits: impl Fn(&State) -> bool,
    ) -> usize {
        self.work.notify_one();
        let waited = self.written.wait_timeout_while(state, patience, |state| waits(state));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if waits(&state) || state.is_closed { state.unsaid() } else { 0 }
    }
}

/// By the clock of the system.
fn nap<'a>(
    bell: &Condvar,
    state: Guard<'a>,
    patience: Duration,
    waits: &mut dyn FnMut(&mut State) -> bool,
) -> Guard<'a> {
    let waited = bell.wait_timeout_while(state, patience, waits);
    waited.unwrap_or_else(PoisonError::into_inner).0
}

impl State {
    /// How many records are taken and not written.
    pub(super) fn unwritten(&self) -> usize {
        self.records + self.in_hand
    }

    /// Of how many decisions the file says nothing, not even that they are lost.
    fn unsaid(&self) -> usize {
        self.unwritten() + usize::try_from(self.undeclared).unwrap_or(usize::MAX)
    }

    /// Is the record of this number written?
    pub(super) fn is_written(&self, number: u64) -> bool {
        number <= self.last
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Nothing waits to be written.
    fn is_empty(&self) -> bool {
        self.chunks.is_empty() && self.gap.is_none()
    }

    /// Adds a line to the last chunk, or to a new one where that is full.
    fn add(&mut self, line: impl FnOnce(&mut Chunk)) {
        if let Some(chunk) = self.chunks.back_mut().filter(|chunk| !chunk.is_full()) {
            return line(chunk);
        }
        let mut chunk = Chunk::on(self.spare.pop().unwrap_or_default());
        line(&mut chunk);
        self.chunks.push_back(chunk);
    }

    /// What was lost until now is a line of its own: what is lost later is another gap.
    fn declare_gap(&mut self, run: &str) {
        if let Some(gap) = self.gap.take() {
            self.add(|chunk| chunk.add_gap(run, gap));
        }
    }

    fn keep(&mut self, mut sheet: Sheet) {
        if self.spare.len() < Queue::SPARE {
            sheet.clear();
            self.spare.push(sheet);
        }
    }
}

#[cfg(test)]
impl Queue {
    /// A queue for a writer with another clock.
    pub(super) fn with_nap(self, nap: Nap) -> Self {
        Self { nap, ..self }
    }
}
