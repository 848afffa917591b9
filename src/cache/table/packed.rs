//! An answer in five words.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::kept::{Asked, Kept, Steady};
use crate::country::{Country, CountrySet, Mcc};
use crate::status::{Answer, RoamingStatus, Visited};

/// When it was asked for by a clock that nobody sets and by the wall clock, when its provider says that it asked,
/// when the network confirmed it, all in nanoseconds, and the status.
#[derive(Clone, Copy, Default)]
pub(in crate::cache) struct Packed([u64; Self::WORDS]);

impl Packed {
    pub(super) const WORDS: usize = 5;

    /// `None` for a status or a time that needs more room.
    pub(super) fn of(kept: &Kept) -> Option<Self> {
        let Kept { answer, asked } = kept;
        let confirmed_at = match answer.confirmed_at {
            None => NEVER,
            Some(moment) => wall(moment)?,
        };
        let asked_at = wall(answer.asked_at)?;
        Some(Self([asked.steady.0, asked.moment, asked_at, confirmed_at, status(answer.status)?]))
    }

    pub(in crate::cache) fn answer(self) -> Answer {
        let Self([_, _, asked_at, confirmed_at, status]) = self;
        let wall = |nanoseconds| UNIX_EPOCH + Duration::from_nanos(nanoseconds);
        let answer = Answer::new(status_of(status), wall(asked_at));
        answer.confirmed_at((confirmed_at != NEVER).then(|| wall(confirmed_at)))
    }

    pub(in crate::cache) fn kept(self) -> Kept {
        Kept { answer: self.answer(), asked: self.asked() }
    }

    pub(in crate::cache) fn asked(self) -> Asked {
        let Self([steady, moment, ..]) = self;
        Asked { steady: Steady(steady), moment }
    }

    pub(in crate::cache) fn is_home(self) -> bool {
        let Self([.., status]) = self;
        status & ROAMING == 0
    }

    pub(super) fn read(words: &[AtomicU64; Self::WORDS]) -> Self {
        Self(words.each_ref().map(|word| word.load(Relaxed)))
    }

    pub(super) fn write(self, words: &[AtomicU64; Self::WORDS]) {
        for (word, value) in words.iter().zip(self.0) {
            word.store(value, Relaxed);
        }
    }
}

/// The network gave no time.
const NEVER: u64 = u64::MAX;

fn wall(moment: SystemTime) -> Option<u64> {
    let since = moment.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok().filter(|nanoseconds| *nanoseconds != NEVER)
}

/// From the lowest bit: ten of the code, one that says *roaming*, and from the sixteenth on six
/// countries of eight bits each. Nought is no code, and no country.
fn status(status: RoamingStatus) -> Option<u64> {
    let RoamingStatus::Roaming(Visited { mcc, countries }) = status else { return Some(0) };
    if countries.len() > COUNTRIES {
        return None;
    }
    let countries = countries.iter().zip(0..).fold(0, |word, (country, at)| {
        word | (country.index() as u64 + 1) << (FIRST_COUNTRY + 8 * at)
    });
    Some(countries | ROAMING | mcc.map_or(0, |mcc| u64::from(mcc.get())))
}

fn status_of(word: u64) -> RoamingStatus {
    if word & ROAMING == 0 {
        return RoamingStatus::Home;
    }
    let [low, high, countries @ ..] = word.to_le_bytes();
    let mcc = Mcc::new(u16::from_le_bytes([low, high]) & (ROAMING as u16 - 1));
    let countries = countries.into_iter().filter_map(|byte| byte.checked_sub(1));
    let countries: CountrySet = countries.filter_map(Country::at).collect();
    RoamingStatus::Roaming(Visited { mcc, countries })
}

const ROAMING: u64 = 1 << 10;
const FIRST_COUNTRY: u32 = 16;
const COUNTRIES: usize = 6;
