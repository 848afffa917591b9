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
    pub(crate) places: Places,
}

/// Where some of it stands, if it is written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Places {
    pub(crate) max_wait: Option<Place>,
    pub(crate) stale_if_error: Option<Place>,
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

/// The routes on which somebody asks about the line.
#[derive(Debug, Default)]
pub(crate) struct Askers {
    /// A rule in force needs it, or waits for it.
    pub(crate) needing: HashSet<usize>,
    /// A rule in force notes it in passing.
    pub(crate) noting: HashSet<usize>,
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
    pub(crate) const NEVER: Self = Self {
        lookup: Lookup::Never,
        freshness: Freshness::STANDARD,
        purpose: None,
        places: Places { max_wait: None, stale_if_error: None },
    };

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
            places: self.places,
        })
    }
}

impl ClassAsking {
    /// How a class asks whose routes ask like these: by what those of its routes say where a rule
    /// needs the line, else those where it is noted in passing, else those that fetch it for others.
    pub(crate) fn of(class: &Class, routes: &[Asking], askers: &Askers) -> Result<Self, Clash> {
        let of = |is_asked: &dyn Fn(usize) -> bool| {
            let asked = class.routes.iter().copied().filter(|at| is_asked(*at));
            asked.filter_map(|at| Some((at, routes.get(at)?))).collect::<Vec<_>>()
        };
        let needing = of(&|at| askers.needing.contains(&at));
        let noting = of(&|at| askers.noting.contains(&at));
        let prefetched = of(&|at| routes.get(at).is_some_and(|it| it.lookup == Lookup::Prefetch));
        let prefetches = !prefetched.is_empty();
        // One lookup serves them all.
        let all = joined(class, needing.iter().chain(&noting))?;
        let asking = match (needing.is_empty(), noting.is_empty()) {
            // What is noted in passing makes nobody wait, nor ask more often.
            (false, _) => {
                let needed = joined(class, needing.iter())?;
                Asking { purpose: all.purpose, ..needed }
            }
            (true, false) => Asking { lookup: all.lookup.min(Lookup::CachedOnly), ..all },
            (true, true) => joined(class, prefetched.iter())?,
        };
        Ok(Self { asking, prefetches, in_shadow: None })
    }
}

/// How a request asks that belongs to all of these routes.
fn joined<'a>(
    class: &Class,
    routes: impl Iterator<Item = &'a (usize, &'a Asking)>,
) -> Result<Asking, Clash> {
    let mut asking: Option<Asking> = None;
    for (at, next) in routes {
        let clash = |purposes| Clash { class: Arc::clone(&class.name), route: *at, purposes };
        asking = Some(match asking {
            Some(asking) => asking.joined(next).map_err(clash)?,
            None => (*next).clone(),
        });
    }
    Ok(asking.unwrap_or(Asking::NEVER))
}
