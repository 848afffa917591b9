//! Condition blocks: facts joined by AND, `anyOf`, `not`, and names of `conditions`.

use std::collections::HashMap;
use std::sync::Arc;

use super::attributes::FactTable;
use super::groups::Groups;
use super::{fact, line, time};
use crate::document::{Finding, Node, NodeKind, Place, Report, nearest};
use crate::policy::condition::{Condition, FactTest};

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
}

/// A file may replace this many names by their blocks, those inside the blocks included.
const MAX_EXPANDED: usize = 200_000;

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

    /// Counts a name that is replaced. `None` beyond the limit, which is heard of once.
    fn count(&mut self, node: &Node) -> Option<()> {
        self.expanded += 1;
        if self.expanded == MAX_EXPANDED + 1 {
            let message = "the conditions unfold into more than 200,000 blocks";
            let finding = Finding::error("E024", node.place, message);
            self.heard.push(finding.help("name fewer conditions inside conditions"));
        }
        (self.expanded <= MAX_EXPANDED).then_some(())
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
                self.block(&block, &mut vec![name], report);
            }
        }
        self.hear(report);
    }

    fn hear(&mut self, report: &mut Report) {
        self.conditions.heard.drain(..).for_each(|finding| report.add(finding));
    }

    /// Reads a block, or the name of one.
    pub(super) fn condition(&mut self, node: &Node, report: &mut Report) -> Option<Condition> {
        let condition = self.block(node, &mut Vec::new(), report);
        self.hear(report);
        condition
    }

    /// `path` holds the names through which the block was reached.
    fn block(
        &mut self,
        node: &Node,
        path: &mut Vec<Arc<str>>,
        report: &mut Report,
    ) -> Option<Condition> {
        let entries = match &node.kind {
            NodeKind::Text(name) => return self.named(node, name, path, report),
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
            entries.iter().map(|(key, value)| self.part(key, value, path, report)).collect();
        Some(all(parts.into_iter().collect::<Option<Vec<_>>>()?))
    }

    /// Reads one fact of `match`, which knows no line.
    pub(super) fn matching(
        &mut self,
        key: &Node,
        value: &Node,
        report: &mut Report,
    ) -> Option<Condition> {
        let is_line = key.text() == Some("line");
        let condition = if is_line { None } else { self.part(key, value, &mut Vec::new(), report) };
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
        path: &mut Vec<Arc<str>>,
        report: &mut Report,
    ) -> Option<Condition> {
        match key.text().unwrap_or_default() {
            "line" => {
                let mut lists = Lists { groups: self.groups, facts: self.facts };
                let tests = line::load(value, &mut lists, report)?;
                Some(all(tests.into_iter().map(Condition::Line).collect()))
            }
            "time" => time::load(value, report).map(Condition::Fact),
            "not" => self.block(value, path, report).map(|block| Condition::Not(Box::new(block))),
            "anyOf" => self.any_of(value, path, report),
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

    fn any_of(
        &mut self,
        node: &Node,
        path: &mut Vec<Arc<str>>,
        report: &mut Report,
    ) -> Option<Condition> {
        let items = node.expect_list("anyOf", report)?;
        if items.is_empty() {
            let help = "list blocks of which one is enough: `anyOf: [{ line: abroad }]`";
            report.add(Finding::error("E018", node.place, "`anyOf` lists no block").help(help));
        }
        let parts: Vec<_> = items.iter().map(|item| self.block(item, path, report)).collect();
        parts.into_iter().collect::<Option<Vec<_>>>().map(Condition::Any)
    }

    fn named(
        &mut self,
        node: &Node,
        name: &str,
        path: &mut Vec<Arc<str>>,
        report: &mut Report,
    ) -> Option<Condition> {
        if path.iter().any(|seen| **seen == *name) {
            if path.first().is_some_and(|first| **first == *name) {
                self.conditions.heard.push(circle(node, name, path));
            }
            return None;
        }
        let is_rule = path.is_empty();
        let Some(found) = self.conditions.named.get_mut(name) else {
            report.add(self.conditions.missing(node, name));
            return None;
        };
        found.is_used |= is_rule;
        let block = found.block.clone();
        self.conditions.count(node)?;
        path.push(name.into());
        // Its problems have been reported where it stands.
        let mut silent = report.silent();
        let condition = self.block(&block, path, &mut silent);
        path.pop();
        condition
    }
}

fn circle(node: &Node, name: &str, path: &[Arc<str>]) -> Finding {
    let message = format!("the condition `{name}` refers to itself");
    let help = format!("the way round is {} → {name}", path.join(" → "));
    Finding::error("E008", node.place, message).help(help)
}

fn unknown(key: &Node, name: &str, facts: &FactTable) -> Finding {
    let finding = Finding::error("E008", key.place, format!("there is no fact `{name}`"));
    let near = nearest(name, KEYS.iter().copied().chain(facts.names()));
    match near {
        Some(_) => finding.did_you_mean(near),
        None => finding.help(format!("declare it: `attributes: {{ {name}: {{ type: number }} }}`")),
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
