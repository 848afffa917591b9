//! Where benchmarks leave what they measured.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Sources {
    root: PathBuf,
    target: PathBuf,
}

impl Sources {
    pub(crate) fn under(root: &Path) -> Self {
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        Self { root: root.to_owned(), target: target.unwrap_or_else(|| root.join("target")) }
    }

    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The mean of a benchmark that criterion ran, in nanoseconds.
    pub(crate) fn mean(&self, group: &str, name: &str) -> Option<f64> {
        read(&self.estimates(group, name))?.pointer("/mean/point_estimate")?.as_f64()
    }

    /// The day on which criterion ran it.
    pub(crate) fn day(&self, group: &str, name: &str) -> Option<String> {
        day_of(&self.estimates(group, name))
    }

    /// What a benchmark of a package of its own left at last in one of these places, and on which day.
    pub(crate) fn json(&self, places: &[&str]) -> Option<(Value, String)> {
        let paths = places.iter().map(|place| self.root.join(place));
        let newest = paths.max_by_key(|path| modified(path))?;
        Some((read(&newest)?, day_of(&newest)?))
    }

    /// What a bench left beside criterion's figures.
    pub(crate) fn left(&self, bench: &str) -> Option<Value> {
        read(&self.target.join(bench).with_extension("json"))
    }

    /// What the middle round of two took that took turns, in times of the other. It says more than two means
    /// of different minutes.
    pub(crate) fn by_turns(&self, bench: &str) -> Option<f64> {
        self.left(bench)?.pointer("/byTurns")?.as_f64()
    }

    /// What stands in a file of the repository.
    pub(crate) fn text(&self, place: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(place)).ok()
    }

    fn estimates(&self, group: &str, name: &str) -> PathBuf {
        self.target.join("criterion").join(group).join(name).join("new/estimates.json")
    }
}

fn read(path: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn day_of(path: &Path) -> Option<String> {
    day(modified(path)?)
}

/// None where there is no such file.
fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

/// In the form 2026-11-23.
pub(crate) fn day(moment: SystemTime) -> Option<String> {
    Timestamp::try_from(moment).ok().map(|moment| moment.strftime("%Y-%m-%d").to_string())
}
