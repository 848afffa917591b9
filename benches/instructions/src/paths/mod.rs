//! The paths that are counted.

use std::io::Error;
use std::process::ExitCode;

use crate::counted::{Pass, counted, plainly};

mod alone;
mod gate;
mod lookup;
mod service;

/// One way through the crate.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) name: &'static str,
    prepare: fn() -> Work,
    /// So often it is gone in one piece of work.
    in_one: u64,
}

/// A piece of work that may be done again and again. What is not to be counted, it does outside of
/// the pass.
pub(crate) type Work = Box<dyn FnMut(Pass)>;

impl Path {
    const fn new(name: &'static str, prepare: fn() -> Work) -> Self {
        Self { name, prepare, in_one: 1 }
    }

    const fn in_one(self, in_one: u64) -> Self {
        Self { in_one, ..self }
    }

    /// How often it is gone while instructions are collected.
    pub(crate) fn passes(&self) -> u64 {
        COUNTED * self.in_one
    }
}

/// From the bare service to the lookup; then the parts alone.
pub(crate) const PATHS: &[Path] = &[
    Path::new("bare_service", gate::bare),
    Path::new("gate_hit", gate::hit),
    Path::new("gate_hit_without_permit", gate::hit_without_permit),
    Path::new("gate_hit_decision_log", gate::hit_in_the_decision_log),
    Path::new("gate_grpc_hit", gate::grpc_hit),
    Path::new("gate_no_lookup", gate::no_lookup),
    Path::new("gate_deny", gate::deny),
    Path::new("gate_miss", lookup::miss),
    Path::new("gate_coalesced_miss", lookup::coalesced).in_one(lookup::COMPANY),
    Path::new("classify", alone::classify).in_one(alone::OFTEN),
    Path::new("decide_10_rules", alone::decide_10).in_one(alone::OFTEN),
    Path::new("decide_10000_rules", alone::decide_10_000).in_one(alone::OFTEN),
    Path::new("cache_hit_1000_lines", alone::cache_hit),
];

pub(crate) fn find(name: &str) -> Option<&'static Path> {
    PATHS.iter().find(|path| path.name == name)
}

/// Goes a path: first until it is warm, and then to be counted.
pub(crate) fn pass(name: &str) -> Result<ExitCode, Error> {
    let path = find(name).ok_or_else(|| Error::other("no such path"))?;
    service::count_metrics();
    let mut work = (path.prepare)();
    (0..WARM).for_each(|_| work(plainly));
    (0..COUNTED).for_each(|_| work(counted));
    Ok(ExitCode::SUCCESS)
}

const WARM: u64 = 1_000;
/// A multiple of the number of lines in the cache.
const COUNTED: u64 = 1_000;
