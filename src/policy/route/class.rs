//! Request classes: the distinct sets of routes that some request belongs to.

use std::collections::HashMap;
use std::sync::Arc;

use super::template::{Methods, Segment, Template};

/// An entry of a route.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The position of the route in the set.
    pub(crate) route: usize,
    pub(crate) template: Template,
    pub(crate) methods: Methods,
    /// The mode of the file: one that is not enforced does not make a request an expected one.
    pub(crate) is_enforced: bool,
}

/// A set of routes that some request belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    /// The most specific route, with `#2` where several classes share it. Empty for no route.
    pub(crate) name: Arc<str>,
    /// Positions of the routes, sorted.
    pub(crate) routes: Vec<usize>,
    /// No entry of an enforced file matches, other than `/{*rest}`.
    pub(crate) is_unmatched: bool,
}

impl Class {
    /// What tells the class of a request that exactly these entries match: its routes, and whether
    /// nothing expects it.
    pub(crate) fn of(entries: &[&Entry]) -> (Vec<usize>, bool) {
        let is_unmatched =
            entries.iter().all(|entry| entry.template.is_catch_all() || !entry.is_enforced);
        let mut routes: Vec<_> = entries.iter().map(|entry| entry.route).collect();
        routes.sort_unstable();
        routes.dedup();
        (routes, is_unmatched)
    }
}

/// All classes. The first is the one of requests that belong to no route.
#[derive(Debug)]
pub(crate) struct Classes<'a> {
    names: &'a [Arc<str>],
    classes: Vec<(Class, Option<Specificity<'a>>)>,
    index: HashMap<(Vec<usize>, bool), u32>,
}

/// How closely an entry describes a request; the greater describes it more closely.
type Specificity<'a> = (&'a [Segment], bool, std::cmp::Reverse<usize>);

impl<'a> Classes<'a> {
    /// Classes over routes with these names.
    pub(crate) fn new(names: &'a [Arc<str>]) -> Self {
        let mut classes = Self { names, classes: Vec::new(), index: HashMap::new() };
        classes.of(std::iter::empty());
        classes
    }

    /// The class of a request that exactly these entries match.
    pub(crate) fn of(&mut self, entries: impl Iterator<Item = &'a Entry>) -> u32 {
        let entries: Vec<_> = entries.collect();
        let (routes, is_unmatched) = Class::of(&entries);
        let next = self.classes.len() as u32;
        let found = *self.index.entry((routes.clone(), is_unmatched)).or_insert(next);
        if found == next {
            self.classes.push((Class { name: "".into(), routes, is_unmatched }, None));
        }
        let closest = entries.into_iter().map(specificity).max();
        if let Some((_, known)) = self.classes.get_mut(found as usize) {
            *known = closest.max(known.take());
        }
        found
    }

    /// The classes, each with its name.
    pub(crate) fn finish(self) -> Vec<Class> {
        let Self { names, mut classes, .. } = self;
        let mut order: Vec<_> = (0..classes.len()).collect();
        order.sort_by_key(|at| {
            classes
                .get(*at)
                .map(|(class, _)| (class.routes.len(), class.routes.clone(), class.is_unmatched))
        });
        let mut used: HashMap<Arc<str>, usize> = HashMap::new();
        for at in order {
            let Some((class, Some((_, _, route)))) = classes.get_mut(at) else { continue };
            let Some(name) = names.get(route.0) else { continue };
            let count = used.entry(Arc::clone(name)).or_default();
            *count += 1;
            class.name =
                if *count == 1 { Arc::clone(name) } else { format!("{name}#{count}").into() };
        }
        classes.into_iter().map(|(class, _)| class).collect()
    }
}

fn specificity(entry: &Entry) -> Specificity<'_> {
    let named = matches!(entry.methods, Methods::Named(_));
    (entry.template.segments(), named, std::cmp::Reverse(entry.route))
}
