//! The difference for people: sentences about customers, what is loosened first.

use roamgate::Effect;
use roamgate::policy::diff::{Diff, Direction, Move};

use crate::paint::{BOLD, CYAN, DIM, of_effect, paint};
use crate::screen;
use crate::table::phrases::phrases_alone;
use crate::table::ranges;

pub(super) fn tell(diff: &Diff) -> String {
    if diff.moves().is_empty() && diff.not_compared().is_empty() {
        return "nothing changes: every request is decided as before\n".to_owned();
    }
    let routes =
        diff.moves().chunk_by(|a, b| (&a.route, &a.route_before) == (&b.route, &b.route_before));
    let routes: String = routes.map(route).collect();
    format!("{routes}{}\n", summary(diff))
}

fn route(moves: &[Move]) -> String {
    let Some(first) = moves.first() else { return String::new() };
    let name = first.route.as_deref().unwrap_or("requests that belong to no route");
    let before = first.route_before.as_deref().map(|name| format!("  was {name}"));
    let key = |found: &Move| (found.from, found.to, found.direction, found.rule.clone());
    let groups: String = moves.chunk_by(|a, b| key(a) == key(b)).map(group).collect();
    format!("{}{}\n{groups}\n", paint(BOLD, name), paint(DIM, before.unwrap_or_default()))
}

/// Moves from one effect to another by one rule.
fn group(moves: &[Move]) -> String {
    let Some(Move { from, to, direction, rule, .. }) = moves.first() else { return String::new() };
    let news = news(*from, *to, *direction);
    let (mark, was) = (paint(of_effect(*to), news), was(*from, *to));
    let by = match (rule, direction) {
        (Some(rule), Direction::Tightened) => format!(", because of {rule}"),
        (Some(rule), Direction::Loosened) if from == to => format!(", because of {rule}"),
        (Some(rule), Direction::Loosened) => format!(", because {rule} no longer objects"),
        (None, _) => String::new(),
    };
    let lines: String = moves.iter().map(lines).collect();
    format!("  {mark} {was}{}\n{lines}", paint(DIM, by))
}

/// Which lines move, and with which facts.
fn lines(found: &Move) -> String {
    let room = screen::width().saturating_sub(4);
    let phrases = match found.lines.is_empty() {
        true => vec!["any line, known or not".to_owned()],
        false => phrases_alone(&found.lines, room),
    };
    let phrases: String = phrases.iter().map(|phrase| format!("    {phrase}\n")).collect();
    let conditions = ranges::told(&found.when, &found.depends_on, "whether a line moves");
    let lines = conditions.iter().flat_map(|told| screen::hanging(told, room));
    phrases + &lines.map(|line| format!("    {}\n", paint(CYAN, line))).collect::<String>()
}

fn news(from: Effect, to: Effect, direction: Direction) -> &'static str {
    match (to, direction) {
        _ if from == to && direction == Direction::Loosened => "challenged more mildly:",
        _ if from == to => "challenged more strictly:",
        (Effect::Allow, _) => "newly allowed",
        (Effect::StepUp, _) => "newly challenged",
        (Effect::Deny, _) => "newly denied",
    }
}

fn was(from: Effect, to: Effect) -> &'static str {
    match from {
        _ if from == to => "another step-up is enough",
        Effect::Allow => "(allowed until now)",
        Effect::StepUp => "(challenged until now)",
        Effect::Deny => "(denied until now)",
    }
}

fn summary(diff: &Diff) -> String {
    let is_loosened = |found: &Move| found.direction == Direction::Loosened;
    let loosened = diff.moves().iter().any(is_loosened);
    let tightened = diff.moves().iter().any(|found| !is_loosened(found));
    let is_whole = diff.not_listed().is_empty() && diff.not_compared().is_empty();
    let points = |count: usize| match count {
        _ if !is_whole => "points of the domain are".to_owned(),
        1 => "1 point of the domain is".to_owned(),
        _ => format!("{count} points of the domain are"),
    };
    let (looser, stricter) = (points(diff.loosened()), points(diff.tightened()));
    let summary = match (loosened, tightened) {
        (false, false) => "nothing is known to change".to_owned(),
        (false, true) => format!("nothing is loosened; {stricter} tightened"),
        (true, false) => format!("{looser} loosened; nothing is tightened"),
        (true, true) => format!("{looser} loosened, {stricter} tightened"),
    };
    let uncounted = diff
        .not_listed()
        .iter()
        .map(|(route, points)| format!("\nnot counted: {route} has {points} points"));
    let unknown = diff.not_compared().iter().map(|(route, points)| {
        format!(
            "\nnot compared: {route} has {points} points that can be told apart, which is too many"
        )
    });
    summary + &uncounted.chain(unknown).collect::<String>()
}
