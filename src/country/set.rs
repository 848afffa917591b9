//! A set of countries as 256 bits.

use std::fmt;

use super::Country;

/// A set of countries: four words, `Copy`, compared and intersected without a loop over members.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct CountrySet([u64; 4]);

impl CountrySet {
    /// The set without members.
    pub const EMPTY: Self = Self([0; 4]);

    /// Adds a country.
    pub fn insert(&mut self, country: Country) {
        *self = self.with(country);
    }

    /// Is `country` a member?
    #[must_use]
    #[inline]
    pub fn contains(self, country: Country) -> bool {
        let word = self.0.get(country.index() / 64).copied().unwrap_or_default();
        word >> (country.index() % 64) & 1 == 1
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
    pub fn single(mut self) -> Option<Country> {
        self.take_first().filter(|_| self.is_empty())
    }

    /// The members in the order of their codes.
    #[must_use]
    pub fn iter(self) -> Countries {
        Countries(self)
    }

    /// The set with this country. Also for the compiler, which makes the table.
    #[expect(
        clippy::indexing_slicing,
        reason = "a position is less than 250, so the word is less than 4"
    )]
    pub(super) const fn with(mut self, country: Country) -> Self {
        let index = country.0.get() - 1;
        self.0[index as usize / 64] |= 1 << (index % 64);
        self
    }

    /// Takes the first member in the order of the codes out of the set.
    #[expect(clippy::indexing_slicing, reason = "the word is one of the four")]
    pub(super) const fn take_first(&mut self) -> Option<Country> {
        let mut at = 0;
        while at < self.0.len() {
            let word = self.0[at];
            if word != 0 {
                self.0[at] = word & (word - 1);
                return Country::at((at as u32 * 64 + word.trailing_zeros()) as u8);
            }
            at += 1;
        }
        None
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
        self.0.take_first()
    }
}

impl From<Country> for CountrySet {
    fn from(country: Country) -> Self {
        Self::EMPTY.with(country)
    }
}

impl FromIterator<Country> for CountrySet {
    fn from_iter<I: IntoIterator<Item = Country>>(countries: I) -> Self {
        countries.into_iter().fold(Self::EMPTY, CountrySet::with)
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
