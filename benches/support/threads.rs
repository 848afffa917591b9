//! What two threads do together that share something.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Duration;

use tokio::time::Instant;

/// How often something is done in a tenth of a second by each of so many threads.
fn pace(threads: usize, work: impl Fn(usize) + Sync) -> u64 {
    const BATCH: usize = 1_000;
    // The second is half-way around from the first, of a thousand things as of a hundred thousand.
    const APART: usize = 50_500;
    let barrier = Barrier::new(threads);
    let one = |thread: usize| {
        barrier.wait();
        let (begin, mut done) = (Instant::now(), 0);
        while begin.elapsed() < Duration::from_millis(100) {
            (0..BATCH).for_each(|at| work(done + at + APART * thread));
            done += BATCH;
        }
        done as u64
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|thread| scope.spawn(move || one(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

/// What two threads do together, in times of what one does: the middle of eleven rounds.
pub(crate) fn scaling(work: impl Fn(usize) + Sync) -> f64 {
    let mut rounds: Vec<f64> =
        (0..11).map(|_| pace(2, &work) as f64 / pace(1, &work) as f64).collect();
    rounds.sort_by(f64::total_cmp);
    *rounds.get(rounds.len() / 2).unwrap()
}

/// Work that shares nothing: what two threads can do at most.
pub(crate) fn spin(at: usize) {
    black_box((0..20).fold(at, |sum, at| black_box(sum ^ at)));
}
