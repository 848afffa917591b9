//! The sandbox over real HTTP: what it refuses, what it plays, how it paces and counts.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the client of these tests fails the test, as the tests do"
)]

#[path = "../support/openapi.rs"]
#[expect(dead_code, reason = "the tests of the client use the rest")]
mod openapi;

mod authorize;
mod client;
mod contract;
mod dialects;
mod grants;
mod numbers;
mod pacing;
mod roaming;
mod running;
mod scenarios;
mod sign_in;
mod token;
