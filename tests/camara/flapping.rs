//! An aggregator that is up and down in turns (`failures.md` A21): ten minutes of it, on a clock that
//! the test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use roamgate::camara::{BreakerState, Client};
use roamgate::{Query, RoamingProvider};

use crate::client_of;
use crate::support::aggregator::{Aggregator, ROAMING, json};
use crate::support::clock::StoppedClock;

const STEP: Duration = Duration::from_millis(250);
const STEPS: usize = 10 * 60 * 4;
/// Up for ten seconds, then down for ten.
const HALF: usize = 40;

/// One lookup of a line of its own. What waits meanwhile, for a second try, sees time pass.
async fn look_up(client: &Arc<Client>, number: usize) -> bool {
    let asking = tokio::spawn({
        let client = Arc::clone(client);
        let line = format!("+34{}", 600_000_000 + number).parse().unwrap();
        async move { client.roaming_status(&Query::new(line)).await.is_ok() }
    });
    let mut turns = 0;
    while !asking.is_finished() {
        tokio::task::yield_now().await;
        turns += 1;
        if turns % 1_000 == 0 {
            tokio::time::advance(Duration::from_millis(25)).await;
        }
        assert!(turns < 1_000_000, "the lookup ends");
    }
    asking.await.unwrap()
}

#[tokio::test]
async fn a21_ten_minutes_of_flapping_cause_no_storm_and_every_recovery_is_noticed() {
    let _clock = StoppedClock::new();
    let server = Aggregator::start().await;
    let (is_up, failed) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
    let (up, failures) = (Arc::clone(&is_up), Arc::clone(&failed));
    server.on(ROAMING, move |_, _| match up.load(Ordering::Relaxed) {
        true => json(200, r#"{"roaming":false}"#),
        false => {
            failures.fetch_add(1, Ordering::Relaxed);
            json(500, "")
        }
    });
    let yaml = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {}\ngrant: none\n\
         limits: {{ newLinesPerCaller: 1000000 }}\napi: {{ dialect: device-status-0.5 }}\n",
        server.base
    );
    let client = Arc::new(client_of(&yaml));
    let (mut answered, mut opened, mut was_open) = (vec![0; STEPS / HALF], 0, false);
    for step in 0..STEPS {
        is_up.store((step / HALF).is_multiple_of(2), Ordering::Relaxed);
        answered[step / HALF] += usize::from(look_up(&client, step).await);
        let breaker = client.state().endpoints[0].breaker;
        let is_open = matches!(breaker, BreakerState::Open(_));
        opened += usize::from(is_open && !was_open);
        was_open = is_open;
        tokio::time::advance(STEP).await;
    }
    let (periods, calls) = (STEPS / HALF / 2, server.count(ROAMING));
    assert!(calls * 10 <= STEPS * 11, "{calls} calls for {STEPS} lookups");
    let failed = failed.load(Ordering::Relaxed);
    assert!(failed <= periods * 22, "{failed} calls that failed in {periods} outages");
    assert!((periods / 2..=periods * 2).contains(&opened), "opened {opened} times");
    let ups: Vec<_> = answered.iter().step_by(2).copied().collect();
    assert!(ups.iter().all(|answered| *answered > 0), "{ups:?}");
    let served = ups.iter().sum::<usize>();
    assert!(served >= periods * HALF / 4, "{served} answers while it was up: {ups:?}");
    let downs = answered.iter().skip(1).step_by(2).sum::<usize>();
    assert_eq!(downs, 0);
}
