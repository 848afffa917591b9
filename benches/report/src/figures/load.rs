//! What takes milliseconds: to load a policy, to print its table, to compare two.

use crate::sources::Sources;

#[derive(Debug)]
pub(crate) struct Load {
    /// Ten thousand rules, in times of the bare parse, and in nanoseconds.
    pub(crate) load: Option<(f64, f64)>,
    /// A million and a half cells, in nanoseconds.
    pub(crate) table: Option<f64>,
    pub(crate) diff: Option<f64>,
}

impl Load {
    pub(crate) fn of(sources: &Sources) -> Self {
        let load = || {
            let (policy, bare) =
                (sources.mean("load", "policy")?, sources.mean("load", "bare parse")?);
            Some((policy / bare, policy))
        };
        let table = |name| sources.mean("table", name);
        Self { load: load(), table: table("table"), diff: table("diff") }
    }
}
