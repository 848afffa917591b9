//! Line states in words that a security officer reads at a glance.

use roamgate::UnknownReason;
use roamgate::country::{Country, CountrySet, GroupMember, GroupsEdition, Mcc};
use roamgate::status::{LineFacts, ReasonGroup};

use super::kind::Kind;

/// States of one answer, sorted into kinds.
#[derive(Default)]
struct Kinds {
    home: bool,
    /// At home with a number of these countries, where the place of the line matters.
    homes: CountrySet,
    /// Roaming without a country or a code.
    nowhere: bool,
    countries: CountrySet,
    /// Networks of several countries.
    shared: Vec<Mcc>,
    /// Networks of no country.
    international: Vec<Mcc>,
    unknown: Vec<UnknownReason>,
}

/// The states in phrases, each at most `room` characters wide where it is a list. What most
/// countries have is told of the "other" ones: the rows of a table name the rest.
pub(super) fn phrases(lines: &[LineFacts], room: usize) -> Vec<String> {
    compose(lines, room, |kind, countries| {
        format!("{kind} any other country ({})", countries.len())
    })
}

/// The states in phrases that are understood alone.
pub(crate) fn phrases_alone(lines: &[LineFacts], room: usize) -> Vec<String> {
    compose(lines, room, |kind, countries| {
        let rest: CountrySet =
            Country::all().filter(|country| !countries.contains(*country)).collect();
        let number = format!(" ({})", countries.len());
        let room = room.saturating_sub(number.len());
        list(&format!("{kind} any country but "), &named(rest), 1, room) + &number
    })
}

fn compose(
    lines: &[LineFacts],
    room: usize,
    most: impl Fn(&str, CountrySet) -> String + Copy,
) -> Vec<String> {
    let kinds = Kinds::of(lines);
    let mut phrases = Vec::new();
    phrases.extend(kinds.home.then(|| "home".to_owned()));
    phrases.extend(countries("home in", kinds.homes, room, most));
    if kinds.roams_anywhere() {
        phrases.push("roaming, wherever".to_owned());
    } else {
        phrases.extend(countries("roaming in", kinds.countries, room, most));
        phrases.extend(kinds.nowhere.then(|| "roaming, no country told".to_owned()));
        phrases.extend(networks("network of several countries: ", &kinds.shared, room));
        phrases.extend(networks("network of no country: ", &kinds.international, room));
    }
    phrases.extend(unknown(&kinds.unknown));
    phrases
}

impl Kinds {
    fn of(lines: &[LineFacts]) -> Self {
        let mut kinds = Self::default();
        for line in lines {
            match Kind::of(*line) {
                Kind::Home(number) => kinds.at_home(number),
                Kind::Nowhere => kinds.nowhere = true,
                Kind::Countries(some) => kinds.countries = kinds.countries.union(some.into()),
                Kind::Shared(code) => kinds.shared.push(code),
                Kind::International(code) => kinds.international.push(code),
                Kind::Unknown(reason) => kinds.unknown.push(reason),
            }
        }
        kinds
    }

    fn at_home(&mut self, number: CountrySet) {
        self.home |= number.is_empty();
        self.homes = self.homes.union(number);
    }

    fn roams_anywhere(&self) -> bool {
        let networks = Mcc::all()
            .filter(|code| code.countries().is_some_and(|countries| countries.single().is_none()));
        self.nowhere
            && self.countries.len() == Country::COUNT
            && self.shared.len() + self.international.len() == networks.count()
    }
}

fn countries(
    kind: &str,
    countries: CountrySet,
    room: usize,
    most: impl Fn(&str, CountrySet) -> String,
) -> Option<String> {
    const MOST: usize = Country::COUNT / 2;
    let count = countries.len();
    match count {
        0 => None,
        Country::COUNT => Some(format!("{kind} any country")),
        MOST.. => Some(most(kind, countries)),
        _ => Some(list(&format!("{kind} "), &named(countries), count, room)),
    }
}

/// The built-in groups that are part of the set, the largest first and none twice, then the
/// countries that remain.
pub(super) fn named(countries: CountrySet) -> Vec<String> {
    let edition = GroupsEdition::OLDEST;
    let mut groups: Vec<(&str, CountrySet)> =
        edition.names().map(|name| (name, members(edition, name))).collect();
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    let (mut names, mut named) = (Vec::new(), CountrySet::EMPTY);
    for (name, members) in groups {
        if !members.is_empty()
            && members.is_subset(countries)
            && members.intersection(named).is_empty()
        {
            names.push(name.to_owned());
            named = named.union(members);
        }
    }
    names.extend(
        countries
            .iter()
            .filter(|country| !named.contains(*country))
            .map(|country| country.to_string()),
    );
    names
}

fn members(edition: GroupsEdition, name: &str) -> CountrySet {
    let country = |member| match member {
        GroupMember::Country(country) => Some(country),
        GroupMember::Mcc(_) => None,
    };
    edition.members(name).into_iter().flatten().filter_map(country).collect()
}

fn networks(kind: &str, codes: &[Mcc], room: usize) -> Option<String> {
    let names: Vec<_> = codes.iter().map(ToString::to_string).collect();
    (!names.is_empty()).then(|| list(kind, &names, names.len(), room))
}

/// All names, or as many as fit; then how many there are.
fn list(kind: &str, names: &[String], count: usize, room: usize) -> String {
    let number = if count == 1 { String::new() } else { format!(" ({count})") };
    let whole = format!("{kind}{}{number}", names.join(", "));
    if whole.chars().count() <= room {
        return whole;
    }
    let rest = format!("…{number}");
    let mut text = kind.to_owned();
    for name in names {
        if text.chars().count() + name.len() + 2 + rest.chars().count() > room {
            break;
        }
        text += &format!("{name}, ");
    }
    text + &rest
}

/// The groups of reasons that are there as a whole, then the other reasons.
fn unknown(reasons: &[UnknownReason]) -> Option<String> {
    if reasons.is_empty() {
        return None;
    }
    if reasons.len() == UnknownReason::line_reasons().count() {
        return Some("unknown, for whatever reason".to_owned());
    }
    let is_whole = |group: &ReasonGroup| {
        let mut members =
            UnknownReason::line_reasons().filter(|reason| reason.group() == *group).peekable();
        members.peek().is_some() && members.all(|member| reasons.contains(&member))
    };
    let groups: Vec<_> = ReasonGroup::ALL.iter().copied().filter(is_whole).collect();
    let others = reasons
        .iter()
        .filter(|reason| !groups.contains(&reason.group()))
        .map(|reason| reason.name());
    let names: Vec<_> = groups.iter().map(|group| group.name()).chain(others).collect();
    Some(format!("unknown: {}", names.join(", ")))
}
