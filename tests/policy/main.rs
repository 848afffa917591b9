//! The policy language, tested from outside: what is refused and how it is said, what is decided,
//! which routes a request belongs to.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what supports these tests fails the test, as the tests do"
)]

#[path = "../support/schema.rs"]
mod support;

#[path = "../support/page.rs"]
mod guide_page;

#[path = "../support/garbage.rs"]
mod kinds;

mod annotate;
mod candidates;
mod countries;
mod diffs;
mod errors;
mod evaluation;
mod exceptions;
mod files;
mod fmt;
mod free;
mod freshness;
mod garbage;
mod generate;
mod guide;
mod hash;
mod hidden;
mod model;
mod notation;
mod overrides;
mod paths;
mod problems;
mod reference;
mod replays;
mod rollouts;
mod routes;
mod schema;
mod services;
mod shadow;
mod situations;
mod suites;
mod tables;
