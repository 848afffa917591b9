//! The table as one page that needs nothing but itself: no network, no script, no font.

mod atlas;
mod chart;
mod markup;
mod words;

use std::collections::BTreeSet;

use roamgate::Effect;
use roamgate::policy::{PolicyDocument, RuleSummary, Situation, StateAnswers};
use roamgate::status::LineFacts;

use super::merged::{Merged, merge};
use super::phrases::phrases;
use super::{Route, Sheet, ranges};
use atlas::Atlas;
use markup::{Element, element};

/// A list of countries in a sentence is readable up to here; the map has the rest.
const SENTENCE: usize = 96;

/// Nothing is loaded, nothing runs, nothing is sent, whatever a name may hold.
const CONTENT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page.
pub(super) fn write(sheet: &Sheet, documents: &[PolicyDocument]) -> String {
    let atlas = Atlas::new();
    let routes = sheet.routes.iter().enumerate().map(|(at, found)| route(at, found, &atlas));
    let main = element("main")
        .children((sheet.routes.len() > 1).then(|| contents(sheet)))
        .child(legend())
        .children(routes)
        .children(rules(documents));
    let page = element("html")
        .with("lang", "en")
        .child(head(documents, &atlas))
        .child(element("body").child(title_block(sheet, documents)).child(main).child(footer()));
    format!("<!doctype html>\n{page}\n")
}

fn head(documents: &[PolicyDocument], atlas: &Atlas) -> Element {
    let meta =
        |name: &str, content: &str| element("meta").with("name", name).with("content", content);
    let css = format!("{}{}", include_str!("html/page.css"), atlas.css());
    element("head")
        .child(element("meta").with("charset", "utf-8"))
        .child(
            element("meta")
                .with("http-equiv", "Content-Security-Policy")
                .with("content", CONTENT_POLICY),
        )
        .child(meta("viewport", "width=device-width, initial-scale=1"))
        .child(meta("color-scheme", "light dark"))
        .child(element("title").text(format_args!("{} · roamgate", name(documents))))
        .child(element("style").css(css))
}

fn name(documents: &[PolicyDocument]) -> String {
    match documents {
        [document] => document.name.to_string(),
        several => format!("{} policies as one", several.len()),
    }
}

fn title_block(sheet: &Sheet, documents: &[PolicyDocument]) -> Element {
    let owned = documents.iter().map(|document| {
        let label = if documents.len() == 1 { "Owner" } else { &document.name };
        fact(label).child(
            element("dd").text(document.owner.as_deref().unwrap_or("nobody is named as owner")),
        )
    });
    let hash = element("dd").child(element("code").text(sheet.policy));
    let routeless = element("dd").child(effect(sheet.routeless));
    element("header")
        .child(element("p").class("kicker").text("roamgate decision table"))
        .child(element("h1").text(name(documents)))
        .child(
            element("dl")
                .class("facts")
                .children(owned)
                .child(fact("Requests of no route").child(routeless))
                .child(fact("Policy hash").child(hash)),
        )
}

fn fact(label: &str) -> Element {
    element("div").child(element("dt").text(label))
}

/// An effect with its mark and its name.
fn effect(effect: Effect) -> Element {
    element("span").class(format!("effect {effect}")).child(mark()).child(named(effect))
}

/// The shape that stands for the effect around it. It says nothing that the text does not say.
fn mark() -> Element {
    element("i").class("mark").with("aria-hidden", "true")
}

fn named(effect: Effect) -> Element {
    element("span").text(effect)
}

/// Each route with its strictest and its mildest effect, in words.
fn contents(sheet: &Sheet) -> Element {
    let entry = |(at, route): (usize, &Route)| {
        let link = element("a").with("href", format_args!("#route-{at}")).text(&route.name);
        let states = || route.situations.iter().flat_map(|found| &found.states);
        let effects = || states().flat_map(|state| &state.answers).map(|answer| answer.effect);
        let mut extremes: Vec<_> = effects().max().into_iter().chain(effects().min()).collect();
        extremes.dedup();
        let answers = extremes.into_iter().map(|found| {
            element("p").child(effect(found)).child(element("span").text(outline(route, found)))
        });
        element("li").child(link).child(element("div").children(answers))
    };
    element("nav")
        .with("aria-label", "Routes, each with its strictest and its mildest effect")
        .child(element("ul").children(sheet.routes.iter().enumerate().map(entry)))
}

/// Who gets this effect, as far as there is room: the first situation in which somebody does.
fn outline(route: &Route, wanted: Effect) -> String {
    let lines = |situation: &Situation| -> Vec<LineFacts> {
        let gets =
            |state: &&StateAnswers| state.answers.iter().any(|answer| answer.effect == wanted);
        situation.states.iter().filter(gets).map(|state| state.line).collect()
    };
    let all = route.situations.iter().map(|found| (found, lines(found)));
    let mut met = all.filter(|(_, lines)| !lines.is_empty());
    let Some((situation, lines)) = met.next() else { return String::new() };
    let words = words_of(situation, &lines, SENTENCE / 2).join("; ");
    match (ranges::alternatives(&situation.when).first(), met.next()) {
        (None, _) => words,
        (Some(when), None) => format!("{words}, where {when}"),
        (Some(when), Some(_)) => format!("{words}, where {when}; and in other cases"),
    }
}

fn legend() -> Element {
    let entry = |(answer, meaning): (Effect, &str)| {
        let swatch = element("span").class(format!("swatch {answer}")).child(mark());
        let meaning = element("span").text(meaning);
        element("li").child(swatch).child(element("b").text(answer)).child(meaning)
    };
    let entries = [
        (Effect::Deny, "the request is refused"),
        (Effect::StepUp, "the customer proves who they are, and tries again"),
        (Effect::Allow, "the request goes on"),
    ];
    element("ul").class("legend").with("aria-label", "Legend").children(entries.map(entry))
}

fn route(at: usize, route: &Route, atlas: &Atlas) -> Element {
    let id = format!("route-{at}");
    let lookups: BTreeSet<_> = route.situations.iter().map(|found| lookup(found)).collect();
    let lookups: Vec<_> = lookups.into_iter().collect();
    element("section")
        .class("route")
        .with("id", &id)
        .with("aria-labelledby", format_args!("{id}-name"))
        .child(
            element("h2")
                .with("id", format_args!("{id}-name"))
                .child(element("span").text(&route.name))
                .child(element("small").text(lookups.join(", or "))),
        )
        .children(route.situations.iter().flat_map(|found| situation(&route.name, found, atlas)))
        .children(route.excess.map(|excess| {
            element("p").text(format_args!("Not drawn: {excess}; {}.", ranges::WAY_OUT))
        }))
}

fn lookup(situation: &Situation) -> &'static str {
    match situation.needs_line {
        true => "decided by where the line is",
        false => "decided without a lookup",
    }
}

fn situation(route: &str, situation: &Situation, atlas: &Atlas) -> Vec<Element> {
    let answers = merge(situation);
    let answers = answers.iter().map(|merged| answer(situation, merged));
    let when = when(situation);
    // One answer for all the world needs no map beside those that differ.
    let is_drawn = situation.needs_line || when.is_none();
    let chart = || [chart::draw(situation, atlas), chart::spell_out(route, situation)];
    let mut parts: Vec<_> = when.into_iter().collect();
    parts.push(element("ul").class("answers").children(answers));
    parts.extend(is_drawn.then(chart).into_iter().flatten());
    parts
}

/// In which cases the situation is met, and what else matters.
fn when(situation: &Situation) -> Option<Element> {
    let alternatives = ranges::alternatives(&situation.when);
    let depends = (!situation.depends_on.is_empty()).then(|| {
        let names = situation.depends_on.join(", ");
        element("p").text(format_args!(
            "Which of several answers a line gets depends on {names}; the map shows the strictest."
        ))
    });
    let told = !alternatives.is_empty() || depends.is_some();
    let words = std::iter::once("where ").chain(std::iter::repeat("or "));
    let alternatives = alternatives.iter().zip(words).map(|(alternative, word)| {
        element("h3").child(element("small").text(word)).child(element("span").text(alternative))
    });
    told.then(|| element("div").class("when").children(alternatives).children(depends))
}

fn answer(situation: &Situation, merged: &Merged<'_>) -> Element {
    let lines = words_of(situation, &merged.lines, SENTENCE).into_iter();
    let lines = lines.map(|line| element("p").text(line));
    element("li")
        .child(effect(merged.effect))
        .child(element("div").class("lines").children(lines))
        .child(grounds(merged))
}

/// The states of one answer, in words.
fn words_of(situation: &Situation, lines: &[LineFacts], room: usize) -> Vec<String> {
    match situation.needs_line {
        true => phrases(lines, room),
        false => vec!["any line, known or not".to_owned()],
    }
}

fn grounds(merged: &Merged<'_>) -> Element {
    let grounds = element("p").class("grounds");
    let Some(rule) = merged.rule else { return grounds.text(words::without_rule(merged.effect)) };
    let link = element("a").with("href", format_args!("#rule-{rule}")).text(rule);
    let reason = merged
        .reason
        .map(|reason| element("span").class("reason").text(format_args!("undecided: {reason}")));
    grounds.child(link).children(reason)
}

fn rules(documents: &[PolicyDocument]) -> Option<Element> {
    let mut rules: Vec<_> = documents.iter().flat_map(|document| &document.rules).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let list = element("dl").children(rules.iter().map(|found| rule(found)));
    let title = element("h2").with("id", "rules").text("Rules");
    let section = element("section").class("rules").with("aria-labelledby", "rules");
    (!rules.is_empty()).then(|| section.child(title).child(list))
}

fn rule(rule: &RuleSummary) -> Element {
    let shadow = rule
        .is_shadow
        .then(|| element("span").class("shadow").text("in shadow: evaluated without effect"));
    let description = rule.description.as_deref().unwrap_or("no description");
    element("div")
        .with("id", format_args!("rule-{}", rule.id))
        .child(element("dt").child(element("code").text(&rule.id)).children(shadow))
        .child(element("dd").text(description))
}

fn footer() -> Element {
    element("footer").child(
        element("p").text("The page describes the policy with this hash, and no other. It loads nothing and runs nothing."),
    )
}
