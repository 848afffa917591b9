//! `time`: windows in the wall-clock time of a zone.

use std::sync::Arc;

use jiff::civil::Time;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::document::{Fields, Finding, Known, Node, Report, nearest};
use crate::policy::condition::{FactTest, Window};

const TIME: Known =
    Known { what: "`time`", keys: &["from", "to", "timezone", "days"], unbuilt: &[] };
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) fn load(node: &Node, report: &mut Report) -> Option<FactTest> {
    let fields = Fields::of(node, TIME, report)?;
    let zone = zone(&fields, report);
    let days = days(&fields, report);
    let from = fields.get("from").map_or(Some("00:00"), |node| clock(node, "from", report));
    let to = fields.get("to").map_or(Some("24:00"), |node| clock(node, "to", report));
    let (zone, days, from_text, to_text) = (zone?, days?, from?, to?);
    // No clock shows the end of the day.
    let (from, to) = (from_text.parse::<Time>().ok(), to_text.parse::<Time>().ok());
    let Some(from) = from.filter(|from| Some(*from) != to) else {
        let message = format!("the window from `{from_text}` to `{to_text}` is empty");
        let help = "write `from: \"00:00\"` and `to: \"24:00\"` for whole days";
        report.add(Finding::error("E015", fields.place(), message).help(help));
        return None;
    };
    let name = name(from_text, to_text, &zone, days).into();
    Some(FactTest::Time(Arc::new(Window { name, zone, from, to, days })))
}

fn name(from: &str, to: &str, zone: &TimeZone, days: [bool; 7]) -> String {
    let zone = zone.iana_name().unwrap_or_default();
    let named: Vec<_> =
        DAYS.iter().zip(days).filter(|(_, is_on)| *is_on).map(|(day, _)| *day).collect();
    match named.len() {
        7 => format!("{from}-{to} {zone}"),
        _ => format!("{from}-{to} {zone} {}", named.join("/")),
    }
}

fn zone(fields: &Fields<'_>, report: &mut Report) -> Option<TimeZone> {
    let Some(node) = fields.get("timezone") else {
        let message = "a time window needs the key `timezone`";
        let help = "write where the clock hangs: `timezone: Europe/Madrid`";
        report.add(Finding::error("E015", fields.place(), message).help(help));
        return None;
    };
    let name = node.expect_text("timezone", report)?;
    let database = TimeZoneDatabase::bundled();
    let zone = database.get(name).ok().filter(|zone| zone.iana_name() == Some(name));
    if zone.is_none() {
        let known: Vec<_> = database.available().map(|name| name.as_str().to_owned()).collect();
        let near = nearest(name, known.iter().map(String::as_str));
        let finding = Finding::error("E015", node.place, format!("there is no time zone `{name}`"));
        report.add(match near {
            Some(_) => finding.did_you_mean(near),
            None => finding.help("write a name of the IANA database, such as `Europe/Madrid`"),
        });
    }
    zone
}

fn days(fields: &Fields<'_>, report: &mut Report) -> Option<[bool; 7]> {
    let Some(node) = fields.get("days") else { return Some([true; 7]) };
    let items = node.expect_list("days", report)?;
    if items.is_empty() {
        let message = "a window on no day is empty";
        report.add(Finding::error("E015", node.place, message).help("write `days: [sat, sun]`"));
    }
    let words: Vec<_> = DAYS.iter().enumerate().map(|(at, day)| (*day, at)).collect();
    let named: Vec<_> = items.iter().map(|item| item.expect_word("days", &words, report)).collect();
    let mut days = [false; 7];
    for at in named {
        *days.get_mut(at?)? = true;
    }
    Some(days)
}

/// A time of the day as `HH:MM`, or `24:00`.
fn clock<'a>(node: &'a Node, key: &str, report: &mut Report) -> Option<&'a str> {
    let written = node.written().unwrap_or_default();
    let is_clock = written.len() == 5 && written.parse::<Time>().is_ok() || written == "24:00";
    if !is_clock {
        let message = format!("{} is not a time of the day for `{key}`", node.quoted());
        let help = "write hours and minutes: `06:00`, `23:30`";
        report.add(Finding::error("E023", node.place, message).help(help));
    }
    is_clock.then_some(written)
}
