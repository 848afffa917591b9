//! `defaults`: what a file says once for all its rules.

use std::sync::Arc;
use std::time::Duration;

use super::file::Answers;
use super::unknown::{self, PartialAnswers};
use crate::document::{Fields, Finding, Known, Node, NodeKind, Report};
use crate::policy::effect::{Challenge, Effect};

/// The defaults of a file.
#[derive(Debug)]
pub(super) struct Defaults {
    pub(super) unmatched: Effect,
    pub(super) on_unknown: PartialAnswers,
    pub(super) step_up: Option<Arc<Challenge>>,
    pub(super) answers: Answers,
}

impl Default for Defaults {
    /// Only for a file that is refused anyway: the strictest there is.
    fn default() -> Self {
        let on_unknown = PartialAnswers::all(Effect::Deny);
        let step_up = Some(misread());
        Self { unmatched: Effect::Deny, on_unknown, step_up, answers: Answers::default() }
    }
}

const DEFAULTS: Known = Known {
    what: "`defaults`",
    keys: &["onUnknown", "unmatchedRoute", "stepUp", "answers"],
    unbuilt: &[],
};
const ANSWERS: Known = Known { what: "`answers`", keys: &["tryAgain", "expose"], unbuilt: &[] };
const TRY_AGAIN: Known =
    Known { what: "`tryAgain`", keys: &["status", "retryAfter"], unbuilt: &[] };
const STEP_UP: Known =
    Known { what: "`stepUp`", keys: &["acrValues", "maxAge", "status"], unbuilt: &[] };

pub(super) fn load(node: &Node, report: &mut Report) -> Option<Defaults> {
    let fields = Fields::of(node, DEFAULTS, report)?;
    let on_unknown = match fields.get("onUnknown") {
        Some(node) => unknown::load(node, true, report),
        None => {
            let message = "`defaults` needs the key `onUnknown`";
            let help = "say what happens when the network does not answer: `allow`, `stepUp` or `deny`; nobody may choose that by accident";
            report.add(Finding::error("E012", fields.place(), message).help(help));
            None
        }
    };
    let unmatched = match fields.get("unmatchedRoute") {
        Some(node) => node.expect_word(
            "unmatchedRoute",
            &[("allow", Effect::Allow), ("deny", Effect::Deny)],
            report,
        ),
        None => {
            let help = "say what happens to requests that no route names: `allow` or `deny`";
            report.add(
                Finding::error("E012", fields.place(), "`defaults` needs the key `unmatchedRoute`")
                    .help(help),
            );
            None
        }
    };
    Some(Defaults {
        unmatched: unmatched.unwrap_or(Effect::Deny),
        on_unknown: on_unknown.unwrap_or_else(|| PartialAnswers::all(Effect::Deny)),
        step_up: fields.get("stepUp").map(|node| step_up(node, report)),
        answers: fields.get("answers").and_then(|node| answers(node, report)).unwrap_or_default(),
    })
}

/// `stepUp`, of a file or of a rule.
pub(super) fn step_up(node: &Node, report: &mut Report) -> Arc<Challenge> {
    let Some(fields) = Fields::of(node, STEP_UP, report) else { return misread() };
    let list = fields.required("acrValues", report);
    let list = list.and_then(|node| Some((node, node.expect_list("acrValues", report)?)));
    let (node, items) = list.unwrap_or((node, &[]));
    let values: Vec<Arc<str>> = items.iter().filter_map(|item| acr(item, report)).collect();
    if matches!(&node.kind, NodeKind::List(items) if items.is_empty()) {
        let help = "name the authentication contexts of which any one is enough";
        report.add(Finding::error("E010", node.place, "`acrValues` is empty").help(help));
    }
    let max_age = fields.get("maxAge").map(|node| node.expect_duration("maxAge", report));
    let status = status(&fields, &["401", "403"], report).unwrap_or(401);
    Arc::new(Challenge::new(values, max_age.flatten(), status))
}

/// Only for a file that is refused anyway: rules need not complain that nothing says how.
fn misread() -> Arc<Challenge> {
    Arc::new(Challenge::new(Vec::new(), None, 401))
}

/// A context class travels in a quoted string of a header, separated by spaces.
fn acr<'a>(node: &'a Node, report: &mut Report) -> Option<Arc<str>> {
    let text: &'a str = node.expect_item("acrValues", report)?;
    let fits = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    if !fits {
        let message = format!("`{}` is not an authentication context", text.escape_debug());
        report.add(
            Finding::error("E014", node.place, message)
                .help("write letters, digits and signs, without spaces, quotes and backslashes"),
        );
    }
    fits.then(|| text.into())
}

fn answers(node: &Node, report: &mut Report) -> Option<Answers> {
    let fields = Fields::of(node, ANSWERS, report)?;
    let expose = fields.get("expose");
    let exposes_rule = expose.and_then(|node| node.expect_word("expose", EXPOSED, report));
    let answers = fields.get("tryAgain").and_then(|node| try_again(node, report));
    Some(Answers { exposes_rule: exposes_rule.unwrap_or_default(), ..answers.unwrap_or_default() })
}

/// What clients may be told beside the answer.
const EXPOSED: &[(&str, bool)] = &[("rule", true)];

fn try_again(node: &Node, report: &mut Report) -> Option<Answers> {
    let fields = Fields::of(node, TRY_AGAIN, report)?;
    let retry_after = fields.get("retryAfter").and_then(|node| retry_after(node, report));
    let standard = Answers::default();
    Some(Answers {
        try_again_status: status(&fields, &["503", "403"], report)
            .unwrap_or(standard.try_again_status),
        retry_after: retry_after.unwrap_or(standard.retry_after),
        ..standard
    })
}

/// HTTP tells it in whole seconds.
fn retry_after(node: &Node, report: &mut Report) -> Option<Duration> {
    let duration = node.expect_duration("retryAfter", report)?;
    if duration.subsec_nanos() != 0 || duration.is_zero() {
        let message =
            format!("`{}` is not a whole number of seconds", node.written().unwrap_or_default());
        report.add(
            Finding::error("E023", node.place, message)
                .help("`Retry-After` counts seconds: write `1s` or more"),
        );
        return None;
    }
    Some(duration)
}

/// One of two statuses that fit.
fn status(fields: &Fields<'_>, fitting: &[&str; 2], report: &mut Report) -> Option<u16> {
    let node = fields.get("status")?;
    let written = node.written().unwrap_or_default();
    if !fitting.contains(&written) {
        let message = format!("{} is not a status that fits here", node.quoted());
        report.add(
            Finding::error("E014", node.place, message)
                .help(format!("write `{}` or `{}`", fitting[0], fitting[1])),
        );
    }
    written.parse().ok()
}
