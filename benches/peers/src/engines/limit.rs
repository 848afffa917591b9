//! The lower limit: what a decision costs at least that starts from the name of a route. One hash of
//! the name, one look-up in a map, one test in the bits that stand there.
//!
//! No engine: nothing but the effect is known, and every rule was applied by hand. [`Quick`] hashes
//! with `foldhash`, [`Safe`] with the hasher of the standard library, which withstands names that
//! were made to collide.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use roamgate::policy::Effect;

use super::Engine;
use crate::rules::{Asked, HOME, Rule, Side, UNKNOWN};

/// The limit, with a hasher.
#[derive(Debug)]
pub struct Limit<H>(HashMap<String, Bits, H>);

/// With a hasher that is as quick as they get.
pub type Quick = Limit<foldhash::fast::RandomState>;

/// With the hasher that a map has by default.
pub type Safe = Limit<RandomState>;

/// Two bits for each state of a line: the effect.
type Bits = [u64; 8];

impl<H: BuildHasher + Default> Limit<H> {
    /// Applies every rule to every state.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut map: HashMap<String, Bits, H> = HashMap::default();
        for rule in rules {
            let bits = map.entry(rule.path.clone()).or_default();
            let applying = (0..=u8::MAX).filter(|state| applies(rule, *state));
            applying.for_each(|state| raise(bits, state, rule.effect));
        }
        Self(map)
    }
}

fn applies(rule: &Rule, state: u8) -> bool {
    let is_listed = rule.countries.iter().any(|country| country.index() == usize::from(state));
    match state {
        HOME => false,
        UNKNOWN => true,
        _ => is_listed == (rule.side == Side::Inside),
    }
}

fn raise(bits: &mut Bits, state: u8, effect: Effect) {
    if effect_of(bits, state) < effect {
        let word = bits.get_mut(usize::from(state / 32)).unwrap();
        let at = state % 32 * 2;
        *word = *word & !(3 << at) | (effect as u64) << at;
    }
}

fn effect_of(bits: &Bits, state: u8) -> Effect {
    let word = bits.get(usize::from(state / 32)).copied().unwrap_or_default();
    match word >> (state % 32 * 2) & 3 {
        0 => Effect::Allow,
        1 => Effect::StepUp,
        _ => Effect::Deny,
    }
}

impl<H: BuildHasher> Engine<'_> for Limit<H> {
    fn effect(&mut self, asked: &Asked) -> Effect {
        self.0.get(&asked.path).map_or(Effect::Allow, |bits| effect_of(bits, asked.state))
    }
}
