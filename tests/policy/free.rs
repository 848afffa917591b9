//! Free facts as values: how conditions over them are written, what they mean when the
//! specification is read literally, and some at random.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::time::{Duration, SystemTime};

use jiff::civil::{DateTime, Time};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use roamgate::Country;
use roamgate::country::CountrySet;
use roamgate::policy::{Attributes, FactValue};
use roamgate::status::UnknownReason;

use crate::generate::{country, list};
use crate::model::ListTest;
use crate::reference::{Place, Truth, is_in};

/// The attributes that every file with facts declares.
pub(crate) const ATTRIBUTES: &str = concat!(
    "attributes: { a.number: { type: number }, a.enum: { type: enum, values: [x, y, z] }, ",
    "a.text: { type: string }, a.texts: { type: strings }, a.country: { type: country }, ",
    "a.countries: { type: countries }, a.flag: { type: boolean } }\n",
);

/// A fact and what is asked of it.
#[derive(Clone, Debug)]
pub(crate) enum FactTest {
    Number(Vec<(&'static str, i32)>),
    Text(&'static str, &'static str, Vec<&'static str>),
    Texts(&'static str, &'static str, Vec<&'static str>),
    Places(&'static str, &'static str, ListTest),
    Flag(bool),
    Time { from: &'static str, to: &'static str, days: Vec<&'static str> },
}

/// The facts of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values(pub(crate) BTreeMap<&'static str, FactValue>);

impl Values {
    pub(crate) fn attributes(&self) -> Attributes {
        self.0.iter().fold(Attributes::new(), |all, (name, value)| all.set(*name, value.clone()))
    }

    pub(crate) fn countries(&self, name: &str) -> Option<CountrySet> {
        match self.0.get(name)? {
            FactValue::Countries(countries) => Some(*countries),
            FactValue::Country(country) => Some((*country).into()),
            _ => None,
        }
    }

    fn texts(&self, name: &str) -> Option<BTreeSet<String>> {
        match self.0.get(name)? {
            FactValue::Text(text) => Some([text.to_string()].into()),
            FactValue::Texts(texts) => Some(texts.iter().map(ToString::to_string).collect()),
            _ => None,
        }
    }
}

/// What a condition over a free fact says.
pub(crate) fn truth(test: &FactTest, values: &Values, now: SystemTime) -> Truth {
    let missing = Truth::Undecided([UnknownReason::MissingAttribute].into());
    let definite = |is_true: bool| if is_true { Truth::True } else { Truth::False };
    match test {
        FactTest::Number(bounds) => {
            let Some(FactValue::Number(number)) = values.0.get("a.number") else { return missing };
            let holds = |(verb, bound): &(&str, i32)| match *verb {
                "eq" => *number == f64::from(*bound),
                "gt" => *number > f64::from(*bound),
                "gte" => *number >= f64::from(*bound),
                "lt" => *number < f64::from(*bound),
                _ => *number <= f64::from(*bound),
            };
            definite(bounds.iter().all(holds))
        }
        FactTest::Text(name, verb, words) => {
            let Some(texts) = values.texts(name) else { return missing };
            let words = if *verb == "is" { &words[..1] } else { words };
            let is_in = words.iter().any(|word| texts.contains(*word));
            definite(if *verb == "notIn" { !is_in } else { is_in })
        }
        FactTest::Texts(name, verb, words) => {
            let Some(texts) = values.texts(name) else { return missing };
            let found = words.iter().filter(|word| texts.contains(**word)).count();
            definite(match *verb {
                "containsAny" => found > 0,
                "containsAll" => found == words.len(),
                _ => found == 0,
            })
        }
        FactTest::Places(name, verb, list) => {
            let Some(countries) = values.countries(name) else { return missing };
            let inside = is_in(list, Place { mcc: None, countries }, values);
            if *verb == "notIn" { crate::reference::not(inside) } else { inside }
        }
        FactTest::Flag(expected) => match values.0.get("a.flag") {
            Some(FactValue::Boolean(actual)) => definite(actual == expected),
            _ => missing,
        },
        FactTest::Time { from, to, days } => definite(is_open(from, to, days, now)),
    }
}

/// Is some window open that opened today or yesterday?
fn is_open(from: &str, to: &str, days: &[&str], now: SystemTime) -> bool {
    let local = jiff::Timestamp::try_from(now).unwrap().in_tz("Europe/Madrid").unwrap().datetime();
    let clock = |text: &str| text.parse::<Time>().unwrap();
    [local.date(), local.date().yesterday().unwrap()].into_iter().any(|day| {
        let name = format!("{:?}", day.weekday()).to_lowercase();
        let opens: DateTime = day.to_datetime(clock(from));
        let closes = match to {
            "24:00" => day.tomorrow().unwrap().to_datetime(Time::midnight()),
            to if clock(to) > clock(from) => day.to_datetime(clock(to)),
            to => day.tomorrow().unwrap().to_datetime(clock(to)),
        };
        let opens_today = days.is_empty() || days.iter().any(|day| name.starts_with(day));
        opens_today && (opens..closes).contains(&local)
    })
}

impl Display for FactTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(bounds) => {
                let bounds: Vec<_> =
                    bounds.iter().map(|(verb, bound)| format!("{verb}: {bound}")).collect();
                write!(f, "a.number: {{ {} }}", bounds.join(", "))
            }
            Self::Text(name, "is", words) => write!(f, "{name}: {{ is: {} }}", words[0]),
            Self::Text(name, verb, words) | Self::Texts(name, verb, words) => {
                write!(f, "{name}: {{ {verb}: [{}] }}", words.join(", "))
            }
            Self::Places(name, verb, list) => write!(f, "{name}: {{ {verb}: [{list}] }}"),
            Self::Flag(expected) => write!(f, "a.flag: {{ is: {expected} }}"),
            Self::Time { from, to, days } => {
                let days = match days.is_empty() {
                    true => String::new(),
                    false => format!(", days: [{}]", days.join(", ")),
                };
                write!(
                    f,
                    "time: {{ from: \"{from}\", to: \"{to}\", timezone: Europe/Madrid{days} }}"
                )
            }
        }
    }
}

const BOUNDS: [i32; 5] = [-5, 0, 200, 201, 10_000];
const WORDS: [&str; 3] = ["x", "y", "z"];

/// Facts of different names, so that they can stand in one block.
pub(crate) fn facts(most: usize) -> impl Strategy<Value = Vec<FactTest>> {
    let verbs = subsequence(vec!["eq", "gt", "gte", "lt", "lte"], 1..=2);
    let number = (verbs, vec(select(BOUNDS.to_vec()), 2))
        .prop_map(|(verbs, bounds)| FactTest::Number(verbs.into_iter().zip(bounds).collect()));
    let words = || subsequence(WORDS.to_vec(), 1..=2);
    let name = select(vec!["a.enum", "a.text", "subject.id"]);
    let verb = select(vec!["is", "in", "notIn"]);
    let text =
        (name, verb, words()).prop_map(|(name, verb, words)| FactTest::Text(name, verb, words));
    let verb = select(vec!["containsAny", "containsAll", "containsNone"]);
    let name = select(vec!["a.texts", "subject.groups"]);
    let texts =
        (name, verb, words()).prop_map(|(name, verb, words)| FactTest::Texts(name, verb, words));
    let name = select(vec!["a.country", "a.countries", "line.numberCountry"]);
    let places = (name, select(vec!["in", "notIn"]), list(true))
        .prop_map(|(name, verb, list)| FactTest::Places(name, verb, list));
    let window = select(vec![
        ("23:00", "06:00"),
        ("09:00", "17:30"),
        ("12:00", "24:00"),
        ("00:00", "06:00"),
    ]);
    let days = subsequence(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 0..=3);
    let time = (window, days).prop_map(|((from, to), days)| FactTest::Time { from, to, days });
    let proof = Just(FactTest::Text("line.proof", "is", vec!["network"]));
    let one = prop_oneof![
        3 => number, 3 => text, 3 => texts, 3 => places,
        1 => any::<bool>().prop_map(FactTest::Flag), 2 => time, 1 => proof,
    ];
    vec(one, 0..=most).prop_map(|mut tests| {
        let mut seen = BTreeSet::new();
        tests.retain(|test| seen.insert(test.to_string().split(':').next().unwrap().to_owned()));
        tests
    })
}

/// Values of all facts, any of which may be missing.
pub(crate) fn values() -> impl Strategy<Value = Values> {
    let number = select(vec![-6.0, -5.0, 0.0, 199.99, 200.0, 200.5, 201.0, 9_999.0, 10_000.0, 1e9]);
    let word = || option::of(select(vec!["x", "y", "z", "w"]));
    let words = || option::of(subsequence(vec!["x", "y", "z", "w"], 0..=4));
    let countries = || option::of(btree_set(country(), 0..3));
    let ages = select(vec![0_u64, 60, 600, 601, 3_600, 7_200, 7_201]);
    let changed = prop_oneof![
        Just(None),
        Just(Some(FactValue::Never)),
        ages.clone().prop_map(|age| Some(FactValue::Age(Duration::from_secs(age)))),
    ];
    let facts = (
        (option::of(number), word(), word(), word(), words(), words()),
        (option::of(country()), countries(), countries(), option::of(any::<bool>())),
        (option::of(ages), changed, option::of(any::<bool>())),
    );
    facts.prop_map(
        |(
            (number, a_enum, text, id, texts, groups),
            (place, places, number_country, flag),
            (age, changed, proof),
        )| {
            let set = |countries: BTreeSet<Country>| {
                FactValue::Countries(countries.into_iter().collect())
            };
            let pairs = [
                ("a.number", number.map(FactValue::from)),
                // A word that the enum does not have counts as missing.
                ("a.enum", a_enum.filter(|word| *word != "w").map(FactValue::from)),
                ("a.text", text.map(FactValue::from)),
                ("subject.id", id.map(FactValue::from)),
                ("a.texts", texts.map(FactValue::from)),
                ("subject.groups", groups.map(FactValue::from)),
                ("a.country", place.map(FactValue::from)),
                ("a.countries", places.map(set)),
                ("line.numberCountry", number_country.filter(|set| !set.is_empty()).map(set)),
                ("a.flag", flag.map(FactValue::from)),
                ("line.age", age.map(|age| FactValue::Age(Duration::from_secs(age)))),
                ("line.changed", changed),
                (
                    "line.proof",
                    proof.map(|it| FactValue::from(if it { "network" } else { "claimed" })),
                ),
            ];
            Values(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
        },
    )
}

/// Moments around the edges of windows, in summer and in winter.
pub(crate) fn moments() -> impl Strategy<Value = SystemTime> {
    let days = select(vec!["2026-03-14", "2026-03-29", "2026-06-21", "2026-10-25", "2026-12-31"]);
    let times = select(vec![
        "00:00:00", "05:59:59", "06:00:00", "08:59:59", "11:00:00", "22:59:59", "23:00:00",
    ]);
    (days, times).prop_map(|(day, time)| {
        SystemTime::from(format!("{day}T{time}Z").parse::<jiff::Timestamp>().unwrap())
    })
}
