//! The instructions of the hot paths, as they are recorded.

use crate::sources::Sources;

#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) compiler: String,
    pub(crate) rows: Vec<Count>,
}

#[derive(Debug)]
pub(crate) struct Count {
    pub(crate) path: String,
    pub(crate) plain: Option<f64>,
    pub(crate) with_metrics: Option<f64>,
}

impl Counts {
    pub(crate) fn of(sources: &Sources) -> Option<Self> {
        Self::parse(&sources.text("benches/instructions/counts.txt")?)
    }

    fn parse(text: &str) -> Option<Self> {
        let compiler = text.lines().find(|line| line.starts_with("rustc "))?.to_owned();
        let row = |line: &str| match line.split_whitespace().collect::<Vec<_>>()[..] {
            [path, plain, metrics] if path != "for" && path != "#" => Some(Count {
                path: path.replace('_', " "),
                plain: plain.parse().ok(),
                with_metrics: metrics.parse().ok(),
            }),
            _ => None,
        };
        let rows = text.lines().filter(|line| !line.starts_with("rustc ")).filter_map(row);
        Some(Self { compiler, rows: rows.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_counts_is_read() {
        let text = "# Instructions of a path\nrustc 1.95.0 (5980 2026)\nfor x86_64\n\n# path plain with metrics\ngate_hit   612.4   -\n";
        let counts = Counts::parse(text).unwrap();
        assert_eq!(counts.compiler, "rustc 1.95.0 (5980 2026)");
        let [Count { path, plain: Some(612.4), with_metrics: None }] = &counts.rows[..] else {
            unreachable!("{counts:?}");
        };
        assert_eq!(path, "gate hit");
    }
}
