//! `roamgate lookup`: one real lookup against an aggregator.

mod answer;
mod line;

use std::fs::File;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use roamgate::camara::{Aggregator, Client};
use roamgate::provider::Correlator;
use roamgate::status::Answer;
use roamgate::{Line, ProviderError, Query, RoamingProvider, UnknownReason};
use tokio::time::{Instant, timeout};

use crate::exit::{Exit, Failure};
use crate::{Format, runtime, screen};
use answer::{Round, since};

/// Ask an aggregator where a line is
///
/// Exits 0 where the status became known and 1 where it is unknown; with `--repeat` the last
/// round decides.
#[derive(Args)]
pub(crate) struct Lookup {
    /// The line: an E.164 number, `+34600000001`; an address, `ip:203.0.113.7:5060`, `ip:[2001:db8::1]` or, with the private
    /// one behind it, `ip:203.0.113.7/10.0.0.1`; an external identifier, `external:123@domain.com`.
    #[arg(value_name = "LINE")]
    line: String,
    /// The aggregator file.
    #[arg(long, value_name = "FILE")]
    aggregator: PathBuf,
    /// How long to wait for a consent that is pending.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    /// How many lookups, through the same client: tokens are kept, answers are not.
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: NonZeroU32,
    /// Tell on the standard error under which `x-correlator` is asked, and why a lookup failed.
    #[arg(long)]
    verbose: bool,
    /// How the answers are written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Lookup {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        // Parsed here, because the argument parser would repeat what was written.
        let line = line::parse(&self.line).map_err(Failure::usage)?;
        let client = client(&self.aggregator)?;
        runtime::block_on(self.rounds(&client, line))
    }

    async fn rounds(&self, client: &Client, line: Line) -> Result<Exit, Failure> {
        let mut exit = Exit::Fine;
        for number in 1..=self.repeat.get() {
            let round = self.round(client, line).await;
            exit = if round.outcome.is_ok() { Exit::Fine } else { Exit::Failure };
            match self.format {
                Format::Json => screen::print_json(&round.document())?,
                Format::Human if self.repeat.get() > 1 => screen::print(&round.line(number))?,
                Format::Human => screen::print(&round.spelled_out())?,
            }
        }
        client.shutdown().await;
        Ok(exit)
    }

    async fn round(&self, client: &Client, line: Line) -> Round {
        let (begin, before) = (Instant::now(), client.calls());
        let mut outcome = self.ask(client, line).await;
        if is_pending(&outcome) && self.wait > 0 {
            let settled = client.consent_settled(line);
            if timeout(Duration::from_secs(self.wait), settled).await.is_ok() {
                outcome = self.ask(client, line).await;
            }
        }
        Round { outcome, calls: since(before, client.calls()), elapsed: begin.elapsed() }
    }

    async fn ask(&self, client: &Client, line: Line) -> Result<Answer, ProviderError> {
        let correlator = Correlator::from_random(rand::random());
        let outcome = client.roaming_status(&Query::new(line).correlator(correlator)).await;
        if self.verbose {
            let ended =
                outcome.as_ref().map_or_else(ToString::to_string, |_| "answered".to_owned());
            screen::warn(&format!("x-correlator {correlator}: {ended}"));
        }
        outcome
    }
}

fn is_pending(outcome: &Result<Answer, ProviderError>) -> bool {
    outcome.as_ref().is_err_and(|error| error.reason() == UnknownReason::ConsentPending)
}

/// The client of an aggregator file. A file that is not there is a failure; one that is wrong is
/// an invalid configuration.
fn client(path: &Path) -> Result<Client, Failure> {
    File::open(path)
        .map_err(|error| Failure::failed(format!("cannot read `{}`: {error}", path.display())))?;
    let aggregator = Aggregator::from_path(path).map(Aggregator::without_line_budget);
    aggregator.and_then(Client::new).map_err(|error| match error.problems() {
        Some(problems) => Failure::new(Exit::Invalid, crate::check::report(problems, 1)),
        None => Failure::invalid(error),
    })
}
