//! A route as a map, with the states beside it that no map has; and as text.

use std::collections::HashMap;
use std::sync::Arc;

use roamgate::Effect;
use roamgate::policy::{Answer, Situation, StateAnswers};
use roamgate::status::ReasonGroup;

use super::super::kind::Kind;
use super::atlas::{Atlas, Panel};
use super::markup::{Element, element};
use super::{effect, mark, named, words};

/// The map and what stands beside it.
pub(super) fn draw(situation: &Situation, atlas: &Atlas) -> Element {
    element("div").class("chart").child(map(situation, atlas)).child(beside(situation))
}

fn map(situation: &Situation, atlas: &Atlas) -> Element {
    let cells: HashMap<_, _> = situation
        .states
        .iter()
        .filter_map(|cell| match Kind::of(cell.line) {
            Kind::Countries(countries) => Some((countries.single()?, cell)),
            _ => None,
        })
        .collect();
    let panel = |(at, panel): (usize, &Panel)| {
        let tiles = panel.tiles.iter().filter_map(|tile| {
            let (country, cell) = (tile.country, cells.get(&tile.country)?);
            let title = format!("{} ({country}): {}", country.name(), words::answers(cell));
            let tile = element("span").class(format_args!("tile t-{country} {}", effect_of(cell)));
            Some(tile.with("title", title).text(country))
        });
        element("div").class(format_args!("panel p{at}")).children(tiles)
    };
    element("div")
        .class("map")
        .with("role", "img")
        .with("aria-label", "World map of the answers; the same is below as text")
        .children(atlas.panels.iter().enumerate().map(panel))
}

fn beside(situation: &Situation) -> Element {
    let mut groups: Vec<(String, Vec<&StateAnswers>)> = Vec::new();
    let usual = usual_home(situation);
    let is_usual =
        |cell: &StateAnswers| usual.is_some_and(|usual| is_home(cell) && agree(cell, usual));
    for cell in &situation.states {
        // What most lines at home get is said once, not 250 times.
        if is_usual(cell) && !usual.is_some_and(|usual| std::ptr::eq(cell, usual)) {
            continue;
        }
        let Some(heading) = heading(Kind::of(cell.line)) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, cells)) => cells.push(cell),
            None => groups.push((heading, vec![cell])),
        }
    }
    let group = |(heading, cells): (String, Vec<&StateAnswers>)| {
        let chips = cells.into_iter().map(|cell| {
            let is_rest = is_usual(cell) && cell.name.contains(':');
            chip(cell, if is_rest { "any other number" } else { &cell.name })
        });
        element("div")
            .child(element("dt").text(heading))
            .child(element("dd").child(element("ul").children(chips)))
    };
    element("dl").class("beside").children(groups.into_iter().map(group))
}

fn is_home(cell: &StateAnswers) -> bool {
    matches!(Kind::of(cell.line), Kind::Home(_))
}

fn agree(a: &StateAnswers, b: &StateAnswers) -> bool {
    a.answers == b.answers
}

/// The first of those lines at home that have the answer of most.
fn usual_home(situation: &Situation) -> Option<&StateAnswers> {
    let homes: Vec<_> = situation.states.iter().filter(|cell| is_home(cell)).collect();
    let alike = |cell: &&StateAnswers| homes.iter().filter(|other| agree(cell, other)).count();
    // Of equals, `max_by_key` takes the last: the first is wanted.
    homes.iter().rev().copied().max_by_key(alike)
}

/// The group of states that a state off the map belongs to.
fn heading(kind: Kind) -> Option<String> {
    Some(match kind {
        Kind::Countries(_) => return None,
        Kind::Home(_) => "At home".to_owned(),
        Kind::Nowhere => "Roaming, no country told".to_owned(),
        Kind::Shared(_) => "Roaming, network of several countries".to_owned(),
        Kind::International(_) => "Roaming, network of no country".to_owned(),
        Kind::Unknown(reason) => unknown(reason.group()),
    })
}

fn unknown(group: ReasonGroup) -> String {
    format!("Unknown, {}: {}", group.name(), words::group(group))
}

fn chip(cell: &StateAnswers, label: &str) -> Element {
    let label = match Kind::of(cell.line) {
        Kind::Shared(code) | Kind::International(code) => code.to_string(),
        Kind::Unknown(reason) => reason.to_string(),
        Kind::Home(_) | Kind::Nowhere | Kind::Countries(_) => label.to_owned(),
    };
    let title = format!("{}: {}", words::state(cell), words::answers(cell));
    element("li")
        .class(format_args!("chip {}", effect_of(cell)))
        .with("title", title)
        .child(mark())
        .child(element("span").text(label))
        .child(named(effect_of(cell)).class("spoken"))
}

/// Every state with its answer.
pub(super) fn spell_out(route: &str, situation: &Situation) -> Element {
    let heads = ["line", "effect", "in words", "rule", "why undecided"];
    let heads = heads.map(|head| element("th").with("scope", "col").text(head));
    let summary = format!("All {} answers as text", situation.states.len());
    let rows = situation.states.iter().flat_map(rows);
    let table = element("table")
        .child(element("thead").child(element("tr").children(heads)))
        .child(element("tbody").children(rows));
    element("details").child(element("summary").text(summary)).child(
        element("div")
            .class("scroll")
            .with("tabindex", 0)
            .with("role", "region")
            .with("aria-label", format_args!("Answers of {}", route))
            .child(table),
    )
}

/// A row for each of its answers.
fn rows(cell: &StateAnswers) -> Vec<Element> {
    let data = |text: &str| element("td").text(text);
    let row = |answer: &Arc<Answer>| {
        let reason = answer.reason.map_or("", |reason| reason.name());
        element("tr")
            .child(element("th").with("scope", "row").text(&cell.name))
            .child(element("td").child(effect(answer.effect)))
            .child(data(&words::state(cell)).class("words"))
            .child(data(answer.rule.as_deref().unwrap_or_default()))
            .child(data(reason))
    };
    cell.answers.iter().map(row).collect()
}

/// What it gets in the strictest case.
fn effect_of(cell: &StateAnswers) -> Effect {
    cell.answers.first().map_or(Effect::Deny, |answer| answer.effect)
}
