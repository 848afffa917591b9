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
mod desk;
#[cfg(unix)]
mod filesystem;
mod invalid;
mod load;
mod log;
mod revisions;
mod rows;
#[cfg(feature = "camara")]
mod secrets;
mod start;
mod swaps;
mod writers;
