//! The difference for people: sentences about customers, what is loosened first.

use std::cmp::Reverse;

use roamgate::Effect;
use roamgate::policy::diff::{Change, Diff, Direction};

use crate::paint::{BOLD, DIM, of_effect, paint};
use crate::screen;
use crate::table::phrases::phrases_alone;

/// Changes that one sentence tells.
struct Group<'a> {
    first: &'a Change,
    changes: Vec<&'a Change>,
}

pub(super) fn tell(diff: &Diff) -> String {
    if diff.changes().is_empty() {
        return "nothing changes: every request is decided as before\n".to_owned();
    }
    let routes =
        diff.changes().chunk_by(|a, b| (&a.route, &a.route_before) == (&b.route, &b.route_before));
    let routes: String = routes.map(route).collect();
    format!("{routes}{}\n", summary(diff))
}

fn route(changes: &[Change]) -> String {
    let Some(first) = changes.first() else { return String::new() };
    let name = first.route.as_deref().unwrap_or("requests that belong to no route");
    let before = first.route_before.as_deref().map(|name| format!("  was {name}"));
    let mut groups: Vec<Group<'_>> = Vec::new();
    for change in changes {
        match groups.iter_mut().find(|group| group.tells(change)) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { first: change, changes: vec![change] }),
        }
    }
    groups.sort_by_key(Group::rank);
    let groups: String = groups.iter().map(Group::tell).collect();
    format!("{}{}\n{groups}\n", paint(BOLD, name), paint(DIM, before.unwrap_or_default()))
}

impl Group<'_> {
    /// What is loosened first, and what moved furthest first.
    fn rank(&self) -> (Reverse<Direction>, Reverse<u8>) {
        let Change { from, to, direction, .. } = self.first;
        (Reverse(*direction), Reverse((*to as u8).abs_diff(*from as u8)))
    }

    fn tells(&self, change: &Change) -> bool {
        let key = |change: &Change| (change.from, change.to, change.direction);
        key(self.first) == key(change) && self.first.rule == change.rule
    }

    fn tell(&self) -> String {
        let Change { from, to, direction, rule, .. } = self.first;
        let news = news(*from, *to, *direction);
        let (mark, was) = (paint(of_effect(*to), news), was(*from, *to));
        let by = match (rule, direction) {
            (Some(rule), Direction::Tightened) => format!(", because of {rule}"),
            (Some(rule), Direction::Loosened) if from == to => format!(", because of {rule}"),
            (Some(rule), Direction::Loosened) => format!(", because {rule} no longer objects"),
            (None, _) => String::new(),
        };
        format!("  {mark} {was}{}\n{}", paint(DIM, by), self.lines())
    }

    fn lines(&self) -> String {
        let states: Vec<_> = self.changes.iter().filter_map(|change| change.state).collect();
        let room = screen::width().saturating_sub(4);
        let phrases = match states.is_empty() {
            true => vec!["any line, known or not".to_owned()],
            false => phrases_alone(&states, room),
        };
        phrases.iter().map(|phrase| format!("    {phrase}\n")).collect()
    }
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
    let points = |count: usize| match count {
        1 => "1 point of the domain is".to_owned(),
        _ => format!("{count} points of the domain are"),
    };
    match (diff.loosened(), diff.tightened()) {
        (0, tightened) => format!("nothing is loosened; {} tightened", points(tightened)),
        (loosened, 0) => format!("{} loosened; nothing is tightened", points(loosened)),
        (loosened, tightened) => {
            format!("{} loosened, {} tightened", points(loosened), points(tightened))
        }
    }
}
