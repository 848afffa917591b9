//! What it takes to find what is remembered.

use crate::sources::Sources;

#[derive(Debug)]
pub(crate) struct Cache {
    pub(crate) rungs: Vec<Rung>,
    pub(crate) scaling: Option<Scaling>,
    /// Of memory, when a million lines are remembered.
    pub(crate) bytes_a_line: Option<f64>,
    /// A hit among a million lines, in times of a `HashMap` of that size.
    pub(crate) by_turns: Option<f64>,
    pub(crate) day: String,
}

/// A hit among so many lines, in nanoseconds.
#[derive(Debug)]
pub(crate) struct Rung {
    pub(crate) lines: u32,
    pub(crate) ours: f64,
    pub(crate) map: f64,
    pub(crate) moka: f64,
}

/// What two threads do together, in times of what one does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scaling {
    pub(crate) spin: f64,
    pub(crate) hits: f64,
    pub(crate) one_line: f64,
}

const GROUP: &str = "cache";

impl Cache {
    pub(crate) fn of(sources: &Sources) -> Option<Self> {
        let mean = |name: &str, lines: u32| sources.mean(GROUP, &format!("{name}_{lines}"));
        let rung = |lines| {
            let (ours, map) = (mean("hit", lines)?, mean("hashmap", lines)?);
            Some(Rung { lines, ours, map, moka: mean("moka", lines)? })
        };
        let rungs: Vec<_> = [1_000, 100_000, 1_000_000].into_iter().filter_map(rung).collect();
        let day = sources.day(GROUP, &format!("hit_{}", rungs.last()?.lines))?;
        let told = sources.left(GROUP);
        let figure = |pointer: &str| told.as_ref()?.pointer(pointer)?.as_f64();
        let scaling = || {
            Some(Scaling {
                spin: figure("/scaling/spin")?,
                hits: figure("/scaling/hits")?,
                one_line: figure("/scaling/hitsOfOneLine")?,
            })
        };
        let (scaling, bytes_a_line) = (scaling(), figure("/bytesALine"));
        Some(Self { rungs, scaling, bytes_a_line, by_turns: sources.by_turns(GROUP), day })
    }
}
