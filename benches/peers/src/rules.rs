//! The rules that every engine is given, and the requests it is asked about.

use ::roamgate::policy::Effect;
use ::roamgate::status::Visited;
use ::roamgate::{Country, LineState, UnknownReason};

/// So many rules concern each route.
const RULES_A_ROUTE: usize = 4;

/// A rule over one route. Where the status of the line is unknown it applies as well.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The path it concerns.
    pub path: String,
    /// Whether the countries are those where it applies, or those where it does not.
    pub side: Side,
    /// Countries.
    pub countries: Vec<Country>,
    /// What becomes of the request: never `allow`.
    pub effect: Effect,
}

/// On which side of a border a rule applies to a line that is roaming.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are two sides")]
pub enum Side {
    /// In the countries.
    Inside,
    /// Outside of them.
    Outside,
}

/// One request: which route it is for, and where the line is. What an engine takes as text is
/// text already.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The number of the route.
    pub route: usize,
    /// The path, which is also the name of the route.
    pub path: String,
    /// Where the line is.
    pub line: LineState,
    /// `home`, `roaming` or `unknown`.
    pub status: &'static str,
    /// Where it is roaming; empty where it is not.
    pub country: &'static str,
    /// The number of the state: that of the country, or one of two above.
    pub state: u8,
}

/// That many rules, each over a route, four to a route: refused in some countries, refused outside
/// a larger region, a step-up in some more countries, a step-up outside a smaller region.
#[must_use]
pub fn rules(count: usize) -> Vec<Rule> {
    (0..count).map(rule).collect()
}

fn rule(at: usize) -> Rule {
    let (side, size, effect) = match at % RULES_A_ROUTE {
        0 => (Side::Inside, 6, Effect::Deny),
        1 => (Side::Outside, 180, Effect::Deny),
        2 => (Side::Inside, 24, Effect::StepUp),
        _ => (Side::Outside, 120, Effect::StepUp),
    };
    let all: Vec<_> = Country::all().collect();
    let countries = all.iter().cycle().skip(at * 31 % all.len()).take(size).copied().collect();
    Rule { path: path(at / RULES_A_ROUTE), side, countries, effect }
}

/// The path of a route, by its number.
#[must_use]
pub fn path(route: usize) -> String {
    let areas = ["payments", "transfers", "cards", "loans", "profile"];
    let area = areas.iter().cycle().nth(route % areas.len()).unwrap_or(&"payments");
    format!("/v1/{area}/action-{route}")
}

/// Over how many routes so many rules are.
#[must_use]
pub fn routes(rules: usize) -> usize {
    rules.div_ceil(RULES_A_ROUTE)
}

/// The states of a line: at home, roaming in each of some countries, unknown.
#[must_use]
pub fn lines() -> Vec<LineState> {
    let visited = Country::all().step_by(19).map(Visited::countries);
    let mut lines = vec![LineState::HOME, LineState::Unknown(UnknownReason::Timeout)];
    lines.extend(visited.map(LineState::roaming));
    lines
}

/// Every request: each route that has a rule, and one that has none, with each state of a line.
#[must_use]
pub fn every_request(rules: usize) -> Vec<Asked> {
    let routes = routes(rules) + 1;
    let lines = lines();
    (0..routes).flat_map(|route| lines.iter().map(move |line| Asked::new(route, *line))).collect()
}

/// The traffic that is timed: routes with a rule, one as often as another, and of 20 lines 12 at
/// home, 7 roaming and one unknown. The same for every engine and in every run.
#[must_use]
pub fn traffic(rules: usize) -> Vec<Asked> {
    let routes = routes(rules);
    let lines = lines();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as usize % below
    };
    let mut request = || {
        let route = draw(routes);
        let line = match draw(20) {
            0..12 => LineState::HOME,
            19 => LineState::Unknown(UnknownReason::Timeout),
            _ => lines.get(2 + draw(lines.len() - 2)).copied().unwrap_or(LineState::HOME),
        };
        Asked::new(route, line)
    };
    (0..TRAFFIC).map(|_| request()).collect()
}

/// So many requests are timed in turn.
const TRAFFIC: usize = 1_024;

impl Asked {
    fn new(route: usize, line: LineState) -> Self {
        let (status, country) = facts(line);
        let state = match (status, Country::from_code(country)) {
            (_, Some(country)) => country.index() as u8,
            ("home", None) => HOME,
            _ => UNKNOWN,
        };
        Self { route, path: path(route), line, status, country, state }
    }
}

/// The number of the state of a line at home.
pub const HOME: u8 = 254;

/// The number of the state of a line of which nothing is known.
pub const UNKNOWN: u8 = 255;

/// The status of a line and the country it is roaming in, as texts.
#[must_use]
pub fn facts(line: LineState) -> (&'static str, &'static str) {
    use ::roamgate::RoamingStatus::{Home, Roaming};
    match line {
        LineState::Known(Home) => ("home", ""),
        LineState::Known(Roaming(visited)) => match visited.countries.single() {
            Some(country) => ("roaming", country.code()),
            None => ("unknown", ""),
        },
        LineState::Unknown(_) => ("unknown", ""),
    }
}
