//! Many tokens that expire together (`failures.md` T11).

use roamgate::camara::Aggregator as File;
use roamgate::camara::Client;
use roamgate::{Query, RoamingProvider};

use crate::grants::file;
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING_1};
use crate::support::clock::{StoppedClock, wall};

const LINES: usize = 300;
const CIBA: &str = "{ ciba: { loginHint: 'tel:{e164}', scope: roaming } }";

async fn ask_all(client: &Client) {
    for number in 0..LINES {
        let line = format!("+34{}", 600_000_000 + number).parse().unwrap();
        client.roaming_status(&Query::new(line)).await.unwrap();
    }
    // What goes on in the background may end.
    for _ in 0..5_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn t11_what_expires_together_is_renewed_apart_and_nobody_waits_for_it() {
    let clock = StoppedClock::new();
    let server = Aggregator::start().await;
    let yaml = file(&format!("baseUrl: {}", server.base), "none", CIBA);
    let file = File::from_yaml("a.yaml", &yaml).unwrap().without_line_budget();
    let client = Client::new(file.clock(wall())).unwrap();
    ask_all(&client).await;
    // The window begins two minutes before requests would wait, and jitter takes at most half of it.
    clock.advance(3_440).await;
    let (mut before, mut steps) = (server.count(BC_AUTHORIZE), Vec::new());
    for _ in 0..8 {
        ask_all(&client).await;
        let now = server.count(BC_AUTHORIZE);
        steps.push(now - before);
        before = now;
        clock.advance(10).await;
    }
    assert_eq!(before, 2 * LINES, "each was renewed once: {steps:?}");
    assert!(steps.iter().all(|renewed| *renewed <= LINES / 3), "{steps:?}");
    assert!(steps.iter().filter(|renewed| **renewed > 0).count() >= 5, "{steps:?}");
    assert_eq!(server.count(ROAMING_1), 9 * LINES);
}
