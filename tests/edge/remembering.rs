//! What a cache remembers of failures, and how it tells the age of answers: by two clocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use roamgate::{
    CachedProvider, Clock, ProviderError, Query, RoamingProvider, RoamingStatus, UnknownReason,
    provider_fn,
};
use tokio::time::advance;

use crate::support::line;

type Outcome = Result<RoamingStatus, ProviderError>;

/// A cache before a network that answers the n-th lookup, from 1, with `answer(n)`.
fn cache(
    answer: impl Fn(usize) -> Outcome + Send + Sync + 'static,
) -> CachedProvider<impl RoamingProvider + 'static> {
    let lookups = AtomicUsize::new(0);
    CachedProvider::new(provider_fn(move |_| {
        std::future::ready(answer(lookups.fetch_add(1, Ordering::SeqCst) + 1))
    }))
}

fn home(_: usize) -> Outcome {
    Ok(RoamingStatus::Home)
}

fn failing(reason: UnknownReason) -> impl Fn(usize) -> Outcome {
    move |_| Err(ProviderError::new(reason, "scripted"))
}

fn query() -> Query<'static> {
    Query::new(line(1))
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn lines_that_failed_together_are_not_asked_about_together_again() {
    let lookups = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&lookups);
    let provider = cache(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Err(ProviderError::new(UnknownReason::Unavailable, "scripted"))
    });
    let ask_all = async || {
        for number in 0..1_000 {
            let line = format!("+3460000{number:04}").parse().unwrap();
            provider.roaming_status(&Query::new(line)).await.unwrap_err();
        }
        lookups.load(Ordering::SeqCst)
    };
    assert_eq!(ask_all().await, 1_000);
    advance(Duration::from_millis(1_500)).await;
    let again = ask_all().await - 1_000;
    assert!((350..650).contains(&again), "{again} of them after half of the spread");
}

/// A wall clock that is so many seconds ahead of where it began, whatever time has passed.
fn wall(ahead: &Arc<AtomicU64>) -> Clock {
    let ahead = Arc::clone(ahead);
    let begun = SystemTime::UNIX_EPOCH + seconds(1_000_000);
    Clock::from_fn(move || begun + seconds(ahead.load(Ordering::SeqCst)))
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_young_where_it_is_by_both_clocks() {
    let rows = [(0, 60, true), (0, 61, false), (60, 0, true), (61, 0, false), (61, 61, false)];
    for (by_tokio, by_the_wall, is_young) in rows {
        let ahead = Arc::new(AtomicU64::new(0));
        let provider = cache(home).clock(wall(&ahead));
        let query = query().max_age(seconds(60));
        provider.roaming_status(&query).await.unwrap();
        advance(seconds(by_tokio)).await;
        ahead.store(by_the_wall, Ordering::SeqCst);
        assert_eq!(provider.cached(&query).is_some(), is_young, "{by_tokio} {by_the_wall}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_that_is_set_back_makes_no_answer_younger() {
    let ahead = Arc::new(AtomicU64::new(1_000));
    let provider = cache(home).clock(wall(&ahead));
    let query = query().max_age(seconds(60));
    provider.roaming_status(&query).await.unwrap();
    ahead.store(0, Ordering::SeqCst);
    advance(seconds(60)).await;
    assert!(provider.cached(&query).is_some());
    advance(seconds(1)).await;
    assert!(provider.cached(&query).is_none());
}

/// A cache before a network. While the n-th lookup is under way, from 1, so many seconds pass by tokio's
/// clock and by the wall clock.
fn while_asked(
    passes: impl Fn(usize) -> (u64, u64) + Send + Sync + 'static,
) -> (CachedProvider<impl RoamingProvider + 'static>, Arc<AtomicUsize>) {
    let (ahead, lookups) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicUsize::new(0)));
    let (clock, counted) = (wall(&ahead), Arc::clone(&lookups));
    let network = provider_fn(move |_| {
        let (by_tokio, by_the_wall) = passes(counted.fetch_add(1, Ordering::SeqCst) + 1);
        let ahead = Arc::clone(&ahead);
        async move {
            advance(seconds(by_tokio)).await;
            ahead.fetch_add(by_the_wall, Ordering::SeqCst);
            Ok(RoamingStatus::Home)
        }
    });
    (CachedProvider::new(network).clock(clock), lookups)
}

/// A lookup may take 5 seconds, however young an answer has to be.
#[tokio::test(start_paused = true)]
async fn an_answer_that_a_machine_slept_over_is_asked_for_again() {
    let rows = [
        (60, (0, 60), 1),
        (60, (0, 61), 2),
        (60, (4, 7_200), 2),
        (60, (7_200, 0), 2),
        (1, (4, 4), 1),
        (1, (5, 5), 1),
        (1, (0, 7), 2),
        (0, (0, 0), 1),
    ];
    for (max_age, first, expected) in rows {
        let (provider, lookups) =
            while_asked(move |lookup| if lookup == 1 { first } else { (0, 0) });
        let query = query().max_age(seconds(max_age));
        assert!(provider.roaming_status(&query).await.is_ok());
        assert_eq!(lookups.load(Ordering::SeqCst), expected, "{max_age} {first:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_a_clock_is_mad_a_caller_asks_twice_and_no_more() {
    let (provider, lookups) = while_asked(|_| (0, 7_200));
    let error = provider.roaming_status(&query()).await.unwrap_err();
    assert_eq!(error.to_string(), "timeout: every answer was too old when it came");
    assert_eq!(lookups.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn what_asking_again_cannot_mend_is_told_instead_of_an_answer_and_nothing_else_is() {
    for reason in UnknownReason::line_reasons() {
        let is_definitive = matches!(
            reason,
            UnknownReason::IdentifierNotFound
                | UnknownReason::NotCovered
                | UnknownReason::NoConsent
        );
        let provider = cache(failing(reason));
        assert_eq!(provider.refused(&query()), None);
        provider.roaming_status(&query()).await.unwrap_err();
        assert_eq!(provider.refused(&query()), is_definitive.then_some(reason));
        advance(seconds(451)).await;
        assert_eq!(provider.refused(&query()), None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_ends_a_refusal() {
    let provider = cache(|lookup| match lookup {
        1 => Err(ProviderError::new(UnknownReason::NoConsent, "scripted")),
        _ => Ok(RoamingStatus::Home),
    });
    provider.roaming_status(&query()).await.unwrap_err();
    advance(seconds(451)).await;
    provider.roaming_status(&query()).await.unwrap();
    assert_eq!(provider.refused(&query()), None);
}
