//! W110 and N109: lists that divide what belongs together.

use super::{BuiltIn, Lints, WrittenList, names};
use crate::country::{CountrySet, GroupMember, GroupsEdition, Mcc};
use crate::document::Finding;
use crate::policy::load::RuleDraft;

pub(super) fn check(at: usize, edition: GroupsEdition, rule: &RuleDraft, lints: &mut Lints) {
    for list in &rule.remarks.lists {
        let outermost = half_of_the_union(list, edition);
        // Only of the line is there ever a code without a country.
        let divided = if list.is_of_line() { divided_codes(list) } else { Vec::new() };
        for finding in outermost.into_iter().chain(divided) {
            lints.about_rule(at, &rule.id, finding);
        }
    }
}

/// W110. The outermost regions belong to the Union and have codes of their own.
fn half_of_the_union(list: &WrittenList, edition: GroupsEdition) -> Option<Finding> {
    let pairs = [
        (
            "eea",
            "eu-outermost",
            "these regions belong to the EU: add `eu-outermost` if they are meant",
        ),
        (
            "eu",
            "eu-outermost",
            "these regions belong to the EU: add `eu-outermost` if they are meant",
        ),
        (
            "eu-outermost",
            "eu",
            "the group holds overseas regions alone: add `eu` or `eea` if they are meant",
        ),
    ];
    pairs.into_iter().find_map(|(group, other, help)| {
        let found = list.built_in.iter().find(|built_in| built_in.group == group)?;
        let missing = countries(edition, other).minus(list.places.countries);
        if missing.is_empty() {
            return None;
        }
        let BuiltIn { item, place, .. } = found;
        let through = if **item == *group { String::new() } else { format!("`{item}` holds ") };
        let without = if through.is_empty() { "is listed without" } else { "without" };
        let message = format!("{through}`{group}` {without} `{other}`: {}", names(missing));
        Some(Finding::warning("W110", *place, message).help(help))
    })
}

fn countries(edition: GroupsEdition, group: &str) -> CountrySet {
    let country = |member| match member {
        GroupMember::Country(country) => Some(country),
        GroupMember::Mcc(_) => None,
    };
    edition.members(group).into_iter().flatten().filter_map(country).collect()
}

/// N109, once for codes that stand for the same countries.
fn divided_codes(list: &WrittenList) -> Vec<Finding> {
    let mut divided: Vec<(CountrySet, Vec<String>)> = Vec::new();
    for code in Mcc::all().filter(|code| list.places.codes.binary_search(code).is_err()) {
        let countries = CountrySet::from(code.countries().unwrap_or_default());
        let listed = countries.intersection(list.places.countries);
        if listed.is_empty() || listed == countries {
            continue;
        }
        match divided.iter_mut().find(|(known, _)| *known == countries) {
            Some((_, codes)) => codes.push(code.to_string()),
            None => divided.push((countries, vec![code.to_string()])),
        }
    }
    divided.into_iter().map(|(countries, codes)| divided_code(list, countries, &codes)).collect()
}

fn divided_code(list: &WrittenList, countries: CountrySet, codes: &[String]) -> Finding {
    let listed = names(countries.intersection(list.places.countries));
    let missing = names(countries.minus(list.places.countries));
    let plural = if codes.len() == 1 { "" } else { "s" };
    let message = format!(
        "`{}` lists {listed}, and not {missing}, which share the network code{plural} {}",
        list.verb,
        codes.join(", ")
    );
    let help = format!(
        "an answer with the code alone is ambiguous: list all of them, or \"mcc:{}\"",
        codes.join("\", \"mcc:")
    );
    Finding::note("N109", list.place, message).help(help)
}
