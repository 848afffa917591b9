//! A set of countries as 256 bits.

use std::fmt;

use super::{Country, table::UNASSIGNED};

/// A set of countries: four words, `Copy`, compared and intersected without a loop over members.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct CountrySet([u64; 4]);

impl CountrySet {
    /// The set without members.
    pub const EMPTY: Self = Self([0; 4]);

    /// Adds a country.
    pub fn insert(&mut self, country: Country) {
        *self = self.with(country.0);
    }

    /// Is `country` a member?
    #[must_use]
    pub fn contains(self, country: Country) -> bool {
        !self.intersection(country.into()).is_empty()
    }

    /// Has the set no members?
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    /// The number of members.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Is every member also in `other`?
    #[must_use]
    pub fn is_subset(self, other: Self) -> bool {
        self.intersection(other) == self
    }

    /// The members of both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// The members of either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// The members that are not in `other`.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// The member, if there is exactly one.
    #[must_use]
    pub fn single(self) -> Option<Country> {
        let mut members = self.iter();
        members.next().filter(|_| members.next().is_none())
    }

    /// The members in the order of their codes.
    #[must_use]
    pub fn iter(self) -> Countries {
        Countries(self)
    }

    /// The set with the country at this position of the code table. For the table itself.
    #[expect(
        clippy::indexing_slicing,
        reason = "a position is less than 250, so the word is less than 4"
    )]
    pub(super) const fn with(mut self, index: u8) -> Self {
        assert!(index != UNASSIGNED);
        self.0[index as usize / 64] |= 1 << (index % 64);
        self
    }

    fn zip(self, other: Self, op: impl Fn(u64, u64) -> u64) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([op(a, e), op(b, f), op(c, g), op(d, h)])
    }
}

/// The members of a [`CountrySet`], in the order of their codes.
#[derive(Clone, Debug)]
pub struct Countries(CountrySet);

impl Iterator for Countries {
    type Item = Country;

    fn next(&mut self) -> Option<Country> {
        for (at, word) in self.0.0.iter_mut().enumerate() {
            if *word != 0 {
                let bit = word.trailing_zeros();
                *word &= *word - 1;
                return u8::try_from(at * 64 + bit as usize).ok().map(Country);
            }
        }
        None
    }
}

impl From<Country> for CountrySet {
    fn from(country: Country) -> Self {
        Self::EMPTY.with(country.0)
    }
}

impl FromIterator<Country> for CountrySet {
    fn from_iter<I: IntoIterator<Item = Country>>(countries: I) -> Self {
        countries.into_iter().fold(Self::EMPTY, |set, country| set.with(country.0))
    }
}

impl IntoIterator for CountrySet {
    type Item = Country;
    type IntoIter = Countries;

    fn into_iter(self) -> Countries {
        self.iter()
    }
}

impl fmt::Debug for CountrySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
