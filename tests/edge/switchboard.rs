//! Several providers behind one gate: who is asked about which line, and who after that.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use roamgate::switchboard::{Fallback, Switchboard};
use roamgate::{
    CachedProvider, FixedProvider, Line, ProviderError, Query, RoamingProvider, RoamingStatus,
    UnknownReason, provider_fn,
};

use crate::support::line;

/// Who was asked, in order.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<&'static str>>>);

impl Asked {
    /// A provider by this name that says `outcome` of every line.
    fn provider(
        &self,
        name: &'static str,
        outcome: Result<RoamingStatus, UnknownReason>,
    ) -> impl RoamingProvider + 'static {
        let asked = self.clone();
        provider_fn(move |_| {
            asked.0.lock().unwrap().push(name);
            async move { outcome.map_err(|reason| ProviderError::new(reason, name)) }
        })
    }

    fn take(&self) -> String {
        std::mem::take(&mut *self.0.lock().unwrap()).join(" ")
    }
}

const HOME: Result<RoamingStatus, UnknownReason> = Ok(RoamingStatus::Home);

async fn reason(provider: &impl RoamingProvider, line: Line) -> Result<(), UnknownReason> {
    let asked = provider.roaming_status(&Query::new(line)).await;
    asked.map(|_| ()).map_err(|error| error.reason())
}

#[tokio::test]
async fn a_line_is_asked_of_the_most_specific_provider_and_of_no_other() {
    let asked = Asked::default();
    let provider = |name| asked.provider(name, HOME);
    let ported: Line = "+34600000009".parse().unwrap();
    let switchboard = Switchboard::new()
        .otherwise(provider("world"))
        .prefix("+1".parse().unwrap(), provider("america"))
        .prefix("+1787".parse().unwrap(), provider("puerto-rico"))
        .prefix("+34".parse().unwrap(), provider("spain"))
        .when(move |line| line == ported, provider("ported"))
        .when(|_| true, provider("claims-all-the-rest"));

    let rows = [("+34600000009", "ported"), ("+4915100000001", "claims-all-the-rest")];
    for (number, expected) in rows {
        reason(&switchboard, number.parse().unwrap()).await.unwrap();
        assert_eq!(asked.take(), expected, "{number}");
    }

    let switchboard = Switchboard::new()
        .otherwise(provider("world"))
        .prefix("+1".parse().unwrap(), provider("america"))
        .prefix("+34".parse().unwrap(), provider("spain"))
        .prefix("+1787".parse().unwrap(), provider("puerto-rico"))
        .prefix("+34".parse().unwrap(), provider("spain-again"));
    let rows = [
        ("+12025550123", "america"),
        ("+17875550123", "puerto-rico"),
        ("+34600000001", "spain-again"),
        ("+4915100000001", "world"),
    ];
    for (number, expected) in rows {
        reason(&switchboard, number.parse().unwrap()).await.unwrap();
        assert_eq!(asked.take(), expected, "{number}");
    }
}

#[tokio::test]
async fn a_line_that_is_nobodys_is_not_covered() {
    let asked = Asked::default();
    let spain = asked.provider("spain", HOME);
    let switchboard = Switchboard::new().prefix("+34".parse().unwrap(), spain);
    let german = Query::new("+4915100000001".parse().unwrap());
    let error = switchboard.roaming_status(&german).await.unwrap_err();
    assert_eq!(error.to_string(), "notCovered: no provider is responsible for the line");
    assert_eq!(switchboard.cached(&german), None);
    assert_eq!(asked.take(), "");
}

/// Every reason in which a lookup can end: is another asked, and what is said if it does not know
/// the line either, or is down?
#[tokio::test]
async fn another_is_asked_only_where_that_makes_sense() {
    use UnknownReason::*;
    let rows = [
        (Timeout, "first second", Timeout, Unavailable),
        (Unavailable, "first second", Unavailable, Unavailable),
        (RateLimited, "first second", RateLimited, Unavailable),
        (OverBudget, "first", OverBudget, OverBudget),
        (NotCached, "first", NotCached, NotCached),
        (Stale, "first", Stale, Stale),
        (Misconfigured, "first second", Misconfigured, Unavailable),
        (InvalidAnswer, "first second", InvalidAnswer, Unavailable),
        (NoIdentifier, "first", NoIdentifier, NoIdentifier),
        (IdentifierInvalid, "first", IdentifierInvalid, IdentifierInvalid),
        (IdentifierNotFound, "first second", IdentifierNotFound, Unavailable),
        (NotCovered, "first second", NotCovered, Unavailable),
        (NoConsent, "first", NoConsent, NoConsent),
        (ConsentPending, "first", ConsentPending, ConsentPending),
    ];
    assert!(rows.iter().map(|row| row.0).eq(UnknownReason::line_reasons()), "all, in order");

    for (first, expected, if_unknown, if_down) in rows {
        let asked = Asked::default();
        let both = |second| {
            let second = asked.provider("second", second);
            Fallback::new(asked.provider("first", Err(first)), second)
        };
        let found = reason(&both(HOME), line(1)).await;
        assert_eq!(found.is_ok(), expected == "first second", "{first}");
        assert_eq!(asked.take(), expected, "{first}");

        assert_eq!(reason(&both(Err(IdentifierNotFound)), line(1)).await, Err(if_unknown));
        assert_eq!(reason(&both(Err(Unavailable)), line(1)).await, Err(if_down));
    }
}

#[tokio::test]
async fn a_status_is_never_asked_for_twice() {
    let asked = Asked::default();
    let both = Fallback::new(asked.provider("first", HOME), asked.provider("second", HOME));
    reason(&both, line(1)).await.unwrap();
    assert_eq!(asked.take(), "first");
}

#[tokio::test]
async fn there_may_be_a_third() {
    let asked = Asked::default();
    let down = |name| asked.provider(name, Err(UnknownReason::Unavailable));
    let all = Fallback::new(down("first"), Fallback::new(down("second"), down("third")));
    assert_eq!(reason(&all, line(1)).await, Err(UnknownReason::Unavailable));
    assert_eq!(asked.take(), "first second third");
}

#[tokio::test(start_paused = true)]
async fn the_first_may_take_two_seconds_or_as_long_as_it_is_given() {
    for patience in [None, Some(Duration::from_millis(300))] {
        let asked = Asked::default();
        let silent = provider_fn(|_| std::future::pending());
        let mut both = Fallback::new(silent, asked.provider("second", HOME));
        if let Some(patience) = patience {
            both = both.patience(patience);
        }
        let began = tokio::time::Instant::now();
        reason(&both, line(1)).await.unwrap();
        assert_eq!(began.elapsed(), patience.unwrap_or(Duration::from_secs(2)));
        assert_eq!(asked.take(), "second");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_is_not_dropped_where_nobody_waits_for_it_any_more() {
    let (sender, ended) = tokio::sync::oneshot::channel();
    let sender = std::sync::Mutex::new(Some(sender));
    let slow = provider_fn(move |_| {
        let sender = sender.lock().unwrap().take();
        async move {
            tokio::time::sleep(Duration::from_secs(3)).await;
            sender.unwrap().send(()).unwrap();
            HOME.map_err(unreachable)
        }
    });
    let asked = Asked::default();
    let both = Fallback::new(slow, asked.provider("second", HOME));
    reason(&both, line(1)).await.unwrap();
    assert_eq!(asked.take(), "second");
    ended.await.unwrap();
}

#[tokio::test]
async fn a_first_that_panics_is_unavailable_and_the_second_is_asked() {
    let asked = Asked::default();
    let broken = provider_fn(|_| async { panic!("scripted panic") });
    let both = Fallback::new(broken, asked.provider("second", HOME));
    reason(&both, line(1)).await.unwrap();
    assert_eq!(asked.take(), "second");
}

#[tokio::test]
async fn what_a_cache_inside_knows_is_at_hand() {
    let known =
        |ending| CachedProvider::new(FixedProvider::new().with(line(ending), RoamingStatus::Home));
    let spain = Fallback::new(known(1), known(2));
    let switchboard = Switchboard::new().prefix("+34".parse().unwrap(), spain);
    for ending in [1, 2] {
        let query = Query::new(line(ending));
        assert_eq!(switchboard.cached(&query), None);
        let answer = switchboard.roaming_status(&query).await.unwrap();
        assert_eq!(switchboard.cached(&query), Some(answer));
    }
}

#[test]
fn debug_shows_who_is_asked_and_no_line() {
    let switchboard = Switchboard::new()
        .prefix("+34".parse().unwrap(), provider_fn(|_: Line| async { HOME.map_err(unreachable) }))
        .otherwise(FixedProvider::new());
    assert_eq!(
        format!("{switchboard:?}"),
        "Switchboard { when: [], prefixes: [(\"+34\", ProviderFn)], \
         otherwise: Some(FixedProvider { lines: {} }) }"
    );
}

fn unreachable(reason: UnknownReason) -> ProviderError {
    ProviderError::new(reason, "nobody asks")
}
