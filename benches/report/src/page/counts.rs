//! The instructions of the hot paths.

use maud::{Markup, html};

use super::nothing;
use crate::figures::Counts;
use crate::words::count;

pub(crate) fn section(counts: Option<&Counts>) -> Markup {
    html! {
        h2 { "Instructions, which no noise hides" }
        @match counts {
            None => (nothing("cargo run --release --manifest-path benches/instructions/Cargo.toml -- --record")),
            Some(counts) => {
                p { "Counted by valgrind, and recorded in the repository. A build in which a path takes 5 % more fails." }
                (table(counts))
                p.under { (counts.compiler) ", release profile." }
            }
        }
    }
}

fn table(counts: &Counts) -> Markup {
    let cell = |count_of: Option<f64>| count_of.map_or_else(|| "not recorded".to_owned(), count);
    html! {
        div.scroll {
            table {
                thead { tr { th { "path" } th { "instructions" } th { "with metrics" } } }
                tbody {
                    @for row in &counts.rows {
                        tr { td { (row.path) } td { (cell(row.plain)) } td { (cell(row.with_metrics)) } }
                    }
                }
            }
        }
    }
}
