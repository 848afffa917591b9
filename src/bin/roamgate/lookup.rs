//! `roamgate lookup`: one real lookup against an aggregator.

mod answer;
mod line;
mod transcript;

use std::fs::File;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use roamgate::camara::{Aggregator, Client};
use roamgate::status::Answer;
use roamgate::{ConfigError, Line, ProviderError, Query, RoamingProvider, UnknownReason};
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
    /// Show the conversation with the aggregator on the standard error, without secrets.
    ///
    /// What was sent stands after `>`, what came after `<`, and below a refusal what to do about it.
    /// Numbers, secrets, tokens and assertions are replaced by marks such as `‹number›`, also where
    /// the aggregator repeats them. With `--format json`, each step is one JSON document a line:
    /// `{"atMs","correlator","note","exchange"}`, where either of the last two is null; an exchange is
    /// `{"endpoint","method","url","request","status","code","response","failure","help","elapsedMs"}`,
    /// and `request` and `response` are `{"headers":[{"name","value"}],"body":[LINE]}`.
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
        let client = self.client()?;
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
        if let Some(url) = client.consent_url(line).filter(|_| is_pending(&outcome)) {
            screen::warn(&format!("the customer can consent at {url}"));
        }
        if is_pending(&outcome) && self.wait > 0 {
            let settled = client.consent_settled(line);
            if timeout(Duration::from_secs(self.wait), settled).await.is_ok() {
                outcome = self.ask(client, line).await;
            }
        }
        Round { outcome, calls: since(before, client.calls()), elapsed: begin.elapsed() }
    }

    async fn ask(&self, client: &Client, line: Line) -> Result<Answer, ProviderError> {
        client.roaming_status(&Query::new(line)).await
    }

    fn client(&self) -> Result<Client, Failure> {
        let aggregator = aggregator(&self.aggregator)?;
        let aggregator = match self.verbose {
            true => aggregator.observer(transcript::shown(self.format)),
            false => aggregator,
        };
        Client::new(aggregator).map_err(refused)
    }
}

fn is_pending(outcome: &Result<Answer, ProviderError>) -> bool {
    outcome.as_ref().is_err_and(|error| error.reason() == UnknownReason::ConsentPending)
}

/// An aggregator file. One that is not there is a failure; one that is wrong is an invalid
/// configuration.
fn aggregator(path: &Path) -> Result<Aggregator, Failure> {
    File::open(path)
        .map_err(|error| Failure::failed(format!("cannot read `{}`: {error}", path.display())))?;
    Aggregator::from_path(path).map(Aggregator::without_line_budget).map_err(refused)
}

fn refused(error: ConfigError) -> Failure {
    match error.problems() {
        Some(problems) => Failure::new(Exit::Invalid, crate::check::report(problems, 1)),
        None => Failure::invalid(error),
    }
}
