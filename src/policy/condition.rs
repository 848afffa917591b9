//! Conditions over the line, in Kleene's logic.

use crate::country::{CountrySet, Mcc};
use crate::status::{LineState, RoamingStatus, UnknownReason, Visited};

/// True, false, or undecided for some reasons.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Truth {
    True,
    False,
    Undecided(Reasons),
}

impl Truth {
    /// False wins over undecided, undecided over true.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::Undecided(a), Self::Undecided(b)) => Self::Undecided(a.union(b)),
            (undecided @ Self::Undecided(_), Self::True) | (Self::True, undecided) => undecided,
        }
    }

    pub(crate) fn negate(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            undecided @ Self::Undecided(_) => undecided,
        }
    }

    fn undecided(reason: UnknownReason) -> Self {
        Self::Undecided(Reasons::from(reason))
    }
}

/// A set of reasons, one bit each.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Reasons(u32);

impl Reasons {
    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The reasons in their order.
    pub(crate) fn iter(self) -> impl Iterator<Item = UnknownReason> {
        UnknownReason::ALL.iter().copied().filter(move |reason| self.0 & 1 << *reason as u32 != 0)
    }
}

impl From<UnknownReason> for Reasons {
    fn from(reason: UnknownReason) -> Self {
        Self(1 << reason as u32)
    }
}

/// A list of places: countries and network codes, groups resolved.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct PlaceList {
    pub(crate) countries: CountrySet,
    /// Sorted, without repetition.
    pub(crate) codes: Vec<Mcc>,
}

impl PlaceList {
    /// Is the visited network in the list?
    fn contains(&self, visited: Visited) -> Truth {
        if visited.mcc.is_some_and(|code| self.codes.binary_search(&code).is_ok()) {
            return Truth::True;
        }
        if visited.countries.is_empty() {
            let only_codes = self.countries.is_empty();
            return match visited.mcc {
                Some(_) if only_codes => Truth::False,
                _ => Truth::undecided(UnknownReason::CountryUnresolved),
            };
        }
        let listed = self.countries_for(visited.mcc);
        if visited.countries.is_subset(listed) {
            Truth::True
        } else if visited.countries.intersection(listed).is_empty() {
            Truth::False
        } else {
            Truth::undecided(UnknownReason::CountryAmbiguous)
        }
    }

    /// Where the answer carries no code, a listed code stands for its countries.
    fn countries_for(&self, mcc: Option<Mcc>) -> CountrySet {
        if mcc.is_some() {
            return self.countries;
        }
        let of_codes = self.codes.iter().filter_map(|code| code.countries());
        of_codes.fold(self.countries, CountrySet::union)
    }
}

/// One test of the line.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum LineTest {
    Home,
    Roaming,
    RoamingIn(PlaceList),
    RoamingOutside(PlaceList),
}

impl LineTest {
    pub(crate) fn evaluate(&self, line: LineState) -> Truth {
        let status = match line {
            LineState::Known(status) => status,
            LineState::Unknown(reason) => return Truth::undecided(reason),
        };
        match (self, status) {
            (Self::Home, RoamingStatus::Home) | (Self::Roaming, RoamingStatus::Roaming(_)) => {
                Truth::True
            }
            (Self::Home, RoamingStatus::Roaming(_)) | (_, RoamingStatus::Home) => Truth::False,
            (Self::RoamingIn(list), RoamingStatus::Roaming(visited)) => list.contains(visited),
            (Self::RoamingOutside(list), RoamingStatus::Roaming(visited)) => {
                list.contains(visited).negate()
            }
        }
    }

    /// The network codes the test mentions.
    pub(crate) fn codes(&self) -> &[Mcc] {
        match self {
            Self::Home | Self::Roaming => &[],
            Self::RoamingIn(list) | Self::RoamingOutside(list) => &list.codes,
        }
    }

    /// The verb, as policies write it.
    pub(crate) fn verb(&self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Roaming => "roaming",
            Self::RoamingIn(_) => "roamingIn",
            Self::RoamingOutside(_) => "roamingOutside",
        }
    }
}

/// The conjunction of all tests.
pub(crate) fn all(tests: &[LineTest], line: LineState) -> Truth {
    tests.iter().fold(Truth::True, |truth, test| truth.and(test.evaluate(line)))
}
