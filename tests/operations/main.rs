//! What happens to a service while the files around it change and break: real files, real links, and
//! a clock that does not wait.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in the functions that its cases share"
)]

#[cfg(feature = "camara")]
#[path = "../support/aggregator.rs"]
#[expect(dead_code, reason = "the tests of the client use the rest")]
mod aggregator;
#[cfg(unix)]
mod configmap;
#[cfg(feature = "metrics")]
mod counted;
mod desk;
#[cfg(unix)]
mod filesystem;
mod health;
mod invalid;
mod load;
mod log;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(all(feature = "camara", feature = "metrics"))]
mod observed;
#[cfg(feature = "metrics")]
#[path = "../support/page.rs"]
#[expect(dead_code, reason = "other tests read blocks")]
mod page;
#[cfg(feature = "metrics")]
mod pages;
#[cfg(feature = "metrics")]
#[path = "../../examples/operations/prometheus.rs"]
mod prometheus;
mod revisions;
mod rows;
#[cfg(feature = "camara")]
mod secrets;
#[path = "../support/shape.rs"]
mod shape;
mod spans;
mod start;
mod swaps;
mod writers;
