//! A replay for people: who would notice.

use roamgate::Effect;

use super::tally::{Change, Count, Tally, Told};
use crate::paint::{BOLD, DIM, of_effect, paint};
use crate::screen::shown;

pub(super) fn tell(tally: &Tally) -> String {
    let changes: Vec<_> = tally.changes.iter().collect();
    let routes = changes.chunk_by(|a, b| a.0.route == b.0.route);
    let routes: String = routes.map(route).collect();
    let not_replayed = told("cannot be replayed", &tally.not_replayed);
    let unreadable = told("cannot be read", &tally.unreadable);
    let lost = match tally.lost {
        0 => String::new(),
        count => format!("\nthe log declares {} lost\n", records(count)),
    };
    let withdrawn = match tally.withdrawn {
        0 => String::new(),
        count => {
            format!("\n{} of requests that did not go on, and are not replayed\n", records(count))
        }
    };
    format!("{routes}{}\n{not_replayed}{withdrawn}{unreadable}{lost}", summary(tally))
}

fn route(changes: &[(&Change, &Count)]) -> String {
    let Some((first, _)) = changes.first() else { return String::new() };
    let name = shown(first.route.as_deref().unwrap_or("requests that belonged to no route"));
    let key = |change: &Change| (change.to, change.from.clone(), change.rule.clone());
    let groups: String = changes.chunk_by(|a, b| key(a.0) == key(b.0)).map(group).collect();
    format!("{}\n{groups}\n", paint(BOLD, name))
}

/// Changes from one effect to another by one rule.
fn group(changes: &[(&Change, &Count)]) -> String {
    let Some((Change { from, to, rule, .. }, _)) = changes.first() else { return String::new() };
    let (effect, news) = match *to {
        "deny" => (Effect::Deny, "newly denied"),
        "stepUp" => (Effect::StepUp, "newly challenged"),
        _ => (Effect::Allow, "newly allowed"),
    };
    let by = rule.as_ref().map(|rule| format!(" by {rule}")).unwrap_or_default();
    let lines = changes.iter().map(|(change, count)| {
        let reason = change.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        let customers = match count.customers() {
            Some(1) => " of 1 customer".to_owned(),
            Some(several) => format!(" of {several} customers"),
            None => String::new(),
        };
        let (line, first) = (shown(&change.line), format!("first {}", shown(&count.first)));
        let first = paint(DIM, first);
        format!("    {line}{reason}: {}{customers}, {first}\n", records(count.records))
    });
    let lines: String = lines.collect();
    format!(
        "  {}{}\n{lines}",
        paint(of_effect(effect), news),
        paint(DIM, format_args!(" (was {}){by}", shown(from)))
    )
}

fn summary(tally: &Tally) -> String {
    let replayed = tally.records - tally.not_replayed.count();
    let mut parts = vec![format!("{} as before", tally.as_before)];
    let news = [("deny", "denied"), ("stepUp", "challenged"), ("allow", "allowed")];
    parts.extend(news.map(|(effect, word)| format!("{} newly {word}", tally.newly(effect))));
    format!("{} replayed: {}", records(replayed), parts.join(", "))
}

fn told<K: std::fmt::Display + Ord>(what: &str, told: &Told<K>) -> String {
    if told.0.is_empty() {
        return String::new();
    }
    let reasons = told.0.iter().map(|(why, (count, first))| {
        format!(
            "  {count}: {} {}\n",
            shown(&why.to_string()),
            paint(DIM, format_args!("(first in line {first})"))
        )
    });
    format!("\n{} {what}\n{}", records(told.count()), reasons.collect::<String>())
}

fn records(count: u64) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{count} records") }
}
