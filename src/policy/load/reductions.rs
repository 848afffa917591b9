//! From exceptions to the rules that they name, over all files.

use std::collections::HashMap;
use std::sync::Arc;

use super::exceptions::ExceptionDraft;
use super::file::File;
use super::rules::{RuleDraft, SAY_HOW};
use crate::document::{Finding, Place, Report, nearest};
use crate::policy::effect::Effect;
use crate::policy::freshness::Lookup;
use crate::policy::rule::{Mode, Reduction};

/// A rule: its file, and its position there.
type At = (usize, usize);

/// Brings the exceptions of all files to the rules that they name. What could not be read at all
/// is `None`.
pub(super) fn link(files: &mut [Option<File>], reports: &mut [Report]) {
    for (at, reduction) in found(files, reports) {
        let (file, rule) = at;
        let rule = files.get_mut(file).and_then(|file| file.as_mut()?.rules.get_mut(rule));
        let Some(rule) = rule else { continue };
        if reduction.to == Effect::StepUp && rule.challenge.is_none() {
            rule.challenge.clone_from(&rule.step_up);
        }
        if rule.reductions.iter().all(|known| known.id != reduction.id) {
            rule.reductions.push(reduction);
        }
    }
}

/// What each exception does, where it may do it.
fn found(files: &[Option<File>], reports: &mut [Report]) -> Vec<(At, Reduction)> {
    let mut found = Vec::new();
    let set = Set::of(files);
    for (file, report) in files.iter().zip(reports) {
        let Some(file) = file else { continue };
        for exception in &file.exceptions {
            for (name, place) in &exception.rules {
                match set.find(file, exception, name, *place) {
                    Ok(at) => found.extend(at.map(|at| (at, exception.reduction.clone()))),
                    Err(finding) => report.add(finding),
                }
            }
        }
    }
    found
}

/// All rules that exceptions may name.
struct Set<'a> {
    files: &'a [Option<File>],
    rules: HashMap<&'a str, At>,
    /// Nothing was refused: what is not here is nowhere.
    is_whole: bool,
}

impl<'a> Set<'a> {
    fn of(files: &'a [Option<File>]) -> Self {
        let rules = files.iter().enumerate().flat_map(|(file, read)| {
            let rules = read.iter().flat_map(|read| &read.rules).enumerate();
            rules.map(move |(at, rule)| (&*rule.id, (file, at)))
        });
        let is_whole = |file: &Option<File>| file.as_ref().is_some_and(|file| file.is_whole);
        Self { files, rules: rules.collect(), is_whole: files.iter().all(is_whole) }
    }

    /// The rule that an exception of this file names, if the exception is in force for it.
    fn find(
        &self,
        own: &File,
        exception: &ExceptionDraft,
        name: &str,
        place: Place,
    ) -> Result<Option<At>, Finding> {
        let at = self.rules.get(name).copied();
        let Some((at, (file, rule))) = at.and_then(|at| Some((at, self.rule(at)?))) else {
            return if self.is_whole { Err(self.unknown(own, name, place)) } else { Ok(None) };
        };
        let is_own = file.metadata.name == own.metadata.name;
        if let Some(finding) = refused(rule, is_own, (own, file), place) {
            return Err(finding);
        }
        if let Some(finding) = impossible(rule, file, exception, place) {
            return Err(finding);
        }
        // A file that is not in force lowers nothing that is.
        Ok((is_own || own.mode == Mode::Enforce).then_some(at))
    }

    fn rule(&self, (file, at): At) -> Option<(&'a File, &'a RuleDraft)> {
        let file = self.files.get(file)?.as_ref()?;
        Some((file, file.rules.get(at)?))
    }

    fn unknown(&self, own: &File, name: &str, place: Place) -> Finding {
        let is_open = |at: At| {
            let (file, rule) = self.rule(at)?;
            let is_open = file.metadata.name == own.metadata.name
                || rule.lifting.is_open_to(&own.metadata.name);
            is_open.then_some(&*rule.id)
        };
        let mut open: Vec<_> = self.rules.values().filter_map(|at| is_open(*at)).collect();
        open.sort_unstable();
        let near = nearest(name, open);
        let finding = Finding::error("E011", place, format!("there is no rule `{name}`"));
        match near {
            Some(_) => finding.did_you_mean(near),
            None => finding.help("name rules of this file by their ids"),
        }
    }
}

/// Rules that this exception may not lower.
fn refused(
    rule: &RuleDraft,
    is_own: bool,
    (own, file): (&File, &File),
    place: Place,
) -> Option<Finding> {
    let policy: &Arc<str> = &own.metadata.name;
    if rule.lifting.is_guardrail {
        let message = format!("`{}` is a guardrail, which no exception lifts", rule.id);
        let help = "take it out of `rules`, or ask its owner whether it should be a guardrail";
        return Some(Finding::error("E011", place, message).help(help));
    }
    if rule.annotation.is_some() {
        let message =
            format!("`{}` annotates: it objects to nothing that could be lifted", rule.id);
        let help = "take it out of `rules`";
        return Some(Finding::error("E011", place, message).help(help));
    }
    (!is_own && !rule.lifting.is_open_to(policy)).then(|| {
        let message = format!(
            "the rule `{}` of `{}` does not take exceptions from `{policy}`",
            rule.id, file.metadata.name
        );
        let help = format!("whoever owns it opens it with `exceptionsFrom: [{policy}]`");
        Finding::error("E011", place, message).help(help)
    })
}

/// Lowered like this, the rule could not be applied.
fn impossible(
    rule: &RuleDraft,
    file: &File,
    exception: &ExceptionDraft,
    place: Place,
) -> Option<Finding> {
    let Reduction { id, condition, to } = &exception.reduction;
    let how = rule.challenge.as_ref().or(rule.step_up.as_ref());
    if *to == Effect::StepUp && how.is_none() {
        let message = format!("`{id}` lowers `{}` to a step-up, and nothing says how", rule.id);
        return Some(Finding::error("E010", place, message).help(SAY_HOW));
    }
    let asks = condition.line_tests().next().is_some();
    let routes = rule.routes.iter().filter(|_| asks);
    let mut settled = routes.filter_map(|at| file.askings.get(*at).zip(file.routes.get(*at)));
    let (_, route) = settled.find(|(asking, _)| asking.lookup == Lookup::Never)?;
    let message = format!(
        "`{id}` asks for the line, and `{}` stands on `{}`, which has `lookup: never`",
        rule.id, route.name
    );
    let help = "ask for what is known without a lookup, or let the route look lines up";
    Some(Finding::error("E008", place, message).help(help))
}
