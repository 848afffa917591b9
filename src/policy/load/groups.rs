//! `countryGroups`: named lists of places, nested at will, without cycles.

use std::collections::HashMap;
use std::sync::Arc;

use super::places::{self, Item};
use crate::country::{GroupMember, GroupsEdition};
use crate::document::{Finding, Node, NodeKind, Place, Report, nearest};
use crate::policy::condition::PlaceList;
use crate::policy::lint::{BuiltIn, WrittenList};

/// The groups a file may name: its own and the built-in ones of its edition.
#[derive(Debug)]
pub(super) struct Groups {
    edition: GroupsEdition,
    own: HashMap<Arc<str>, Group>,
    order: Vec<Arc<str>>,
    /// The lists of verbs that have been read since they were last taken.
    written: Vec<WrittenList>,
    /// Groups hold each other too deeply, which has been told.
    is_too_deep: bool,
}

/// Groups may hold each other so deeply.
const MAX_DEPTH: usize = 32;

#[derive(Debug)]
struct Group {
    place: Place,
    items: Vec<Node>,
    resolved: Option<Listed>,
    is_used: bool,
}

/// What a list holds, and the built-in groups through which it does.
#[derive(Clone, Debug, Default)]
struct Listed {
    places: PlaceList,
    built_in: Vec<BuiltIn>,
    /// The names of facts, as nodes.
    named: Vec<Node>,
    /// How deeply groups of the file hold each other in it.
    depth: usize,
}

impl Groups {
    /// Reads the groups and resolves each, so that a mistake in an unused one is found too.
    pub(super) fn load(node: Option<&Node>, edition: GroupsEdition, report: &mut Report) -> Self {
        let mut groups = Self {
            edition,
            own: HashMap::new(),
            order: Vec::new(),
            written: Vec::new(),
            is_too_deep: false,
        };
        let entries =
            node.and_then(|node| node.expect_map("countryGroups", report)).unwrap_or_default();
        for (key, value) in entries {
            let name = key.text().unwrap_or_default();
            if groups.may_name(key, name, report) {
                let items = value.expect_list(name, report).unwrap_or_default();
                if matches!(&value.kind, NodeKind::List(items) if items.is_empty()) {
                    let message = format!("the group `{name}` is empty");
                    report.add(
                        Finding::error("E007", value.place, message)
                            .help("list its countries, or remove the group"),
                    );
                }
                let group = Group {
                    place: key.place,
                    items: items.to_vec(),
                    resolved: None,
                    is_used: false,
                };
                groups.order.push(name.into());
                groups.own.insert(name.into(), group);
            }
        }
        for name in groups.order.clone() {
            groups.resolve(&name, &mut Vec::new(), report);
        }
        groups
    }

    fn may_name(&self, key: &Node, name: &str, report: &mut Report) -> bool {
        if self.edition.members(name).is_some() {
            let message = format!("the group `{name}` hides a built-in group");
            report.add(
                Finding::error("E007", key.place, message)
                    .help("choose another name, so that everybody reads the same"),
            );
            return false;
        }
        if name.chars().count() < 3 {
            let message = format!("the group name `{name}` is shorter than three letters");
            report.add(
                Finding::error("E025", key.place, message)
                    .help("two letters always mean a country"),
            );
            return false;
        }
        super::identifier::check("group name", key, name, report)
    }

    /// The places of the list of a verb, which is kept for the checks of lists; and the names of
    /// facts that lengthen it.
    pub(super) fn list_of_verb(
        &mut self,
        verb: &Node,
        items: &[Node],
        report: &mut Report,
    ) -> (PlaceList, Vec<Node>) {
        let Listed { places, built_in, named, .. } = self.places(items, &mut Vec::new(), report);
        let name = verb.text().unwrap_or_default().into();
        let list = WrittenList { verb: name, place: verb.place, places: places.clone(), built_in };
        self.written.push(list);
        (places, named)
    }

    /// The lists of verbs that have been read since the last call.
    pub(super) fn take_written(&mut self) -> Vec<WrittenList> {
        std::mem::take(&mut self.written)
    }

    /// Each group with its place, and whether a rule or a used group names it.
    pub(super) fn usage(&self) -> Vec<(Arc<str>, Place, bool)> {
        let usage = |name: &Arc<str>| {
            self.own.get(name).map(|group| (Arc::clone(name), group.place, group.is_used))
        };
        self.order.iter().filter_map(usage).collect()
    }

    fn places(&mut self, items: &[Node], path: &mut Vec<Arc<str>>, report: &mut Report) -> Listed {
        let mut listed = Listed::default();
        for item in items {
            match places::read(item, report) {
                Some(Item::Place(place)) => add(&mut listed.places, place),
                Some(Item::Group(name)) => {
                    let group = self.group(item, &name, path, report);
                    if path.len() + group.depth > MAX_DEPTH {
                        self.too_deep(item, report);
                    }
                    listed.extend(group, item, &name);
                }
                Some(Item::Attribute(name)) if path.is_empty() => listed.named.push(name),
                Some(Item::Attribute(_)) => {
                    let message = "a group holds the same countries for everybody";
                    let help = "name the fact in the rule's own list";
                    report.add(Finding::error("E007", item.place, message).help(help));
                }
                None => {}
            }
        }
        listed.places.codes.sort_unstable();
        listed.places.codes.dedup();
        listed
    }

    fn group(
        &mut self,
        item: &Node,
        name: &str,
        path: &mut Vec<Arc<str>>,
        report: &mut Report,
    ) -> Listed {
        if let Some(members) = self.edition.members(name) {
            let mut places = PlaceList::default();
            members.for_each(|member| add(&mut places, member));
            let known = self.edition.names().find(|known| *known == name);
            let built_in = known.map(|group| BuiltIn::new(group, name, item.place));
            let built_in = built_in.into_iter().collect();
            return Listed { places, built_in, ..Listed::default() };
        }
        if path.iter().any(|seen| **seen == *name) {
            let message = format!("the group `{name}` contains itself");
            report.add(
                Finding::error("E007", item.place, message)
                    .help(format!("the way round is {} → {name}", path.join(" → "))),
            );
            return Listed::default();
        }
        if self.own.contains_key(name) {
            if path.is_empty() {
                self.mark_used(name);
            }
            return self.resolve(name, path, report);
        }
        report.add(self.missing(item, name));
        Listed::default()
    }

    fn missing(&self, item: &Node, name: &str) -> Finding {
        if let Some(finding) = places::country_meant(item, name) {
            return finding;
        }
        let known: Vec<&str> = self
            .edition
            .names()
            .map(|name| name as &str)
            .chain(self.order.iter().map(Arc::as_ref))
            .collect();
        let near = nearest(name, known).map(str::to_owned);
        let finding = Finding::error("E007", item.place, format!("there is no group `{name}`"));
        match near {
            Some(near) => finding.did_you_mean(Some(&near)),
            None => finding.help(format!(
                "built in are {}",
                self.edition.names().collect::<Vec<_>>().join(", ")
            )),
        }
    }

    /// A rule names the group, and with it every group inside.
    fn mark_used(&mut self, name: &str) {
        let mut next = vec![name.to_owned()];
        while let Some(name) = next.pop() {
            let found = self.own.get_mut(&*name).filter(|group| !group.is_used);
            if let Some(group) = found {
                group.is_used = true;
                next.extend(group.items.iter().filter_map(Node::text).map(str::to_owned));
            }
        }
    }

    fn too_deep(&mut self, item: &Node, report: &mut Report) {
        if !std::mem::replace(&mut self.is_too_deep, true) {
            let message = format!("the groups hold each other more than {MAX_DEPTH} deep");
            let help = "write the countries into one group, or hold fewer groups inside groups";
            report.add(Finding::error("E024", item.place, message).help(help));
        }
    }

    fn resolve(&mut self, name: &str, path: &mut Vec<Arc<str>>, report: &mut Report) -> Listed {
        let Some(group) = self.own.get(name) else { return Listed::default() };
        if let Some(resolved) = &group.resolved {
            return resolved.clone();
        }
        if path.len() >= MAX_DEPTH {
            return Listed { depth: 1, ..Listed::default() };
        }
        let items = group.items.clone();
        path.push(name.into());
        let mut list = self.places(&items, path, report);
        list.depth += 1;
        path.pop();
        if let Some(group) = self.own.get_mut(name) {
            group.resolved = Some(list.clone());
        }
        list
    }
}

impl Listed {
    /// Adds what the item with this name stands for.
    fn extend(&mut self, group: Self, item: &Node, name: &str) {
        self.places.countries = self.places.countries.union(group.places.countries);
        self.places.codes.extend(group.places.codes);
        self.depth = self.depth.max(group.depth);
        for inner in group.built_in {
            if self.built_in.iter().all(|known| known.group != inner.group) {
                self.built_in.push(BuiltIn::new(inner.group, name, item.place));
            }
        }
    }
}

fn add(list: &mut PlaceList, member: GroupMember) {
    match member {
        GroupMember::Country(country) => list.countries.insert(country),
        GroupMember::Mcc(code) => list.codes.push(code),
    }
}
