//! [`Country`] (ISO 3166-1 alpha-2), [`CountrySet`] (a bit set), [`Candidates`] (those of one network),
//! [`Mcc`] (ITU-T E.212) and the dated groups.
//!
//! The tables are data files beside this module, read by the compiler: a malformed row does
//! not build, and nothing is parsed at run time.

use std::fmt;
use std::num::NonZeroU8;

mod calling;
mod candidates;
mod groups;
mod mcc;
mod set;
mod slip;
mod table;

pub(crate) use calling::{countries_of_prefix, shared_prefixes};
pub use candidates::{CandidateCountries, Candidates};
pub use groups::{GroupMember, GroupsEdition};
pub use mcc::Mcc;
pub use set::{Countries, CountrySet};

use table::{CODES, COUNT, INDEX, UNASSIGNED};

/// A country: one of the 249 assigned ISO 3166-1 alpha-2 codes, or the user-assigned `XK` (Kosovo).
///
/// # Example
///
/// ```
/// use roamgate::Country;
///
/// assert_eq!(Country::from_code("NO").map(|country| country.to_string()).as_deref(), Some("NO"));
/// assert_eq!(Country::from_code("UK"), None); // the code of the United Kingdom is GB
/// assert_eq!(Country::from_code("no"), None); // case counts
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
// The position in the order of the codes, and one: an `Option` of it is a byte too.
pub struct Country(NonZeroU8);

impl Country {
    /// How many countries there are.
    pub const COUNT: usize = COUNT;

    /// The country with this alpha-2 code in upper case, if it is assigned.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let &[first @ b'A'..=b'Z', second @ b'A'..=b'Z'] = code.as_bytes() else {
            return None;
        };
        let place = usize::from(first - b'A') * 26 + usize::from(second - b'A');
        let index = INDEX.get(place).copied().unwrap_or(UNASSIGNED);
        Self::at(index)
    }

    /// The alpha-2 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        CODES.get(self.index()).copied().unwrap_or_default()
    }

    /// The everyday name in English, such as `Germany`.
    #[must_use]
    pub fn name(self) -> &'static str {
        let named = |line: &'static str| line.strip_prefix(self.code())?.strip_prefix('\t');
        NAMES.lines().find_map(named).unwrap_or(self.code())
    }

    /// Every country, in the order of the codes.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..COUNT as u8).filter_map(Self::at)
    }

    /// The position in the order of the codes, less than [`Country::COUNT`].
    #[must_use]
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.0.get() - 1)
    }

    /// The country with this [`index`](Self::index).
    const fn at(index: u8) -> Option<Self> {
        if index as usize >= COUNT {
            return None;
        }
        match NonZeroU8::new(index + 1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}

const NAMES: &str = include_str!("names.tsv");

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
