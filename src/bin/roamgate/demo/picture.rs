//! How the tour looks.

use std::time::Duration;

use super::service::{Judged, LINE};
use super::stops::{Seen, Stop};
use crate::paint::{BOLD, DIM, error_label, of_effect, paint};
use crate::screen;

/// From this width on, the rule has a column of its own.
const WIDE: usize = 120;

/// The columns, by the room there is.
pub(super) struct Picture {
    width: usize,
}

impl Picture {
    pub(super) fn fitting(width: usize) -> Self {
        Self { width }
    }

    /// The names of the columns.
    pub(super) fn head(&self) -> String {
        let rule = if self.is_wide() {
            format!("  {:<41}", "rule (why undecided)")
        } else {
            String::new()
        };
        let line = format!(
            " {:>2}  {:<20}  {:<22}  {:<10}{rule}  {:<5}  {:>7}",
            "#", "request", "line", "answer", "calls", "time"
        );
        format!("{}\n", paint(DIM, line))
    }

    /// A stop and what was seen there, with its meaning below.
    pub(super) fn stop(
        &self,
        number: usize,
        stop: &Stop,
        seen: &Seen,
        elapsed: Duration,
    ) -> String {
        let number = paint(DIM, format_args!("{number:>2}"));
        let answer = paint(
            of_effect(seen.effect),
            format_args!("{:<10}", format!("{} {}", seen.status, seen.effect)),
        );
        let grounds = grounds(seen.rule.as_deref(), seen.reason);
        let rule = if self.is_wide() { format!("  {grounds:<41}") } else { String::new() };
        let cost = paint(DIM, format_args!("{:<5}  {:>7}", calls(seen.calls), time(elapsed)));
        let mut text = format!(
            "\n {number}  {:<20}  {:<22}  {answer}{rule}  {cost}\n",
            stop.request,
            line(stop)
        );
        if !self.is_wide() && !grounds.is_empty() {
            text += &format!("     {grounds}\n");
        }
        for meaning in screen::wrapped(stop.meaning, self.width.saturating_sub(5)) {
            text += &format!("     {}\n", paint(DIM, meaning));
        }
        text + &surprise(seen, &stop.expected)
    }

    fn is_wide(&self) -> bool {
        self.width >= WIDE
    }
}

/// What runs, and where.
pub(super) fn introduction(aggregator: &str, service: &str) -> String {
    let row = |name, value: &str, what| {
        format!("  {}  {value:<23}  {}\n", paint(DIM, format_args!("{name:<10}")), paint(DIM, what))
    };
    let title = format!(
        "{}\n\n",
        paint(BOLD, "A service whose routes are gated by where the customer's line is")
    );
    title
        + &row("aggregator", aggregator, "the sandbox: CIBA, tokens, roaming API")
        + &row("service", service, "Axum, gated by the files of policies/")
        + &row("line", LINE, "a header, set by the demo as by a proxy")
        + &row("calls", "1+1+1", "to bc-authorize, token and roaming")
        + "\n"
}

/// How the tour ended.
pub(super) fn conclusion(stops: usize) -> String {
    format!("\n{}\n", paint(BOLD, format_args!("{stops} requests, all as expected")))
}

/// The commands to try.
pub(super) fn invitation(service: &str) -> String {
    let tries = [
        ("outside the EEA", format!("-X POST {service}/v1/payments -H '{LINE}: +34600007241'")),
        ("at home", format!("-X POST {service}/v1/payments -H '{LINE}: +34600000002'")),
        ("the aggregator fails", format!("{service}/admin/users -H '{LINE}: +34600005030'")),
        ("not a number", format!("{service}/admin/users -H '{LINE}: 600'")),
    ];
    let tries = tries.map(|(about, rest)| {
        format!("  {}\n  curl -i {rest}\n", paint(DIM, format_args!("# {about}")))
    });
    format!(
        "\n{}\n\n{}\n{}\n{}\n\n",
        paint(BOLD, "Try it"),
        tries.join("\n"),
        paint(DIM, "any number works: `roamgate sandbox` prints what its end decides"),
        paint(DIM, "serving until ctrl-c; decisions appear here")
    )
}

/// A decision of somebody's own request.
pub(super) fn decision(judged: &Judged) -> String {
    let effect = paint(of_effect(judged.effect), format_args!("{:<6}", judged.effect.name()));
    let route = judged.route.as_deref().unwrap_or("-");
    let grounds = match judged.fault {
        Some(fault) => format!("the caller's fault ({fault})"),
        None => grounds(judged.rule.as_deref(), judged.reason),
    };
    format!("{}\n", format!("  {effect}  {route:<10}  {grounds}").trim_end())
}

/// The end of the line's number, which decides what the sandbox does, and where the line is.
fn line(stop: &Stop) -> String {
    let end = stop.line.and_then(|line| line.get(line.len().saturating_sub(4)..));
    format!("{:<5}  {}", end.map(|end| format!("…{end}")).unwrap_or_default(), stop.about)
}

fn calls(calls: [u64; 3]) -> String {
    match calls {
        [0, 0, 0] => "none".to_owned(),
        calls => calls.map(|count| count.to_string()).join("+"),
    }
}

fn grounds(rule: Option<&str>, reason: Option<roamgate::UnknownReason>) -> String {
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{}{reason}", rule.unwrap_or_default())
}

fn time(elapsed: Duration) -> String {
    let micros = elapsed.as_micros();
    if micros < 10_000 {
        format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
    } else {
        format!("{} ms", micros / 1000)
    }
}

fn surprise(seen: &Seen, expected: &Seen) -> String {
    if seen == expected {
        return String::new();
    }
    let (calls, grounds) =
        (calls(expected.calls), grounds(expected.rule.as_deref(), expected.reason));
    format!(
        "     {}expected {} {}, calls {calls}, {grounds}\n",
        error_label(),
        expected.status,
        expected.effect
    )
}
