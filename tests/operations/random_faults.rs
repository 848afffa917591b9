//! Faults at random, and a judge who knows the specification: nothing is wrongly allowed, nothing comes late.

use crate::desk::times;
use crate::lab::{Judgement, Lab, Treason};

/// One seed: another set of policies, and another schedule of faults.
fn run(seed: u64, decisions: usize, treason: Treason) -> Judgement {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut lab = Lab::new(seed, treason).await;
        lab.run(decisions).await;
        lab.judgement
    })
}

fn first_seed() -> u64 {
    std::env::var("ROAMGATE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0)
}

/// A million decisions with `ROAMGATE_CASES=50`, and from the seed `ROAMGATE_SEED` on, which a failure names.
#[test]
fn under_faults_at_random_nothing_is_decided_that_the_specification_does_not_say() {
    let mut all = Judgement::default();
    for seed in (first_seed()..).take(times(8)) {
        let judgement = run(seed, 2_500, Treason::None);
        assert_eq!(judgement.first, None, "seed {seed}");
        all.add(judgement);
    }
    println!("{all:#?}");
    assert_eq!((all.wrong_allows, all.wrong, all.lies), (0, 0, 0));
    assert_eq!(all.late, 0, "later than `maxWait` and 25 ms");
    let asked = all.decisions - all.states["nobody asked"];
    let known = all.states["known"];
    assert!(known * 4 > asked, "the network was there now and then: {known} of {asked}");
    assert!(all.waited * 200 > all.decisions, "time passed while some waited: {}", all.waited);
}

#[test]
fn the_judge_notices_what_is_wrong_with_a_gate() {
    for treason in [Treason::Stale, Treason::Homely, Treason::Renamed, Treason::Forgetful] {
        let found = (0..8).map(|seed| run(seed, 1_000, treason)).find(|it| it.wrong > 0);
        let found = found.unwrap_or_else(|| panic!("{treason:?} goes unnoticed"));
        println!("{treason:?}: {} wrong, {} of them allowed", found.wrong, found.wrong_allows);
    }
}
