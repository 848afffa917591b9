//! `countryGroups`: named lists of places, nested at will, without cycles.

use std::collections::HashMap;
use std::sync::Arc;

use super::places::{self, Item};
use crate::country::{GroupMember, GroupsEdition};
use crate::document::{Finding, Node, NodeKind, Place, Report, nearest};
use crate::policy::condition::PlaceList;

/// The groups a file may name: its own and the built-in ones of its edition.
#[derive(Debug)]
pub(super) struct Groups {
    edition: GroupsEdition,
    own: HashMap<Arc<str>, Group>,
    order: Vec<Arc<str>>,
}

#[derive(Debug)]
struct Group {
    place: Place,
    items: Vec<Node>,
    resolved: Option<PlaceList>,
    is_used: bool,
}

impl Groups {
    /// Reads the groups and resolves each, so that a mistake in an unused one is found too.
    pub(super) fn load(node: Option<&Node>, edition: GroupsEdition, report: &mut Report) -> Self {
        let mut groups = Self { edition, own: HashMap::new(), order: Vec::new() };
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
        if name.chars().count() < 3 {
            let message = format!("the group name `{name}` is shorter than three letters");
            report.add(
                Finding::error("E025", key.place, message)
                    .help("two letters always mean a country"),
            );
            return false;
        }
        if self.edition.members(name).is_some() {
            let message = format!("the group `{name}` hides a built-in group");
            report.add(
                Finding::error("E007", key.place, message)
                    .help("choose another name, so that everybody reads the same"),
            );
            return false;
        }
        super::identifier::check("group name", key, name, report)
    }

    /// One item of a list written in a rule.
    pub(super) fn add(
        &mut self,
        item: &Node,
        place: Item,
        list: &mut PlaceList,
        report: &mut Report,
    ) {
        self.include(item, place, list, &mut Vec::new(), report);
    }

    /// Each group with its place, and whether a rule or a used group names it.
    pub(super) fn usage(&self) -> Vec<(Arc<str>, Place, bool)> {
        let usage = |name: &Arc<str>| {
            self.own.get(name).map(|group| (Arc::clone(name), group.place, group.is_used))
        };
        self.order.iter().filter_map(usage).collect()
    }

    fn places(
        &mut self,
        items: &[Node],
        path: &mut Vec<Arc<str>>,
        report: &mut Report,
    ) -> PlaceList {
        let mut list = PlaceList::default();
        for item in items {
            if let Some(place) = places::read(item, report) {
                self.include(item, place, &mut list, path, report);
            }
        }
        tidy(&mut list);
        list
    }

    fn include(
        &mut self,
        item: &Node,
        place: Item,
        list: &mut PlaceList,
        path: &mut Vec<Arc<str>>,
        report: &mut Report,
    ) {
        match place {
            Item::Place(place) => add(list, place),
            Item::Group(name) => {
                let group = self.group(item, &name, path, report);
                list.countries = list.countries.union(group.countries);
                list.codes.extend(group.codes);
            }
            Item::Attribute(_) => {
                let message = "a group holds the same countries for everybody";
                let help = "name the fact in the rule's own list";
                report.add(Finding::error("E007", item.place, message).help(help));
            }
        }
    }

    fn group(
        &mut self,
        item: &Node,
        name: &str,
        path: &mut Vec<Arc<str>>,
        report: &mut Report,
    ) -> PlaceList {
        if let Some(members) = self.edition.members(name) {
            let mut list = PlaceList::default();
            members.for_each(|member| add(&mut list, member));
            return list;
        }
        if path.iter().any(|seen| **seen == *name) {
            let message = format!("the group `{name}` contains itself");
            report.add(
                Finding::error("E007", item.place, message)
                    .help(format!("the way round is {} → {name}", path.join(" → "))),
            );
            return PlaceList::default();
        }
        if self.own.contains_key(name) {
            if path.is_empty() {
                self.mark_used(name);
            }
            return self.resolve(name, path, report);
        }
        let known: Vec<&str> = self
            .edition
            .names()
            .map(|name| name as &str)
            .chain(self.order.iter().map(Arc::as_ref))
            .collect();
        let near = nearest(name, known).map(str::to_owned);
        let finding = Finding::error("E007", item.place, format!("there is no group `{name}`"));
        report.add(match near {
            Some(near) => finding.did_you_mean(Some(&near)),
            None => finding.help(format!(
                "built in are {}",
                self.edition.names().collect::<Vec<_>>().join(", ")
            )),
        });
        PlaceList::default()
    }

    /// A rule names the group, and with it every group inside.
    fn mark_used(&mut self, name: &str) {
        let Some(group) = self.own.get_mut(name) else { return };
        if !std::mem::replace(&mut group.is_used, true) {
            let inside: Vec<_> =
                group.items.iter().filter_map(Node::text).map(str::to_owned).collect();
            inside.iter().for_each(|name| self.mark_used(name));
        }
    }

    fn resolve(&mut self, name: &str, path: &mut Vec<Arc<str>>, report: &mut Report) -> PlaceList {
        let Some(group) = self.own.get(name) else { return PlaceList::default() };
        if let Some(resolved) = &group.resolved {
            return resolved.clone();
        }
        let items = group.items.clone();
        path.push(name.into());
        let list = self.places(&items, path, report);
        path.pop();
        if let Some(group) = self.own.get_mut(name) {
            group.resolved = Some(list.clone());
        }
        list
    }
}

/// Sorted, without repetition.
pub(super) fn tidy(list: &mut PlaceList) {
    list.codes.sort_unstable();
    list.codes.dedup();
    list.attributes.sort_unstable();
    list.attributes.dedup();
}

fn add(list: &mut PlaceList, member: GroupMember) {
    match member {
        GroupMember::Country(country) => list.countries.insert(country),
        GroupMember::Mcc(code) => list.codes.push(code),
    }
}
