//! An answer in six words.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::super::kept::{Asked, Kept, Steady};
use crate::country::{Candidates, Mcc};
use crate::moment::Moment;
use crate::status::{Answer, RoamingStatus, Visited};

/// When it was asked for by a clock that nobody sets and by the wall clock, when its provider says that it
/// asked, when the network confirmed it; the status, and the countries of a network.
#[derive(Clone, Copy, Default)]
pub(in crate::cache) struct Packed([u64; Self::WORDS]);

impl Packed {
    pub(super) const WORDS: usize = 6;

    pub(super) fn of(kept: &Kept) -> Self {
        let Kept { answer, asked } = kept;
        let [confirmed, told] = answer.moments().map(Moment::bits);
        let [network, countries] = status(answer.status);
        Self([asked.steady.0, asked.moment.bits(), told, confirmed, network, countries])
    }

    pub(in crate::cache) fn answer(self) -> Answer {
        let Self([_, _, told, confirmed, network, countries]) = self;
        let moments = [confirmed, told].map(Moment::from_bits);
        Answer::of_moments(status_of(network, countries), moments)
    }

    pub(in crate::cache) fn kept(self) -> Kept {
        Kept { answer: self.answer(), asked: self.asked() }
    }

    pub(in crate::cache) fn asked(self) -> Asked {
        let Self([steady, moment, ..]) = self;
        Asked { steady: Steady(steady), moment: Moment::from_bits(moment) }
    }

    pub(in crate::cache) fn is_home(self) -> bool {
        let Self([.., network, _]) = self;
        network & ROAMING == 0
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

/// The first word has the code of the network, nought for none, and beside it a bit that says *roaming*.
fn status(status: RoamingStatus) -> [u64; 2] {
    let RoamingStatus::Roaming(Visited { mcc, countries }) = status else { return [0; 2] };
    [ROAMING | mcc.map_or(0, |mcc| u64::from(mcc.get())), countries.bits()]
}

fn status_of(network: u64, countries: u64) -> RoamingStatus {
    if network & ROAMING == 0 {
        return RoamingStatus::Home;
    }
    let (mcc, countries) = (Mcc::new(network as u16), Candidates::from_bits(countries));
    RoamingStatus::Roaming(Visited { mcc, countries })
}

const ROAMING: u64 = 1 << 16;
