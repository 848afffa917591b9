//! `attributes`: the facts that only the embedding service knows.

use std::collections::HashMap;
use std::sync::Arc;

use super::condition::Lists;
use crate::document::{Fields, Finding, Known, Node, NodeKind, Place, Report, nearest};
use crate::policy::condition::PlaceList;
use crate::policy::fact::{Fact, FactKind, FactSource};

/// The facts that a file may ask for: its own and those of the language.
#[derive(Debug)]
pub(crate) struct FactTable {
    facts: HashMap<Arc<str>, Declared>,
    /// Names that are not declared are let through: somebody who knows them reads again.
    is_open: bool,
}

#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) fact: Arc<Fact>,
    /// None for those of the language.
    pub(crate) place: Option<Place>,
    /// Where it is said from where it comes.
    pub(crate) source_place: Place,
    pub(crate) is_used: bool,
}

const ATTRIBUTE: Known =
    Known { what: "an attribute", keys: &["type", "values", "source"], unbuilt: &[] };

impl FactTable {
    /// Reads the declarations of a file.
    pub(super) fn load(node: Option<&Node>, report: &mut Report) -> Self {
        let mut table = Self::of(std::iter::empty());
        let entries = node.and_then(|node| node.expect_map("attributes", report));
        for (key, value) in entries.unwrap_or_default() {
            let name = key.text().unwrap_or_default();
            if !is_attribute_name(key, name, report) {
                continue;
            }
            if let Some((kind, (source, source_place))) = declaration(value, report) {
                let fact = Arc::new(Fact { name: name.into(), kind, source });
                let place = Some(key.place);
                let declared = Declared { fact, place, source_place, is_used: false };
                table.facts.insert(name.into(), declared);
            }
        }
        table
    }

    /// These facts, and those of the language.
    pub(crate) fn of(facts: impl IntoIterator<Item = Arc<Fact>>) -> Self {
        let built_in = Fact::built_in().into_iter().map(Arc::new);
        let declared = |fact: Arc<Fact>| {
            let source_place = Place::default();
            (Arc::clone(&fact.name), Declared { fact, place: None, source_place, is_used: false })
        };
        Self { facts: built_in.chain(facts).map(declared).collect(), is_open: false }
    }

    /// Facts that somebody else declares.
    pub(crate) fn open() -> Self {
        Self { is_open: true, ..Self::of(std::iter::empty()) }
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// The fact of this name, which is then used.
    pub(super) fn find(&mut self, name: &str) -> Option<Arc<Fact>> {
        let found = self.facts.get_mut(name)?;
        found.is_used = true;
        Some(Arc::clone(&found.fact))
    }

    /// The fact that is named here, if it is of this kind.
    pub(super) fn expect(
        &mut self,
        node: &Node,
        kind: &FactKind,
        report: &mut Report,
    ) -> Option<Arc<str>> {
        let name = node.expect_text("attribute", report)?;
        let Some(fact) = self.find(name) else {
            if self.is_open {
                return Some(name.into());
            }
            // What is of another type would be refused next.
            let fitting = self.facts.values().filter(|known| known.fact.kind == *kind);
            let near = nearest(name, fitting.map(|known| &*known.fact.name));
            let finding = Finding::error("E008", node.place, format!("there is no fact `{name}`"));
            report.add(match near {
                Some(_) => finding.did_you_mean(near),
                None => finding.help(to_declare(name, kind)),
            });
            return None;
        };
        if fact.kind != *kind {
            let (is, wanted) = (fact.kind.name(), kind.name());
            let message = format!("`{name}` is of the type `{is}`, here `{wanted}` is needed");
            let help = format!("name an attribute of the type `{wanted}`");
            report.add(Finding::error("E008", node.place, message).help(help));
            return None;
        }
        Some(Arc::clone(&fact.name))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.facts.keys().map(AsRef::as_ref)
    }

    /// What is declared and used, sorted by name.
    pub(crate) fn finish(self) -> Vec<Declared> {
        let mut all: Vec<_> = self.facts.into_values().collect();
        all.sort_by(|a, b| a.fact.name.cmp(&b.fact.name));
        all
    }
}

impl Lists<'_> {
    /// The places of the list of a verb.
    pub(super) fn read(&mut self, verb: &Node, items: &[Node], report: &mut Report) -> PlaceList {
        let (mut list, named) = self.groups.list_of_verb(verb, items, report);
        let facts =
            named.iter().filter_map(|name| self.facts.expect(name, &FactKind::Countries, report));
        list.attributes = facts.collect();
        list.attributes.sort_unstable();
        list.attributes.dedup();
        list
    }
}

/// What to do about a name that nobody has declared.
pub(super) fn to_declare(name: &str, kind: &FactKind) -> String {
    if why_refused(name).is_none() {
        return format!("declare it: `attributes: {{ {name}: {{ type: {} }} }}`", kind.name());
    }
    let example = match kind {
        FactKind::Text => "`subject.id`",
        FactKind::Country => "`request.ipCountry`, which `attributes` declares",
        FactKind::Countries => "`subject.journeys`, which `attributes` declares",
        _ => "`subject.groups`, or one that `attributes` declares",
    };
    format!("name a fact of the request, such as {example}")
}

/// Words of the language are no names of attributes.
pub(crate) fn is_attribute_name(key: &Node, name: &str, report: &mut Report) -> bool {
    let Some((code, what, help)) = why_refused(name) else { return true };
    report.add(Finding::error(code, key.place, format!("`{name}` is {what}")).help(help));
    false
}

/// Why an attribute cannot have this name: a code, what it is, and what to do.
fn why_refused(name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let is_name = name.len() <= 100 && name.split('.').all(is_part);
    let is_taken = Fact::built_in().iter().any(|known| *known.name == *name)
        || ["line", "time", "rollout", "anyOf", "not", "routes"].contains(&name)
        || name.starts_with("line.");
    if !is_name {
        let help = "use letters and digits with dots between: `request.amountEur`";
        return Some(("E009", "not a valid attribute name", help));
    }
    let help = "it needs no declaration: leave it out, or choose another name";
    is_taken.then_some(("E016", "a fact of the language", help))
}

/// A kind, and a source with its place.
type Declaration = (FactKind, (FactSource, Place));

fn declaration(node: &Node, report: &mut Report) -> Option<Declaration> {
    let fields = Fields::of(node, ATTRIBUTE, report)?;
    let source = fields.get("source").map(|node| source(node, report));
    let words: &[(&str, &str)] = &[
        ("number", ""),
        ("enum", ""),
        ("string", ""),
        ("strings", ""),
        ("country", ""),
        ("countries", ""),
        ("boolean", ""),
    ];
    let names: Vec<_> = words.iter().map(|(name, _)| (*name, *name)).collect();
    let kind = fields.required("type", report)?.expect_word("type", &names, report)?;
    let values = values(&fields, kind, report);
    let kind = match values {
        Some(words) => FactKind::Enum(words),
        None => FactKind::from_name(kind)?,
    };
    match source {
        Some(read) => Some((kind, read?)),
        None => Some((kind, (FactSource::default(), fields.place()))),
    }
}

/// The words of an enum; no other type has any.
fn values(fields: &Fields<'_>, kind: &str, report: &mut Report) -> Option<Arc<[Arc<str>]>> {
    match (fields.entry("values"), kind) {
        (Some((_, node)), "enum") => words(node, "values", report),
        (Some((key, _)), kind) => {
            let message = format!("`values` does not go with the type `{kind}`");
            let help = "only an `enum` lists its values";
            report.add(Finding::error("E003", key.place, message).help(help));
            None
        }
        (None, "enum") => {
            let message = "an attribute of the type `enum` needs the key `values`";
            let help = "list the words: `values: [retail, private]`";
            report.add(Finding::error("E018", fields.place(), message).help(help));
            None
        }
        (None, _) => None,
    }
}

/// A list of words under a key, at least one.
pub(crate) fn words(node: &Node, key: &str, report: &mut Report) -> Option<Arc<[Arc<str>]>> {
    let items = node.expect_list(key, report)?;
    if items.is_empty() {
        let help = format!("list the words: `{key}: [retail, private]`");
        report.add(Finding::error("E018", node.place, format!("`{key}` lists no word")).help(help));
    }
    items.iter().map(|item| item.expect_item(key, report).map(Arc::from)).collect()
}

fn source(node: &Node, report: &mut Report) -> Option<(FactSource, Place)> {
    const HEADER: Known = Known { what: "`source`", keys: &["header"], unbuilt: &[] };
    if !matches!(node.kind, NodeKind::Map(_)) {
        let words = [("extension", FactSource::Extension), ("claim", FactSource::Claim)];
        let at = node.expect_word("source", &[("extension", 0_usize), ("claim", 1)], report)?;
        return words.into_iter().nth(at).map(|(_, source)| (source, node.place));
    }
    let fields = Fields::of(node, HEADER, report)?;
    let node = fields.required("header", report)?;
    let name = header_name(node, node.expect_text("header", report)?, report)?;
    Some((FactSource::Header(name), node.place))
}

/// The name of a header, in lower case.
pub(crate) fn header_name(node: &Node, text: &str, report: &mut Report) -> Option<Arc<str>> {
    let name = text.to_ascii_lowercase();
    let is_name = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_name {
        let message = format!("`{name}` is not the name of a header");
        let help = "write a name such as `cf-ipcountry`";
        report.add(Finding::error("E014", node.place, message).help(help));
    }
    is_name.then(|| name.into())
}
