//! The Tower edge, seen from both sides: what clients get, what services see.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod annotate;
mod answers;
#[cfg(feature = "axum")]
mod axum_router;
mod bank;
mod check_route;
mod facts;
#[cfg(all(feature = "camara", feature = "sandbox"))]
mod flow;
mod freshness;
mod history;
mod lines;
mod observe;
mod records;
mod respond;
mod service;
#[cfg(all(feature = "camara", feature = "sandbox"))]
mod several;
mod shadow;
mod subjects;
mod support;
mod switchboard;
#[cfg(feature = "tonic")]
mod tonic_server;
mod verified;
mod waiting;
