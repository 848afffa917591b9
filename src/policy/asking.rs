//! How files, routes and request classes ask about lines.

use std::collections::HashSet;
use std::sync::Arc;

use super::freshness::{Freshness, Lookup};
use super::route::Class;
use crate::document::Place;

/// How a file, a route or a class of requests asks about lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asking {
    pub(crate) lookup: Lookup,
    pub(crate) freshness: Freshness,
    pub(crate) purpose: Option<Purpose>,
}

/// For what the network is asked, and where a file says so.
#[derive(Clone, Debug)]
pub(crate) struct Purpose {
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
}

/// How a class of requests asks.
#[derive(Clone, Debug)]
pub(crate) struct ClassAsking {
    pub(crate) asking: Asking,
    /// Some route of the class begins a lookup for later requests.
    pub(crate) prefetches: bool,
    /// How its shadow rules ask. None where it has none.
    pub(crate) in_shadow: Option<Asking>,
}

/// Two purposes that one lookup cannot serve.
#[derive(Debug)]
pub(crate) struct Clash {
    pub(crate) class: Arc<str>,
    /// The route that brings the second of them.
    pub(crate) route: usize,
    pub(crate) purposes: [Purpose; 2],
}

impl Asking {
    /// Nobody asks.
    pub(super) const NEVER: Self =
        Self { lookup: Lookup::Never, freshness: Freshness::STANDARD, purpose: None };

    /// How a request asks that belongs to both. A side without a purpose takes that of the other.
    ///
    /// # Errors
    ///
    /// The two purposes, where they differ: one lookup cannot serve both.
    fn joined(self, other: &Self) -> Result<Self, [Purpose; 2]> {
        let purpose = match (self.purpose, &other.purpose) {
            (Some(one), Some(other)) if one.name != other.name => return Err([one, other.clone()]),
            (one, other) => one.or_else(|| other.clone()),
        };
        Ok(Self {
            lookup: self.lookup.max(other.lookup),
            freshness: self.freshness.joined(other.freshness),
            purpose,
        })
    }
}

impl ClassAsking {
    /// How a class asks whose routes ask like these: by what those of its routes say where an
    /// enforced rule needs the line, or else those that fetch it for others.
    pub(crate) fn of(
        class: &Class,
        routes: &[Asking],
        needs_line: &HashSet<usize>,
    ) -> Result<Self, Clash> {
        let is_prefetch =
            |at: &usize| routes.get(*at).is_some_and(|it| it.lookup == Lookup::Prefetch);
        let (mut asked, prefetched): (Vec<_>, Vec<_>) = (
            class.routes.iter().copied().filter(|at| needs_line.contains(at)).collect(),
            class.routes.iter().copied().filter(is_prefetch).collect(),
        );
        let prefetches = !prefetched.is_empty();
        if asked.is_empty() {
            asked = prefetched;
        }
        let mut asking: Option<Asking> = None;
        for (at, next) in asked.into_iter().filter_map(|at| Some((at, routes.get(at)?))) {
            let clash = |purposes| Clash { class: Arc::clone(&class.name), route: at, purposes };
            asking = Some(match asking {
                Some(asking) => asking.joined(next).map_err(clash)?,
                None => next.clone(),
            });
        }
        Ok(Self { asking: asking.unwrap_or(Asking::NEVER), prefetches, in_shadow: None })
    }
}
