//! A route as a map, with the states beside it that no map has; and as text.

use std::collections::HashMap;

use roamgate::status::ReasonGroup;

use super::super::kind::Kind;
use super::super::{Cell, Route};
use super::atlas::{Atlas, Panel};
use super::markup::{Element, element};
use super::{effect, mark, named, words};

/// The map and what stands beside it.
pub(super) fn draw(route: &Route, atlas: &Atlas) -> Element {
    element("div").class("chart").child(map(route, atlas)).child(beside(route, atlas))
}

fn map(route: &Route, atlas: &Atlas) -> Element {
    let cells: HashMap<_, _> = route
        .cells
        .iter()
        .filter_map(|cell| match Kind::of(cell.line) {
            Kind::Countries(countries) => Some((countries.single()?, cell)),
            _ => None,
        })
        .collect();
    let panel = |(at, panel): (usize, &Panel)| {
        let tiles = panel.tiles.iter().filter_map(|tile| {
            let (country, cell) = (tile.country, cells.get(&tile.country)?);
            let title = format!("{} ({country}): {}", atlas.name(country), words::answer(cell));
            let tile = element("span").class(format_args!("tile t-{country} {}", cell.effect));
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

fn beside(route: &Route, atlas: &Atlas) -> Element {
    let mut groups: Vec<(String, Vec<&Cell>)> = Vec::new();
    let usual = usual_home(route);
    let is_usual = |cell: &Cell| usual.is_some_and(|usual| is_home(cell) && agree(cell, usual));
    for cell in &route.cells {
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
    let group = |(heading, cells): (String, Vec<&Cell>)| {
        let chips = cells.into_iter().map(|cell| {
            let is_rest = is_usual(cell) && cell.state.contains(':');
            chip(cell, if is_rest { "any other number" } else { &cell.state }, atlas)
        });
        element("div")
            .child(element("dt").text(heading))
            .child(element("dd").child(element("ul").children(chips)))
    };
    element("dl").class("beside").children(groups.into_iter().map(group))
}

fn is_home(cell: &Cell) -> bool {
    matches!(Kind::of(cell.line), Kind::Home(_))
}

fn agree(a: &Cell, b: &Cell) -> bool {
    (a.effect, &a.rule, a.reason) == (b.effect, &b.rule, b.reason)
}

/// The first of those lines at home that have the answer of most.
fn usual_home(route: &Route) -> Option<&Cell> {
    let homes: Vec<_> = route.cells.iter().filter(|cell| is_home(cell)).collect();
    let alike = |cell: &&Cell| homes.iter().filter(|other| agree(cell, other)).count();
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

fn chip(cell: &Cell, label: &str, atlas: &Atlas) -> Element {
    let label = match Kind::of(cell.line) {
        Kind::Shared(code) | Kind::International(code) => code.to_string(),
        Kind::Unknown(reason) => reason.to_string(),
        Kind::Home(_) | Kind::Nowhere | Kind::Countries(_) => label.to_owned(),
    };
    let title = format!("{}: {}", words::state(cell, atlas), words::answer(cell));
    element("li")
        .class(format_args!("chip {}", cell.effect))
        .with("title", title)
        .child(mark())
        .child(element("span").text(label))
        .child(named(cell.effect).class("spoken"))
}

/// Every state with its answer.
pub(super) fn spell_out(route: &Route, atlas: &Atlas) -> Element {
    let heads = ["line", "effect", "in words", "rule", "why undecided"];
    let heads = heads.map(|head| element("th").with("scope", "col").text(head));
    let summary = format!("All {} answers as text", route.cells.len());
    let rows = route.cells.iter().map(|cell| row(cell, atlas));
    let table = element("table")
        .child(element("thead").child(element("tr").children(heads)))
        .child(element("tbody").children(rows));
    element("details").child(element("summary").text(summary)).child(
        element("div")
            .class("scroll")
            .with("tabindex", 0)
            .with("role", "region")
            .with("aria-label", format_args!("Answers of {}", route.name))
            .child(table),
    )
}

fn row(cell: &Cell, atlas: &Atlas) -> Element {
    let reason = cell.reason.map_or("", |reason| reason.name());
    let data = |text: &str| element("td").text(text);
    element("tr")
        .child(element("th").with("scope", "row").text(&cell.state))
        .child(element("td").child(effect(cell.effect)))
        .child(data(&words::state(cell, atlas)).class("words"))
        .child(data(cell.rule.as_deref().unwrap_or_default()))
        .child(data(reason))
}
