//! What shadow rules would do, and what they do.

use proptest::prelude::*;
use roamgate::policy::{Assurance, Policy as Compiled, RequestClass, Target};

use crate::generate::{config, policy, states};
use crate::model::{Mode, PATHS};

fn class(policy: &Compiled, path: &str) -> RequestClass {
    policy.classify(&Target::new("GET", path)).unwrap()
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn promotion_gives_the_projected_effect(model in policy()) {
        let mut promoted = model.clone();
        for file in &mut promoted.files {
            let modes = file.rules.iter_mut().map(|rule| &mut rule.mode).chain([&mut file.mode]);
            modes.filter(|mode| **mode == Mode::Shadow).for_each(|mode| *mode = Mode::Enforce);
        }
        let (before, after) = (model.compile(), promoted.compile());
        for (path, line) in PATHS.iter().flat_map(|path| states().into_iter().map(move |line| (path, line))) {
            let projected = before.explain(class(&before, path), line, &Assurance::NONE).projected;
            let decided = after.decide(class(&after, path), line, &Assurance::NONE).effect;
            prop_assert_eq!(projected, decided, "{} {:?}", path, line);
        }
    }

    #[test]
    fn shadow_rules_never_change_the_enforced_effect(model in policy()) {
        let mut without = model.clone();
        for file in &mut without.files {
            let is_shadow = file.mode == Mode::Shadow;
            file.rules.retain(|rule| !is_shadow && rule.mode != Mode::Shadow);
        }
        let (with, without) = (model.compile(), without.compile());
        for (path, line) in PATHS.iter().flat_map(|path| states().into_iter().map(move |line| (path, line))) {
            let one = with.decide(class(&with, path), line, &Assurance::NONE);
            let other = without.decide(class(&without, path), line, &Assurance::NONE);
            prop_assert_eq!((one.effect, &one.rule, one.reason), (other.effect, &other.rule, other.reason));
        }
    }
}
