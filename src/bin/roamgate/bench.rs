//! `roamgate bench`: what the rules cost on this machine.

mod human;
mod json;
mod pace;
mod traffic;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::exit::{Exit, Failure};
use crate::{Format, policies, screen};
use pace::Paces;
use traffic::Traffic;

/// Measure how long the decisions of these policies take on this machine
///
/// What is measured is what a request pays for the rules once its route and its facts are known:
/// whether the line is needed, and the decision. Without a log, every state of a line meets values
/// of every fact that the rules tell apart; with one, what was recorded is decided again.
#[derive(Args)]
pub(crate) struct Bench {
    /// Policy files and folders, judged as one set.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A decision log: its requests are measured, as often as they occur in it.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// The budget: exit 7 where one decision in a hundred takes longer. Such as `500ns` or `2us`.
    #[arg(long, value_name = "DURATION", value_parser = budget)]
    max_p99: Option<Duration>,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Bench {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let policy = policies::load(&self.paths)?;
        let traffic = match &self.log {
            Some(log) => traffic::recorded(&policy, log)?,
            None => traffic::all(&policy),
        };
        if traffic.questions.is_empty() {
            return Err(Failure::invalid(nothing(&traffic)));
        }
        let paces = Paces::measure(&policy, &traffic);
        match self.format {
            Format::Human => screen::print(&human::tell(&paces, &traffic, self.max_p99))?,
            Format::Json => {
                screen::print_json(&json::Document::new(&paces, &traffic, self.max_p99))?;
            }
        }
        let is_over = self.max_p99.is_some_and(|budget| paces.all.p99 > budget);
        Ok(if is_over { Exit::OverBudget } else { Exit::Fine })
    }
}

fn nothing(traffic: &Traffic) -> String {
    match traffic.left_out {
        0 => "there is nothing to measure: no request belongs to a route".to_owned(),
        count => format!("there is nothing to measure: none of the {count} records says enough"),
    }
}

/// Decisions take nanoseconds, for which policies have no unit.
fn budget(text: &str) -> Result<Duration, String> {
    let split = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = match unit {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        _ => return Err("write a number and `ns`, `us` or `ms`, such as `500ns`".to_owned()),
    };
    let number = number.parse::<u64>().ok().filter(|number| *number > 0);
    let nanoseconds = number.and_then(|number| number.checked_mul(unit));
    nanoseconds.map(Duration::from_nanos).ok_or_else(|| "it is no number above 0".to_owned())
}
