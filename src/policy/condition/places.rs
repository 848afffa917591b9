//! Lists of places, three-valued for lines that can be in several countries.

use std::sync::Arc;

use super::truth::Truth;
use crate::country::{CountrySet, Mcc};
use crate::policy::fact::{FactValue, Facts};
use crate::status::{LinePlace, UnknownReason};

/// A list of places: countries and network codes, groups resolved.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct PlaceList {
    pub(crate) countries: CountrySet,
    /// Sorted, without repetition.
    pub(crate) codes: Vec<Mcc>,
    /// Facts of the type `countries` that lengthen the list. Sorted, without repetition.
    pub(crate) attributes: Vec<Arc<str>>,
}

impl PlaceList {
    /// Is the visited network, or the place of a line, in the list? What a missing fact would add
    /// to the list cannot make a place leave it.
    pub(crate) fn contains(&self, place: LinePlace, facts: &dyn Facts) -> Truth {
        let (mut added, mut is_complete) = (CountrySet::EMPTY, true);
        for name in &self.attributes {
            match facts.get(name) {
                Some(FactValue::Countries(countries)) => added = added.union(countries),
                _ => is_complete = false,
            }
        }
        match self.lists(place, added) {
            Truth::True => Truth::True,
            _ if !is_complete => Truth::undecided(UnknownReason::MissingAttribute),
            truth => truth,
        }
    }

    fn lists(&self, place: LinePlace, added: CountrySet) -> Truth {
        if place.mcc.is_some_and(|code| self.codes.binary_search(&code).is_ok()) {
            return Truth::True;
        }
        if place.countries.is_empty() {
            let only_codes = self.countries.is_empty() && self.attributes.is_empty();
            return match place.mcc {
                Some(_) if only_codes => Truth::False,
                _ => Truth::undecided(UnknownReason::CountryUnresolved),
            };
        }
        let listed = self.countries_for(place.mcc).union(added);
        if place.countries.is_subset(listed) {
            Truth::True
        } else if place.countries.intersection(listed).is_empty() {
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
        let of_codes = self.codes.iter().filter_map(|code| code.countries()).map(CountrySet::from);
        of_codes.fold(self.countries, CountrySet::union)
    }
}
