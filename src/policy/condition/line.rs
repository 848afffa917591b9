//! What is asked of the line.

use std::sync::Arc;
use std::time::Duration;

use super::places::PlaceList;
use super::truth::Truth;
use crate::country::{CountrySet, Mcc};
use crate::policy::fact::{FactValue, Facts, LINE_AGE, LINE_CHANGED};
use crate::status::{LineFacts, LinePlace, LineState, RoamingStatus, UnknownReason};

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
    /// The line was in another country so recently, by our own history.
    CountryChangedWithin(Duration),
    /// The line is not in the country of this fact.
    DiffersFrom(Arc<str>),
    /// The network confirmed the status longer ago.
    StatusOlderThan(Duration),
}

impl LineTest {
    pub(crate) fn evaluate(&self, line: LineFacts, facts: &dyn Facts) -> Truth {
        match self {
            Self::Home => roaming(line, |_| Truth::True).negate(),
            Self::Roaming => roaming(line, |_| Truth::True),
            Self::RoamingIn(list) => roaming(line, |visited| list.contains(visited, facts)),
            Self::RoamingOutside(list) => {
                roaming(line, |visited| list.contains(visited, facts).negate())
            }
            Self::LocatedIn(list) => located(line, |place| list.contains(place, facts)),
            Self::LocatedOutside(list) => {
                located(line, |place| list.contains(place, facts).negate())
            }
            Self::Abroad => roaming(line, |visited| abroad(visited, line.number_countries)),
            Self::CountryChangedWithin(within) => located(line, |_| changed(*within, facts)),
            Self::DiffersFrom(name) => located(line, |place| differs(place, facts.get(name))),
            Self::StatusOlderThan(age) => located(line, |_| older(*age, facts)),
        }
    }

    /// The list of places, if the test has one.
    pub(crate) fn list(&self) -> Option<&PlaceList> {
        match self {
            Self::RoamingIn(list)
            | Self::RoamingOutside(list)
            | Self::LocatedIn(list)
            | Self::LocatedOutside(list) => Some(list),
            Self::Home
            | Self::Roaming
            | Self::Abroad
            | Self::CountryChangedWithin(_)
            | Self::DiffersFrom(_)
            | Self::StatusOlderThan(_) => None,
        }
    }

    /// The network codes the test mentions.
    pub(crate) fn codes(&self) -> &[Mcc] {
        self.list().map_or(&[], |list| &list.codes)
    }

    /// Does the place of a line at home matter, and so its number?
    pub(crate) fn asks_for_place(&self) -> bool {
        matches!(self, Self::LocatedIn(_) | Self::LocatedOutside(_) | Self::DiffersFrom(_))
    }

    /// Does the country of the number matter?
    pub(crate) fn asks_for_number(&self) -> bool {
        self.asks_for_place() || *self == Self::Abroad
    }

    /// Does the test look at more than the state of the line and the countries of its number?
    pub(crate) fn is_late(&self) -> bool {
        match self {
            Self::CountryChangedWithin(_) | Self::DiffersFrom(_) | Self::StatusOlderThan(_) => true,
            Self::Home | Self::Roaming | Self::Abroad => false,
            Self::RoamingIn(list)
            | Self::RoamingOutside(list)
            | Self::LocatedIn(list)
            | Self::LocatedOutside(list) => !list.attributes.is_empty(),
        }
    }

    /// The reasons for which the test can be undecided although the status is known.
    pub(crate) fn reasons(&self) -> &'static [UnknownReason] {
        use UnknownReason::{CountryAmbiguous, CountryUnresolved, MissingAttribute, NoHistory};
        match self {
            Self::Home | Self::Roaming => &[],
            Self::CountryChangedWithin(_) => &[NoHistory],
            Self::StatusOlderThan(_) => &[MissingAttribute],
            Self::DiffersFrom(_) => &[CountryAmbiguous, CountryUnresolved, MissingAttribute],
            _ if self.is_late() => &[CountryAmbiguous, CountryUnresolved, MissingAttribute],
            _ => &[CountryAmbiguous, CountryUnresolved],
        }
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
            Self::CountryChangedWithin(_) => "countryChangedWithin",
            Self::DiffersFrom(_) => "differsFrom",
            Self::StatusOlderThan(_) => "statusOlderThan",
        }
    }
}

/// False at home, undecided where nothing is known, and what `test` says of a visited network.
fn roaming(line: LineFacts, test: impl FnOnce(LinePlace) -> Truth) -> Truth {
    match line.state {
        LineState::Unknown(reason) => Truth::undecided(reason),
        LineState::Known(RoamingStatus::Home) => Truth::False,
        LineState::Known(RoamingStatus::Roaming(visited)) => test(visited.into()),
    }
}

/// Undecided where nothing is known, and what `test` says of the place of the line.
fn located(line: LineFacts, test: impl FnOnce(LinePlace) -> Truth) -> Truth {
    line.place().map_or_else(Truth::undecided, test)
}

fn changed(within: Duration, facts: &dyn Facts) -> Truth {
    match facts.get(LINE_CHANGED) {
        Some(FactValue::Age(ago)) => (ago <= within).into(),
        Some(FactValue::Never) => Truth::False,
        _ => Truth::undecided(UnknownReason::NoHistory),
    }
}

fn older(age: Duration, facts: &dyn Facts) -> Truth {
    match facts.get(LINE_AGE) {
        Some(FactValue::Age(actual)) => (actual > age).into(),
        _ => Truth::undecided(UnknownReason::MissingAttribute),
    }
}

fn differs(place: LinePlace, fact: Option<FactValue>) -> Truth {
    let Some(FactValue::Country(country)) = fact else {
        return Truth::undecided(UnknownReason::MissingAttribute);
    };
    match place.countries {
        CountrySet::EMPTY => Truth::undecided(UnknownReason::CountryUnresolved),
        countries if !countries.contains(country) => Truth::True,
        countries if countries.len() == 1 => Truth::False,
        _ => Truth::undecided(UnknownReason::CountryAmbiguous),
    }
}

/// Roaming is not abroad: the countries of the network are compared with those of the number.
fn abroad(visited: LinePlace, number: CountrySet) -> Truth {
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
