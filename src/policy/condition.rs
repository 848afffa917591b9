//! Conditions over the line, in Kleene's logic.

use crate::country::{CountrySet, Mcc};
use crate::status::{LineFacts, LineState, RoamingStatus, UnknownReason, Visited};

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

    /// True wins over undecided, undecided over false.
    fn or(self, other: Self) -> Self {
        self.negate().and(other.negate()).negate()
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

/// A block: tests joined by AND, OR and NOT.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Line(LineTest),
}

impl Condition {
    /// Is it so for this line? The reasons are those of the undecided tests that still matter.
    pub(crate) fn evaluate(&self, line: LineFacts) -> Truth {
        match self {
            Self::All(parts) => {
                parts.iter().fold(Truth::True, |truth, part| truth.and(part.evaluate(line)))
            }
            Self::Any(parts) => {
                parts.iter().fold(Truth::False, |truth, part| truth.or(part.evaluate(line)))
            }
            Self::Not(part) => part.evaluate(line).negate(),
            Self::Line(test) => test.evaluate(line),
        }
    }

    /// All tests, in the order in which they are written.
    pub(crate) fn tests(&self) -> Vec<&LineTest> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(part) => part.tests(),
            Self::Line(test) => vec![test],
        }
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
    /// Is the visited network, or the place of a line, in the list?
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
    LocatedIn(PlaceList),
    LocatedOutside(PlaceList),
    Abroad,
}

impl LineTest {
    pub(crate) fn evaluate(&self, line: LineFacts) -> Truth {
        match self {
            Self::Home => roaming(line, |_| Truth::True).negate(),
            Self::Roaming => roaming(line, |_| Truth::True),
            Self::RoamingIn(list) => roaming(line, |visited| list.contains(visited)),
            Self::RoamingOutside(list) => roaming(line, |visited| list.contains(visited).negate()),
            Self::LocatedIn(list) => located(line, list),
            Self::LocatedOutside(list) => located(line, list).negate(),
            Self::Abroad => roaming(line, |visited| abroad(visited, line.number_countries)),
        }
    }

    /// The list of places, if the test has one.
    pub(crate) fn list(&self) -> Option<&PlaceList> {
        match self {
            Self::Home | Self::Roaming | Self::Abroad => None,
            Self::RoamingIn(list)
            | Self::RoamingOutside(list)
            | Self::LocatedIn(list)
            | Self::LocatedOutside(list) => Some(list),
        }
    }

    /// The network codes the test mentions.
    pub(crate) fn codes(&self) -> &[Mcc] {
        self.list().map_or(&[], |list| &list.codes)
    }

    /// Does the place of a line at home matter, and so its number?
    pub(crate) fn asks_for_place(&self) -> bool {
        matches!(self, Self::LocatedIn(_) | Self::LocatedOutside(_))
    }

    /// Can an answer of the network be too imprecise for the test?
    pub(crate) fn can_be_imprecise(&self) -> bool {
        self.list().is_some() || *self == Self::Abroad
    }

    /// The verb, as policies write it.
    pub(crate) fn verb(&self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Roaming => "roaming",
            Self::RoamingIn(_) => "roamingIn",
            Self::RoamingOutside(_) => "roamingOutside",
            Self::LocatedIn(_) => "locatedIn",
            Self::LocatedOutside(_) => "locatedOutside",
            Self::Abroad => "abroad",
        }
    }
}

/// False at home, undecided where nothing is known, and what `test` says of a visited network.
fn roaming(line: LineFacts, test: impl FnOnce(Visited) -> Truth) -> Truth {
    match line.state {
        LineState::Unknown(reason) => Truth::undecided(reason),
        LineState::Known(RoamingStatus::Home) => Truth::False,
        LineState::Known(RoamingStatus::Roaming(visited)) => test(visited),
    }
}

fn located(line: LineFacts, list: &PlaceList) -> Truth {
    line.place().map_or_else(Truth::undecided, |place| list.contains(place))
}

/// Roaming is not abroad: the countries of the network are compared with those of the number.
fn abroad(visited: Visited, number: CountrySet) -> Truth {
    let countries = visited.countries;
    if countries.is_empty() {
        // A ship, an aircraft or a satellite has a code and no country: it is not at home there.
        return match visited.mcc {
            Some(_) => Truth::True,
            None => Truth::undecided(UnknownReason::CountryUnresolved),
        };
    }
    if number.len() == 1 && countries == number {
        Truth::False
    } else if countries.intersection(number).is_empty() {
        Truth::True
    } else {
        Truth::undecided(UnknownReason::CountryAmbiguous)
    }
}
