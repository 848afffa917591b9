//! One engine a file: how it is given the rules, and how it is asked.

pub mod casbin;
pub mod cedar;
pub mod limit;
pub mod regorus;
pub mod roamgate;
pub mod wirefilter;

use ::roamgate::policy::Effect;

use crate::rules::{Asked, Rule};

/// What decides about requests. Whatever it needs to be fast it has made ahead of time; from one
/// request to the next it keeps buffers, but no answers.
pub trait Engine<'a> {
    /// What becomes of the request.
    fn effect(&mut self, asked: &'a Asked) -> Effect;
}

/// Compares the answers of an engine to these requests with the rules applied by hand.
///
/// # Panics
///
/// With the first request to which the answers differ.
pub fn assert_agrees<'a>(engine: &mut impl Engine<'a>, rules: &[Rule], every: &'a [Asked]) {
    let mut by_hand = limit::Safe::new(rules);
    for asked in every {
        assert_eq!(engine.effect(asked), by_hand.effect(asked), "{} rules: {asked:?}", rules.len());
    }
}
