//! What is remembered of a million lines: every answer as it was given, those that are asked for
//! again and again, and never more than there is room for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use proptest::prelude::*;
use roamgate::country::{Candidates, Country, Mcc};
use roamgate::status::{Answer, Visited};
use roamgate::{CachedProvider, Line, ProviderError, Query, RoamingProvider, RoamingStatus};

/// Says of each line what was prepared, or what can be told from its number alone.
#[derive(Debug)]
struct Prepared(Option<Answer>);

#[async_trait]
impl RoamingProvider for Prepared {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        Ok(self.0.unwrap_or_else(|| telling(query.line)))
    }
}

fn line(number: u64) -> Line {
    format!("+34{number:09}").parse().unwrap()
}

/// An answer of which every part is made from the number of the line.
fn telling(line: Line) -> Answer {
    let number: u64 = line.expose().to_string()[3..].parse().unwrap();
    let visited = Visited {
        mcc: Mcc::new((number % 999) as u16 + 1),
        countries: candidates(number as usize % 240, number as usize % (Candidates::MOST + 1)),
    };
    let asked_at = UNIX_EPOCH + Duration::from_nanos(number);
    Answer::new(RoamingStatus::Roaming(visited), asked_at)
        .confirmed(Some(UNIX_EPOCH + Duration::from_nanos(2 * number)))
}

/// So many countries from this one on.
fn candidates(first: usize, count: usize) -> Candidates {
    Candidates::from_countries(Country::all().skip(first).take(count)).unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

async fn ask<P: RoamingProvider + 'static>(provider: &CachedProvider<P>, line: Line) {
    provider.roaming_status(&Query::new(line)).await.unwrap();
}

fn remembers<P: RoamingProvider + 'static>(provider: &CachedProvider<P>, line: Line) -> bool {
    provider.cached(&Query::new(line)).is_some()
}

fn moments() -> impl Strategy<Value = SystemTime> {
    prop_oneof![
        (any::<u32>(), 0..1_000_000_000u32).prop_map(
            |(seconds, nanoseconds)| UNIX_EPOCH + Duration::new(seconds.into(), nanoseconds)
        ),
        Just(UNIX_EPOCH),
        any::<u32>().prop_map(|seconds| UNIX_EPOCH - Duration::from_secs(seconds.into())),
        Just(UNIX_EPOCH - FARTHEST),
        Just(UNIX_EPOCH + FARTHEST),
    ]
}

/// So far from 1970 a number of 64 bits with a sign can count nanoseconds.
const FARTHEST: Duration = Duration::from_nanos(i64::MAX as u64);

fn statuses() -> impl Strategy<Value = RoamingStatus> {
    let countries = prop::collection::vec(0..Country::COUNT, 0..=Candidates::MOST);
    let countries = countries.prop_map(|indices| {
        let listed = Country::all().filter(|country| indices.contains(&country.index()));
        Candidates::from_countries(listed).unwrap()
    });
    let roaming = (prop::option::of(1..1_000u16), countries).prop_map(|(mcc, countries)| {
        RoamingStatus::Roaming(Visited { mcc: mcc.and_then(Mcc::new), countries })
    });
    prop_oneof![1 => Just(RoamingStatus::Home), 9 => roaming]
}

proptest! {
    #[test]
    fn every_answer_comes_back_as_it_was_given(
        status in statuses(), asked_at in moments(), confirmed_at in prop::option::of(moments()),
    ) {
        let answer = Answer::new(status, asked_at).confirmed(confirmed_at);
        let provider = CachedProvider::new(Prepared(Some(answer)));
        runtime().block_on(ask(&provider, line(1)));
        let cached = provider.cached(&Query::new(line(1))).unwrap();
        prop_assert_eq!(cached, answer);
        let said = (cached.status(), cached.asked_at(), cached.confirmed_at());
        prop_assert_eq!(said, (status, asked_at, confirmed_at));
        provider.invalidate(&line(1));
        prop_assert_eq!(provider.cached(&Query::new(line(1))), None);
    }
}

#[test]
fn a_moment_that_cannot_be_counted_counts_as_the_nearest_that_can() {
    let (first, last) = (UNIX_EPOCH - FARTHEST, UNIX_EPOCH + FARTHEST);
    let rows = [1, 2, 1_000_000_000_000_000_000].map(Duration::from_nanos);
    let rows = rows.into_iter().flat_map(|more| [(first - more, first), (last + more, last)]);
    for (moment, nearest) in rows {
        let answer = Answer::new(RoamingStatus::Home, moment).confirmed(Some(moment));
        let provider = CachedProvider::new(Prepared(Some(answer)));
        runtime().block_on(ask(&provider, line(1)));
        let cached = provider.cached(&Query::new(line(1))).unwrap();
        assert_eq!((cached.asked_at(), cached.confirmed_at()), (nearest, Some(nearest)));
    }
}

#[tokio::test]
async fn a_fresh_answer_is_remembered_although_the_cache_is_full() {
    let provider = CachedProvider::new(Prepared(None)).capacity(100);
    for number in 0..1_000 {
        ask(&provider, line(number)).await;
        assert!(remembers(&provider, line(number)), "{number}");
    }
}

#[tokio::test]
async fn lines_do_not_share_answers() {
    let provider = CachedProvider::new(Prepared(None));
    for number in 0..1_000 {
        ask(&provider, line(number)).await;
    }
    for line in (0..1_000).map(line) {
        assert_eq!(provider.cached(&Query::new(line)), Some(telling(line)));
    }
}

/// Each table chooses places by another key.
#[tokio::test]
async fn hardly_a_line_is_forgotten_while_there_is_room() {
    for _ in 0..20 {
        let provider = CachedProvider::new(Prepared(None)).capacity(3_000);
        for number in 0..3_000 {
            ask(&provider, line(number)).await;
        }
        let remembered = (0..3_000).filter(|number| remembers(&provider, line(*number))).count();
        assert!(remembered >= 2_880, "{remembered}");
    }
}

#[tokio::test]
async fn a_flood_of_lines_is_forgotten_and_those_asked_for_again_and_again_are_not() {
    let provider = CachedProvider::new(Prepared(None)).capacity(1_000);
    let popular: Vec<_> = (0..300).map(line).collect();
    for popular in &popular {
        ask(&provider, *popular).await;
        assert!(remembers(&provider, *popular));
    }
    for number in 1_000..50_000 {
        ask(&provider, line(number)).await;
        if number % 100 == 0 {
            for popular in &popular {
                assert!(remembers(&provider, *popular), "after {number}");
            }
        }
    }
    let flood = (1_000..50_000).filter(|number| remembers(&provider, line(*number))).count();
    assert!(flood + popular.len() <= 1_408, "{flood} lines of the flood");
}

#[tokio::test]
async fn what_was_popular_once_makes_room_in_the_end() {
    let provider = CachedProvider::new(Prepared(None)).capacity(1_000);
    for round in 0..20 {
        let (from, to) = (1_000 * round, 1_000 * (round + 1));
        for number in from..to {
            ask(&provider, line(number)).await;
            assert!(remembers(&provider, line(number)), "{number} has come last");
        }
        let remembered = (from..to).filter(|number| remembers(&provider, line(*number))).count();
        assert!(remembered >= 900, "{remembered} in round {round}");
    }
}

#[test]
fn nobody_reads_half_an_answer_or_that_of_another_line() {
    let provider = Arc::new(CachedProvider::new(Prepared(None)).capacity(64));
    let is_over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (provider, is_over) = (Arc::clone(&provider), Arc::clone(&is_over));
            std::thread::spawn(move || {
                let mut found = 0;
                while !is_over.load(Ordering::Relaxed) {
                    for line in (0..200).map(line) {
                        if let Some(answer) = provider.cached(&Query::new(line)) {
                            assert_eq!(answer, telling(line));
                            found += 1;
                        }
                    }
                }
                found
            })
        })
        .collect();
    runtime().block_on(async {
        for round in 0..20_000 {
            let line = line(round * 7 % 200);
            ask(&provider, line).await;
            if round % 3 == 0 {
                provider.invalidate(&line);
                assert!(!remembers(&provider, line));
            }
        }
    });
    is_over.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.join().unwrap() > 0, "it read something");
    }
}

#[tokio::test]
async fn a_cache_without_a_bound_has_one() {
    let provider = CachedProvider::new(Prepared(None)).capacity(u64::MAX);
    ask(&provider, line(1)).await;
    assert!(remembers(&provider, line(1)));
}
