//! The specification, read literally and slowly: what a policy means, without any of the
//! library's preparations.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use roamgate::country::{CountrySet, Mcc};
use roamgate::policy::{Assurance, Effect, FactValue};
use roamgate::status::{LineFacts, UnknownReason, Visited};
use roamgate::{LineState, RoamingStatus};

use crate::free::{self, Values};
use crate::model::{Block, File, ListTest, Map, Mode, Polarity, Policy, Rule, StepUp, Test};

/// Kleene's truth, with the reasons of the undecided.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Truth {
    True,
    False,
    Undecided(BTreeSet<UnknownReason>),
}

/// What one rule contributes to a decision.
#[derive(Clone, Debug)]
pub(crate) struct Contribution<'a> {
    pub(crate) effect: Effect,
    pub(crate) reason: Option<UnknownReason>,
    pub(crate) rule: &'a str,
    pub(crate) step_up: Option<&'a StepUp>,
    pub(crate) is_satisfied: bool,
}

/// What is decided, and by which rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) effect: Effect,
    pub(crate) rule: Option<String>,
    pub(crate) reason: Option<UnknownReason>,
    pub(crate) is_satisfied: bool,
    pub(crate) challenge: Option<StepUp>,
}

/// A line, the free facts, and the moment.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) line: LineFacts,
    pub(crate) values: &'a Values,
    pub(crate) assurance: &'a Assurance<'a>,
}

/// Place: roaming, the candidates; at home, the countries of the number.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) mcc: Option<Mcc>,
    pub(crate) countries: CountrySet,
}

impl From<Visited> for Place {
    fn from(visited: Visited) -> Self {
        Self { mcc: visited.mcc, countries: visited.countries.iter().collect() }
    }
}

/// The table of §4, row by row.
pub(crate) fn test(test: &Test, request: Request<'_>) -> Truth {
    let Request { mut line, values, .. } = request;
    if line.number_countries.is_empty() {
        line.number_countries = values.countries("line.numberCountry").unwrap_or_default();
    }
    let visited = match line.state {
        LineState::Unknown(reason) => return undecided(reason),
        LineState::Known(RoamingStatus::Home) => None,
        LineState::Known(RoamingStatus::Roaming(visited)) => Some(Place::from(visited)),
    };
    let place = visited.unwrap_or(Place { mcc: None, countries: line.number_countries });
    match (test, visited) {
        (Test::Home, None) | (Test::Roaming, Some(_)) => Truth::True,
        (Test::LocatedIn(list), _) => is_in(list, place, values),
        (Test::LocatedOutside(list), _) => not(is_in(list, place, values)),
        (Test::RoamingIn(list), Some(visited)) => is_in(list, visited, values),
        (Test::RoamingOutside(list), Some(visited)) => not(is_in(list, visited, values)),
        (Test::CountryChangedWithin(within), _) => match values.0.get("line.changed") {
            Some(FactValue::Age(ago)) if ago.as_secs() <= *within => Truth::True,
            Some(_) => Truth::False,
            None => undecided(UnknownReason::NoHistory),
        },
        (Test::StatusOlderThan(age), _) => match values.0.get("line.age") {
            Some(FactValue::Age(actual)) if actual.as_secs() > *age => Truth::True,
            Some(_) => Truth::False,
            None => undecided(UnknownReason::MissingAttribute),
        },
        (Test::DiffersFrom, _) => differs(place, values),
        (Test::Abroad, Some(visited)) => abroad(visited, line.number_countries),
        (Test::Home, Some(_)) | (_, None) => Truth::False,
    }
}

/// "compare C with N = line.numberCountry"
fn abroad(visited: Place, number: CountrySet) -> Truth {
    let (candidates, number): (BTreeSet<_>, BTreeSet<_>) =
        (visited.countries.iter().collect(), number.iter().collect());
    if candidates.is_empty() {
        let is_known = visited.mcc.is_some();
        return if is_known { Truth::True } else { undecided(UnknownReason::CountryUnresolved) };
    }
    if number.len() == 1 && candidates == number {
        Truth::False
    } else if candidates.is_disjoint(&number) {
        Truth::True
    } else {
        undecided(UnknownReason::CountryAmbiguous)
    }
}

/// "on P: F if P = {a}; T if a is not in P; …"
fn differs(place: Place, values: &Values) -> Truth {
    let Some(FactValue::Country(country)) = values.0.get("a.country") else {
        return undecided(UnknownReason::MissingAttribute);
    };
    let place: BTreeSet<_> = place.countries.iter().collect();
    match (place.len(), place.contains(country)) {
        (0, _) => undecided(UnknownReason::CountryUnresolved),
        (1, true) => Truth::False,
        (_, true) => undecided(UnknownReason::CountryAmbiguous),
        (_, false) => Truth::True,
    }
}

/// "Codes in lists": by code where the answer carries one, by its countries where it does not.
///
/// What a missing fact would add to the list is not known, but nothing leaves the list by it.
pub(crate) fn is_in(list: &ListTest, visited: Place, values: &Values) -> Truth {
    let added = values.countries("a.countries").filter(|_| list.is_lengthened);
    let truth = is_listed(list, visited, added.unwrap_or_default());
    if list.is_lengthened && added.is_none() && truth != Truth::True {
        return undecided(UnknownReason::MissingAttribute);
    }
    truth
}

fn is_listed(list: &ListTest, visited: Place, added: CountrySet) -> Truth {
    let mut listed: CountrySet = list.countries.iter().copied().chain(added.iter()).collect();
    match visited.mcc {
        Some(code) if list.codes.contains(&code) => return Truth::True,
        Some(_) => {}
        None => list
            .codes
            .iter()
            .filter_map(|code| Mcc::countries(*code))
            .for_each(|of| listed = listed.union(of.into())),
    }
    let candidates = visited.countries;
    let inside = candidates.iter().filter(|country| listed.contains(*country)).count();
    let is_codes_only = list.countries.is_empty() && !list.is_lengthened;
    match (candidates.len(), inside) {
        (0, _) if visited.mcc.is_some() && is_codes_only => Truth::False,
        (0, _) => undecided(UnknownReason::CountryUnresolved),
        (all, inside) if inside == all => Truth::True,
        (_, 0) => Truth::False,
        _ => undecided(UnknownReason::CountryAmbiguous),
    }
}

fn undecided(reason: UnknownReason) -> Truth {
    Truth::Undecided(BTreeSet::from([reason]))
}

pub(crate) fn not(truth: Truth) -> Truth {
    match truth {
        Truth::True => Truth::False,
        Truth::False => Truth::True,
        Truth::Undecided(reasons) => Truth::Undecided(reasons),
    }
}

/// False AND undecided is false, so a reason counts only where nothing is false.
fn all(truths: Vec<Truth>) -> Truth {
    if truths.contains(&Truth::False) {
        return Truth::False;
    }
    let reasons = |truth: Truth| {
        if let Truth::Undecided(reasons) = truth { reasons } else { BTreeSet::new() }
    };
    let reasons: BTreeSet<_> = truths.into_iter().flat_map(reasons).collect();
    if reasons.is_empty() { Truth::True } else { Truth::Undecided(reasons) }
}

/// True OR undecided is true.
fn any(truths: Vec<Truth>) -> Truth {
    not(all(truths.into_iter().map(not).collect()))
}

/// Facts joined by AND, `anyOf`, `not`.
pub(crate) fn block(block: &Block, request: Request<'_>) -> Truth {
    let mut truths: Vec<_> = block.tests.iter().map(|of| test(of, request)).collect();
    truths.extend(facts(&block.facts, request));
    if !block.any_of.is_empty() {
        truths.push(any(block.any_of.iter().map(|part| self::block(part, request)).collect()));
    }
    truths.extend(block.not.as_ref().map(|part| not(self::block(part, request))));
    all(truths)
}

fn facts(tests: &[free::FactTest], request: Request<'_>) -> Vec<Truth> {
    tests.iter().map(|test| free::truth(test, request.values, request.assurance.now)).collect()
}

/// §5: the exact reason, the group, the default; of the rule, then `otherwise` or the file's.
pub(crate) fn on_unknown(file: &File, rule: &Rule, reason: UnknownReason) -> Effect {
    let own = rule.on_unknown.as_ref().and_then(|map| looked_up(map, reason));
    own.unwrap_or_else(|| match rule.polarity {
        Polarity::Require => rule.effect,
        Polarity::When => {
            looked_up(&file.on_unknown, reason).expect("the map of the defaults has a default")
        }
    })
}

fn looked_up(map: &Map, reason: UnknownReason) -> Option<Effect> {
    let find = |key: &str| map.iter().find(|(name, _)| name == key).map(|(_, effect)| *effect);
    find(reason.name()).or_else(|| find(reason.group().name())).or_else(|| find("default"))
}

/// §8, steps 2 and 3.
pub(crate) fn contribution<'a>(
    file: &'a File,
    rule: &'a Rule,
    request: Request<'_>,
) -> Option<Contribution<'a>> {
    // `match` AND (`when`, or NOT `require`), evaluated as one conjunction.
    let mut parts = facts(&rule.matching, request);
    parts.push(match rule.polarity {
        Polarity::When => block(&rule.condition, request),
        Polarity::Require => not(block(&rule.condition, request)),
    });
    let fires = all(parts);
    // `unless` excuses when true; undecided does not excuse.
    if rule.unless.as_ref().is_some_and(|unless| block(unless, request) == Truth::True) {
        return None;
    }
    let (effect, reason) = match fires {
        Truth::False => return None,
        Truth::True => (rule.effect, None),
        Truth::Undecided(reasons) => {
            let answer = |reason: &UnknownReason| on_unknown(file, rule, *reason);
            let strictest = reasons.iter().map(answer).max()?;
            (strictest, reasons.iter().copied().find(|reason| answer(reason) == strictest))
        }
    };
    let step_up =
        rule.step_up.as_ref().or(file.step_up.as_ref()).filter(|_| effect == Effect::StepUp);
    Some(Contribution { effect, reason, rule: &rule.id, step_up, is_satisfied: false })
}

/// §8, step 5: does the subject already satisfy the step-up?
fn satisfies(step_up: &StepUp, assurance: &Assurance<'_>) -> bool {
    let (Some(acr), Some(auth_time)) = (assurance.acr, assurance.auth_time) else { return false };
    let Ok(age) = assurance.now.duration_since(auth_time) else { return false };
    let is_recent = step_up.max_age.is_none_or(|seconds| age <= Duration::from_secs(seconds + 30));
    step_up.acr_values.iter().any(|value| value == acr) && is_recent
}

/// §8, step 1: the rules of the request's routes whose mode, and whose file's mode, is enforced.
pub(crate) fn enforced<'a>(policy: &'a Policy, path: &str) -> Vec<(&'a File, &'a Rule)> {
    let files = policy.files.iter().filter(|file| file.mode == Mode::Enforce);
    let rules = files.flat_map(|file| file.rules.iter().map(move |rule| (file, rule)));
    let applies =
        |file: &File, rule: &Rule| rule.routes.iter().any(|name| file.route_matches(name, path));
    rules.filter(|(file, rule)| rule.mode == Mode::Enforce && applies(file, rule)).collect()
}

/// §8, steps 5 and 6.
pub(crate) fn decide(
    rules: &[(&File, &Rule)],
    line: LineFacts,
    values: &Values,
    assurance: &Assurance<'_>,
) -> Outcome {
    let request = Request { line, values, assurance };
    let contributions = rules.iter().filter_map(|(file, rule)| contribution(file, rule, request));
    let mut all: Vec<_> = contributions.map(|given| after_step_up(given, assurance)).collect();
    all.sort_by_key(|given| (std::cmp::Reverse(given.effect), given.reason.is_some(), given.rule));
    let Some(deciding) = all.first() else {
        return Outcome {
            effect: Effect::Allow,
            rule: None,
            reason: None,
            is_satisfied: false,
            challenge: None,
        };
    };
    let (effect, rule) = (deciding.effect, Some(deciding.rule.to_owned()));
    let challenge = if effect == Effect::StepUp { joined(&all) } else { None };
    Outcome {
        effect,
        rule,
        reason: deciding.reason,
        is_satisfied: deciding.is_satisfied,
        challenge,
    }
}

fn after_step_up<'a>(given: Contribution<'a>, assurance: &Assurance<'_>) -> Contribution<'a> {
    match given.step_up {
        Some(step_up) if satisfies(step_up, assurance) => {
            Contribution { effect: Effect::Allow, step_up: None, is_satisfied: true, ..given }
        }
        _ => given,
    }
}

/// The smallest age; the contexts acceptable to all, in the order of the first.
fn joined(all: &[Contribution<'_>]) -> Option<StepUp> {
    let remaining: Vec<_> = all.iter().filter_map(|given| given.step_up).collect();
    let acceptable =
        |value: &&String| remaining.iter().all(|step_up| step_up.acr_values.contains(value));
    let acr_values = remaining.first()?.acr_values.iter().filter(acceptable).cloned().collect();
    let max_age = remaining.iter().filter_map(|step_up| step_up.max_age).min();
    Some(StepUp { acr_values, max_age })
}

/// The moment of all decisions, and how long ago the subject authenticated.
pub(crate) fn assurance(acr: Option<&str>, seconds_ago: Option<i64>) -> Assurance<'_> {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let at = |ago: i64| {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000_u64.saturating_add_signed(-ago))
    };
    Assurance { acr, auth_time: seconds_ago.map(at), now }
}
