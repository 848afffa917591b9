//! The countries that one network may be in.

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::sample::subsequence;
use roamgate::country::{Candidates, CountrySet, Mcc};
use roamgate::status::{Answer, Visited};
use roamgate::{Country, LineState, RoamingStatus};

use crate::generate::config;

fn of(countries: impl IntoIterator<Item = Country>) -> Candidates {
    Candidates::from_countries(countries).unwrap()
}

/// They say what the set says that has the same members, in the same order.
fn assert_alike(candidates: Candidates, set: CountrySet) {
    assert_eq!(CountrySet::from(candidates), set);
    assert_eq!(of(set), candidates);
    assert_eq!(candidates.iter().collect::<Vec<_>>(), set.iter().collect::<Vec<_>>());
    assert_eq!((candidates.len(), candidates.is_empty()), (set.len(), set.is_empty()));
    assert_eq!(candidates.single(), set.single());
    assert_eq!(format!("{candidates:?}"), format!("{set:?}"));
    let contains = |country: Country| candidates.contains(country) == set.contains(country);
    assert!(Country::all().all(contains), "{set:?}");
}

#[test]
fn the_countries_of_every_network_code_are_candidates() {
    let codes: Vec<_> = Mcc::all().collect();
    for code in &codes {
        let candidates = code.countries().unwrap();
        assert_alike(candidates, candidates.into_iter().collect());
        assert_eq!(Visited::network(*code).countries, candidates);
    }
    let most = codes.iter().filter_map(|code| code.countries()).map(Candidates::len).max();
    assert!(most <= Some(Candidates::MOST), "{most:?}");
}

#[test]
fn no_country_and_each_country_alone_are_candidates() {
    assert_alike(Candidates::EMPTY, CountrySet::EMPTY);
    assert_eq!(Candidates::default(), Candidates::EMPTY);
    for country in Country::all() {
        assert_alike(country.into(), country.into());
        assert_eq!(of([country, country]), country.into());
        assert_eq!(Visited::countries(country).countries.single(), Some(country));
    }
}

#[test]
fn every_pair_is_the_same_in_both_orders_and_no_other() {
    let mut seen = HashSet::new();
    for one in Country::all() {
        for other in Country::all().skip(one.index() + 1) {
            assert_eq!(of([one, other]), of([other, one]));
            assert_eq!(of([one, other]).iter().collect::<Vec<_>>(), [one, other]);
            assert!(seen.insert(of([one, other])), "{one} and {other}");
        }
    }
}

fn some(count: impl Into<prop::sample::SizeRange>) -> impl Strategy<Value = Vec<Country>> {
    subsequence(Country::all().collect::<Vec<_>>(), count)
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn up_to_eight_countries_are_equal_in_whatever_order_they_come(
        (sorted, shuffled) in some(2..=8)
            .prop_flat_map(|listed| (Just(listed.clone()), Just(listed).prop_shuffle())),
    ) {
        assert_alike(of(shuffled.iter().copied()), sorted.iter().copied().collect());
        prop_assert_eq!(of(shuffled.iter().chain(&shuffled).copied()), of(sorted));
    }

    #[test]
    fn more_than_eight_are_in_no_network(listed in some(9..=250)) {
        prop_assert_eq!(Candidates::from_countries(listed.iter().copied()), None);
        prop_assert!(Candidates::from_countries(listed.into_iter().take(8)).is_some());
    }
}

/// What is moved about on every request.
#[test]
fn a_state_of_a_line_fits_three_words() {
    assert_eq!((size_of::<Option<Country>>(), size_of::<Option<Mcc>>()), (1, 2));
    assert_eq!((size_of::<Candidates>(), align_of::<Candidates>()), (8, align_of::<u64>()));
    assert!(size_of::<Visited>() <= 16 && size_of::<RoamingStatus>() <= 24);
    assert!(size_of::<Option<LineState>>() <= 24);
    assert_eq!((size_of::<Answer>(), size_of::<Option<Answer>>()), (32, 32));
}
