//! What was measured, in the terms of the report. A part that was not measured is not there.

mod cache;
mod counts;
mod decision;
mod layer;
mod load;
mod server;

pub(crate) use cache::{Cache, Rung};
pub(crate) use counts::Counts;
pub(crate) use decision::{Decision, Engine, OURS};
pub(crate) use layer::Layer;
pub(crate) use load::Load;
pub(crate) use server::{Comparison, Pair, Server, Traffic};

use crate::sources::Sources;

#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) decision: Option<Decision>,
    pub(crate) layer: Option<Layer>,
    pub(crate) server: Option<Server>,
    pub(crate) cache: Option<Cache>,
    pub(crate) counts: Option<Counts>,
    pub(crate) load: Load,
}

impl Figures {
    pub(crate) fn of(sources: &Sources) -> Self {
        Self {
            decision: Decision::of(sources),
            layer: Layer::of(sources),
            server: Server::of(sources),
            cache: Cache::of(sources),
            counts: Counts::of(sources),
            load: Load::of(sources),
        }
    }
}
