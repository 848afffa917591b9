//! W105: what one rule requires, another on the same route refuses.

use std::collections::HashMap;

use super::{Lints, in_force, names};
use crate::country::{Country, CountrySet};
use crate::document::Finding;
use crate::policy::condition::{Condition, LineTest};
use crate::policy::effect::Effect;
use crate::policy::load::{File, RuleDraft};
use crate::policy::rule::Polarity;

/// For each country, the first rule that requires it.
type Required<'a> = HashMap<Country, &'a RuleDraft>;

pub(super) fn check(at: usize, file: &File, lints: &mut Lints) {
    let required = required(file);
    for rule in in_force(file) {
        let refused = refused(rule);
        let required = rule.routes.iter().filter_map(|route| required.get(*route));
        // One contradiction is told at a time: mending it shows the next.
        if let Some(finding) =
            required.filter_map(|other| contradiction(rule, refused, other)).next()
        {
            lints.about_rule(at, &rule.id, finding);
        }
    }
}

/// What is required on each route.
fn required(file: &File) -> Vec<Required<'_>> {
    let mut required: Vec<_> = file.routes.iter().map(|_| Required::new()).collect();
    for rule in in_force(file) {
        let countries = let_in(rule);
        for route in &rule.routes {
            let Some(required) = required.get_mut(*route) else { continue };
            countries.iter().for_each(|country| _ = required.entry(country).or_insert(rule));
        }
    }
    required
}

fn contradiction(
    rule: &RuleDraft,
    refused: CountrySet,
    required: &Required<'_>,
) -> Option<Finding> {
    let other = refused.iter().find_map(|country| required.get(&country))?;
    let countries = names(refused.intersection(let_in(other)));
    let message = format!(
        "`{}` refuses {countries}, which `{}` requires on the same route",
        rule.id, other.id
    );
    let help = "no line there can pass both rules: make their lists agree";
    Some(Finding::warning("W105", rule.place, message).help(help))
}

/// The countries that a `require` rule lists as those of which one must be proved.
fn let_in(rule: &RuleDraft) -> CountrySet {
    match rule.polarity {
        Polarity::Require(_) => any_of(&rule.condition, &|test| match test {
            LineTest::RoamingIn(list) | LineTest::LocatedIn(list) => list.countries,
            _ => CountrySet::EMPTY,
        }),
        Polarity::When(_) => CountrySet::EMPTY,
    }
}

/// The countries that the rule refuses whatever else is known of the request.
fn refused(rule: &RuleDraft) -> CountrySet {
    if rule.unless.is_some() || rule.matching.is_some() {
        return CountrySet::EMPTY;
    }
    match rule.polarity {
        Polarity::When(Effect::Deny) => any_of(&rule.condition, &|test| match test {
            LineTest::RoamingIn(list) | LineTest::LocatedIn(list) => list.countries,
            LineTest::RoamingOutside(list) | LineTest::LocatedOutside(list) => {
                everywhere().minus(list.countries)
            }
            _ => CountrySet::EMPTY,
        }),
        Polarity::Require(Effect::Deny) => match let_in(rule) {
            CountrySet::EMPTY => CountrySet::EMPTY,
            listed => everywhere().minus(listed),
        },
        Polarity::When(_) | Polarity::Require(_) => CountrySet::EMPTY,
    }
}

/// What one test alone is enough for. Of tests that must hold together nothing is said.
fn any_of(condition: &Condition, of: &impl Fn(&LineTest) -> CountrySet) -> CountrySet {
    match condition {
        Condition::Line(test) => of(test),
        Condition::Any(parts) => {
            parts.iter().map(|part| any_of(part, of)).fold(CountrySet::EMPTY, CountrySet::union)
        }
        Condition::All(_) | Condition::Not(_) | Condition::Fact(_) => CountrySet::EMPTY,
    }
}

fn everywhere() -> CountrySet {
    Country::all().collect()
}
