//! `roamgate replay`: recorded decisions under another policy.

mod human;
mod json;
mod tally;

use std::path::PathBuf;

use clap::Args;
use roamgate::replay::{Entry, Replayer};

use crate::exit::{Exit, Failure};
use crate::{Format, log, policies, screen};
use tally::Tally;

/// Decide recorded requests by another policy: who is newly denied, challenged or allowed
///
/// Nothing is guessed: a record that does not say enough is counted, with the reason. Exits 0
/// whatever comes of it.
#[derive(Args)]
pub(crate) struct Replay {
    /// A decision log.
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// Policy files and folders, judged as one set.
    #[arg(short, long, required = true, num_args = 1.., value_name = "PATH")]
    policy: Vec<PathBuf>,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Replay {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let policy = policies::load(&self.policy)?;
        let (mut tally, mut replayer) = (Tally::default(), Replayer::new(&policy));
        let withdrawn = log::withdrawn(&self.log)?;
        for entry in log::read(&self.log)? {
            match entry? {
                (_, Entry::Decision(record)) if withdrawn.contains(&record.id) => {
                    tally.withdrawn += 1;
                }
                (line, Entry::Decision(record)) => {
                    tally.count(line, &record, replayer.replay(&record));
                }
                (_, Entry::Gap(count)) => tally.lost += count,
                (line, Entry::Unreadable(why)) => tally.unreadable.add(why, line),
                _ => {}
            }
        }
        match self.format {
            Format::Human => screen::print(&human::tell(&tally))?,
            Format::Json => screen::print_json(&json::Document::new(&tally, policy.hash()))?,
        }
        Ok(Exit::Fine)
    }
}
