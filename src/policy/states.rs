//! The line states of the domain, and how they are written (`home`, `roaming:BR`, `mcc:340`, …).

use std::fmt;

use super::load::help_for_code;
use super::rule::Rule;
use super::{Policy, RequestClass};
use crate::country::{Candidates, Country, CountrySet, Mcc};
use crate::document::{Finding, Place, nearest};
use crate::status::{LineFacts, LineState, UnknownReason, Visited};

/// Every line state that `table` shows, with its written form, in order: home, roaming without a
/// country, roaming in each country, each network code that stands for none or several countries,
/// unknown for each line reason.
pub fn line_states() -> impl Iterator<Item = (String, LineState)> {
    let fixed = [
        ("home".to_owned(), LineState::HOME),
        ("roaming".to_owned(), LineState::roaming(Visited::default())),
    ];
    let country = |country: Country| {
        (format!("roaming:{country}"), LineState::roaming(Visited::countries(country)))
    };
    let ambiguous =
        |code: &Mcc| code.countries().is_some_and(|countries| countries.single().is_none());
    let network = |code: Mcc| (format!("mcc:{code}"), LineState::roaming(Visited::network(code)));
    let unknown = |reason: UnknownReason| (format!("unknown:{reason}"), LineState::Unknown(reason));
    let roaming = Country::all().map(country).chain(Mcc::all().filter(ambiguous).map(network));
    fixed.into_iter().chain(roaming).chain(UnknownReason::line_reasons().map(unknown))
}

impl Policy {
    /// The line states of a class, with their written form: those of [`line_states`], with
    /// `home:XX` for each calling country in place of `home` where a rule asks for the place of
    /// the line.
    #[must_use]
    pub fn line_states(&self, class: RequestClass) -> Vec<(String, LineFacts)> {
        let mut rules =
            self.table.rules(class.0).iter().filter_map(|at| self.rules.get(*at as usize));
        states(rules.any(Rule::asks_for_place))
    }
}

/// The line states, with or without regard to the place of a line at home.
pub(super) fn states(asks_for_place: bool) -> Vec<(String, LineFacts)> {
    let states = line_states().map(|(name, state)| (name, state.into()));
    match asks_for_place {
        true => homes().chain(states.skip(1)).collect(),
        false => states.collect(),
    }
}

/// Lines at home, by calling country.
fn homes() -> impl Iterator<Item = (String, LineFacts)> {
    Country::all().map(|country| {
        let number_countries = country.into();
        (format!("home:{country}"), LineFacts { state: LineState::HOME, number_countries })
    })
}

/// Reads a line state as the command line and the tests write it: `home` · `home:ES` (calling
/// country) · `roaming` · `roaming:BR` · `roaming:BL,GF,GP` · `mcc:340` · `unknown:REASON`.
///
/// # Errors
///
/// [`LineStateError`] says what is wrong and what would be right.
pub fn parse_line_state(text: &str) -> Result<LineFacts, LineStateError> {
    let (word, rest) = text.split_once(':').map_or((text, None), |(word, rest)| (word, Some(rest)));
    match (word, rest) {
        ("home", None) => Ok(LineState::HOME.into()),
        ("home", Some(code)) => {
            let number_countries = country(code)?.into();
            Ok(LineFacts { state: LineState::HOME, number_countries })
        }
        ("roaming", None) => Ok(LineState::roaming(Visited::default()).into()),
        ("roaming", Some(codes)) => {
            Ok(LineState::roaming(Visited::countries(candidates(codes)?)).into())
        }
        ("mcc", Some(digits)) => network(digits).map(LineFacts::from),
        ("unknown", Some(name)) => reason(name).map(LineFacts::from),
        _ => {
            let words = ["home", "roaming", "mcc", "unknown"];
            let near = nearest(word, words).map(|near| format!("did you mean `{near}`?"));
            Err(LineStateError::new(format!("`{text}` is not a line state"), near))
        }
    }
}

fn country(code: &str) -> Result<Country, LineStateError> {
    Country::from_code(code).ok_or_else(|| {
        let message = format!("`{code}` is not an assigned ISO 3166-1 code");
        LineStateError::new(message, Some(help_for_code(code)))
    })
}

fn candidates(codes: &str) -> Result<Candidates, LineStateError> {
    let countries: CountrySet = codes.split(',').map(country).collect::<Result<_, _>>()?;
    Candidates::from_countries(countries).ok_or_else(|| {
        let (count, most) = (countries.len(), Candidates::MOST);
        let message =
            format!("`{codes}` are {count} countries, and no network is in more than {most}");
        let help = "ask about each of them alone, such as";
        let first = countries.iter().next().map(|first| format!("{help} `roaming:{first}`"));
        LineStateError::new(message, first)
    })
}

fn network(digits: &str) -> Result<LineState, LineStateError> {
    let code = Mcc::from_digits(digits);
    let code = code.ok_or_else(|| {
        let help = "it has three digits, 001 to 999".to_owned();
        LineStateError::new(format!("`{digits}` is not a network code"), Some(help))
    })?;
    Ok(LineState::roaming(Visited::network(code)))
}

fn reason(name: &str) -> Result<LineState, LineStateError> {
    if let Some(reason) = UnknownReason::from_name(name).filter(|reason| reason.is_line_reason()) {
        return Ok(LineState::Unknown(reason));
    }
    let near = nearest(name, UnknownReason::line_reasons().map(UnknownReason::name));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let reasons: Vec<_> = UnknownReason::line_reasons().map(UnknownReason::name).collect();
            format!("the reasons are {}", reasons.join(", "))
        }
    };
    Err(LineStateError::new(format!("`{name}` is not a reason why a lookup fails"), Some(help)))
}

/// A text that is not a line state.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LineStateError {
    message: String,
    help: Option<String>,
}

impl LineStateError {
    fn new(message: String, help: Option<String>) -> Self {
        Self { message, help }
    }

    /// As a problem of a file.
    pub(super) fn at(self, place: Place) -> Finding {
        let usual = || "write `home`, `roaming:BR`, `mcc:340` or `unknown:timeout`".to_owned();
        Finding::error("E008", place, self.message).help(self.help.unwrap_or_else(usual))
    }
}

impl fmt::Display for LineStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.help {
            Some(help) => write!(f, "{}; {help}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for LineStateError {}
