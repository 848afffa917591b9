//! Puts load on servers by turns, and tells how they compare.

use clap::Parser;
use roamgate_server_bench::Outcome;
use roamgate_server_bench::drive::{Options, drive};

#[tokio::main]
async fn main() -> Outcome<()> {
    drive(Options::parse()).await
}
