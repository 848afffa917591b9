use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn polling(interval: u64, expires_in: u64) -> (Polling, Instant) {
    let now = Instant::now();
    (Polling::new(now, seconds(interval), seconds(expires_in)), now)
}

fn failure(reason: UnknownReason) -> ProviderError {
    ProviderError::new(reason, "scripted")
}

/// The seconds from `now` to the next poll, and what is known meanwhile.
fn wait(next: Next<&str>, now: Instant) -> (u64, UnknownReason) {
    let Next::Wait { until, meanwhile } = next else { panic!("{next:?}") };
    ((until - now).as_secs(), meanwhile.reason())
}

fn done(next: Next<&str>) -> Result<&str, UnknownReason> {
    let Next::Done(outcome) = next else { panic!("{next:?}") };
    outcome.map_err(|error| error.reason())
}

/// The moments of all polls, in seconds, of a customer who never answers.
fn polls(mut polling: Polling, start: Instant) -> Vec<u64> {
    let (mut moments, mut now) = (Vec::new(), start);
    while polling.begin(now).is_ok() {
        moments.push((now - start).as_secs());
        let Next::Wait { until, .. } = polling.next::<()>(Polled::Pending) else { break };
        now = until;
    }
    moments
}

#[test]
fn the_first_poll_is_at_once_and_the_last_before_the_expiry() {
    let (polling, now) = polling(5, 120);
    let moments = polls(polling, now);
    assert_eq!(moments.len(), 24, "as many as intervals fit into the lifetime");
    assert_eq!((moments[0], moments[1], moments[23]), (0, 5, 115));
}

#[test]
fn intervals_are_bounded() {
    for (interval, expires_in, expected) in [(0, 3, vec![0, 1, 2]), (u64::MAX, u64::MAX, vec![0])] {
        let (polling, now) = polling(interval, expires_in);
        assert_eq!(polls(polling, now), expected);
    }
}

#[test]
fn slow_down_stays() {
    let (mut polling, now) = polling(5, 120);
    assert_eq!(wait(polling.next(Polled::SlowDown), now), (10, UnknownReason::ConsentPending));
    assert_eq!(wait(polling.next(Polled::Pending), now), (10, UnknownReason::ConsentPending));
    assert_eq!(wait(polling.next(Polled::SlowDown), now), (15, UnknownReason::ConsentPending));
}

#[test]
fn an_unanswered_poll_waits_twice_as_long_or_as_long_as_the_server_asks() {
    let (mut polling, now) = polling(5, 120);
    let unavailable = failure(UnknownReason::Unavailable);
    let limited = failure(UnknownReason::RateLimited).retry_after(seconds(30));
    let rows = [(unavailable, 10), (failure(UnknownReason::Timeout), 10), (limited, 30)];
    for (error, expected) in rows {
        let reason = error.reason();
        assert_eq!(wait(polling.next(Polled::Unanswered(error)), now), (expected, reason));
    }
    assert_eq!(wait(polling.next(Polled::Pending), now).0, 5);
}

#[test]
fn an_expired_authorization_is_a_missing_consent() {
    let (mut polling, now) = polling(5, 120);
    let error = polling.begin(now + seconds(120)).unwrap_err();
    assert_eq!(error.to_string(), "noConsent: the customer's consent was not given in time");
}

#[test]
fn an_answer_ends_the_polling() {
    let (mut polling, _) = polling(5, 120);
    assert_eq!(done(polling.next(Polled::Answered(Ok("token")))), Ok("token"));
    let refused = failure(UnknownReason::NoConsent);
    assert_eq!(done(polling.next(Polled::Answered(Err(refused)))), Err(UnknownReason::NoConsent));
}

#[test]
fn a_spent_authorization_is_our_fault_unless_its_token_may_have_been_lost() {
    let (mut polling, _) = polling(5, 120);
    let spent = || Polled::Spent(failure(UnknownReason::Misconfigured));
    assert_eq!(done(polling.next(spent())), Err(UnknownReason::Misconfigured));
    let _: Next<&str> = polling.next(Polled::Unanswered(failure(UnknownReason::Timeout)));
    assert_eq!(done(polling.next(spent())), Err(UnknownReason::Unavailable));
}
