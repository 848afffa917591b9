//! Mobile country codes.

use std::fmt;
use std::num::NonZeroU16;

use super::{Candidates, table};

/// A mobile country code (ITU-T E.212), `001` to `999`.
///
/// The code is of a *network*, and says less than a country: `340` is shared by five
/// territories, `901` (satellites, ships, aircraft) belongs to none.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mcc(NonZeroU16);

impl Mcc {
    /// The code with this number, if it is 1 to 999.
    #[must_use]
    #[inline]
    pub fn new(code: u16) -> Option<Self> {
        NonZeroU16::new(code).filter(|code| code.get() <= 999).map(Self)
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
    #[inline]
    pub fn countries(self) -> Option<Candidates> {
        table::MCC.get(usize::from(self.0.get())).copied().flatten()
    }

    /// Every code of the table, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=999).filter_map(Self::new).filter(|code| code.countries().is_some())
    }

    /// The number.
    #[must_use]
    #[inline]
    pub fn get(self) -> u16 {
        self.0.get()
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
