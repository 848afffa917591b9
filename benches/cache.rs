//! What it takes to find an answer that is remembered, and what it takes to remember it: beside a
//! `HashMap` and `moka`, with a thousand to a million lines, by one thread and by two.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod support;
#[path = "support/threads.rs"]
mod threads;
#[path = "support/turns.rs"]
mod turns;

use std::collections::HashMap;
use std::hint::black_box;
use std::time::SystemTime;

use async_trait::async_trait;
use criterion::Criterion;
use roamgate::status::{Answer, RoamingStatus};
use roamgate::{CachedProvider, Line, ProviderError, Query, RoamingProvider};
use threads::{scaling, spin};
use tokio::time::Instant;
use turns::Turns;

const GROUP: &str = "cache";
const SIZES: [u64; 3] = [1_000, 100_000, 1_000_000];

#[derive(Debug)]
struct Home(SystemTime);

#[async_trait]
impl RoamingProvider for Home {
    async fn roaming_status(&self, _: &Query<'_>) -> Result<Answer, ProviderError> {
        Ok(Answer::new(RoamingStatus::Home, self.0))
    }
}

type Cache = CachedProvider<Home>;

fn line(number: u64) -> Line {
    format!("+34{number:09}").parse().unwrap()
}

/// Different lines, in an order that no processor foresees: the factor and the counts share no divisor.
fn lines(count: u64) -> Vec<Line> {
    (0..count).map(|at| line(at * 618_033_989 % count)).collect()
}

fn cache(lines: &[Line]) -> Cache {
    let cache = CachedProvider::new(Home(SystemTime::UNIX_EPOCH)).capacity(lines.len() as u64);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for line in lines {
            cache.roaming_status(&Query::new(*line)).await.unwrap();
        }
    });
    cache
}

fn hit(cache: &Cache, line: Line) -> Option<Answer> {
    cache.cached(&Query::new(black_box(line)))
}

/// How many of the lines are there: where a set is full, one of them has gone.
fn held(cache: &Cache, lines: &[Line]) -> usize {
    lines.iter().filter(|line| hit(cache, **line).is_some()).count()
}

/// The lines one after another, without end.
fn walk(lines: &[Line]) -> impl FnMut() -> Line {
    let mut lines = lines.iter().cycle();
    move || *lines.next().unwrap()
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(GROUP);
    let sizes = if support::measures() { &SIZES[..] } else { &SIZES[..1] };
    for size in sizes {
        let lines = lines(*size);
        let cache = cache(&lines);
        let held = held(&cache, &lines);
        assert!(held * 100 >= lines.len() * 98, "{held} of {size} lines are there");
        let mut next = walk(&lines);
        group.bench_function(format!("hit_{size}"), |bencher| bencher.iter(|| hit(&cache, next())));
        drop(cache);
        let map = map(&lines);
        let mut next = walk(&lines);
        group.bench_function(format!("hashmap_{size}"), |bencher| {
            bencher.iter(|| map.get(black_box(&next())).copied());
        });
        let moka = moka::sync::Cache::builder()
            .max_capacity(*size)
            .eviction_policy(moka::policy::EvictionPolicy::lru())
            .build();
        // In the order in which they are asked for: the kindest to what allocates for each of them.
        lines.iter().for_each(|line| moka.insert(*line, *map.get(line).unwrap()));
        moka.run_pending_tasks();
        let mut next = walk(&lines);
        group.bench_function(format!("moka_{size}"), |bencher| {
            bencher.iter(|| moka.get(black_box(&next())));
        });
    }
}

/// Bytes of memory that the process holds.
fn resident() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    pages.split(' ').nth(1)?.parse::<u64>().ok().map(|pages| 4096 * pages)
}

/// What a line costs, when a million are remembered.
fn memory() -> Option<u64> {
    let [.., million] = SIZES;
    let lines = lines(million);
    let warm = cache(lines.get(..1_000)?);
    let before = resident()?;
    let cache = cache(&lines);
    let after = resident()?;
    let held = held(&cache, &lines) as u64;
    println!("{held} of {million} lines are held");
    black_box(warm);
    Some((after - before) / held)
}

fn report() -> Option<[(&'static str, f64); 3]> {
    let mean = |name: &str| support::mean_ns(GROUP, name);
    for size in SIZES {
        let [hit, map, moka] =
            ["hit", "hashmap", "moka"].map(|name| mean(&format!("{name}_{size}")));
        let (hit, map, moka) = (hit?, map?, moka?);
        println!(
            "{size:>9} lines: {hit:5.1} ns = {:.2} x HashMap ({map:.1} ns) = {:.2} x moka ({moka:.1} ns)",
            hit / map,
            hit / moka
        );
    }
    let lines = lines(100_000);
    let cache = cache(&lines);
    let spin = scaling(spin);
    let all = scaling(|at| {
        black_box(hit(&cache, *lines.get(at % lines.len()).unwrap()));
    });
    let one = scaling(|_| {
        black_box(hit(&cache, *lines.first().unwrap()));
    });
    println!(
        "two threads: a spin loop {spin:.2} x one, hits {all:.2} x, hits of one line {one:.2} x"
    );
    Some([("spin", spin), ("hits", all), ("hitsOfOneLine", one)])
}

/// A million lines, and a `HashMap` of as many, by turns.
fn by_turns() -> f64 {
    let [.., million] = SIZES;
    let lines = lines(million);
    let (cache, map) = (cache(&lines), map(&lines));
    let (mut one, mut other) = (walk(&lines), walk(&lines));
    let turns = Turns::of(|| hit(&cache, one()), || map.get(black_box(&other())).copied());
    let Turns { one, other, ratio } = turns;
    println!("{million:>9} lines, by turns: {one:.1} ns = {ratio:.2} x HashMap ({other:.1} ns)");
    ratio
}

/// What a map of the standard library would keep of each line.
fn map(lines: &[Line]) -> HashMap<Line, (Answer, Instant)> {
    let answer = (Answer::new(RoamingStatus::Home, SystemTime::UNIX_EPOCH), Instant::now());
    lines.iter().map(|line| (*line, answer)).collect()
}

/// Leaves for the report what criterion did not measure.
fn keep(scaling: &[(&str, f64)], by_turns: f64, bytes_a_line: Option<u64>) {
    let scaling: HashMap<_, _> = scaling.iter().copied().collect();
    turns::leave(
        GROUP,
        &serde_json::json!({ "scaling": scaling, "byTurns": by_turns, "bytesALine": bytes_a_line }),
    );
}

fn main() {
    // Before anything else: memory that was freed is used again.
    let memory = if support::measures() { memory() } else { None };
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
    if support::measures()
        && let Some(scaling) = report()
    {
        keep(&scaling, by_turns(), memory);
    }
    if let Some(bytes) = memory {
        println!("{bytes} bytes a line, of a million");
    }
}
