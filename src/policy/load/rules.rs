//! `rules`.

use std::sync::Arc;

use super::condition::{self, Reader};
use super::routes::Route;
use super::unknown::{self, PartialAnswers};
use super::{defaults, mode, remarks, respond};
use crate::document::{Fields, Finding, Known, Node, NodeKind, Place, Report, nearest};
use crate::policy::condition::{Condition, LineTest};
use crate::policy::effect::{Challenge, Effect};
use crate::policy::lint::Remarks;
use crate::policy::respond::Respond;
use crate::policy::rule::{Mode, Polarity, UnknownAnswers};
use crate::status::{ReasonGroup, UnknownReason};

/// A rule as its file has it.
#[derive(Debug)]
pub(crate) struct RuleDraft {
    pub(crate) id: Arc<str>,
    pub(crate) place: Place,
    pub(crate) description: Option<Arc<str>>,
    /// Positions of the routes in the file.
    pub(crate) routes: Vec<usize>,
    pub(crate) polarity: Polarity,
    pub(crate) condition: Condition,
    pub(crate) unless: Option<Condition>,
    pub(crate) on_unknown: UnknownAnswers,
    /// Where `onUnknown` stands, if the rule has its own.
    pub(crate) on_unknown_place: Option<Place>,
    pub(crate) mode: Mode,
    pub(crate) challenge: Option<Arc<Challenge>>,
    /// For refusals by the rule itself, and for those by `onUnknown`.
    pub(crate) respond: [Option<Arc<Respond>>; 2],
    pub(crate) remarks: Remarks,
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
        "mode",
        "shadow",
        "off",
        "lint",
    ],
    unbuilt: &["annotate", "guardrail", "rollout", "exceptionsFrom"],
};
const MATCH: Known = Known { what: "`match`", keys: &["routes"], unbuilt: &[] };
const OBJECTIONS: &[(&str, Effect)] = &[("stepUp", Effect::StepUp), ("deny", Effect::Deny)];

pub(super) fn load(
    node: &Node,
    context: &mut Context<'_>,
    report: &mut Report,
) -> Option<RuleDraft> {
    let fields = Fields::of(node, RULE, report)?;
    let id = fields.required("id", report).and_then(|node| {
        let id = node.expect_text("id", report)?;
        super::identifier::check("rule id", node, id, report).then_some((id, node.place))
    });
    let description = fields.text("description", report);
    let routes = routes(&fields, context, report);
    let condition = polarity(&fields, &mut context.reader, report);
    let unless = fields.get("unless").map(|node| context.reader.condition(node, report));
    let own = fields.get("onUnknown").and_then(|node| unknown::load(node, false, report));
    let own_step_up = fields.get("stepUp").map(|node| defaults::step_up(node, report));
    let mode = mode::load(&fields, report);
    let respond = ["respond", "respondUnknown"]
        .map(|key| fields.get(key).and_then(|node| respond::load(node, report)));
    let remarks = remarks::load(&fields, context.reader.groups, report);
    let ((id, place), (polarity, condition)) = (id?, condition?);
    let unless = match unless {
        Some(read) => Some(read?),
        None => None,
    };
    let on_unknown = answers(own.unwrap_or_default(), polarity, &context.on_unknown);
    let asks = asks_for_step_up(polarity, &condition, &on_unknown);
    let challenge = own_step_up.or_else(|| context.step_up.clone()).filter(|_| asks);
    if asks && challenge.is_none() {
        let message = format!("the rule `{id}` can ask for a step-up, and nothing says how");
        let help = "add `stepUp: { acrValues: [\"…\"], maxAge: 5m }` to the rule or to `defaults`";
        report.add(Finding::error("E010", place, message).help(help));
    }
    Some(RuleDraft {
        id: id.into(),
        place,
        description: description.map(Into::into),
        routes,
        polarity,
        condition,
        unless,
        on_unknown,
        on_unknown_place: fields.entry("onUnknown").map(|(key, _)| key.place),
        mode: mode.min(context.file_mode),
        challenge,
        respond,
        remarks,
    })
}

/// The rule's own answer; then a `require` rule's `otherwise`, or for `when` the file's defaults.
fn answers(own: PartialAnswers, polarity: Polarity, defaults: &PartialAnswers) -> UnknownAnswers {
    UnknownAnswers::from_fn(|reason| {
        own.get(reason).unwrap_or_else(|| match polarity {
            Polarity::Require(otherwise) => otherwise,
            Polarity::When(_) => defaults.get(reason).unwrap_or(Effect::Deny),
        })
    })
}

fn asks_for_step_up(
    polarity: Polarity,
    condition: &Condition,
    on_unknown: &UnknownAnswers,
) -> bool {
    let (Polarity::When(effect) | Polarity::Require(effect)) = polarity;
    effect == Effect::StepUp
        || reasons(condition).any(|reason| on_unknown.get(reason) == Effect::StepUp)
}

/// The reasons for which this condition can be undecided.
pub(crate) fn reasons(condition: &Condition) -> impl Iterator<Item = UnknownReason> + use<> {
    let can_be_imprecise = condition.tests().iter().any(|test| test.can_be_imprecise());
    let is_imprecise =
        move |reason: &UnknownReason| can_be_imprecise && reason.group() == ReasonGroup::Imprecise;
    let imprecise = UnknownReason::ALL.iter().copied().filter(is_imprecise);
    UnknownReason::line_reasons().chain(imprecise)
}

fn routes(fields: &Fields<'_>, context: &Context<'_>, report: &mut Report) -> Vec<usize> {
    let Some(node) = fields.required("match", report) else { return Vec::new() };
    let NodeKind::Map(entries) = &node.kind else {
        report.add(Finding::error(
            "E022",
            node.place,
            format!("`match` is a block of keys, this is {}", node.describe()),
        ));
        return Vec::new();
    };
    for (key, _) in entries.iter().filter(|(key, _)| key.text() != Some("routes")) {
        report.add(not_in_match(key));
    }
    let Some(list) = node.get("routes") else {
        report.add(Finding::error(
            "E018",
            node.place,
            format!("{} needs the key `routes`", MATCH.what),
        ));
        return Vec::new();
    };
    let items = list.expect_list("routes", report).unwrap_or_default();
    if items.is_empty() && matches!(list.kind, NodeKind::List(_)) {
        report.add(
            Finding::error("E018", list.place, "`routes` names no route")
                .help("a rule stands on at least one route"),
        );
    }
    items.iter().filter_map(|item| route(item, context.routes, report)).collect()
}

fn not_in_match(key: &Node) -> Finding {
    let name = key.text().unwrap_or_default();
    if name == "line" {
        let message = "`line` is asked in `when` or `require`, not in `match`";
        return Finding::error("E008", key.place, message)
            .help("`match` is for what is known without asking the network");
    }
    let near = nearest(name, ["routes"]);
    if near.is_some() {
        let message = format!("`{name}` is not a key of `match`");
        return Finding::error("E003", key.place, message).did_you_mean(near);
    }
    // Names with a dot are attributes, of which the author may have any number.
    if !condition::UNBUILT_FACTS.contains(&name) && !name.contains('.') {
        let message = format!("there is no fact `{name}`");
        return Finding::error("E008", key.place, message).help("`match` names `routes`");
    }
    let message =
        format!("`{name}` in `match` is part of the language, but this build does not have it yet");
    Finding::error("E000", key.place, message).help("remove it; it is refused rather than ignored")
}

fn route(node: &Node, routes: &[Route], report: &mut Report) -> Option<usize> {
    let name = node.expect_item("routes", report)?;
    let found = routes.iter().position(|route| *route.name == *name);
    if found.is_none() {
        let near = nearest(name, routes.iter().map(|route| route.name.as_ref()));
        let finding = Finding::error("E008", node.place, format!("there is no route `{name}`"));
        report.add(match near {
            Some(_) => finding.did_you_mean(near),
            None => finding.help("name a route of this file, or add it to `routes`"),
        });
    }
    found
}

fn polarity(
    fields: &Fields<'_>,
    reader: &mut Reader<'_>,
    report: &mut Report,
) -> Option<(Polarity, Condition)> {
    for (key, other) in [("effect", "require"), ("otherwise", "when")] {
        if let (Some((node, _)), Some(_)) = (fields.entry(key), fields.get(other)) {
            let right = if key == "effect" { "otherwise" } else { "effect" };
            let message = format!("`{key}` does not go with `{other}`");
            report.add(
                Finding::error("E013", node.place, message)
                    .help(format!("write `{right}` instead")),
            );
        }
    }
    match (fields.get("when"), fields.get("require")) {
        (Some(when), None) => {
            let effect = consequence(fields, "effect", "otherwise", report);
            let condition = reader.condition(when, report);
            Some((Polarity::When(effect?), condition?))
        }
        (None, Some(require)) => {
            let effect = consequence(fields, "otherwise", "effect", report);
            let condition = reader.condition(require, report)?;
            refuses_everyone_at_home(&condition, require, report);
            Some((Polarity::Require(effect?), condition))
        }
        (Some(_), Some(require)) => {
            let help = "`when` names what to stop, `require` what must be proved: keep one";
            report.add(
                Finding::error("E013", require.place, "a rule has either `when` or `require`")
                    .help(help),
            );
            None
        }
        (None, None) => {
            let help =
                "add `when: { line: … }` with `effect`, or `require: { line: … }` with `otherwise`";
            report.add(
                Finding::error("E013", fields.place(), "a rule needs `when` or `require`")
                    .help(help),
            );
            None
        }
    }
}

fn consequence(
    fields: &Fields<'_>,
    key: &'static str,
    wrong: &str,
    report: &mut Report,
) -> Option<Effect> {
    // The wrong key has been reported already.
    if fields.get(key).is_none() && fields.get(wrong).is_some() {
        return None;
    }
    let node = fields.required(key, report)?;
    if node.text() == Some("annotate") && key == "effect" {
        let message = "`annotate` is part of the language, but this build does not have it yet";
        report.add(
            Finding::error("E000", node.place, message)
                .help("remove the rule; it is refused rather than ignored"),
        );
        return None;
    }
    if node.text() == Some("allow") {
        let help = "a gate raises objections, it does not grant: `stepUp` or `deny`";
        report.add(
            Finding::error("E003", node.place, format!("`allow` is not a value of `{key}`"))
                .help(help),
        );
        return None;
    }
    node.expect_word(key, OBJECTIONS, report)
}

fn refuses_everyone_at_home(condition: &Condition, node: &Node, report: &mut Report) {
    if matches!(condition, Condition::Line(LineTest::RoamingIn(_))) {
        let message = "`require` over `roamingIn` alone refuses everyone at home";
        let help = "use `locatedIn`, which includes lines at home";
        report.add(Finding::error("E017", node.place, message).help(help));
    }
}
