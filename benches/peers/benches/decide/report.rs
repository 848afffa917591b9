//! The table of what was measured, and whether it is as fast as it is meant to be.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::support::mean_ns;
use crate::{ENGINES, SIZES};

/// Nanoseconds a decision, by engine and number of rules.
struct Measured(BTreeMap<&'static str, BTreeMap<usize, f64>>);

/// A ratio of two measurements that is meant to be at least, or at most, so much.
struct Aim {
    text: &'static str,
    ratio: Option<f64>,
    bound: f64,
    is_ceiling: bool,
}

/// Prints the table and the aims, and writes `peers.json` to the target folder.
pub(crate) fn print() {
    let measured = Measured::read();
    measured.print_table();
    for way in ["roamgate", "roamgate_route_known"] {
        println!("\n{way}");
        measured.aims(way).iter().for_each(Aim::print);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let text = serde_json::to_string_pretty(&measured.0).unwrap();
    std::fs::write(PathBuf::from(target).join("peers.json"), text).unwrap();
}

impl Measured {
    fn read() -> Self {
        let sizes = |engine| {
            let size = |size: usize| Some((size, mean_ns(engine, &size.to_string())?));
            SIZES.into_iter().filter_map(size).collect()
        };
        Self(ENGINES.into_iter().map(|engine| (engine, sizes(engine))).collect())
    }

    fn get(&self, engine: &str, size: usize) -> Option<f64> {
        self.0.get(engine)?.get(&size).copied()
    }

    fn print_table(&self) {
        println!(
            "\nns a decision (x roamgate, x limit)\n\n{}",
            row("rules", |size| size.to_string())
        );
        for engine in ENGINES {
            println!(
                "{}",
                row(engine, |size| self.cell(engine, size).unwrap_or_else(|| "-".into()))
            );
        }
    }

    fn cell(&self, engine: &str, size: usize) -> Option<String> {
        let ns = self.get(engine, size)?;
        let to = |base| Some(ns / self.get(base, size)?);
        Some(format!("{ns:.1} ({:.2}, {:.2})", to("roamgate")?, to("limit")?))
    }

    /// How many times as long one engine takes as another one.
    fn ratio(&self, (engine, other): (&str, &str), size: usize) -> Option<f64> {
        Some(self.get(engine, size)? / self.get(other, size)?)
    }

    fn aims(&self, way: &str) -> Vec<Aim> {
        let every = |engines| SIZES.iter().filter_map(move |size| self.ratio(engines, *size));
        let at = |engine, size| self.ratio((engine, way), size);
        let flat = self.get(way, 10_000).zip(self.get(way, 10)).map(|(most, few)| most / few);
        let least = |text, ratio, bound| Aim { text, ratio, bound, is_ceiling: false };
        let most = |text, ratio, bound| Aim { text, ratio, bound, is_ceiling: true };
        vec![
            most("x limit, at worst", every((way, "limit")).reduce(f64::max), 3.0),
            most(
                "x limit with SipHash, at worst",
                every((way, "limit_siphash")).reduce(f64::max),
                3.0,
            ),
            most("10,000 rules x 10 rules", flat, 1.5),
            least("wirefilter at 1 rule", at("wirefilter", 1), 1.0),
            least("wirefilter at 10 rules", at("wirefilter", 10), 2.0),
            least("wirefilter at 100 rules", at("wirefilter", 100), 15.0),
            least("wirefilter at 1,000 rules", at("wirefilter", 1_000), 150.0),
            least("regorus, at best", every(("regorus", way)).reduce(f64::min), 100.0),
            least("Cedar at 1,000 rules", at("cedar", 1_000), 5_000.0),
        ]
    }
}

fn row(first: &str, cell: impl Fn(usize) -> String) -> String {
    let cells = SIZES.iter().map(|size| format!("{:>24}", cell(*size)));
    format!("{first:<22}{}", cells.collect::<String>())
}

impl Aim {
    fn print(&self) {
        let Self { text, ratio: Some(ratio), bound, is_ceiling } = self else { return };
        let (sign, is_met) = match is_ceiling {
            true => ("<=", ratio <= bound),
            false => (">=", ratio >= bound),
        };
        let verdict = if is_met { "met" } else { "NOT MET" };
        println!("  {text:<32}{ratio:>12.2}   {sign} {bound:<8} {verdict}");
    }
}
