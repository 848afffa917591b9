//! Which combinations of facts a situation is made of, in words.

use std::sync::Arc;

use roamgate::country::{Country, CountrySet};
use roamgate::policy::FactRange;

use super::phrases::named;

/// More values than these are counted.
const LISTED: usize = 6;

/// What helps where a route has more points than can be told.
pub(crate) const WAY_OUT: &str =
    "`forAll` in a test file proves statements about them, and `explain` decides one";

/// With which facts something is so, and what else matters, a line for each alternative; nothing
/// where it is always so.
pub(crate) fn told(when: &[Vec<FactRange>], depends_on: &[Arc<str>], what: &str) -> Vec<String> {
    let words = std::iter::once("where").chain(std::iter::repeat("or"));
    let alternatives = alternatives(when).into_iter().zip(words);
    let mut told: Vec<_> = alternatives.map(|(told, word)| format!("{word} {told}")).collect();
    if !depends_on.is_empty() {
        told.push(format!("{what} depends on {}", depends_on.join(", ")));
    }
    told
}

/// The alternatives, each as conditions that hold together; none where it is always so.
pub(super) fn alternatives(when: &[Vec<FactRange>]) -> Vec<String> {
    let together = |ranges: &Vec<FactRange>| {
        let ranges: Vec<_> = ranges.iter().map(range).collect();
        ranges.join(" and ")
    };
    when.iter().filter(|ranges| !ranges.is_empty()).map(together).collect()
}

/// `request.amountEur <200`, or what is left out.
fn range(FactRange { fact, values, others, .. }: &FactRange) -> String {
    // What is left out is harder to read: it has to be much shorter.
    let is_rest = others.len() * 2 < values.len();
    let (word, labels) = if is_rest { (" not", others) } else { ("", values) };
    let is_place = values.len() + others.len() > Country::COUNT;
    let country = |label: &str| Country::from_code(label).filter(|_| is_place);
    let countries: CountrySet = labels.iter().filter_map(|label| country(label)).collect();
    let mut names = named(countries);
    names.extend(labels.iter().filter(|label| country(label).is_none()).map(ToString::to_string));
    names.dedup_by(|next, name| adjoined(name, next).map(|joined| *name = joined).is_some());
    format!("{fact}{word} {}", listed(&names))
}

/// `200..10000` and `>=10000` are `>=200`.
fn adjoined(one: &str, next: &str) -> Option<String> {
    let (from, bound) = one.split_once("..").or_else(|| Some(("", one.strip_prefix('<')?)))?;
    let (is_last, to) = match next.strip_prefix(">=") {
        Some(from) if from == bound => (true, ""),
        _ => (false, next.split_once("..").filter(|(from, _)| *from == bound)?.1),
    };
    match (from, is_last) {
        ("", true) => None,
        ("", false) => Some(format!("<{to}")),
        (from, true) => Some(format!(">={from}")),
        (from, false) => Some(format!("{from}..{to}")),
    }
}

/// `a, b or c`
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [name] => name.clone(),
        [.., _] if names.len() > LISTED => {
            let shown: Vec<_> = names.iter().take(LISTED).map(String::as_str).collect();
            format!("{} or {} more", shown.join(", "), names.len() - LISTED)
        }
        [names @ .., last] => format!("{} or {last}", names.join(", ")),
    }
}
