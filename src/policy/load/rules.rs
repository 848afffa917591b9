//! `rules`.

mod lifting;
mod matching;
mod polarity;
mod rollout;

use std::sync::Arc;

use lifting::Lifting;

use super::condition::Reader;
use super::mode::Sample;
use super::routes::Route;
use super::unknown::{self, PartialAnswers};
use super::{annotate, defaults, identifier, mode, remarks, respond};
use crate::document::{Fields, Finding, Known, Node, Place, Report};
use crate::policy::annotate::Annotation;
use crate::policy::condition::{Condition, FactTest, Reasons, Test};
use crate::policy::effect::{Challenge, Effect};
use crate::policy::lint::Remarks;
use crate::policy::respond::Respond;
use crate::policy::rule::{Mode, Overriding, Polarity, Reduction, UnknownAnswers};
use crate::status::UnknownReason;

/// A rule as its file has it.
#[derive(Debug)]
pub(crate) struct RuleDraft {
    pub(crate) id: Arc<str>,
    pub(crate) place: Place,
    pub(crate) description: Option<Arc<str>>,
    /// Positions of the routes in the file.
    pub(crate) routes: Vec<usize>,
    /// What is asked of free facts beside the routes.
    pub(crate) matching: Option<Condition>,
    pub(crate) polarity: Polarity,
    pub(crate) condition: Condition,
    pub(crate) unless: Option<Condition>,
    pub(crate) on_unknown: UnknownAnswers,
    /// What would hold without an answer of its own.
    pub(crate) fallback: UnknownAnswers,
    /// Where `onUnknown` stands, if the rule has its own.
    pub(crate) on_unknown_place: Option<Place>,
    pub(crate) mode: Mode,
    pub(crate) sample: Sample,
    pub(crate) rollout: Option<FactTest>,
    /// Exceptions that name the rule, whichever file they stand in.
    pub(crate) reductions: Vec<Reduction>,
    /// Overrides that touch the rule.
    pub(crate) overridings: Vec<Overriding>,
    pub(crate) lifting: Lifting,
    /// How to step up, where the rule may ask for it.
    pub(crate) challenge: Option<Arc<Challenge>>,
    /// How to step up, should somebody let it ask.
    pub(crate) step_up: Option<Arc<Challenge>>,
    /// For refusals by the rule itself, and for those by `onUnknown`.
    pub(crate) respond: [Option<Arc<Respond>>; 2],
    /// What it sets, where it annotates. It then objects to nothing.
    pub(crate) annotation: Option<Annotation>,
    pub(crate) remarks: Remarks,
}

impl RuleDraft {
    /// Does it refuse when it fires?
    pub(crate) fn denies(&self) -> bool {
        let (Polarity::When(effect) | Polarity::Require(effect)) = self.polarity;
        effect == Effect::Deny && self.mode == Mode::Enforce && self.annotation.is_none()
    }

    /// Does it ask for the line, in whatever mode?
    pub(crate) fn needs_line(&self) -> bool {
        let parts = [Some(&self.condition), self.unless.as_ref()];
        parts.into_iter().flatten().any(|part| part.line_tests().next().is_some())
            || self.annotation.as_ref().is_some_and(Annotation::has_variables)
    }
}

/// What a rule takes from its file.
pub(super) struct Context<'a> {
    pub(super) routes: &'a [Route],
    pub(super) reader: Reader<'a>,
    pub(super) on_unknown: PartialAnswers,
    pub(super) step_up: Option<Arc<Challenge>>,
    pub(super) file_mode: Mode,
}

const RULE: Known = Known {
    what: "a rule",
    keys: &[
        "id",
        "description",
        "match",
        "when",
        "effect",
        "require",
        "otherwise",
        "onUnknown",
        "stepUp",
        "unless",
        "respond",
        "respondUnknown",
        "annotate",
        "lookup",
        "rollout",
        "guardrail",
        "exceptionsFrom",
        "mode",
        "shadow",
        "off",
        "lint",
    ],
    unbuilt: &[],
};

/// What to do where a step-up is not described.
pub(super) const SAY_HOW: &str =
    "add `stepUp: { acrValues: [\"…\"], maxAge: 5m }` to the rule or to `defaults`";

pub(super) fn load(
    node: &Node,
    context: &mut Context<'_>,
    report: &mut Report,
) -> Option<RuleDraft> {
    let fields = Fields::of(node, RULE, report)?;
    let id = id(&fields, report);
    let description = fields.text("description", report);
    let (routes, matching) = matching::load(&fields, context, report).unzip();
    let condition = polarity::load(&fields, &mut context.reader, report);
    let unless = fields.get("unless").map(|node| context.reader.condition(node, report));
    let own = fields.get("onUnknown").and_then(|node| unknown::load(node, false, report));
    let own_step_up = fields.get("stepUp").map(|node| defaults::step_up(node, report));
    let rollout = rollout::load(&fields, context.reader.facts, report);
    let lifting = Lifting::load(&fields, report);
    let mode = lifting.mode(mode::load(&fields, report), context.file_mode);
    let respond = ["respond", "respondUnknown"]
        .map(|key| fields.get(key).and_then(|node| respond::load(node, report)));
    let annotation = annotate::load(&fields, report);
    let remarks = remarks::load(&fields, context.reader.groups, report);
    let ((id, place), (polarity, condition)) = (id?, condition?);
    let unless = unless.map_or(Some(None), |read| read.map(Some))?;
    polarity::refuses_everyone_at_home(&fields, &condition, unless.as_ref(), report);
    let (routes, matching) = (routes.unwrap_or_default(), matching.flatten());
    let [on_unknown, fallback] = [own.unwrap_or_default(), PartialAnswers::default()]
        .map(|own| answers(own, polarity, &context.on_unknown));
    let asks = asks_for_step_up(polarity, matching.iter().chain([&condition]), &on_unknown);
    let step_up = own_step_up.or_else(|| context.step_up.clone());
    let challenge = challenge(asks, step_up.as_ref(), (id, place), report);
    Some(RuleDraft {
        id: id.into(),
        place,
        description: description.map(Into::into),
        routes,
        matching,
        polarity,
        condition,
        unless,
        on_unknown,
        fallback,
        on_unknown_place: fields.entry("onUnknown").map(|(key, _)| key.place),
        mode,
        sample: Sample::load(&fields, report),
        rollout,
        reductions: Vec::new(),
        overridings: Vec::new(),
        lifting,
        challenge,
        step_up,
        respond,
        annotation,
        remarks,
    })
}

/// How to step up, where the rule may ask for it.
fn challenge(
    asks: bool,
    step_up: Option<&Arc<Challenge>>,
    (id, place): (&str, Place),
    report: &mut Report,
) -> Option<Arc<Challenge>> {
    if asks && step_up.is_none() {
        let message = format!("the rule `{id}` can ask for a step-up, and nothing says how");
        report.add(Finding::error("E010", place, message).help(SAY_HOW));
    }
    step_up.filter(|_| asks).cloned()
}

fn id<'a>(fields: &Fields<'a>, report: &mut Report) -> Option<(&'a str, Place)> {
    let node = fields.required("id", report)?;
    let id = node.expect_text("id", report)?;
    identifier::check("rule id", node, id, report).then_some((id, node.place))
}

/// The rule's own answer; then a `require` rule's `otherwise`, or for `when` the file's defaults.
fn answers(own: PartialAnswers, polarity: Polarity, defaults: &PartialAnswers) -> UnknownAnswers {
    UnknownAnswers::from_fn(|reason| {
        own.get(reason).unwrap_or_else(|| match polarity {
            Polarity::Require(otherwise) => otherwise,
            // It annotates.
            Polarity::When(Effect::Allow) => Effect::Allow,
            Polarity::When(_) => defaults.get(reason).unwrap_or(Effect::Deny),
        })
    })
}

fn asks_for_step_up<'a>(
    polarity: Polarity,
    blocks: impl Iterator<Item = &'a Condition>,
    on_unknown: &UnknownAnswers,
) -> bool {
    let (Polarity::When(effect) | Polarity::Require(effect)) = polarity;
    let mut reasons = blocks.flat_map(reasons);
    effect == Effect::StepUp || reasons.any(|reason| on_unknown.get(reason) == Effect::StepUp)
}

/// The reasons for which this condition can be undecided.
pub(crate) fn reasons(condition: &Condition) -> impl Iterator<Item = UnknownReason> + use<> {
    let all = condition.tests().into_iter().map(Test::reasons);
    all.fold(Reasons::default(), Reasons::union).iter()
}
