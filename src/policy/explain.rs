//! One decision, spelled out: what each rule said, and why.

use std::sync::Arc;

use super::condition::{Condition, LineTest, Truth};
use super::effect::{Assurance, Effect};
use super::outcome::Outcome;
use super::rule::{Contribution, Mode, Polarity, Rule};
use super::{Policy, RequestClass, Verdict};
use crate::status::{LineFacts, LineState, RoamingStatus, UnknownReason};

/// A decision with its grounds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// The decision.
    pub verdict: Verdict,
    /// Would the line be looked up?
    pub needs_line: bool,
    /// The effect if every shadow rule were enforced.
    pub projected: Effect,
    /// No route names the request, and `unmatchedRoute` refuses such requests.
    pub is_refused_unmatched: bool,
    /// Every rule of the request's routes that is not switched off, sorted by id.
    pub rules: Vec<RuleReport>,
}

/// What one rule said.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RuleReport {
    /// The rule.
    pub id: Arc<str>,
    /// What came of it.
    pub outcome: RuleOutcome,
    /// What it contributes, or would if it were enforced. None where it does not apply.
    pub effect: Option<Effect>,
    /// Why it is undecided.
    pub reason: Option<UnknownReason>,
    /// The grounds, in a sentence.
    pub because: String,
}

/// What came of a rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RuleOutcome {
    /// It applies.
    True,
    /// It does not apply.
    False,
    /// It cannot be decided, and contributes what `onUnknown` says.
    Undecided,
    /// It applies or cannot be decided, and its `unless` excuses it.
    Excused,
    /// It asks for a step-up that the subject has made.
    Satisfied,
    /// It is evaluated without effect.
    Shadow,
}

impl RuleOutcome {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::Undecided => "undecided",
            Self::Excused => "excused",
            Self::Satisfied => "satisfied",
            Self::Shadow => "shadow",
        }
    }
}

impl Policy {
    /// Decides and says why. Slower than [`decide`](Self::decide), with the same result.
    #[must_use]
    pub fn explain(
        &self,
        class: RequestClass,
        line: impl Into<LineFacts>,
        assurance: &Assurance<'_>,
    ) -> Explanation {
        let line = line.into();
        let is_refused_unmatched = self.table.is_refused_unmatched(class.0);
        let positions = self.table.rules(class.0);
        let projected = match is_refused_unmatched {
            true => Effect::Deny,
            false => {
                Outcome::of(&self.rules, positions, Mode::Shadow, line).effect_after(assurance)
            }
        };
        let needs_line = self.needs_line(class, assurance);
        let rules = positions.iter().filter_map(|at| self.rules.get(*at as usize));
        Explanation {
            verdict: if needs_line {
                self.decide(class, line, assurance)
            } else {
                self.decide_unneeded(class)
            },
            needs_line,
            projected,
            is_refused_unmatched,
            rules: rules.map(|rule| report(rule, line, assurance)).collect(),
        }
    }
}

fn report(rule: &Rule, line: LineFacts, assurance: &Assurance<'_>) -> RuleReport {
    let contribution = rule.contribution(line);
    RuleReport {
        id: Arc::clone(&rule.id),
        outcome: outcome(rule, line, contribution, assurance),
        effect: contribution.map(|contribution| contribution.effect),
        reason: contribution.and_then(|contribution| contribution.reason),
        because: because(rule, line),
    }
}

fn outcome(
    rule: &Rule,
    line: LineFacts,
    contribution: Option<Contribution>,
    assurance: &Assurance<'_>,
) -> RuleOutcome {
    let Some(contribution) = contribution else {
        let is_excused = rule.fires(line) != Truth::False && rule.is_excused(line);
        return if is_excused { RuleOutcome::Excused } else { RuleOutcome::False };
    };
    let is_met = rule.challenge.as_ref().is_some_and(|challenge| challenge.is_met_by(assurance));
    match (rule.mode, contribution) {
        (Mode::Shadow | Mode::Off, _) => RuleOutcome::Shadow,
        (Mode::Enforce, Contribution { effect: Effect::StepUp, .. }) if is_met => {
            RuleOutcome::Satisfied
        }
        (Mode::Enforce, Contribution { reason: Some(_), .. }) => RuleOutcome::Undecided,
        (Mode::Enforce, _) => RuleOutcome::True,
    }
}

/// The first test that settles the matter, in a sentence.
fn because(rule: &Rule, line: LineFacts) -> String {
    let fires = rule.fires(line);
    if let Some(unless) =
        rule.unless.as_ref().filter(|_| fires != Truth::False && rule.is_excused(line))
    {
        let excuse = settling(unless, line).map_or("unless", LineTest::verb);
        return format!("excused because `{excuse}` holds: {}", describe(line));
    }
    let Some(test) = settling(&rule.condition, line) else {
        return "the rule has no conditions".to_owned();
    };
    let (verb, state) = (test.verb(), describe(line));
    match (test.evaluate(line), rule.polarity) {
        (Truth::Undecided(reasons), _) => {
            let reasons: Vec<_> = reasons.iter().map(UnknownReason::name).collect();
            format!("`{verb}` cannot be decided ({}): {state}", reasons.join(", "))
        }
        (Truth::True, Polarity::When(_)) => format!("`{verb}` holds: {state}"),
        (Truth::False, Polarity::When(_)) => format!("`{verb}` does not hold: {state}"),
        (Truth::True, Polarity::Require(_)) => format!("the required `{verb}` is proved: {state}"),
        (Truth::False, Polarity::Require(_)) => {
            format!("the required `{verb}` does not hold: {state}")
        }
    }
}

/// The first test without which the condition would have come out otherwise.
fn settling(condition: &Condition, line: LineFacts) -> Option<&LineTest> {
    let truth = condition.evaluate(line);
    match condition {
        Condition::Line(test) => Some(test),
        Condition::Not(part) => settling(part, line),
        Condition::All(parts) | Condition::Any(parts) => {
            let same = |part: &&Condition| {
                let own = part.evaluate(line);
                own == truth || matches!((own, truth), (Truth::Undecided(_), Truth::Undecided(_)))
            };
            parts.iter().find(same).or(parts.first()).and_then(|part| settling(part, line))
        }
    }
}

/// A line state in words.
fn describe(line: LineFacts) -> String {
    let visited = match line.state {
        LineState::Unknown(reason) => return format!("the line's status is unknown ({reason})"),
        LineState::Known(RoamingStatus::Home) => return at_home(line),
        LineState::Known(RoamingStatus::Roaming(visited)) => visited,
    };
    let countries: Vec<_> = visited.countries.iter().map(|country| country.code()).collect();
    let network = visited.mcc.map_or_else(String::new, |code| format!(", network code {code}"));
    match countries.as_slice() {
        [] if visited.mcc.is_some() => {
            format!("the line is roaming in a network of no country{network}")
        }
        [] => "the line is roaming, and no country is known".to_owned(),
        [country] => format!("the line is roaming in {country}{network}"),
        several => format!("the line is roaming in one of {}{network}", several.join(", ")),
    }
}

fn at_home(line: LineFacts) -> String {
    let codes: Vec<_> = line.number_countries.iter().map(|country| country.code()).collect();
    match codes.as_slice() {
        [] => "the line is at home".to_owned(),
        codes => format!("the line is at home, and its number is of {}", codes.join(" or ")),
    }
}
