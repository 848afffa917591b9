//! The decision alone, beside what people would use instead: the same rules, the same requests, the
//! same answers.
//!
//! - [`rules`] holds the rules, every request about them, and the traffic that is timed.
//! - [`engines`] holds one file for each engine, which says how it is set up and why so.
//! - [`rego_layer`] puts one of them behind a Tower layer, to be served beside roamgate's own.
//!
//! `cargo bench` times them and prints a table; `cargo test` compares their answers. Both compare
//! every engine with the rules applied by hand, over every route and every state of a line.
//!
//! What is timed starts from a request whose facts are known: the path, and where the line is. It
//! ends with the effect. How an engine takes its facts is its own affair, and is timed. Everything
//! else is made ahead of time, and nobody keeps answers.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

pub mod engines;
pub mod rego_layer;
pub mod rules;
