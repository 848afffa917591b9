//! Two things by turns: what else the machine does meanwhile, it does to both.

use std::time::Duration;

use tokio::time::Instant;

use crate::support::target;

/// The middle of what each took in nanoseconds, and of how many times the other's each round took.
pub(crate) struct Turns {
    pub(crate) one: f64,
    pub(crate) other: f64,
    pub(crate) ratio: f64,
}

impl Turns {
    const ROUNDS: usize = 101;
    const BATCH: u32 = 10_000;

    /// Both, each so many times in a round.
    pub(crate) fn of<A, B>(mut one: impl FnMut() -> A, mut other: impl FnMut() -> B) -> Self {
        let rounds: Vec<_> =
            (0..Self::ROUNDS).map(|_| (batch(&mut one), batch(&mut other))).collect();
        let middle_of = |each: fn(&(f64, f64)) -> f64| middle(rounds.iter().map(each).collect());
        Self {
            one: middle_of(|(one, _)| *one),
            other: middle_of(|(_, other)| *other),
            ratio: middle_of(|(one, other)| one / other),
        }
    }
}

fn batch<T>(work: &mut impl FnMut() -> T) -> f64 {
    let begin = Instant::now();
    (0..Turns::BATCH).for_each(|_| drop(std::hint::black_box(work())));
    let took: Duration = begin.elapsed();
    took.as_nanos() as f64 / f64::from(Turns::BATCH)
}

fn middle(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    *of.get(of.len() / 2).unwrap()
}

/// Leaves for the report what criterion did not measure.
pub(crate) fn leave(bench: &str, figures: &serde_json::Value) {
    let path = target().join(bench).with_extension("json");
    std::fs::write(path, figures.to_string()).unwrap();
}
