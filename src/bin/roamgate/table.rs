//! `roamgate table`: the complete decision table.

mod csv;
mod html;
mod human;
mod json;
mod kind;
mod merged;
pub(crate) mod phrases;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use clap::{Args, ValueEnum};
use roamgate::policy::{Assurance, PolicyHash, RequestClass};
use roamgate::status::LineFacts;
use roamgate::{Effect, Policy, UnknownReason};

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

/// A policy, laid out.
struct Sheet {
    routes: Vec<Route>,
    /// What happens to requests that belong to no route.
    routeless: Effect,
    policy: PolicyHash,
}

/// The decisions about the requests of one class.
struct Route {
    name: String,
    needs_line: bool,
    cells: Vec<Cell>,
}

/// One decision.
struct Cell {
    /// The line state as it is written.
    state: String,
    line: LineFacts,
    effect: Effect,
    rule: Option<Arc<str>>,
    reason: Option<UnknownReason>,
}

impl Table {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let policy = policies::load(&self.paths)?;
        let classes = match &self.route {
            Some(name) => vec![policy.class_by_name(name).map_err(Failure::usage)?],
            None => policy.classes(),
        };
        let assurance = Assurance { now: moment::or_present(self.now), ..Assurance::NONE };
        let sheet = Sheet::new(&policy, &classes, &assurance);
        match self.format {
            TableFormat::Human => screen::print(&human::draw(&sheet, screen::width()))?,
            TableFormat::Csv => screen::print(&csv::write(&sheet))?,
            TableFormat::Json => screen::print_json(&json::Document::new(&sheet))?,
            TableFormat::Html => screen::print(&html::write(&sheet, policy.documents()))?,
        }
        Ok(Exit::Fine)
    }
}

impl Sheet {
    fn new(policy: &Policy, classes: &[RequestClass], assurance: &Assurance<'_>) -> Self {
        let routes = classes.iter().map(|class| Route::new(policy, *class, assurance)).collect();
        let routeless = policy.decide_without_line(policy.routeless()).effect;
        Self { routes, routeless, policy: policy.hash() }
    }

    /// Every cell with its route, sorted by route and line as they are written.
    fn sorted(&self) -> Vec<(&Route, &Cell)> {
        let cells =
            self.routes.iter().flat_map(|route| route.cells.iter().map(move |cell| (route, cell)));
        let mut rows: Vec<_> = cells.collect();
        rows.sort_by_key(|(route, cell)| (&route.name, &cell.state));
        rows
    }
}

impl Route {
    fn new(policy: &Policy, class: RequestClass, assurance: &Assurance<'_>) -> Self {
        let cell = |(state, line)| {
            let verdict = policy.decide(class, line, assurance);
            Cell { state, line, effect: verdict.effect, rule: verdict.rule, reason: verdict.reason }
        };
        Self {
            name: policy.class_name(class).map(ToString::to_string).unwrap_or_default(),
            needs_line: policy.needs_line(class, assurance),
            cells: policy.line_states(class).into_iter().map(cell).collect(),
        }
    }
}
