//! `roamgate table`: the complete decision table.

mod csv;
mod html;
mod human;
mod json;
mod kind;
mod listing;
mod merged;
pub(crate) mod phrases;
pub(crate) mod ranges;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, ValueEnum};
use listing::Listing;
use roamgate::policy::{Assurance, PolicyHash, RequestClass, Situation, TooManyPoints};
use roamgate::{Effect, Policy};

use crate::exit::{Exit, Failure};
use crate::{moment, policies, screen};

/// Print the complete decision table: every route, every state of a line
///
/// For people, states with equal answers are merged. CSV and JSON have one row for each route and
/// state, sorted. HTML is one page that needs nothing else: `roamgate table policies --format html >
/// table.html`.
#[derive(Args)]
pub(crate) struct Table {
    /// Policy files and folders, judged as one set.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// This route alone.
    #[arg(long, value_name = "NAME")]
    route: Option<String>,
    /// The moment that counts as now: RFC 3339, or a date.
    #[arg(long, value_name = "T", value_parser = moment::parse)]
    now: Option<SystemTime>,
    /// How the table is written.
    #[arg(long, value_enum, default_value_t)]
    format: TableFormat,
}

/// How a table is written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum TableFormat {
    /// For people.
    #[default]
    Human,
    /// One row for each cell, under `route,line,effect,rule,reason`.
    Csv,
    /// One JSON document.
    Json,
    /// One page with a map of the world for each route, to be opened from a file.
    Html,
}

/// A policy, laid out for people.
struct Sheet {
    routes: Vec<Route>,
    /// What happens to requests that belong to no route.
    routeless: Effect,
    policy: PolicyHash,
}

/// The decisions about the requests of one class.
struct Route {
    name: String,
    situations: Vec<Situation>,
    /// The rules turn on too many facts at once: there are no situations.
    excess: Option<TooManyPoints>,
}

impl Table {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let policy = policies::load(&self.paths)?;
        let classes = match &self.route {
            Some(name) => vec![policy.class_by_name(name).map_err(Failure::usage)?],
            None => policy.classes(),
        };
        let assurance = Assurance { now: moment::or_present(self.now), ..Assurance::NONE };
        match self.format {
            TableFormat::Human => {
                let sheet = Sheet::new(&policy, &classes, &assurance);
                screen::print(&human::draw(&sheet, screen::width()))?;
            }
            TableFormat::Html => {
                let sheet = Sheet::new(&policy, &classes, &assurance);
                screen::print(&html::write(&sheet, policy.documents()))?;
            }
            TableFormat::Csv => {
                let listing = Listing::new(&policy, &classes, &assurance)?;
                screen::stream(|out| csv::write(out, &listing))?;
            }
            TableFormat::Json => {
                let listing = Listing::new(&policy, &classes, &assurance)?;
                screen::print_json(&json::Document(&listing))?;
            }
        }
        Ok(Exit::Fine)
    }
}

impl Sheet {
    fn new(policy: &Policy, classes: &[RequestClass], assurance: &Assurance<'_>) -> Self {
        let route = |class: &RequestClass| {
            let name = policy.class_name(*class).map(ToString::to_string).unwrap_or_default();
            match policy.situations(*class, assurance) {
                Ok(situations) => Route { name, situations, excess: None },
                Err(excess) => Route { name, situations: Vec::new(), excess: Some(excess) },
            }
        };
        let routeless = policy.decide_without_line(policy.routeless(), assurance).effect;
        Self { routes: classes.iter().map(route).collect(), routeless, policy: policy.hash() }
    }
}
