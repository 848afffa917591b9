//! The `roamgate` command, run as a process.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the files and processes of these tests fail the test, as the tests do"
)]

#[path = "../support/page.rs"]
mod guide_page;
#[path = "../support/installed.rs"]
mod installed;

mod bench;
mod browser;
mod check;
mod command;
mod demo;
mod diff;
mod explain;
mod fmt;
mod guide;
mod html;
mod lookup;
mod overrides;
mod page;
mod replay;
mod sandbox;
mod table;
mod test;
mod tested;
mod usage;
