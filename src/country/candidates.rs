//! The countries that one network may be in, as one word.

use std::fmt;
use std::num::NonZeroU8;

use super::{Country, CountrySet};

/// The countries a line may be in by what its network tells: none, one, or the few that share a network
/// code, [at most eight](Self::MOST).
///
/// Eight bytes, whereas a [`CountrySet`] has 32: answers are copied on every request. What is done with sets,
/// a `CountrySet` does, and each `Candidates` is one.
///
/// # Example
///
/// ```
/// use roamgate::Country;
/// use roamgate::country::{Candidates, CountrySet, Mcc};
///
/// let [france, reunion] = ["FR", "RE"].map(|code| Country::from_code(code).unwrap());
/// let candidates = Candidates::from_countries([reunion, france]).unwrap();
/// assert!(candidates.contains(france));
/// assert!(CountrySet::from(candidates).is_subset(Country::all().collect()));
/// assert_eq!(Mcc::new(208).unwrap().countries(), Some(france.into()));
///
/// assert_eq!(Candidates::from_countries(Country::all()), None); // no network is in so many
/// ```
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
// A byte for each country, in ascending order from the lowest on; nought above the last. A word, and not
// bytes: what is aligned to bytes is moved by bytes.
pub struct Candidates(u64);

impl Candidates {
    /// No country: none is known, or the network has none.
    pub const EMPTY: Self = Self(0);

    /// So many at most. The codes of North America stand for seven.
    pub const MOST: usize = 8;

    /// These countries, in any order. `None` where they are [too many](Self::MOST) for one network.
    #[must_use]
    pub fn from_countries(countries: impl IntoIterator<Item = Country>) -> Option<Self> {
        Self::of(countries.into_iter().collect())
    }

    /// Is `country` one of them?
    #[must_use]
    #[inline]
    pub fn contains(self, country: Country) -> bool {
        self.0.to_le_bytes().contains(&country.0.get())
    }

    /// Is there none?
    #[must_use]
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    #[must_use]
    #[inline]
    pub fn len(self) -> usize {
        Self::MOST - self.0.leading_zeros() as usize / 8
    }

    /// The country, if there is exactly one.
    #[must_use]
    #[inline]
    pub fn single(self) -> Option<Country> {
        let [first, ..] = self.0.to_le_bytes();
        let is_alone = self.0 == u64::from(first);
        NonZeroU8::new(first).filter(|_| is_alone).map(Country)
    }

    /// The countries in the order of their codes.
    #[must_use]
    #[inline]
    pub fn iter(self) -> CandidateCountries {
        CandidateCountries(self.0)
    }

    /// All in one word.
    #[inline]
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// What [`bits`](Self::bits) gave.
    #[inline]
    pub(crate) fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Also for the compiler, which makes the table.
    pub(super) const fn of(countries: CountrySet) -> Option<Self> {
        let (mut bits, mut rest, mut shift) = (0, countries, 0);
        while let Some(country) = rest.take_first() {
            if shift == u64::BITS {
                return None;
            }
            bits |= (country.0.get() as u64) << shift;
            shift += u8::BITS;
        }
        Some(Self(bits))
    }
}

/// The countries of some [`Candidates`], in the order of their codes.
#[derive(Clone, Debug)]
pub struct CandidateCountries(u64);

impl Iterator for CandidateCountries {
    type Item = Country;

    #[inline]
    fn next(&mut self) -> Option<Country> {
        let [first, ..] = self.0.to_le_bytes();
        self.0 >>= u8::BITS;
        NonZeroU8::new(first).map(Country)
    }
}

impl From<Country> for Candidates {
    #[inline]
    fn from(country: Country) -> Self {
        Self::from_bits(country.0.get().into())
    }
}

impl From<Candidates> for CountrySet {
    fn from(candidates: Candidates) -> Self {
        candidates.iter().collect()
    }
}

impl IntoIterator for Candidates {
    type Item = Country;
    type IntoIter = CandidateCountries;

    fn into_iter(self) -> CandidateCountries {
        self.iter()
    }
}

impl fmt::Debug for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
