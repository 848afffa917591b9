//! What the benchmarks share: reading back what criterion measured, to print ratios.

use std::path::PathBuf;

/// The mean of a benchmark of this run in nanoseconds. None in test mode, which measures nothing.
pub(crate) fn mean_ns(group: &str, name: &str) -> Option<f64> {
    let path = target().join("criterion").join(group).join(name).join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    estimates.pointer("/mean/point_estimate")?.as_f64()
}

/// Where benchmarks leave what they measured.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from)
}

/// Was the run asked to measure, and not only to see that everything runs?
pub(crate) fn measures() -> bool {
    let arguments: Vec<_> = std::env::args().collect();
    arguments.iter().any(|argument| argument == "--bench")
        && !arguments.iter().any(|argument| argument == "--test")
}
