//! From a number to the countries of its calling prefix.

use super::{CountrySet, table};

/// The countries that the first four digits of an E.164 number stand for: several where the
/// prefix is shared (`+44`), none where it belongs to no country (`+870`).
pub(crate) fn countries_of_prefix(four_digits: u16) -> CountrySet {
    let row = table::CALLING.get(usize::from(four_digits)).copied().unwrap_or_default();
    table::CALLING_SETS.get(usize::from(row)).copied().unwrap_or_default()
}

/// Every set of countries that shares a calling prefix: those with more than one member.
pub(crate) fn shared_prefixes() -> impl Iterator<Item = CountrySet> {
    table::CALLING_SETS.iter().copied().filter(|countries| countries.len() > 1)
}
