//! `roamgate table`: the complete decision table.

mod csv;
mod html;
mod human;
mod json;
mod kind;
mod merged;
pub(crate) mod phrases;

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

use clap::{Args, ValueEnum};
use roamgate::policy::{Assurance, Circumstances, Domain, PolicyHash, RequestClass};
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

/// Nobody reads a longer table.
const MAX_CELLS: u128 = 50_000_000;

/// A policy, laid out.
struct Sheet {
    /// The names of the free facts, sorted.
    facts: Vec<Arc<str>>,
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
    state: Arc<str>,
    line: LineFacts,
    /// The free facts as tables write them, in their order.
    facts: Rc<[Arc<str>]>,
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
        let cells =
            Domain::of(&[&policy]).rolled_out().size().saturating_mul(classes.len() as u128);
        if cells > MAX_CELLS {
            let message = format!(
                "the table has {cells} cells, more than {MAX_CELLS}; `forAll` in a test file proves statements about them"
            );
            return Err(Failure::failed(message));
        }
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
        let around = Circumstances::from(assurance);
        let routes = classes.iter().map(|class| Route::new(policy, *class, around)).collect();
        let routeless = policy.decide_without_line(policy.routeless(), assurance).effect;
        let facts = Domain::of(&[policy]).rolled_out().facts().cloned().collect();
        Self { facts, routes, routeless, policy: policy.hash() }
    }

    /// Every cell with its route, sorted by route and line as they are written.
    fn sorted(&self) -> Vec<(&Route, &Cell)> {
        let cells =
            self.routes.iter().flat_map(|route| route.cells.iter().map(move |cell| (route, cell)));
        let mut rows: Vec<_> = cells.collect();
        rows.sort_by(|(a, one), (b, other)| {
            (&a.name, &one.state, &one.facts).cmp(&(&b.name, &other.state, &other.facts))
        });
        rows
    }
}

impl Route {
    fn new(policy: &Policy, class: RequestClass, around: Circumstances<'_>) -> Self {
        let domain = Domain::of_class(policy, class).rolled_out();
        let grid = policy.grid(class, &domain, around);
        let (mut cells, mut needs_line) = (Vec::new(), false);
        for (row, combination) in domain.combinations().enumerate() {
            let facts: Rc<[_]> = combination.labels().map(|(_, label)| Arc::clone(label)).collect();
            needs_line |= policy.needs_line(class, around.facts(combination.attributes()));
            for (column, (state, line)) in domain.states().iter().enumerate() {
                let verdict = grid.get(row, column).filter(|_| combination.admits(*line));
                let Some(verdict) = verdict else { continue };
                cells.push(Cell {
                    state: Arc::clone(state),
                    line: *line,
                    facts: Rc::clone(&facts),
                    effect: verdict.effect,
                    rule: verdict.rule.clone(),
                    reason: verdict.reason,
                });
            }
        }
        let name = policy.class_name(class).map(ToString::to_string).unwrap_or_default();
        Self { name, needs_line, cells }
    }
}
