//! A measurement for programs. All times are nanoseconds.

use std::time::Duration;

use serde::Serialize;

use super::pace::{Pace, Paces};
use super::traffic::Traffic;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    routes: Vec<Route<'a>>,
    all: Times,
    questions: usize,
    left_out: usize,
    max_p99_ns: Option<u64>,
    ok: bool,
}

#[derive(Serialize)]
struct Route<'a> {
    route: Option<&'a str>,
    #[serde(flatten)]
    times: Times,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Times {
    samples: usize,
    p50_ns: u64,
    p99_ns: u64,
    p999_ns: u64,
    max_ns: u64,
}

impl<'a> Document<'a> {
    pub(super) fn new(paces: &Paces<'a>, traffic: &Traffic, budget: Option<Duration>) -> Self {
        let routes = paces.routes.iter();
        let routes = routes.map(|(route, pace)| Route { route: *route, times: pace.into() });
        Self {
            routes: routes.collect(),
            all: (&paces.all).into(),
            questions: traffic.questions.len(),
            left_out: traffic.left_out,
            max_p99_ns: budget.map(nanoseconds),
            ok: budget.is_none_or(|budget| paces.all.p99 <= budget),
        }
    }
}

impl From<&Pace> for Times {
    fn from(pace: &Pace) -> Self {
        Self {
            samples: pace.samples,
            p50_ns: nanoseconds(pace.p50),
            p99_ns: nanoseconds(pace.p99),
            p999_ns: nanoseconds(pace.p999),
            max_ns: nanoseconds(pace.max),
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
