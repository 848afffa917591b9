//! `respond` and `respondUnknown`: how a rule shapes its refusals.

use std::sync::Arc;

use super::headers;
use crate::document::{Fields, Finding, Known, Node, NodeKind, Report};
use crate::policy::respond::{Localized, Respond};

const RESPOND: Known =
    Known { what: "`respond`", keys: &["status", "problem", "headers", "redirect"], unbuilt: &[] };
const PROBLEM: Known =
    Known { what: "`problem`", keys: &["code", "title", "detail"], unbuilt: &[] };

pub(super) fn load(node: &Node, report: &mut Report) -> Option<Arc<Respond>> {
    let fields = Fields::of(node, RESPOND, report)?;
    let problem = fields.get("problem").and_then(|node| Fields::of(node, PROBLEM, report));
    let mut respond = Respond {
        status: fields.get("status").and_then(|node| status(node, report)),
        redirect: fields.get("redirect").and_then(|node| redirect(node, report)),
        ..Respond::default()
    };
    if let Some(problem) = problem {
        respond.code = problem.get("code").and_then(|node| code(node, report));
        respond.title = problem.get("title").and_then(|node| localized(node, "title", report));
        respond.detail = problem.get("detail").and_then(|node| localized(node, "detail", report));
    }
    let headers = headers::load(&fields, "headers", report).into_iter();
    respond.headers = headers.map(|(name, _, text)| (name, text.into())).collect();
    Some(Arc::new(respond))
}

/// A refusal is a client error; 401 belongs to step-ups, 407 and 426 to others.
fn status(node: &Node, report: &mut Report) -> Option<u16> {
    let written = node.written().unwrap_or_else(|| node.describe());
    let status = written.parse::<u16>().ok();
    let fits =
        status.filter(|status| (400..=499).contains(status) && ![401, 407, 426].contains(status));
    if fits.is_none() {
        let message = format!("`{written}` is not a status that fits a refusal");
        let help = "write 403, 404, 451 or another status from 400 to 499; 401 is for step-ups";
        report.add(Finding::error("E014", node.place, message).help(help));
    }
    fits
}

fn code(node: &Node, report: &mut Report) -> Option<Arc<str>> {
    let text = node.expect_text("code", report)?;
    super::identifier::check("problem code", node, text, report).then(|| text.into())
}

/// A text, or a block from languages to texts.
fn localized(node: &Node, key: &str, report: &mut Report) -> Option<Localized> {
    let NodeKind::Map(entries) = &node.kind else {
        return node.expect_text(key, report).map(|text| Localized::new(text.into(), Vec::new()));
    };
    let texts = entries.iter().filter_map(|(tag, text)| {
        Some((language(tag, report)?, text.expect_text(key, report)?.into()))
    });
    let mut texts: Vec<(Arc<str>, Arc<str>)> = texts.collect();
    let Some(at) = texts.iter().position(|(tag, _)| **tag == *"en") else {
        let message = format!("`{key}` needs an English text");
        let help = "add `en: …`: it answers everybody whose language is missing";
        report.add(Finding::error("E018", node.place, message).help(help));
        return None;
    };
    let (_, english) = texts.remove(at);
    Some(Localized::new(english, texts))
}

/// A language tag (BCP 47) as far as its form goes.
fn language(node: &Node, report: &mut Report) -> Option<Arc<str>> {
    let text = node.text()?;
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let first = text.split('-').next().unwrap_or_default();
    let is_tag = text.split('-').all(is_part) && (2..=3).contains(&first.len());
    if !is_tag {
        let message = format!("`{text}` is not a language");
        report
            .add(Finding::error("E003", node.place, message).help("write `en`, `de`, `pt-BR`, …"));
    }
    is_tag.then(|| text.to_ascii_lowercase().into())
}

/// A path of this origin. `{path}` is the only variable.
fn redirect(node: &Node, report: &mut Report) -> Option<Arc<str>> {
    let text = node.expect_text("redirect", report)?;
    let without = text.replace("{path}", "");
    let is_local = text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\");
    let refused = match () {
        () if !is_local => Some("leads away from this origin"),
        () if without.contains(['{', '}']) => Some("has a variable that nobody knows"),
        () if !without.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') => {
            Some("cannot stand in a header")
        }
        () => None,
    };
    if let Some(why) = refused {
        let help = "write a path, in which `{path}` stands for that of the request: `/step-up?return={path}`";
        report.add(Finding::error("E014", node.place, format!("`{text}` {why}")).help(help));
        return None;
    }
    Some(text.into())
}
