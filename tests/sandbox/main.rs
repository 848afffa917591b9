//! The sandbox over real HTTP: what it refuses, what it plays, how it paces and counts.

mod authorize;
mod client;
mod numbers;
mod pacing;
mod roaming;
mod running;
mod scenarios;
mod token;
