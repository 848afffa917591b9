//! An answer in six words.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::super::kept::{Asked, Kept, Steady};
use crate::moment::Moment;
use crate::status::Answer;

/// When it was asked for by a clock that nobody sets and by the wall clock, and the [words](Answer::words) of
/// the answer.
#[derive(Clone, Copy, Default)]
pub(in crate::cache) struct Packed([u64; Self::WORDS]);

impl Packed {
    pub(super) const WORDS: usize = 2 + Answer::WORDS;

    pub(super) fn of(Kept { answer, asked }: &Kept) -> Self {
        let [network, countries, confirmed, told] = answer.words();
        Self([asked.steady.0, asked.moment.bits(), network, countries, confirmed, told])
    }

    /// None in a place that is empty.
    #[inline]
    pub(in crate::cache) fn kept(self) -> Option<Kept> {
        let Self([.., network, countries, confirmed, told]) = self;
        let answer = Answer::of_words([network, countries, confirmed, told])?;
        Some(Kept { answer, asked: self.asked() })
    }

    pub(in crate::cache) fn asked(self) -> Asked {
        let Self([steady, moment, ..]) = self;
        Asked { steady: Steady(steady), moment: Moment::from_bits(moment) }
    }

    pub(super) fn read(words: &[AtomicU64; Self::WORDS]) -> Self {
        // One by one: the compiler makes a call of a `map` over six.
        let ([a, b, c, d, e, f], load) = (words, |word: &AtomicU64| word.load(Relaxed));
        Self([load(a), load(b), load(c), load(d), load(e), load(f)])
    }

    pub(super) fn write(self, words: &[AtomicU64; Self::WORDS]) {
        for (word, value) in words.iter().zip(self.0) {
            word.store(value, Relaxed);
        }
    }
}
