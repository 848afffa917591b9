//! The tables that a README can carry.

use std::fmt::Write;

use crate::claims::Claim;
use crate::figures::Figures;
use crate::machine::Machine;
use crate::words::{count, time, times};

const NOT_MEASURED: &str = "not measured";
const COMMANDS: &str = "`benches/run`";

pub(crate) fn tables(figures: &Figures, claims: &[Claim], machine: &Machine) -> String {
    let mut text = format!("{}; {}; {COMMANDS}.\n\n", machine.day, machine.line());
    let parts = [
        self::claims(claims),
        decision(figures),
        layer(figures),
        server(figures),
        cache(figures),
        others(figures),
    ];
    text.push_str(&parts.join("\n"));
    text
}

fn claims(claims: &[Claim]) -> String {
    let rows = claims.iter().map(|claim| {
        let verdict = match claim.is_met() {
            Some(true) => "met",
            Some(false) => "not met",
            None => "",
        };
        let measured = claim.figure().unwrap_or_else(|| NOT_MEASURED.to_owned());
        vec![
            format!("{} ({})", claim.what, claim.beside),
            measured,
            claim.aim(),
            verdict.to_owned(),
        ]
    });
    table(&["measure", "measured", "aim", ""], rows)
}

fn decision(figures: &Figures) -> String {
    let Some(decision) = &figures.decision else { return left_out("the decision") };
    let sizes = [1, 10, 100, 1_000, 10_000];
    let titles = ["a decision, by rules", "1", "10", "100", "1,000", "10,000"];
    let rows = decision.engines.iter().map(|engine| {
        let cell = |rules| {
            engine.by_rules.get(rules).map_or_else(|| NOT_MEASURED.to_owned(), |ns| time(*ns))
        };
        std::iter::once(engine.title().to_owned()).chain(sizes.iter().map(cell)).collect()
    });
    table(&titles, rows)
}

fn layer(figures: &Figures) -> String {
    let Some(layer) = &figures.layer else { return left_out("what a request pays") };
    let row = |name: &str, ns: Option<f64>| {
        let cells = ns.map(|ns| vec![time(ns), times(ns / layer.from_fn)]);
        let cells = cells.unwrap_or_else(|| vec![NOT_MEASURED.to_owned(), String::new()]);
        [vec![name.to_owned()], cells].concat()
    };
    let rows = [
        row("empty `from_fn`", Some(layer.from_fn)),
        row("the gate, cached hit", Some(layer.hit)),
        row("the gate, cached hit, without permit", layer.without_permit),
        row("the gate, nothing to look up", layer.no_lookup),
        row("the gate, refusing by what is cached", layer.deny),
        row("the gate, answered by a provider in memory", layer.miss),
        row("the check alone, answered by the cache", layer.check),
        row("one `moka` get", layer.moka),
    ];
    table(&["added to a request, or taken alone", "", "of `from_fn`"], rows)
}

fn server(figures: &Figures) -> String {
    let Some(server) = &figures.server else { return left_out("a server under load") };
    let pairs = server
        .comparisons
        .iter()
        .flat_map(|comparison| comparison.pairs.iter().map(move |pair| (comparison, pair)));
    let rows = pairs.map(|(comparison, pair)| {
        let p99 = pair.p99.map_or_else(|| NOT_MEASURED.to_owned(), |it| times(it.median));
        let name = format!("{}: {} / {}", comparison.title, pair.name, pair.of);
        vec![name, times(pair.throughput.median), p99]
    });
    table(&["a server under load", "throughput", "p99"], rows)
}

fn cache(figures: &Figures) -> String {
    let Some(cache) = &figures.cache else { return left_out("the cache") };
    let rows = cache.rungs.iter().map(|rung| {
        vec![count(f64::from(rung.lines)), time(rung.ours), time(rung.map), time(rung.moka)]
    });
    table(&["a hit, by lines", "roamgate", "`HashMap`", "`moka`"], rows)
}

fn others(figures: &Figures) -> String {
    let load = &figures.load;
    let cell = |ns: Option<f64>| ns.map_or_else(|| NOT_MEASURED.to_owned(), time);
    let load_of =
        load.load.map(|(ratio, ns)| format!("{}, {} the bare parse", time(ns), times(ratio)));
    let rows = [
        vec!["load 10,000 rules".to_owned(), load_of.unwrap_or_else(|| NOT_MEASURED.to_owned())],
        vec!["table of a million and a half cells".to_owned(), cell(load.table)],
        vec!["difference of two such tables".to_owned(), cell(load.diff)],
    ];
    table(&["beside the hot path", ""], rows)
}

fn left_out(what: &str) -> String {
    format!("Of {what}: {NOT_MEASURED}.\n")
}

fn table(titles: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text =
        format!("| {} |\n|---|{}\n", titles.join(" | "), "---:|".repeat(titles.len() - 1));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}
