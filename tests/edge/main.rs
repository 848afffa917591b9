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
#[cfg(all(feature = "frontend", feature = "sandbox"))]
#[path = "../sandbox/client.rs"]
#[expect(dead_code, reason = "the tests of the sandbox use the rest")]
mod client;
mod decision_log;
mod decision_log_bytes;
#[cfg(unix)]
mod decision_log_faults;
#[cfg(unix)]
mod decision_log_losses;
mod decision_log_schema;
#[cfg(unix)]
mod decision_log_sigterm;
mod facts;
#[cfg(all(feature = "camara", feature = "sandbox"))]
mod flow;
mod freshness;
#[cfg(all(feature = "camara", feature = "sandbox"))]
#[path = "../support/page.rs"]
#[expect(dead_code, reason = "the tests of the policies use the rest")]
mod guide_page;
mod history;
#[cfg(all(feature = "frontend", feature = "sandbox"))]
mod in_a_browser;
#[cfg(all(feature = "camara", feature = "sandbox"))]
mod incident;
#[cfg(all(feature = "frontend", feature = "sandbox"))]
#[path = "../support/installed.rs"]
mod installed;
#[cfg(all(feature = "frontend", feature = "sandbox"))]
mod line_check;
#[cfg(all(feature = "frontend", feature = "sandbox"))]
mod line_check_app;
#[cfg(all(feature = "frontend", feature = "sandbox"))]
mod line_check_attacks;
#[cfg(all(feature = "frontend", feature = "sandbox"))]
mod line_check_unusual;
mod lines;
mod observe;
mod records;
mod refresh;
mod remembering;
mod replayed;
mod respond;
mod service;
#[cfg(all(feature = "camara", feature = "sandbox"))]
mod several;
mod shadow;
#[path = "../support/shape.rs"]
mod shape;
#[cfg(all(feature = "frontend", feature = "sandbox"))]
mod shop;
#[cfg(all(feature = "frontend", feature = "sandbox"))]
#[path = "../../examples/frontend/site/mod.rs"]
mod site;
mod subjects;
mod support;
mod switchboard;
#[cfg(feature = "tonic")]
mod tonic_server;
mod verified;
mod waiting;
#[cfg(all(feature = "frontend", feature = "sandbox"))]
mod web_driver;
