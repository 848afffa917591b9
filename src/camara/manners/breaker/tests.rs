use super::Outcome::{Answered, Failed, Unconnected};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A breaker and a clock.
struct Bench {
    breaker: Breaker,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        let now = Instant::now();
        Self { breaker: Breaker::new(now), now }
    }

    fn call(&mut self, outcome: Outcome) -> Option<Turn> {
        let ticket = self.breaker.enter(self.now).unwrap();
        self.breaker.settle(ticket, outcome, self.now, 0.0)
    }

    fn open(&mut self) {
        let turns: Vec<_> = (0..5).map(|_| self.call(Unconnected)).collect();
        assert_eq!(turns[4], Some(Turn::Opened(5 * SECOND)));
    }

    fn is_open(&mut self) -> bool {
        self.breaker.enter(self.now).is_err()
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
    }
}

#[tokio::test(start_paused = true)]
async fn it_opens_when_half_of_twenty_calls_failed() {
    let mut bench = Bench::new();
    for _ in 0..10 {
        assert_eq!(bench.call(Answered), None);
    }
    for _ in 0..9 {
        assert_eq!(bench.call(Failed), None);
    }
    assert_eq!(bench.call(Failed), Some(Turn::Opened(5 * SECOND)));
    assert!(bench.is_open());
}

#[tokio::test(start_paused = true)]
async fn fewer_failures_or_fewer_calls_do_not_open_it() {
    let mut bench = Bench::new();
    for _ in 0..19 {
        assert_eq!(bench.call(Failed), None);
    }
    bench = Bench::new();
    for _ in 0..1_000 {
        assert_eq!([bench.call(Answered), bench.call(Answered), bench.call(Failed)], [None; 3]);
    }
    assert!(!bench.is_open());
}

#[tokio::test(start_paused = true)]
async fn failures_of_more_than_ten_seconds_ago_do_not_count() {
    let mut bench = Bench::new();
    for _ in 0..100 {
        assert_eq!([bench.call(Failed), bench.call(Failed)], [None; 2]);
        bench.wait(2 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn five_calls_in_a_row_that_cannot_connect_open_it() {
    let mut bench = Bench::new();
    for outcome in [Unconnected, Unconnected, Unconnected, Unconnected, Failed] {
        assert_eq!(bench.call(outcome), None);
    }
    for _ in 0..4 {
        assert_eq!(bench.call(Unconnected), None);
    }
    assert!(bench.call(Unconnected).is_some());
}

#[tokio::test(start_paused = true)]
async fn it_stays_open_twice_as_long_after_each_failed_probe_up_to_a_minute() {
    let mut bench = Bench::new();
    bench.open();
    for seconds in [5, 10, 20, 40, 60, 60, 60] {
        bench.wait(seconds * SECOND - Duration::from_millis(1));
        assert!(bench.is_open(), "{seconds}");
        bench.wait(Duration::from_millis(1));
        let ticket = bench.breaker.enter(bench.now).unwrap();
        assert!(bench.is_open(), "one probe alone");
        assert!(bench.breaker.settle(ticket, Failed, bench.now, 0.0).is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_answered_closes_it_and_all_is_forgotten() {
    let mut bench = Bench::new();
    bench.open();
    bench.wait(5 * SECOND);
    assert_eq!(bench.call(Answered), Some(Turn::Closed));
    for _ in 0..4 {
        assert_eq!(bench.call(Unconnected), None);
    }
    assert_eq!(bench.call(Unconnected), Some(Turn::Opened(5 * SECOND)));
}

#[tokio::test(start_paused = true)]
async fn chance_shortens_the_time_by_a_fifth_at_most() {
    for (jitter, millis) in [(0.0, 5_000), (0.5, 4_500), (1.0, 4_000), (7.0, 4_000)] {
        let mut breaker = Breaker::new(Instant::now());
        let mut turn = None;
        for _ in 0..5 {
            let ticket = breaker.enter(Instant::now()).unwrap();
            turn = breaker.settle(ticket, Unconnected, Instant::now(), jitter);
        }
        assert_eq!(turn, Some(Turn::Opened(Duration::from_millis(millis))));
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_abandoned_leaves_the_next_call_to_probe() {
    let mut bench = Bench::new();
    bench.open();
    bench.wait(5 * SECOND);
    let abandoned = bench.breaker.enter(bench.now).unwrap();
    assert!(bench.is_open());
    bench.breaker.give_back(abandoned, bench.now);
    assert_eq!(bench.call(Answered), Some(Turn::Closed));
}

#[tokio::test(start_paused = true)]
async fn calls_from_before_it_opened_change_nothing() {
    let mut bench = Bench::new();
    let late = bench.breaker.enter(bench.now).unwrap();
    bench.open();
    assert_eq!(bench.breaker.settle(late, Answered, bench.now, 0.0), None);
    assert!(bench.is_open());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_flaps_costs_few_calls() {
    let mut bench = Bench::new();
    let (mut calls, mut turns) = (0, 0);
    let begin = bench.now;
    // Ten calls a second, for ten minutes of ten seconds up and ten down.
    for step in 0..6_000 {
        bench.now = begin + Duration::from_millis(100) * step;
        let is_up = (step / 100) % 2 == 0;
        if let Ok(ticket) = bench.breaker.enter(bench.now) {
            calls += 1;
            let outcome = if is_up { Answered } else { Unconnected };
            turns += u32::from(bench.breaker.settle(ticket, outcome, bench.now, 0.5).is_some());
        }
    }
    assert!(calls < 6_600 && turns < 200, "{calls} calls, {turns} turns");
}
