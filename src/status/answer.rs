//! [`Answer`]: what the network said, and when, in four words.

use std::fmt;
use std::num::NonZeroU64;
use std::time::{Duration, SystemTime};

use super::{RoamingStatus, Visited};
use crate::country::{Candidates, Mcc};
use crate::moment::{Moment, nanoseconds};

/// An answer of the network.
// Words, and not a status: an answer is handed on many times before anybody reads it, and processors wait for
// what was written in pieces and is moved as a whole.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Answer {
    /// A bit for [an answer](ANSWER), one for [roaming](ROAMING), and from [here](CODE) on the code of the
    /// network, nought for none.
    network: NonZeroU64,
    countries: Candidates,
    /// [`Moment::FIRST`] where the network does not say.
    confirmed: Moment,
    asked: Moment,
}

/// In every answer, so that an `Option` of one needs no room of its own.
const ANSWER: NonZeroU64 = NonZeroU64::MIN;
const ROAMING: u64 = 1 << 1;
const CODE: u32 = 16;

impl Answer {
    /// How many words it has.
    pub(crate) const WORDS: usize = 4;

    /// An answer to a question asked at `asked_at`.
    ///
    /// Times are kept to the nanosecond. One that is more than 292 years away from 1970 counts as that far.
    #[must_use]
    pub fn new(status: RoamingStatus, asked_at: SystemTime) -> Self {
        let (network, countries) = match status {
            RoamingStatus::Home => (0, Candidates::EMPTY),
            RoamingStatus::Roaming(Visited { mcc, countries }) => {
                (ROAMING | mcc.map_or(0, |mcc| u64::from(mcc.get()) << CODE), countries)
            }
        };
        let (network, confirmed) = (ANSWER | network, Moment::FIRST);
        Self { network, countries, confirmed, asked: asked_at.into() }
    }

    /// The same answer, confirmed by the network at this moment (`lastStatusTime`), if it says.
    #[must_use]
    pub fn confirmed(self, moment: Option<SystemTime>) -> Self {
        Self { confirmed: moment.map_or(Moment::FIRST, Moment::from), ..self }
    }

    /// Where the line is attached.
    #[must_use]
    #[inline]
    pub fn status(&self) -> RoamingStatus {
        if self.is_home() {
            return RoamingStatus::Home;
        }
        let mcc = Mcc::new((self.network.get() >> CODE) as u16);
        RoamingStatus::Roaming(Visited { mcc, countries: self.countries })
    }

    /// Is the line on its home network?
    #[inline]
    pub(crate) fn is_home(&self) -> bool {
        self.network.get() & ROAMING == 0
    }

    /// When the network last confirmed the status (`lastStatusTime`), if it says.
    #[must_use]
    pub fn confirmed_at(&self) -> Option<SystemTime> {
        (self.confirmed != Moment::FIRST).then(|| self.confirmed.into())
    }

    /// When we asked.
    #[must_use]
    pub fn asked_at(&self) -> SystemTime {
        self.asked.into()
    }

    /// How long ago we asked.
    #[must_use]
    pub fn asked_ago(&self, now: SystemTime) -> Duration {
        ago(self.asked, now)
    }

    /// How long ago the network confirmed the status; where it does not say, how long ago we asked.
    #[must_use]
    pub fn confirmed_ago(&self, now: SystemTime) -> Duration {
        ago(self.said(), now)
    }

    /// Did the network confirm it longer ago than this?
    #[inline]
    pub(crate) fn is_staler(&self, than: Duration, now: Moment) -> bool {
        now.since(self.said()) > nanoseconds(than)
    }

    /// When we asked.
    #[inline]
    pub(crate) fn asked(&self) -> Moment {
        self.asked
    }

    /// When the network confirmed it; where it does not say, when we asked.
    #[inline]
    pub(crate) fn said(&self) -> Moment {
        if self.confirmed == Moment::FIRST { self.asked } else { self.confirmed }
    }

    /// All of it.
    #[inline]
    pub(crate) fn words(&self) -> [u64; Self::WORDS] {
        let Self { network, countries, confirmed, asked } = *self;
        [network.get(), countries.bits(), confirmed.bits(), asked.bits()]
    }

    /// What [`words`](Self::words) gave. None for words that are no answer, such as noughts.
    #[inline]
    pub(crate) fn of_words([network, rest @ ..]: [u64; Self::WORDS]) -> Option<Self> {
        let [countries, confirmed, asked] = rest;
        let [confirmed, asked] = [confirmed, asked].map(Moment::from_bits);
        let (network, countries) = (NonZeroU64::new(network)?, Candidates::from_bits(countries));
        Some(Self { network, countries, confirmed, asked })
    }
}

fn ago(moment: Moment, now: SystemTime) -> Duration {
    Duration::from_nanos(Moment::from(now).since(moment))
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status())
            .field("confirmed_at", &self.confirmed_at())
            .field("asked_at", &self.asked_at())
            .finish()
    }
}
