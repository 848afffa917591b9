//! What `CachedProvider` promises, with providers in memory and time that tests turn.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in what its cases share")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use roamgate::status::{Answer, Visited};
use roamgate::{
    CachedProvider, ProviderError, Query, RoamingProvider, RoamingStatus, UnknownReason,
    provider_fn,
};
use tokio::sync::Semaphore;
use tokio::time::advance;

#[path = "cache/memory.rs"]
mod memory;

type Outcome = Result<RoamingStatus, ProviderError>;

/// Counts lookups, and lets each through when a permit is given.
#[derive(Clone)]
struct Network {
    lookups: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
}

impl Network {
    fn open() -> Self {
        Self { lookups: Arc::default(), gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)) }
    }

    fn closed() -> Self {
        Self { lookups: Arc::default(), gate: Arc::new(Semaphore::new(0)) }
    }

    /// A cache in front of a provider that answers the n-th lookup, from 1, with `answer(n)`.
    fn cache(
        &self,
        answer: impl Fn(usize) -> Outcome + Clone + Send + Sync + 'static,
    ) -> CachedProvider<impl RoamingProvider + 'static> {
        let network = self.clone();
        CachedProvider::new(provider_fn(move |_| {
            let (network, answer) = (network.clone(), answer.clone());
            async move {
                let lookup = network.lookups.fetch_add(1, Ordering::SeqCst) + 1;
                let _permit = network.gate.acquire().await;
                answer(lookup)
            }
        }))
    }

    fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

fn home(_: usize) -> Outcome {
    Ok(RoamingStatus::Home)
}

fn failing(reason: UnknownReason) -> impl Fn(usize) -> Outcome + Clone + Send + Sync + 'static {
    move |_| Err(ProviderError::new(reason, "scripted"))
}

fn query() -> Query<'static> {
    Query::new("+34600000001".parse().unwrap())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Lets all tasks run until they wait for something else.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// Starts `count` lookups of one line and waits until all of them wait.
async fn callers<P: RoamingProvider + 'static>(
    provider: &Arc<P>,
    count: usize,
) -> Vec<tokio::task::JoinHandle<Result<Answer, ProviderError>>> {
    let ask = |_| {
        let provider = Arc::clone(provider);
        tokio::spawn(async move { provider.roaming_status(&query()).await })
    };
    let callers = (0..count).map(ask).collect();
    settle().await;
    callers
}

#[tokio::test]
async fn thousand_callers_of_a_cold_line_make_one_lookup() {
    let network = Network::closed();
    let provider = Arc::new(network.cache(home));
    let callers = callers(&provider, 1_000).await;
    network.gate.add_permits(1);
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap().status(), RoamingStatus::Home);
    }
    assert_eq!(network.lookups(), 1);
}

#[tokio::test]
async fn dropped_callers_neither_end_nor_repeat_the_lookup() {
    let network = Network::closed();
    let provider = Arc::new(network.cache(home));
    let callers = callers(&provider, 1_000).await;
    // The first caller started the lookup; it is among those that give up.
    callers.iter().take(300).for_each(|caller| caller.abort());
    settle().await;
    network.gate.add_permits(1);
    for caller in callers.into_iter().skip(300) {
        assert!(caller.await.unwrap().is_ok());
    }
    assert_eq!(network.lookups(), 1);
}

#[tokio::test]
async fn a_lookup_that_everybody_gave_up_on_is_remembered() {
    let network = Network::closed();
    let provider = Arc::new(network.cache(home));
    callers(&provider, 3).await.iter().for_each(|caller| caller.abort());
    network.gate.add_permits(1);
    settle().await;
    assert!(provider.cached(&query()).is_some());
}

#[tokio::test]
async fn a_panicking_lookup_gives_every_waiter_one_error() {
    let network = Network::closed();
    let provider = Arc::new(network.cache(|_| panic!("scripted panic")));
    let callers = callers(&provider, 500).await;
    network.gate.add_permits(1);
    for caller in callers {
        let error = caller.await.expect("no caller panics").unwrap_err();
        assert_eq!(error.to_string(), "unavailable: the lookup panicked");
    }
    assert_eq!(network.lookups(), 1);
}

#[tokio::test]
async fn a_panicking_lookup_frees_its_line() {
    let network = Network::open();
    let provider = network.cache(|lookup| match lookup {
        1 => panic!("scripted panic"),
        _ => Ok(RoamingStatus::Home),
    });
    assert!(provider.roaming_status(&query()).await.is_err());
    assert!(provider.roaming_status(&query()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_lookup_ends_at_its_deadline_and_frees_its_line() {
    let network = Network::closed();
    let provider = network.cache(home).deadline(seconds(3));
    let error = provider.roaming_status(&query()).await.unwrap_err();
    assert_eq!(error.to_string(), "timeout: the lookup did not end within its deadline");

    network.gate.add_permits(1);
    assert!(provider.roaming_status(&query()).await.is_ok());
    assert_eq!(network.lookups(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_given_while_it_is_young_enough() {
    let network = Network::open();
    let provider = network.cache(home);
    let query = query().max_age(seconds(60));
    assert_eq!(provider.cached(&query), None);
    let answer = provider.roaming_status(&query).await.unwrap();

    advance(seconds(60)).await;
    assert_eq!(provider.cached(&query), Some(answer));
    assert_eq!(provider.roaming_status(&query).await.unwrap(), answer);
    assert_eq!(network.lookups(), 1);

    advance(Duration::from_millis(1)).await;
    assert_eq!(provider.cached(&query), None);
    assert_eq!(provider.cached(&query.max_age(seconds(61))), Some(answer));
    assert!(provider.roaming_status(&query).await.is_ok());
    assert_eq!(network.lookups(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_age_of_an_answer_counts_from_when_we_asked() {
    let network = Network::closed();
    let provider = Arc::new(network.cache(home));
    let callers = callers(&provider, 1).await;
    advance(seconds(4)).await;
    network.gate.add_permits(1);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert!(provider.cached(&query().max_age(seconds(4))).is_some());
    assert!(provider.cached(&query().max_age(seconds(3))).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_max_age_of_zero_always_asks() {
    let network = Network::open();
    let provider = network.cache(home);
    for _ in 0..2 {
        provider.roaming_status(&query().max_age(Duration::ZERO)).await.unwrap();
    }
    assert_eq!(network.lookups(), 2);
}

#[tokio::test(start_paused = true)]
async fn each_status_has_a_lifetime_of_its_own() {
    let rows = [(RoamingStatus::Home, 10), (RoamingStatus::Roaming(Visited::default()), 20)];
    for (status, lifetime) in rows {
        let provider = Network::open().cache(move |_| Ok(status));
        let provider = provider.home_for(seconds(10)).roaming_for(seconds(20));
        provider.roaming_status(&query()).await.unwrap();
        advance(seconds(lifetime)).await;
        assert!(provider.cached(&query()).is_some(), "{status:?}");
        advance(Duration::from_millis(1)).await;
        assert!(provider.cached(&query()).is_none(), "{status:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_remembered_by_its_reason() {
    // At least so many seconds, and at most so many more.
    let rows = [
        (UnknownReason::IdentifierNotFound, 300, 150),
        (UnknownReason::NotCovered, 300, 150),
        (UnknownReason::NoConsent, 300, 150),
        (UnknownReason::Timeout, 1, 1),
        (UnknownReason::Unavailable, 1, 1),
        (UnknownReason::RateLimited, 1, 1),
        (UnknownReason::OverBudget, 0, 0),
        (UnknownReason::Misconfigured, 1, 1),
        (UnknownReason::InvalidAnswer, 1, 1),
        (UnknownReason::ConsentPending, 0, 0),
    ];
    for (reason, lifetime, spread) in rows {
        let network = Network::open();
        let provider = network.cache(failing(reason));
        let ask = async || provider.roaming_status(&query()).await.unwrap_err().reason();
        assert_eq!(ask().await, reason);
        if lifetime > 0 {
            advance(seconds(lifetime) - Duration::from_millis(1)).await;
            assert_eq!(ask().await, reason);
            assert_eq!(network.lookups(), 1, "{reason}");
            advance(seconds(spread) + Duration::from_millis(1)).await;
        }
        assert_eq!(ask().await, reason);
        assert_eq!(network.lookups(), 2, "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_asks_us_to_wait_is_not_asked_before() {
    let network = Network::open();
    let provider = network.cache(|_| {
        let error = ProviderError::new(UnknownReason::RateLimited, "scripted");
        Err(error.retry_after(seconds(30)))
    });
    for (wait, lookups) in [(0, 1), (29, 1), (2, 2)] {
        advance(seconds(wait)).await;
        assert!(provider.roaming_status(&query()).await.is_err());
        assert_eq!(network.lookups(), lookups);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_passes_never_replaces_a_good_answer() {
    let network = Network::open();
    let provider = network.cache(|lookup| match lookup {
        1 => Ok(RoamingStatus::Home),
        _ => Err(ProviderError::new(UnknownReason::Unavailable, "scripted")),
    });
    let answer = provider.roaming_status(&query()).await.unwrap();
    advance(seconds(60)).await;
    assert!(provider.roaming_status(&query().max_age(seconds(10))).await.is_err());
    assert_eq!(provider.cached(&query()), Some(answer));
    assert_eq!(provider.roaming_status(&query()).await.unwrap(), answer);
}

#[tokio::test]
async fn an_invalidated_line_is_asked_for_again() {
    let network = Network::open();
    let provider = network.cache(home);
    provider.roaming_status(&query()).await.unwrap();
    provider.invalidate(&query().line);
    assert_eq!(provider.cached(&query()), None);
    provider.roaming_status(&query()).await.unwrap();
    assert_eq!(network.lookups(), 2);
}

#[tokio::test]
async fn a_lookup_from_before_an_invalidation_is_neither_joined_nor_remembered() {
    let network = Network::closed();
    let first_home_then_roaming =
        |lookup| Ok(if lookup == 1 { RoamingStatus::Home } else { roaming() });
    let provider = Arc::new(network.cache(first_home_then_roaming));
    let before = callers(&provider, 1).await;
    provider.invalidate(&query().line);
    let after = callers(&provider, 2).await;
    assert_eq!(network.lookups(), 2, "the later callers share a lookup of their own");

    network.gate.add_permits(1);
    for (caller, status) in before
        .into_iter()
        .map(|caller| (caller, RoamingStatus::Home))
        .chain(after.into_iter().map(|caller| (caller, roaming())))
    {
        assert_eq!(caller.await.unwrap().unwrap().status(), status);
    }
    assert_eq!(provider.cached(&query()).unwrap().status(), roaming());
}

#[tokio::test]
async fn the_answer_of_an_invalidated_lookup_is_not_kept() {
    let network = Network::closed();
    let provider = Arc::new(network.cache(home));
    let before = callers(&provider, 1).await;
    provider.invalidate(&query().line);
    network.gate.add_permits(1);
    for caller in before {
        assert!(caller.await.unwrap().is_ok());
    }
    assert_eq!(provider.cached(&query()), None);
}

#[test]
fn without_a_runtime_there_is_a_clear_error() {
    let provider = Network::open().cache(home);
    let query = query();
    let mut lookup = provider.roaming_status(&query);
    let polled = lookup.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Err(error)) = polled else { panic!("{polled:?}") };
    assert_eq!(
        error.to_string(),
        "unavailable: no tokio runtime is running here; lookups need one"
    );
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_waits_for_running_lookups_and_refuses_new_ones() {
    let network = Network::closed();
    let provider = Arc::new(network.cache(home));
    let running = callers(&provider, 1).await;
    let shutdown = tokio::spawn({
        let provider = Arc::clone(&provider);
        async move { provider.shutdown().await }
    });
    settle().await;
    let other = Query::new("+34600000002".parse().unwrap());
    let refused = provider.roaming_status(&other).await.unwrap_err();
    assert_eq!(refused.to_string(), "unavailable: lookups have been shut down");

    network.gate.add_permits(1);
    shutdown.await.unwrap();
    assert!(running.iter().all(|caller| caller.is_finished()));
    assert!(provider.cached(&query()).is_some(), "what is remembered is still given");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_aborts_what_outlasts_its_patience() {
    let network = Network::closed();
    let provider = Arc::new(network.cache(home).deadline(seconds(3600)));
    let running = callers(&provider, 2).await;
    provider.shutdown().await;
    for caller in running {
        let error = caller.await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), "unavailable: lookups have been shut down");
    }
}

fn roaming() -> RoamingStatus {
    RoamingStatus::Roaming(Visited::default())
}

#[tokio::test(start_paused = true)]
async fn what_the_network_takes_back_does_not_decide_when_its_refusal_is_forgotten() {
    let network = Network::open();
    let provider = network.cache(|lookup| match lookup {
        1 => Ok(RoamingStatus::Home),
        _ => Err(ProviderError::new(UnknownReason::NoConsent, "told")),
    });
    provider.roaming_status(&query()).await.unwrap();
    advance(seconds(60)).await;
    provider.roaming_status(&query().max_age(seconds(1))).await.unwrap_err();
    let old = Query::new(query().line).max_age(seconds(86_400));
    assert_eq!(provider.cached(&old), None);
    advance(seconds(3_600)).await;
    assert_eq!((provider.cached(&old), provider.refused(&old)), (None, None));
}
