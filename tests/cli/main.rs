//! The `roamgate` command, run as a process.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the files and processes of these tests fail the test, as the tests do"
)]

mod check;
mod command;
mod demo;
mod explain;
mod fmt;
mod lookup;
mod sandbox;
mod table;
mod usage;
