//! The decision alone, by the number of rules: of this crate, and of others on the same rules.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::sources::Sources;

const PEERS: [&str; 2] = ["benches/peers/target/peers.json", "target/peers.json"];
const SIZES: [u32; 5] = [1, 10, 100, 1_000, 10_000];

pub(crate) const OURS: &str = "roamgate";

/// The order of the engines; how they are called, and how where there is little room.
const TITLES: [(&str, &str, &str); 10] = [
    (OURS, "roamgate", "roamgate"),
    ("roamgate_route_known", "roamgate, route known", "route known"),
    ("limit", "a hash of the route and a bit test", "hash, bit test"),
    ("limit_siphash", "the same with SipHash", "with SipHash"),
    ("wirefilter", "wirefilter", "wirefilter"),
    ("regorus", "regorus, its fastest way", "regorus"),
    ("regorus_compiled", "regorus, compiled", "compiled"),
    ("regorus_interpreted", "regorus, interpreted", "interpreted"),
    ("cedar", "Cedar", "Cedar"),
    ("casbin", "casbin", "casbin"),
];

#[derive(Debug)]
pub(crate) struct Decision {
    /// Ours first.
    pub(crate) engines: Vec<Engine>,
    pub(crate) has_peers: bool,
    pub(crate) day: String,
}

#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) name: String,
    /// Nanoseconds by the number of rules.
    pub(crate) by_rules: BTreeMap<u32, f64>,
}

impl Engine {
    /// As people read it.
    pub(crate) fn title(&self) -> &str {
        self.place().and_then(|at| TITLES.get(at)).map_or(&self.name, |(_, title, _)| title)
    }

    /// The same, where there is little room.
    pub(crate) fn short(&self) -> &str {
        self.place().and_then(|at| TITLES.get(at)).map_or(&self.name, |(.., short)| short)
    }

    fn place(&self) -> Option<usize> {
        TITLES.iter().position(|(name, ..)| *name == self.name)
    }
}

impl Decision {
    pub(crate) fn of(sources: &Sources) -> Option<Self> {
        match sources.json(&PEERS) {
            Some((measured, day)) => Self::beside_peers(&measured, day),
            None => Self::alone(sources),
        }
    }

    /// All measured in one run: ours is taken from there too.
    fn beside_peers(measured: &Value, day: String) -> Option<Self> {
        let engines = measured.as_object()?.iter().filter_map(|(name, by_rules)| {
            let numbers = by_rules.as_object()?.iter();
            let by_rules: BTreeMap<_, _> = numbers
                .filter_map(|(rules, ns)| Some((rules.parse().ok()?, ns.as_f64()?)))
                .collect();
            (!by_rules.is_empty()).then(|| Engine { name: name.clone(), by_rules })
        });
        let mut engines: Vec<_> = engines.collect();
        engines.sort_by_key(|engine| engine.place().unwrap_or(TITLES.len()));
        let has_peers = engines.len() > 1;
        (!engines.is_empty()).then_some(Self { engines, has_peers, day })
    }

    fn alone(sources: &Sources) -> Option<Self> {
        let of = |rules: u32| Some((rules, sources.mean("decide", &rules.to_string())?));
        let by_rules: BTreeMap<_, _> = SIZES.into_iter().filter_map(of).collect();
        let (largest, _) = by_rules.last_key_value()?;
        let day = sources.day("decide", &largest.to_string())?;
        let engines = vec![Engine { name: OURS.to_owned(), by_rules }];
        Some(Self { engines, has_peers: false, day })
    }

    pub(crate) fn ns(&self, engine: &str, rules: u32) -> Option<f64> {
        self.engines.iter().find(|it| it.name == engine)?.by_rules.get(&rules).copied()
    }

    /// How many times as long another engine takes.
    pub(crate) fn times(&self, engine: &str, rules: u32) -> Option<f64> {
        Some(self.ns(engine, rules)? / self.ns(OURS, rules)?)
    }

    /// The engine whose name has this in it.
    pub(crate) fn named(&self, part: &str) -> Option<&str> {
        let engine = self.engines.iter().find(|it| it.name.to_lowercase().contains(part))?;
        Some(&engine.name)
    }
}
