use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn line(number: u64) -> Line {
    format!("+34{:09}", 600_000_000 + number).parse().unwrap()
}

fn budgets(limits: Limits) -> (Budgets, Instant) {
    let now = Instant::now();
    (Budgets::new(limits, now), now)
}

#[tokio::test(start_paused = true)]
async fn a_line_is_asked_about_in_a_burst_and_then_once_an_interval() {
    let (mut budgets, now) = budgets(Limits { line_burst: 3, ..Limits::default() });
    for _ in 0..3 {
        assert_eq!(budgets.pay(line(1), None, now), Ok(()));
    }
    assert_eq!(budgets.pay(line(1), None, now), Err(Spent::Line(30 * SECOND)));
    assert_eq!(budgets.pay(line(2), None, now), Ok(()), "others are not touched");
    for interval in 1..100 {
        let then = now + 30 * SECOND * interval;
        assert!(budgets.pay(line(1), None, then - Duration::from_millis(1)).is_err());
        assert_eq!(budgets.pay(line(1), None, then), Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn an_interval_of_zero_lifts_the_budget_of_lines() {
    let (mut budgets, now) = budgets(Limits { line_interval: Duration::ZERO, ..Limits::default() });
    assert!((0..1_000).all(|_| budgets.pay(line(1), None, now).is_ok()));
}

#[tokio::test(start_paused = true)]
async fn a_caller_asks_about_so_many_distinct_lines_a_minute() {
    let (mut budgets, now) = budgets(Limits::default());
    for number in 0..60 {
        assert_eq!(budgets.pay(line(number), Some("mallory"), now), Ok(()));
    }
    assert_eq!(budgets.pay(line(60), Some("mallory"), now), Err(Spent::Caller));
    assert_eq!(budgets.pay(line(7), Some("mallory"), now), Ok(()), "it is not a new one");
    assert_eq!(budgets.pay(line(60), Some("alice"), now), Ok(()));
    assert_eq!(budgets.pay(line(60), None, now), Ok(()));
    assert_eq!(budgets.pay(line(60), Some("mallory"), now + 59 * SECOND), Err(Spent::Caller));
    assert_eq!(budgets.pay(line(60), Some("mallory"), now + 60 * SECOND), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_lines_of_one_caller_cost_sixty_lookups_a_minute() {
    let (mut budgets, begin) = budgets(Limits::default());
    let paid = |number| {
        let now = begin + Duration::from_micros(12_000) * u32::try_from(number).unwrap();
        budgets.pay(line(number), Some("mallory"), now).is_ok()
    };
    // In two minutes.
    assert_eq!((0..10_000).map(paid).filter(|paid| *paid).count(), 120);
}

#[tokio::test(start_paused = true)]
async fn all_together_are_bounded_by_the_minute_and_the_day() {
    let limits = Limits { lookups_per_minute: 100, lookups_per_day: 250, ..Limits::default() };
    let (mut budgets, now) = budgets(limits);
    let mut ask = |from: u64, at: Instant| {
        let outcomes = (from..from + 1_000).map(|number| {
            let caller = format!("caller {number}");
            budgets.pay(line(number), Some(&caller), at)
        });
        let outcomes: Vec<_> = outcomes.collect();
        (outcomes.iter().filter(|outcome| outcome.is_ok()).count(), outcomes[999])
    };
    assert_eq!(ask(0, now), (100, Err(Spent::Minute)));
    assert_eq!(ask(1_000, now + 61 * SECOND), (100, Err(Spent::Minute)));
    assert_eq!(ask(2_000, now + 122 * SECOND), (50, Err(Spent::Day)));
    assert_eq!(ask(3_000, now + 25 * 3_600 * SECOND), (100, Err(Spent::Minute)));
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_costs_no_budget() {
    let limits = Limits { line_burst: 1, lookups_per_minute: 2, ..Limits::default() };
    let (mut budgets, now) = budgets(limits);
    assert_eq!(budgets.pay(line(1), None, now), Ok(()));
    for _ in 0..100 {
        assert_eq!(budgets.pay(line(1), None, now), Err(Spent::Line(30 * SECOND)));
    }
    assert_eq!(budgets.pay(line(2), None, now), Ok(()));
    assert_eq!(budgets.pay(line(3), None, now), Err(Spent::Minute));
    assert_eq!(budgets.pay(line(3), None, now + 61 * SECOND), Ok(()), "its own was not touched");
}

#[tokio::test(start_paused = true)]
async fn authorizations_have_a_budget_of_their_own() {
    let limits = Limits { authorizations_per_minute: 3, ..Limits::default() };
    let (mut budgets, now) = budgets(limits);
    assert!((0..3).all(|_| budgets.authorize(now).is_ok()));
    assert_eq!(budgets.authorize(now), Err(Spent::Authorizations));
    assert_eq!(budgets.pay(line(1), None, now), Ok(()));
    assert_eq!(budgets.authorize(now + 61 * SECOND), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_zero_lets_nothing_through() {
    let limits = Limits { new_lines_per_caller: 0, ..Limits::default() };
    let (mut budgets, now) = budgets(limits);
    assert_eq!(budgets.pay(line(1), Some("alice"), now), Err(Spent::Caller));
}
