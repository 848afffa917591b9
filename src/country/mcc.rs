//! Mobile country codes.

use std::fmt;

use super::{CountrySet, table};

/// A mobile country code (ITU-T E.212), `001` to `999`.
///
/// The code is of a *network*, and says less than a country: `340` is shared by five
/// territories, `901` (satellites, ships, aircraft) belongs to none.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mcc(u16);

impl Mcc {
    /// The code with this number, if it is 1 to 999.
    #[must_use]
    pub fn new(code: u16) -> Option<Self> {
        (1..=999).contains(&code).then_some(Self(code))
    }

    /// The code in its written form, exactly three digits.
    #[must_use]
    pub fn from_digits(digits: &str) -> Option<Self> {
        let well_formed = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        well_formed.then(|| digits.parse().ok()).flatten().and_then(Self::new)
    }

    /// The countries this code stands for: several where it is shared, none for international
    /// networks, `None` where the table does not know the code.
    #[must_use]
    pub fn countries(self) -> Option<CountrySet> {
        table::MCC.get(usize::from(self.0)).copied().flatten()
    }

    /// Every code of the table, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=999).map(Self).filter(|code| code.countries().is_some())
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Mcc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

impl fmt::Debug for Mcc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mcc({self})")
    }
}
