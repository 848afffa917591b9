//! A server of one of the kinds, on one core.

use clap::Parser;
use roamgate_server_bench::Outcome;
use roamgate_server_bench::serving::{Serve, serve};

fn main() -> Outcome<()> {
    let serving = Serve::parse();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let outcome = runtime.block_on(serve(serving));
    runtime.shutdown_background();
    outcome
}
