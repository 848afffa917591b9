//! The page: one file, which asks nobody for anything.

mod cache;
mod counts;
mod decision;
mod layer;
mod server;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::claims::Claim;
use crate::figures::Figures;
use crate::machine::Machine;

const STYLE: &str = include_str!("style.css");

pub(crate) fn page(figures: &Figures, claims: &[Claim], machine: &Machine) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "roamgate, measured" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "roamgate, measured" }
                    p.under { (machine.day) " · " (machine.line()) }
                    p {
                        "What the gate adds to a request, what a decision takes beside what else would make it, "
                        "and what a server pays. Times are compared within one run."
                    }
                    (tiles(claims))
                    (decision::section(figures.decision.as_ref()))
                    (layer::section(figures.layer.as_ref()))
                    (server::section(figures.server.as_ref()))
                    (cache::section(figures.cache.as_ref()))
                    (counts::section(figures.counts.as_ref()))
                    (aims(claims))
                    (footer(machine))
                }
            }
        }
    };
    page.into_string()
}

/// What matters most.
fn tiles(claims: &[Claim]) -> Markup {
    html! {
        div.claims {
            @for claim in claims.iter().filter(|claim| claim.leads) {
                div {
                    @match claim.figure() {
                        Some(figure) => b { (figure) },
                        None => b.missing { "–" },
                    }
                    span.what { (claim.what) }
                    span.beside { (claim.beside) }
                    span.aim { "aim " (claim.aim()) " · " (verdict(claim)) }
                }
            }
        }
    }
}

/// All that the crate holds itself to.
fn aims(claims: &[Claim]) -> Markup {
    html! {
        h2 { "What we hold ourselves to" }
        div.scroll {
            table.aims {
                thead { tr { th { "measure" } th { "measured" } th { "aim" } th {} } }
                tbody {
                    @for claim in claims {
                        tr {
                            td { (claim.what) " " span.beside { (claim.beside) } }
                            td { (claim.figure().unwrap_or_else(|| "–".to_owned())) }
                            td { (claim.aim()) }
                            td { (verdict(claim)) }
                        }
                    }
                }
            }
        }
    }
}

fn verdict(claim: &Claim) -> Markup {
    match claim.is_met() {
        Some(true) => html! { span.met { "met" } },
        Some(false) => html! { span.unmet { "not met" } },
        None => html! { span.missing { "not measured" } },
    }
}

/// What stands where nothing was measured: how to measure it.
fn nothing(command: &str) -> Markup {
    html! { p.nothing { "Not measured. " code { (command) } " measures it." } }
}

fn footer(machine: &Machine) -> Markup {
    html! {
        footer {
            "Measured on " (machine.line()) ". Everything is measured again, and this page written, by"
            pre { "benches/run" }
            "Single parts:"
            pre {
                "cargo bench --all-features --bench layer --bench decide --bench cache\n"
                "(cd benches/peers && cargo bench)\n"
                "cargo build --release --features peers --manifest-path benches/server/Cargo.toml\n\
                 benches/server/target/release/drive\n"
                "cargo run --release --manifest-path benches/instructions/Cargo.toml\n"
                "cargo run --release --manifest-path benches/report/Cargo.toml"
            }
        }
    }
}
