//! `counts.txt`: what the paths took when it was last recorded.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Error;

use crate::callgrind::Measured;
use crate::paths::PATHS;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.txt");

/// Where a count stands: paths are counted with metrics and without.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Column {
    Plain,
    Metrics,
}

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) compiler: String,
    pub(crate) machine: String,
    counts: BTreeMap<String, [Option<f64>; 2]>,
}

impl Ledger {
    pub(crate) fn read() -> Result<Self, Error> {
        Ok(Self::parse(&std::fs::read_to_string(FILE)?))
    }

    pub(crate) fn write(&self) -> Result<(), Error> {
        std::fs::write(FILE, self.to_string())
    }

    pub(crate) fn count(&self, path: &str, column: Column) -> Option<f64> {
        self.counts.get(path)?.get(column as usize).copied()?
    }

    /// Takes a column of new counts. What another compiler counted in the other column goes.
    pub(crate) fn renew(
        &mut self,
        column: Column,
        measured: &[Measured],
        compiler: &str,
        machine: &str,
    ) {
        if (&*self.compiler, &*self.machine) != (compiler, machine) {
            *self = Self {
                compiler: compiler.to_owned(),
                machine: machine.to_owned(),
                ..Self::default()
            };
        }
        for Measured { name, count } in measured {
            let row = self.counts.entry((*name).to_owned()).or_default();
            row.iter_mut().skip(column as usize).take(1).for_each(|cell| *cell = Some(*count));
        }
    }

    fn parse(text: &str) -> Self {
        let mut ledger = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with("rustc ") {
                line.clone_into(&mut ledger.compiler);
            } else if let Some(machine) = line.strip_prefix("for ") {
                machine.clone_into(&mut ledger.machine);
            } else if let [path, plain, metrics] = line.split_whitespace().collect::<Vec<_>>()[..] {
                let cells = [plain, metrics].map(|cell| cell.parse().ok());
                ledger.counts.insert(path.to_owned(), cells);
            }
        }
        ledger
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Instructions that one pass of a path takes. See src/main.rs.")?;
        writeln!(f, "{}\nfor {}\n", self.compiler, self.machine)?;
        writeln!(f, "# {:<26} {:>10} {:>14}", "path", "plain", "with metrics")?;
        for path in PATHS {
            let cells = self.counts.get(path.name).copied().unwrap_or_default();
            let [plain, metrics] = cells
                .map(|cell| cell.map_or_else(|| "-".to_owned(), |count| format!("{count:.1}")));
            writeln!(f, "{:<28} {plain:>10} {metrics:>14}", path.name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut ledger = Ledger::default();
        let measured = [Measured { name: "gate_hit", count: 612.34 }];
        ledger.renew(Column::Plain, &measured, "rustc 1.95.0", "x86_64");
        let read = Ledger::parse(&ledger.to_string());
        assert_eq!((&*read.compiler, &*read.machine), ("rustc 1.95.0", "x86_64"));
        assert_eq!(read.count("gate_hit", Column::Plain), Some(612.3));
        assert_eq!(read.count("gate_hit", Column::Metrics), None);
    }

    #[test]
    fn counts_of_two_compilers_do_not_stand_side_by_side() {
        let mut ledger = Ledger::default();
        let measured = [Measured { name: "gate_hit", count: 1.0 }];
        ledger.renew(Column::Plain, &measured, "rustc 1", "x86_64");
        ledger.renew(Column::Metrics, &measured, "rustc 2", "x86_64");
        assert_eq!(ledger.count("gate_hit", Column::Plain), None);
        assert_eq!(ledger.count("gate_hit", Column::Metrics), Some(1.0));
    }
}
