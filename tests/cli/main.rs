//! The `roamgate` command, run as a process.

mod check;
mod command;
mod explain;
mod sandbox;
mod table;
mod usage;
