//! One decision, spelled out: what each rule said, and why.

use std::sync::Arc;

use super::annotate::Annotations;
use super::condition::{Condition, Test, Truth, value};
use super::effect::{Circumstances, Effect};
use super::freshness::Lookup;
use super::rule::{Contribution, Mode, Polarity, Reduction, Rule, Setting};
use super::{Policy, RequestClass, Verdict};
use crate::status::{LineFacts, LineState, RoamingStatus, UnknownReason};

/// A decision with its grounds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// The decision.
    pub verdict: Verdict,
    /// Would the line be looked up for the decision?
    pub needs_line: bool,
    /// Would the request wait for the line all the same, because a rule that annotates says so?
    pub annotation_waits: bool,
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
    /// What it contributes, or would if it were enforced. None where it does not apply, and of rules
    /// that annotate.
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
    /// An exception lowers what it says.
    Reduced,
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
            Self::Reduced => "reduced",
            Self::Shadow => "shadow",
        }
    }
}

impl Policy {
    /// Decides and says why. Slower than [`decide`](Self::decide), with the same result.
    #[must_use]
    pub fn explain<'a>(
        &self,
        class: RequestClass,
        line: impl Into<LineFacts>,
        around: impl Into<Circumstances<'a>>,
    ) -> Explanation {
        let around = around.into();
        let line = line.into().with_number(around.facts);
        let is_refused_unmatched = self.table.is_refused_unmatched(class.0);
        let positions = self.table.rules(class.0);
        let rules = positions.iter().filter_map(|at| self.rules.get(*at as usize));
        let report = |rule| Witness { rule, line, around: &around }.report();
        let mut reports: Vec<_> = rules.map(report).collect();
        for annotator in self.annotators.of(class) {
            let sets = annotator.annotations(line, &around);
            reports.push(report(&annotator.rule).annotating(&sets));
        }
        reports.sort_by(|a, b| a.id.cmp(&b.id));
        Explanation {
            verdict: self.decide(class, line, around).into_owned(),
            needs_line: self.needs_line(class, around),
            projected: self.projected(class, line, &around),
            annotation_waits: self.annotations_lookup(class, around) == Lookup::Normal,
            is_refused_unmatched,
            rules: reports,
        }
    }
}

impl RuleReport {
    /// The report of a rule that annotates: it contributes nothing, and sets headers.
    fn annotating(self, sets: &Annotations) -> Self {
        let list = |headers: Vec<_>| (!headers.is_empty()).then(|| headers.join(", "));
        let header = |(name, value)| format!("`{name}: {value}`");
        let request = list(sets.request_headers().map(header).collect());
        let answer = list(sets.response_headers().map(header).collect());
        let what = match (request, answer) {
            (None, None) => "nothing".to_owned(),
            (Some(request), None) => format!("{request} on the request"),
            (None, Some(answer)) => format!("{answer} on the answer"),
            (Some(request), Some(answer)) => {
                format!("{request} on the request and {answer} on the answer")
            }
        };
        Self { effect: None, because: format!("{}; it sets {what}", self.because), ..self }
    }
}

/// A rule before a line and its circumstances.
struct Witness<'a> {
    rule: &'a Rule,
    line: LineFacts,
    around: &'a Circumstances<'a>,
}

impl<'a> Witness<'a> {
    fn report(&self) -> RuleReport {
        // What it would say if it were in force for everybody.
        let contribution = self.rule.contribution(Mode::Shadow, self.line, self.around);
        RuleReport {
            id: Arc::clone(&self.rule.id),
            outcome: self.outcome(contribution),
            effect: contribution.map(|contribution| contribution.effect),
            reason: contribution.and_then(|contribution| contribution.reason),
            because: self.because(),
        }
    }

    fn outcome(&self, contribution: Option<Contribution>) -> RuleOutcome {
        let Some(contribution) = contribution else {
            return match self.is_excused() || self.is_lifted(Mode::Shadow) {
                true => RuleOutcome::Excused,
                false => RuleOutcome::False,
            };
        };
        let challenge = self.rule.challenge.as_ref();
        let is_met = challenge.is_some_and(|challenge| challenge.is_met_by(&self.around.assurance));
        if self.rule.mode != Mode::Enforce || self.is_outside() || self.is_lifted(Mode::Enforce) {
            RuleOutcome::Shadow
        } else if contribution.effect == Effect::StepUp && is_met {
            RuleOutcome::Satisfied
        } else if self.reduction().is_some() {
            RuleOutcome::Reduced
        } else if contribution.reason.is_some() {
            RuleOutcome::Undecided
        } else {
            RuleOutcome::True
        }
    }

    fn fires(&self) -> Truth {
        self.rule.fires(self.line, self.around)
    }

    fn is_excused(&self) -> bool {
        self.fires() != Truth::False && self.rule.is_excused(self.line, self.around)
    }

    /// It would apply, and an override keeps it from counting among the rules of this mode.
    fn is_lifted(&self, weakest: Mode) -> bool {
        self.fires() != Truth::False && self.rule.is_lifted(weakest, self.around)
    }

    /// The request is not in the part for which the rule is in force.
    fn is_outside(&self) -> bool {
        let rollout = self.rule.rollout.as_ref();
        rollout.is_some_and(|rollout| rollout.evaluate(self.around) == Truth::False)
    }

    /// The exception that lowers what the rule says.
    fn reduction(&self) -> Option<&'a Reduction> {
        let unreduced = self.rule.unreduced(self.line, self.around)?.effect;
        let reductions = self.rule.reduced_by(self.line, self.around);
        reductions.filter(|one| one.to < unreduced).min_by_key(|one| (one.to, one.id.clone()))
    }

    /// The first test that settles the matter, in a sentence.
    fn because(&self) -> String {
        let grounds = self.grounds();
        let reduced = self.reduction().map(|exception| {
            format!("; lowered to {} by the exception `{}`", exception.to, exception.id)
        });
        let outside = (self.rule.mode == Mode::Enforce && self.is_outside())
            .then_some("; outside its rollout it is not enforced");
        let lift = (reduced.as_deref()).or(outside).unwrap_or_default();
        format!("{grounds}{lift}{}", self.overridden())
    }

    /// The overrides that live, and what they set.
    fn overridden(&self) -> String {
        let applies = self.fires() != Truth::False;
        let living = self.rule.overridings.iter().filter(|it| applies && it.is_live(self.around));
        let told = living.map(|one| {
            let what = match one.set {
                Setting::Off => "switches it off",
                Setting::Shadow => "lets it run without effect",
                Setting::OnUnknown(_) => "says what happens where it is unknown",
            };
            format!("; the override `{}` {what}", one.name)
        });
        told.collect()
    }

    fn grounds(&self) -> String {
        if let Some(unless) = self.rule.unless.as_ref().filter(|_| self.is_excused()) {
            let Some(test) = self.settling(unless) else { return "excused".to_owned() };
            return format!("excused because `{}` holds: {}", test.name(), self.describe(test));
        }
        let is_required = matches!(self.rule.polarity, Polarity::Require(_));
        if let Some(matching) = self.rule.matching.as_ref().filter(|it| self.is_decisive(it)) {
            return self.sentence(matching, false);
        }
        self.sentence(&self.rule.condition, is_required)
    }

    /// Does `match` settle the matter? Where it is undecided, only if nothing else says no.
    fn is_decisive(&self, matching: &Condition) -> bool {
        match matching.evaluate(self.line, self.around) {
            Truth::True => false,
            Truth::False => true,
            Truth::Undecided(_) => self.fires() != Truth::False,
        }
    }

    /// The test that settles a block, and what it says.
    fn sentence(&self, block: &Condition, is_required: bool) -> String {
        let Some(test) = self.settling(block) else {
            return "the rule has no conditions".to_owned();
        };
        let (name, state) = (test.name(), self.describe(test));
        match test.evaluate(self.line, self.around) {
            Truth::Undecided(reasons) => {
                let reasons: Vec<_> = reasons.iter().map(UnknownReason::name).collect();
                format!("`{name}` cannot be decided ({}): {state}", reasons.join(", "))
            }
            Truth::True if is_required => format!("the required `{name}` is proved: {state}"),
            Truth::False if is_required => format!("the required `{name}` does not hold: {state}"),
            Truth::True => format!("`{name}` holds: {state}"),
            Truth::False => format!("`{name}` does not hold: {state}"),
        }
    }

    /// The first test without which the block would have come out otherwise.
    fn settling<'c>(&self, block: &'c Condition) -> Option<Test<'c>> {
        let truth = block.evaluate(self.line, self.around);
        match block {
            Condition::Line(test) => Some(Test::Line(test)),
            Condition::Fact(test) => Some(Test::Fact(test)),
            Condition::Not(part) => self.settling(part),
            Condition::All(parts) | Condition::Any(parts) => {
                let same = |part: &&Condition| {
                    let own = part.evaluate(self.line, self.around);
                    own == truth
                        || matches!((own, truth), (Truth::Undecided(_), Truth::Undecided(_)))
                };
                let part = parts.iter().find(same).or(parts.first());
                part.and_then(|part| self.settling(part))
            }
        }
    }

    /// What the test looked at, in words.
    fn describe(&self, test: Test<'_>) -> String {
        match test {
            Test::Line(_) => describe(self.line),
            Test::Fact(test) => match test.fact().and_then(|fact| value(fact, self.around.facts)) {
                Some(value) => format!("it is {value}"),
                None if test.fact().is_some() => "the request does not say".to_owned(),
                None => "by the clock".to_owned(),
            },
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
