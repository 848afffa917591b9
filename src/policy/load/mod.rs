//! From nodes to rules: every problem of every file at once.

mod accepts;
mod annotate;
mod attributes;
mod block;
mod condition;
mod defaults;
mod fact;
mod file;
mod freshness;
mod groups;
mod headers;
mod identifier;
mod line;
mod mode;
mod places;
mod remarks;
mod respond;
mod route_settings;
mod routes;
mod rules;
mod time;
mod unknown;

pub(crate) use attributes::FactTable;
pub(crate) use block::Block;
pub(crate) use file::{Answers, File, load_file};
pub(crate) use rules::{RuleDraft, reasons};

use std::collections::HashMap;
use std::sync::Arc;

use super::fact::Fact;
use crate::document::{Finding, Problems, Report, Source};
use attributes::Declared;

/// The files of a set, read and judged; the problems of all of them.
pub(crate) struct Loaded {
    pub(crate) files: Vec<File>,
    pub(crate) problems: Problems,
}

/// Reads every source. Files that are refused are missing from the result.
pub(crate) fn load(sources: &[Source]) -> Loaded {
    let mut loaded = Loaded { files: Vec::new(), problems: Problems::default() };
    let mut unique = Unique::default();
    for source in sources {
        let mut report = Report::new(source);
        let file = crate::document::parse(source, &mut report)
            .and_then(|root| load_file(&root, source, &mut report));
        if let Some(file) = &file {
            unique.check(file, &mut report);
            unique.limit(file, &mut report);
        }
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
    policies: HashMap<String, String>,
    rules: HashMap<String, String>,
    facts: HashMap<Arc<str>, (Arc<Fact>, String)>,
}

impl Unique {
    fn check(&mut self, file: &File, report: &mut Report) {
        let name = file.metadata.name.to_string();
        if let Some(other) = self.policies.insert(name.clone(), file.source.name.to_string()) {
            let message = format!("the policy name `{name}` is taken");
            report.add(
                Finding::error("E016", file.metadata.place, message)
                    .help(format!("it is the name of `{other}`")),
            );
        }
        for rule in &file.rules {
            let at = format!("{}:{}", file.source.name, rule.place.line);
            if let Some(other) = self.rules.insert(rule.id.to_string(), at) {
                let message = format!("the rule id `{}` is taken", rule.id);
                report.add(
                    Finding::error("E009", rule.place, message)
                        .help(format!("it is first used in {other}")),
                );
            }
        }
        for declared in &file.facts {
            self.declare(declared, file, report);
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
            file.rules.get((MAX_RULES + file.rules.len()).saturating_sub(self.rules.len()));
        if let Some(rule) = first_too_many {
            let message = format!("the policies have more than {MAX_RULES} rules");
            let help = "join rules that differ only in their routes";
            report.add(Finding::error("E024", rule.place, message).help(help));
        }
    }
}

/// A part of the language that this build does not have.
fn unbuilt(node: &crate::document::Node, name: &str) -> Finding {
    let message = format!("`{name}` is part of the language, but this build does not have it yet");
    Finding::error("E000", node.place, message).help("remove it; it is refused rather than ignored")
}
