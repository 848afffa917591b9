//! What policies need of the service they run in, and whether it has it (E019–E021).

use std::sync::Arc;

use super::Manifest;
use super::write::{Kind, list};
use crate::document::{Finding, Place, Problem, Report, Source, nearest};
use crate::policy::fact::{Fact, FactKind, FactSource};
use crate::policy::load::File;
use crate::policy::rule::Mode;

/// What a set of policies needs, file by file. A compiled policy keeps it.
#[derive(Debug)]
pub(crate) struct Needs(Vec<FileNeeds>);

#[derive(Debug)]
struct FileNeeds {
    source: Source,
    attributes: Vec<Attribute>,
    /// The rules in force that can ask for a step-up.
    step_ups: Vec<(Arc<str>, Place)>,
}

/// An attribute that some condition asks for.
#[derive(Debug)]
struct Attribute {
    fact: Arc<Fact>,
    place: Place,
    source_place: Place,
}

impl Needs {
    pub(crate) fn of(files: &[File]) -> Self {
        Self(files.iter().map(FileNeeds::of).collect())
    }

    /// What the service does not have.
    pub(crate) fn unmet(&self, service: &Manifest) -> Vec<Problem> {
        self.0.iter().flat_map(|file| file.unmet(service)).collect()
    }
}

impl FileNeeds {
    fn of(file: &File) -> Self {
        let attributes = file.facts.iter().filter(|declared| declared.is_used);
        let attributes = attributes.filter_map(|declared| {
            let (fact, place) = (Arc::clone(&declared.fact), declared.place?);
            Some(Attribute { fact, place, source_place: declared.source_place })
        });
        let asking = file.rules.iter().filter(|rule| rule.mode == Mode::Enforce);
        let asking = asking.filter(|rule| rule.challenge.is_some());
        Self {
            source: file.source.clone(),
            attributes: attributes.collect(),
            step_ups: asking.map(|rule| (Arc::clone(&rule.id), rule.place)).collect(),
        }
    }

    fn unmet(&self, service: &Manifest) -> Vec<Problem> {
        let mut report = Report::new(&self.source);
        let attributes = self.attributes.iter().filter_map(|attribute| attribute.unmet(service));
        let step_ups = self.step_ups.iter().filter(|_| !service.assurance);
        attributes
            .chain(step_ups.map(|(rule, place)| unanswerable(rule, *place)))
            .for_each(|finding| report.add(finding));
        report.finish()
    }
}

impl Attribute {
    fn unmet(&self, service: &Manifest) -> Option<Finding> {
        match &self.fact.source {
            FactSource::BuiltIn => None,
            FactSource::Header(header) => (!service.trusted_headers.contains(header))
                .then(|| untrusted(header, self.source_place, service)),
            FactSource::Extension | FactSource::Claim => {
                match service.attributes.get(&self.fact.name) {
                    None => Some(self.absent(service)),
                    Some(kind) => self.other(kind),
                }
            }
        }
    }

    fn absent(&self, service: &Manifest) -> Finding {
        let name = &*self.fact.name;
        let message = format!("the service does not supply `{name}`");
        let finding = Finding::error("E019", self.place, message);
        let known = || service.attributes.keys().map(AsRef::as_ref);
        match (nearest(name, known()), service.attributes.is_empty()) {
            (Some(near), _) => finding.did_you_mean(Some(near)),
            (None, true) => finding.help(format!("it supplies nothing; {}", service.ask())),
            (None, false) => {
                finding.help(format!("it supplies {}; {}", quoted(known()), service.ask()))
            }
        }
    }

    /// The service has another kind of value under the name.
    fn other(&self, kind: &FactKind) -> Option<Finding> {
        let (name, declared) = (&self.fact.name, &self.fact.kind);
        if declared.with_sorted_words() == kind.with_sorted_words() {
            return None;
        }
        let (message, help) = match (declared, kind) {
            (FactKind::Enum(_), FactKind::Enum(words)) => (
                format!("the service supplies `{name}` with other values"),
                format!("write `values: {}`", list(words.iter())),
            ),
            (_, FactKind::Enum(words)) => (
                format!("the service supplies `{name}` as `enum`, not as `{}`", declared.name()),
                format!("write `type: enum, values: {}`", list(words.iter())),
            ),
            _ => (
                format!(
                    "the service supplies `{name}` as `{}`, not as `{}`",
                    kind.name(),
                    declared.name()
                ),
                format!("write `type: {}`", Kind(kind)),
            ),
        };
        Some(Finding::error("E019", self.place, message).help(help))
    }
}

fn untrusted(header: &str, place: Place, service: &Manifest) -> Finding {
    let message = format!("the service does not trust the header `{header}`");
    let finding = Finding::error("E020", place, message);
    let known = || service.trusted_headers.iter().map(AsRef::as_ref);
    match (nearest(header, known()), service.trusted_headers.is_empty()) {
        (Some(near), _) => finding.did_you_mean(Some(near)),
        (None, true) => finding.help(
            "it trusts none: a header proves nothing unless a proxy keeps clients from writing it",
        ),
        (None, false) => finding
            .help(format!("it trusts {}: any other a client could write itself", quoted(known()))),
    }
}

fn unanswerable(rule: &str, place: Place) -> Finding {
    let message = format!(
        "the rule `{rule}` can ask for a step-up, and the service does not know how customers authenticated"
    );
    let help = "nobody could ever meet it: use `deny`, or have the service supply `acr` and `auth_time` (`assurance: true`)";
    Finding::error("E021", place, message).help(help)
}

impl Manifest {
    fn ask(&self) -> String {
        match &self.owner {
            Some(owner) => format!("ask {owner} for what is missing"),
            None => "ask its engineers for what is missing".to_owned(),
        }
    }
}

/// `a`, `b`.
fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
