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
mod callers;
#[cfg(unix)]
mod configmap;
#[cfg(feature = "camara")]
mod crowd;
mod desk;
#[cfg(unix)]
mod filesystem;
#[cfg(feature = "camara")]
mod forgetting;
mod invalid;
mod load;
mod log;
mod night;
mod revisions;
mod rows;
#[cfg(all(unix, feature = "camara"))]
mod scarce;
#[cfg(feature = "camara")]
mod secrets;
mod start;
mod swaps;
#[cfg(feature = "camara")]
mod tenants;
mod writers;
