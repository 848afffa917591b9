//! Countries, their sets, network codes and groups.

use std::collections::BTreeSet;

use proptest::prelude::*;
use roamgate::Country;
use roamgate::country::{CountrySet, GroupMember, GroupsEdition, Mcc};

use crate::generate::{config, countries};

fn codes(set: CountrySet) -> String {
    set.iter().map(|country| country.code()).collect::<Vec<_>>().join(",")
}

fn of(code: u16) -> Option<String> {
    Mcc::new(code).and_then(Mcc::countries).map(CountrySet::from).map(codes)
}

#[test]
fn the_decisions_about_network_codes_hold() {
    let rows = [
        (289, None),
        (995, Some("IO")),
        (225, Some("VA")),
        (255, Some("UA")),
        (270, Some("LU")),
        (310, Some("AS,BM,GU,MP,PR,US,VI")),
        (311, Some("AS,BM,GU,MP,PR,US,VI")),
        (313, Some("AS,BM,GU,MP,PR,US,VI")),
        (340, Some("BL,GF,GP,MF,MQ")),
        (901, Some("")),
        (902, Some("")),
        (991, Some("")),
        (999, Some("")),
        (1, Some("")),
        (234, Some("GB,GG,IM,JE")),
        (221, Some("XK")),
        (262, Some("DE")),
        (500, None),
    ];
    for (code, expected) in rows {
        assert_eq!(of(code).as_deref(), expected, "{code}");
    }
}

#[test]
fn a_network_code_has_three_digits() {
    for digits in ["", "1", "01", "0001", "000", "1000", "9a1", " 901", "+901", "٩٠١"] {
        assert_eq!(Mcc::from_digits(digits), None, "{digits:?}");
    }
    for digits in ["001", "010", "262", "999"] {
        assert_eq!(Mcc::from_digits(digits).unwrap().to_string(), digits);
    }
    assert_eq!((Mcc::new(0), Mcc::new(1000)), (None, None));
}

#[test]
fn there_are_249_assigned_codes_and_kosovo() {
    let all: Vec<_> = Country::all().collect();
    assert_eq!(all.len(), 250);
    assert!(all.windows(2).all(|pair| pair[0].code() < pair[1].code()));
    assert!(all.iter().enumerate().all(|(at, country)| country.index() == at));
    assert!(all.iter().all(|country| Country::from_code(country.code()) == Some(*country)));
}

#[test]
fn only_assigned_codes_in_upper_case_are_countries() {
    let letters = || 'A'..='Z';
    let found = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}")));
    assert_eq!(found.filter(|code| Country::from_code(code).is_some()).count(), 250);
    for code in ["UK", "EL", "EU", "no", "No", "NOR", "N", "", "ZZ", "XX", "AN", "YU", "СН", "ＮＯ"]
    {
        assert_eq!(Country::from_code(code), None, "{code}");
    }
}

fn members(group: &str) -> BTreeSet<String> {
    let member = |member| match member {
        GroupMember::Country(country) => country.to_string(),
        GroupMember::Mcc(code) => format!("mcc:{code}"),
    };
    GroupsEdition::OLDEST.members(group).unwrap().map(member).collect()
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[test]
fn the_built_in_groups_are_those_of_the_specification() {
    let names: Vec<_> = GroupsEdition::OLDEST.names().collect();
    assert_eq!(names, ["eu", "eea", "schengen", "eu-outermost", "gb-and-islands", "international"]);
    assert_eq!(members("eu-outermost"), words("GF GP MF MQ RE YT"));
    assert_eq!(members("gb-and-islands"), words("GB GG IM JE"));
    assert_eq!(members("international"), words("mcc:901 mcc:902 mcc:991 mcc:999"));
    let eu =
        words("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK");
    assert_eq!(members("eu"), eu);
    assert_eq!(members("eea"), &eu | &words("IS LI NO"));
    let schengen: BTreeSet<_> = &(&eu | &words("CH IS LI NO")) - &words("CY IE");
    assert_eq!(members("schengen"), schengen);
    assert!(GroupsEdition::OLDEST.members("EU").is_none());
}

#[test]
fn editions_are_named_by_their_date() {
    assert_eq!(GroupsEdition::all().next(), Some(GroupsEdition::OLDEST));
    assert_eq!(GroupsEdition::from_date("2025-01-01"), Some(GroupsEdition::OLDEST));
    for date in ["", "2025-01-02", "2025-1-1", "# Built-in"] {
        assert_eq!(GroupsEdition::from_date(date), None, "{date}");
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn a_country_set_is_a_set((a, slow_a) in countries(), (b, slow_b) in countries()) {
        let sorted = |set: CountrySet| set.iter().collect::<Vec<_>>();
        prop_assert_eq!(sorted(a), slow_a.iter().copied().collect::<Vec<_>>());
        prop_assert_eq!(sorted(a.union(b)), slow_a.union(&slow_b).copied().collect::<Vec<_>>());
        prop_assert_eq!(sorted(a.intersection(b)), slow_a.intersection(&slow_b).copied().collect::<Vec<_>>());
        prop_assert_eq!(sorted(a.minus(b)), slow_a.difference(&slow_b).copied().collect::<Vec<_>>());
        prop_assert_eq!(a.is_subset(b), slow_a.is_subset(&slow_b));
        prop_assert_eq!(a == b, slow_a == slow_b);
        prop_assert_eq!((a.len(), a.is_empty()), (slow_a.len(), slow_a.is_empty()));
        prop_assert_eq!(a.single(), slow_a.first().copied().filter(|_| slow_a.len() == 1));
        prop_assert!(Country::all().all(|country| a.contains(country) == slow_a.contains(&country)));
        prop_assert!(a.is_subset(a.union(b)) && a.intersection(b).is_subset(b));
    }

    #[test]
    fn inserting_is_idempotent((mut set, slow) in countries(), at in any::<prop::sample::Index>()) {
        let country = *at.get(&Country::all().collect::<Vec<_>>());
        set.insert(country);
        set.insert(country);
        prop_assert!(set.contains(country));
        prop_assert_eq!(set.len(), slow.len() + usize::from(!slow.contains(&country)));
    }
}
