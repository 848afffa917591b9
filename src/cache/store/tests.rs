use std::time::SystemTime;

use super::*;
use crate::status::RoamingStatus;

const MINUTE: Duration = Duration::from_secs(60);

fn line() -> Line {
    "+34600000001".parse().unwrap()
}

/// An answer that was asked for so long ago by the clock that nobody sets, and by the wall clock.
fn asked_ago(store: &Store, steady: Duration, wall: Duration) -> Kept {
    let now = store.asking();
    let steady = Steady(now.steady.0 - crate::moment::nanoseconds(steady));
    let moment = Moment::from(SystemTime::from(now.moment) - wall);
    let answer = Answer::new(RoamingStatus::Home, SystemTime::from(now.moment) - wall);
    Kept { answer, asked: Asked { steady, moment } }
}

/// As in production: no test holds tokio's clock here, and none is injected.
#[test]
fn an_answer_that_is_too_old_by_either_clock_of_the_system_decides_nothing() {
    let store = Store::new(10);
    let rows = [
        ((MINUTE, MINUTE), true),
        ((3 * MINUTE, MINUTE), false),
        ((MINUTE, 3 * MINUTE), false),
        ((3 * MINUTE, 3 * MINUTE), false),
    ];
    for ((steady, wall), is_young) in rows {
        let kept = asked_ago(&store, steady, wall);
        assert_eq!(kept.asked.steady.is_of_tokio(), cfg!(not(target_os = "linux")));
        store.keep(line(), &Ok(kept));
        let ticked = Some(store.clock.tick());
        for ticked in [None, ticked] {
            let answer = store.answer(line(), 2 * MINUTE, ticked);
            assert_eq!(answer.is_some(), is_young, "{steady:?} {wall:?} {ticked:?}");
        }
        assert_eq!(store.is_in_time(&kept, 2 * MINUTE, MINUTE), is_young);
    }
}

#[test]
fn what_the_system_s_clock_said_counts_for_nothing_beside_another_clock() {
    let mut store = Store::new(10);
    let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_773_576_000);
    store.clock = Clock::from_fn(move || noon);
    let kept = Kept { answer: Answer::new(RoamingStatus::Home, noon), asked: store.asking() };
    store.keep(line(), &Ok(kept));
    for ticked in [None, Some(Moment::from(noon + 24 * 60 * MINUTE))] {
        assert!(store.answer(line(), MINUTE, ticked).is_some(), "{ticked:?}");
    }
}
