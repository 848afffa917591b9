use super::*;
use crate::status::UnknownReason;

fn line(digit: u8) -> Line {
    format!("+3460000000{digit}").parse().unwrap()
}

fn pending(message: &'static str) -> ProviderError {
    ProviderError::new(UnknownReason::ConsentPending, message)
}

/// Starts one that never ends, and says for whom nobody waits any more.
fn start_endless(pollers: &Pending, line: Line) -> Vec<Line> {
    pollers.start(line, pending("asked"), |tell| async move {
        let _open = tell;
        std::future::pending().await
    })
}

fn is_pending(pollers: &Pending, digit: u8) -> bool {
    pollers.latest(line(digit)).is_some()
}

#[tokio::test]
async fn beyond_the_limit_the_oldest_is_dropped() {
    let pollers = Pending::new(2);
    for (digit, given_up) in [(1, vec![]), (2, vec![]), (3, vec![line(1)])] {
        assert_eq!(start_endless(&pollers, line(digit)), given_up);
    }
    assert_eq!([1, 2, 3].map(|digit| is_pending(&pollers, digit)), [false, true, true]);
}

#[tokio::test]
async fn those_that_have_ended_make_room_first() {
    let pollers = Pending::new(2);
    let none: [Line; 0] = [];
    assert_eq!(start_endless(&pollers, line(1)), none);
    assert_eq!(pollers.start(line(2), pending("asked"), |_| async {}), none);
    pollers.settled(line(2)).await;
    assert_eq!(start_endless(&pollers, line(3)), none, "who has an answer is not given up");
    assert_eq!([1, 2, 3].map(|digit| is_pending(&pollers, digit)), [true, false, true]);
}

#[tokio::test]
async fn the_latest_poll_says_what_is_known() {
    let pollers = Pending::new(2);
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let _ = pollers.start(line(1), pending("asked"), |tell| async move {
        tell.send_replace(pending("asked again"));
        let _ = released.await;
    });
    tokio::task::yield_now().await;
    let latest = pollers.latest(line(1)).unwrap();
    assert_eq!(latest.to_string(), "consentPending: asked again");
    release.send(()).unwrap();
    pollers.settled(line(1)).await;
    assert!(!is_pending(&pollers, 1));
}

#[tokio::test]
async fn a_poller_that_panics_is_not_pending() {
    let pollers = Pending::new(2);
    let _ = pollers.start(line(1), pending("asked"), |tell| async move {
        let _open = tell;
        panic!("scripted panic");
    });
    pollers.settled(line(1)).await;
    assert!(!is_pending(&pollers, 1));
}

#[tokio::test]
async fn a_shutdown_ends_all_and_refuses_more() {
    let pollers = Pending::new(2);
    let _ = start_endless(&pollers, line(1));
    pollers.shutdown().await;
    let _ = start_endless(&pollers, line(2));
    assert_eq!([1, 2].map(|digit| is_pending(&pollers, digit)), [false, false]);
}
