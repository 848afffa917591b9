//! `roamgate diff`: who moves from what to what.

mod human;
mod json;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, ValueEnum};
use roamgate::policy::diff::{Diff, Direction, Move};

use crate::exit::{Exit, Failure};
use crate::{Format, moment, policies, screen};

/// Compare two policies over the whole domain: who is newly allowed, challenged or denied
///
/// Requests are compared, not names: a route that is only renamed is no difference.
#[derive(Args)]
pub(crate) struct Compare {
    /// The policy as it was: a file, or a folder judged as one set.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The policy as it would be.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Exit 6 where the difference is not accepted.
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    fail_on: FailOn,
    /// The moment that counts as now: RFC 3339, or a date.
    #[arg(long, value_name = "T", value_parser = moment::parse)]
    now: Option<SystemTime>,
    /// How the difference is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Which differences are not accepted.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FailOn {
    /// All are.
    #[default]
    None,
    /// Somebody passes who did not.
    Loosened,
    /// Somebody is decided otherwise.
    Changed,
}

impl Compare {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let old = policies::load(std::slice::from_ref(&self.old))?;
        let new = policies::load(std::slice::from_ref(&self.new))?;
        let diff =
            Diff::between(&old, &new, moment::or_present(self.now)).map_err(Failure::failed)?;
        match self.format {
            Format::Human => screen::print(&human::tell(&diff))?,
            Format::Json => screen::print_json(&json::Document::new(&diff)?)?,
        }
        // What is not compared may have changed in any way.
        let is_unknown = !diff.not_compared().is_empty();
        let is_refused = match self.fail_on {
            FailOn::None => false,
            FailOn::Loosened => {
                let is_loosened = |found: &Move| found.direction == Direction::Loosened;
                is_unknown || diff.moves().iter().any(is_loosened)
            }
            FailOn::Changed => is_unknown || !diff.moves().is_empty(),
        };
        Ok(if is_refused { Exit::NotAccepted } else { Exit::Fine })
    }
}
