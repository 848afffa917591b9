//! Condition blocks: facts joined by AND, `anyOf`, `not`, and names of `conditions`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::attributes::FactTable;
use super::groups::Groups;
use super::{attributes, fact, line, time};
use crate::document::{Finding, Node, NodeKind, Place, Report, nearest};
use crate::policy::condition::{Condition, FactTest};
use crate::policy::fact::FactKind;

const KEYS: &[&str] = &["line", "time", "anyOf", "not"];
const EXAMPLE: &str = "write what must be so: `{ line: roaming }`";

/// `conditions`: blocks with names, for reuse.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    named: HashMap<Arc<str>, Named>,
    order: Vec<Arc<str>>,
    /// How many names have been replaced by their blocks.
    expanded: usize,
    /// What was found behind a name, which is read in silence, and must be heard of all the same.
    heard: Vec<Finding>,
    /// What has been heard of: many ways lead to one place.
    told: HashSet<Finding>,
}

/// A file may replace this many names by their blocks, those inside the blocks included.
const MAX_EXPANDED: usize = 200_000;

/// A condition may lead through this many names,
const MAX_NAMES: usize = 32;
/// and its blocks, with those behind the names, may hold each other so deeply.
const MAX_DEPTH: usize = 2 * MAX_NAMES;

/// How a block was reached.
#[derive(Debug, Default)]
struct Way {
    names: Vec<Arc<str>>,
    depth: usize,
}

impl Way {
    fn is_too_long(&self) -> bool {
        self.names.len() >= MAX_NAMES || self.depth > MAX_DEPTH
    }
}

#[derive(Debug)]
struct Named {
    place: Place,
    block: Node,
    is_used: bool,
}

/// What lists of countries may refer to.
pub(super) struct Lists<'a> {
    pub(super) groups: &'a mut Groups,
    pub(super) facts: &'a mut FactTable,
}

/// What a block may refer to.
pub(super) struct Reader<'a> {
    pub(super) groups: &'a mut Groups,
    pub(super) conditions: &'a mut Conditions,
    pub(super) facts: &'a mut FactTable,
}

impl Conditions {
    /// Reads the names; the blocks are read by [`Reader::check_conditions`].
    pub(super) fn load(node: Option<&Node>, report: &mut Report) -> Self {
        let mut conditions = Self::default();
        let entries = node.and_then(|node| node.expect_map("conditions", report));
        for (key, block) in entries.unwrap_or_default() {
            let name = key.text().unwrap_or_default();
            super::identifier::check("condition name", key, name, report);
            let named = Named { place: key.place, block: block.clone(), is_used: false };
            conditions.order.push(name.into());
            conditions.named.insert(name.into(), named);
        }
        conditions
    }

    fn missing(&self, node: &Node, name: &str) -> Finding {
        let near = nearest(name, self.order.iter().map(AsRef::as_ref));
        let finding = Finding::error("E008", node.place, format!("there is no condition `{name}`"));
        match near {
            Some(_) => finding.did_you_mean(near),
            None => finding.help("add it to `conditions`, or write the block here"),
        }
    }

    /// Counts a name that is replaced. `None` beyond a limit, which is heard of once: then no
    /// more names are replaced.
    fn count(&mut self, node: &Node, way: &Way) -> Option<()> {
        let is_counting = self.expanded <= MAX_EXPANDED;
        self.expanded += 1;
        if is_counting && way.is_too_long() {
            self.expanded = MAX_EXPANDED + 1;
            self.heard.push(too_deep(node, &way.names));
        } else if self.expanded == MAX_EXPANDED + 1 {
            let message = "the conditions unfold into more than 200,000 blocks";
            let finding = Finding::error("E024", node.place, message);
            self.heard.push(finding.help("name fewer conditions inside conditions"));
        }
        (self.expanded <= MAX_EXPANDED).then_some(())
    }

    /// A rule names the condition, and with it every condition inside.
    fn mark_used(&mut self, name: &str) {
        let mut next = vec![name.to_owned()];
        while let Some(name) = next.pop() {
            let found = self.named.get_mut(&*name).filter(|named| !named.is_used);
            if let Some(named) = found {
                named.is_used = true;
                names_in(&named.block, &mut next);
            }
        }
    }

    /// Each name with its place, and whether a rule names it.
    pub(super) fn usage(&self) -> Vec<(Arc<str>, Place, bool)> {
        let usage = |name: &Arc<str>| {
            self.named.get(name).map(|named| (Arc::clone(name), named.place, named.is_used))
        };
        self.order.iter().filter_map(usage).collect()
    }
}

impl Reader<'_> {
    /// Reads every named block once, so that a mistake in an unused one is found too.
    pub(super) fn check_conditions(&mut self, report: &mut Report) {
        for name in self.conditions.order.clone() {
            let block = self.conditions.named.get(&name).map(|named| named.block.clone());
            if let Some(block) = block {
                self.block(&block, &mut Way { names: vec![name], depth: 0 }, report);
            }
        }
        self.hear(report);
    }

    fn hear(&mut self, report: &mut Report) {
        for finding in self.conditions.heard.drain(..) {
            if self.conditions.told.insert(finding.clone()) {
                report.add(finding);
            }
        }
    }

    /// Reads a block, or the name of one.
    pub(super) fn condition(&mut self, node: &Node, report: &mut Report) -> Option<Condition> {
        let condition = self.block(node, &mut Way::default(), report);
        self.hear(report);
        condition
    }

    fn block(&mut self, node: &Node, way: &mut Way, report: &mut Report) -> Option<Condition> {
        way.depth += 1;
        let condition = self.level(node, way, report);
        way.depth -= 1;
        condition
    }

    fn level(&mut self, node: &Node, way: &mut Way, report: &mut Report) -> Option<Condition> {
        let entries = match &node.kind {
            NodeKind::Text(name) => return self.named(node, name, way, report),
            NodeKind::Map(entries) => entries,
            _ => {
                let message =
                    format!("a condition is a block of keys, this is {}", node.describe());
                report.add(Finding::error("E022", node.place, message).help(EXAMPLE));
                return None;
            }
        };
        if entries.is_empty() {
            let message = "a condition needs at least one fact";
            report.add(Finding::error("E018", node.place, message).help(EXAMPLE));
        }
        // Every fact is read before one that is missing is noticed, so that all problems are found.
        let parts: Vec<_> =
            entries.iter().map(|(key, value)| self.part(key, value, way, report)).collect();
        Some(all(parts.into_iter().collect::<Option<Vec<_>>>()?))
    }

    /// Reads one fact of `match`, which knows no line.
    pub(super) fn matching(
        &mut self,
        key: &Node,
        value: &Node,
        report: &mut Report,
    ) -> Option<Condition> {
        let is_line =
            key.text().is_some_and(|name| name == "line" || line::meant_by(name).is_some());
        let condition =
            if is_line { None } else { self.part(key, value, &mut Way::default(), report) };
        self.hear(report);
        if is_line || condition.as_ref()?.line_tests().next().is_some() {
            let message = "`line` is asked in `when` or `require`, not in `match`";
            let help = "`match` is for what is known without asking the network";
            report.add(Finding::error("E008", key.place, message).help(help));
            return None;
        }
        condition
    }

    fn part(
        &mut self,
        key: &Node,
        value: &Node,
        way: &mut Way,
        report: &mut Report,
    ) -> Option<Condition> {
        match key.text().unwrap_or_default() {
            "line" => {
                let mut lists = Lists { groups: self.groups, facts: self.facts };
                let tests = line::load(value, &mut lists, report)?;
                Some(all(tests.into_iter().map(Condition::Line).collect()))
            }
            "time" => time::load(value, report).map(Condition::Fact),
            "not" => self.block(value, way, report).map(|block| Condition::Not(Box::new(block))),
            "anyOf" => self.any_of(value, way, report),
            name => match self.facts.find(name) {
                Some(found) => {
                    let mut lists = Lists { groups: self.groups, facts: self.facts };
                    fact::load(&found, value, &mut lists, report).map(all_of)
                }
                // Whoever reads it later knows what is declared.
                None if self.facts.is_open() => Some(Condition::All(Vec::new())),
                None => {
                    report.add(unknown(key, name, self.facts));
                    None
                }
            },
        }
    }

    fn any_of(&mut self, node: &Node, way: &mut Way, report: &mut Report) -> Option<Condition> {
        let items = node.expect_list("anyOf", report)?;
        if items.is_empty() {
            let help = "list blocks of which one is enough: `anyOf: [{ line: abroad }]`";
            report.add(Finding::error("E018", node.place, "`anyOf` lists no block").help(help));
        }
        let parts: Vec<_> = items.iter().map(|item| self.block(item, way, report)).collect();
        parts.into_iter().collect::<Option<Vec<_>>>().map(Condition::Any)
    }

    fn named(
        &mut self,
        node: &Node,
        name: &str,
        way: &mut Way,
        report: &mut Report,
    ) -> Option<Condition> {
        if way.names.iter().any(|seen| **seen == *name) {
            if way.names.first().is_some_and(|first| **first == *name) {
                self.conditions.heard.push(circle(node, name, &way.names));
            }
            return None;
        }
        let Some(found) = self.conditions.named.get(name) else {
            report.add(self.conditions.missing(node, name));
            return None;
        };
        let block = found.block.clone();
        if way.names.is_empty() {
            self.conditions.mark_used(name);
        }
        self.conditions.count(node, way)?;
        way.names.push(name.into());
        // Its problems have been reported where it stands.
        let mut silent = report.silent();
        let condition = self.block(&block, way, &mut silent);
        way.names.pop();
        condition
    }
}

fn circle(node: &Node, name: &str, path: &[Arc<str>]) -> Finding {
    let message = format!("the condition `{name}` refers to itself");
    let help = format!("the way round is {} → {name}", path.join(" → "));
    Finding::error("E008", node.place, message).help(help)
}

fn too_deep(node: &Node, names: &[Arc<str>]) -> Finding {
    let first = names.first().map(AsRef::as_ref).unwrap_or_default();
    let message = format!("the conditions hold each other more than {MAX_NAMES} deep");
    let help = format!("from `{first}` to here is too far: write what is meant in fewer steps");
    Finding::error("E024", node.place, message).help(help)
}

/// The names of conditions that a block holds.
fn names_in(block: &Node, names: &mut Vec<String>) {
    match &block.kind {
        NodeKind::Text(name) => names.push(name.clone()),
        NodeKind::Map(entries) => {
            for (key, value) in entries {
                match (key.text(), &value.kind) {
                    (Some("not"), _) => names_in(value, names),
                    (Some("anyOf"), NodeKind::List(items)) => {
                        items.iter().for_each(|item| names_in(item, names));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn unknown(key: &Node, name: &str, facts: &FactTable) -> Finding {
    let finding = Finding::error("E008", key.place, format!("there is no fact `{name}`"));
    if let Some(help) = line::meant_by(name) {
        return finding.help(help);
    }
    let near = nearest(name, KEYS.iter().copied().chain(facts.names()));
    match near {
        Some(_) => finding.did_you_mean(near),
        None => finding.help(attributes::to_declare(name, &FactKind::Number)),
    }
}

fn all_of(tests: Vec<FactTest>) -> Condition {
    all(tests.into_iter().map(Condition::Fact).collect())
}

/// One part stands for itself.
fn all(mut parts: Vec<Condition>) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            Condition::All(parts)
        }
        None => Condition::All(parts),
    }
}
