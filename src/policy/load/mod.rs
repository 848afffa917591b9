//! From nodes to rules: every problem of every file at once.

mod accepts;
mod annotate;
mod attributes;
mod block;
mod condition;
mod defaults;
mod exceptions;
mod fact;
mod file;
mod freshness;
mod groups;
mod headers;
mod identifier;
mod line;
mod mode;
mod overrides;
mod overriding;
mod percent;
mod places;
mod reductions;
mod remarks;
mod respond;
mod route_settings;
mod routes;
mod rules;
mod time;
mod unknown;

pub(crate) use attributes::{FactTable, header_name, is_attribute_name, words};
pub(crate) use block::Block;
pub(crate) use exceptions::ExceptionDraft;
pub(crate) use file::{Answers, File, load_file};
pub(crate) use identifier::check as check_identifier;
pub(crate) use overrides::OverrideDraft;
pub(crate) use places::help_for_code;
pub(crate) use routes::{RouteEntry, method};
pub(crate) use rules::{RuleDraft, reasons};

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::fact::Fact;
use super::keys::POLICY;
use crate::document::{Finding, Place, Problems, Report, Source, advise};
use attributes::Declared;

/// The files of a set, read and judged; the problems of all of them.
pub(crate) struct Loaded {
    pub(crate) files: Vec<File>,
    /// Sorted by name.
    pub(crate) overrides: Vec<OverrideDraft>,
    pub(crate) problems: Problems,
}

/// Reads every source, policies and overrides. Files that are refused are missing from the result.
/// Where a moment counts as now, overrides must end within a day of it.
pub(crate) fn load(sources: &[Source], overrides: &[Source], now: Option<SystemTime>) -> Loaded {
    let (files, problems) = (Vec::new(), Problems::default());
    let mut loaded = Loaded { files, overrides: Vec::new(), problems };
    let mut unique = Unique::default();
    let read = sources.iter().map(|source| {
        let mut report = Report::new(source);
        let file = crate::document::parse(source, &mut report).and_then(|root| {
            let file = load_file(&root, source, &mut report);
            advise(&root, &POLICY, &mut report);
            file
        });
        if let Some(file) = &file {
            unique.check(file, &mut report);
            unique.limit(file, &mut report);
        }
        (file, report)
    });
    let (mut files, mut reports): (Vec<_>, Vec<_>) = read.unzip();
    reductions::link(&mut files, &mut reports);
    for source in overrides {
        let mut report = Report::new(source);
        if let Some(draft) = overrides::load(source, now, &mut report) {
            unique.claim(("override", &draft.name), source, draft.place, &mut report);
            overriding::link(&mut files, &draft, &mut report);
            loaded.overrides.push(draft);
        }
        loaded.problems.extend(report.finish());
    }
    loaded.overrides.sort_by(|one, other| one.name.cmp(&other.name));
    for (file, report) in files.into_iter().zip(reports) {
        loaded.files.extend(file.filter(|_| !report.has_errors()));
        loaded.problems.extend(report.finish());
    }
    loaded
}

/// A set of files may have this many rules.
const MAX_RULES: usize = 20_000;

/// Names that may stand once in a set of files.
#[derive(Default)]
struct Unique {
    /// Of policies and of overrides.
    names: HashMap<String, String>,
    /// Of rules and of exceptions.
    ids: HashMap<Arc<str>, String>,
    rules: usize,
    facts: HashMap<Arc<str>, (Arc<Fact>, String)>,
}

impl Unique {
    fn check(&mut self, file: &File, report: &mut Report) {
        let metadata = &file.metadata;
        self.claim(("policy", &metadata.name), &file.source, metadata.place, report);
        let rules = file.rules.iter().map(|rule| ("rule", &rule.id, rule.place));
        let exceptions = file.exceptions.iter();
        let exceptions = exceptions.map(|one| ("exception", &one.reduction.id, one.place));
        for (what, id, place) in rules.chain(exceptions) {
            let at = format!("{}:{}", file.source.name, place.line);
            if let Some(other) = self.ids.insert(Arc::clone(id), at) {
                let message = format!("the {what} id `{id}` is taken");
                let help = format!("it is first used in {other}");
                report.add(Finding::error("E009", place, message).help(help));
            }
        }
        self.rules += file.rules.len();
        for declared in &file.facts {
            self.declare(declared, file, report);
        }
    }

    /// Policies and overrides have a name each.
    fn claim(
        &mut self,
        (what, name): (&str, &str),
        source: &Source,
        place: Place,
        report: &mut Report,
    ) {
        if let Some(other) = self.names.insert(name.to_owned(), source.name.to_string()) {
            let message = format!("the {what} name `{name}` is taken");
            let help = format!("it is the name of `{other}`");
            report.add(Finding::error("E016", place, message).help(help));
        }
    }

    /// Files that are read together mean the same by the same name.
    fn declare(&mut self, declared: &Declared, file: &File, report: &mut Report) {
        let (fact, Some(place)) = (&declared.fact, declared.place) else { return };
        let at = format!("{}:{}", file.source.name, place.line);
        let first = self.facts.entry(Arc::clone(&fact.name));
        let (known, other) = &*first.or_insert_with(|| (Arc::clone(fact), at));
        if known != fact {
            let message = format!("the attribute `{}` is declared in another way", fact.name);
            let help = format!("it is first declared in {other}: one name means one thing");
            report.add(Finding::error("E016", place, message).help(help));
        }
    }

    fn limit(&self, file: &File, report: &mut Report) {
        let first_too_many =
            file.rules.get((MAX_RULES + file.rules.len()).saturating_sub(self.rules));
        if let Some(rule) = first_too_many {
            let message = format!("the policies have more than {MAX_RULES} rules");
            let help = "join rules that differ only in their routes";
            report.add(Finding::error("E024", rule.place, message).help(help));
        }
    }
}
