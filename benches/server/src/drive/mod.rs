//! What puts load on servers, and compares them.
//!
//! The servers share one core, the load generator has another: of several threads that a server has,
//! such as the writer of its decision log, each counts. All servers of a comparison run side by side
//! and have load in turns, forwards and backwards, so that what else the machine does meets all of
//! them; ratios are made within a round.
//!
//! HTTP/1.1 has `wrk`, because its script can send another line with every request, and tells every
//! percentile; gRPC has `h2load`, which speaks HTTP/2 and logs each request. Both keep a fixed number
//! of requests under way, so that at saturation latency is throughput told in another way: for that,
//! one comparison has pauses, at about half the load.
//!
//! Where a server is slower than the generator, each answer wakes the generator on another core, which
//! the server pays for and which on virtual machines is expensive. The server's own CPU time for each
//! request stands therefore beside its throughput.

pub mod agreement;
pub mod child;
pub mod client;
pub mod comparison;
pub mod contest;
pub mod load;
pub mod nginx;
pub mod patience;
pub mod report;
pub mod results;
pub mod sections;
pub mod storm;
pub mod zipf;

use std::path::PathBuf;

use crate::Outcome;
use report::Report;

/// How the run goes.
#[derive(Clone, Debug, clap::Parser)]
#[command(
    about = "A server under load, bare and gated, beside what else answers the same question"
)]
pub struct Options {
    /// How many rounds a comparison has.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
    /// How long each server has load in a round, in seconds.
    #[arg(long, default_value_t = 4)]
    pub seconds: u32,
    /// How many requests are under way.
    #[arg(long, default_value_t = 32)]
    pub connections: u32,
    /// The core of the servers.
    #[arg(long, default_value_t = 0)]
    pub server_core: usize,
    /// The core of the load generator.
    #[arg(long, default_value_t = 1)]
    pub load_core: usize,
    /// Also: what each part of the gate costs.
    #[arg(long)]
    pub parts: bool,
    /// Only: does it work? Nothing is measured, and nothing is written.
    #[arg(long)]
    pub smoke: bool,
    /// Only these sections. What the results hold of the others stays.
    #[arg(long, value_delimiter = ',', value_parser = SECTIONS)]
    pub only: Vec<String>,
    /// Where the results go, as JSON.
    #[arg(long, default_value = "target/server.json")]
    pub out: PathBuf,
}

/// All sections, in the order in which they run.
const SECTIONS: [&str; 7] = ["axum", "latency", "tonic", "nginx", "parts", "storm", "zipf"];

impl Options {
    fn wants(&self, section: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == section)
    }
}

/// Runs everything, and tells it.
///
/// # Errors
///
/// A server does not start, does not answer as it should, or a tool fails.
pub async fn drive(mut options: Options) -> Outcome<()> {
    if options.smoke {
        (options.rounds, options.seconds) = (1, 1);
    }
    let mut report = Report::begin(&options);
    for (name, section) in sections::COMPARISONS {
        let is_wanted = match *name {
            "parts" => options.parts || options.only.iter().any(|only| only == name),
            "latency" if options.smoke => false,
            name => options.wants(name),
        };
        if is_wanted {
            report.add(&section(&options).await?)?;
        }
    }
    if options.wants("storm") {
        report.storm(&storm::run().await?)?;
    }
    if options.wants("zipf") {
        let requests = if options.smoke { 20_000 } else { 1_000_000 };
        report.zipf(&tokio::task::spawn_blocking(move || zipf::run(requests)).await??)?;
    }
    report.end(&options)
}
