//! Reading a page for Prometheus back.

use crate::prometheus::Exposition;

impl Exposition {
    /// The value of a series: `roamgate_lookups_avoided_total{how="cached"}`.
    pub(crate) fn value(&self, series: &str) -> Option<f64> {
        let page = self.page();
        let mut lines = page.lines().filter_map(|line| line.rsplit_once(' '));
        lines.find(|(name, _)| *name == series).map(|(_, value)| value.parse().unwrap())
    }

    /// The names and labels of all series, each bucket of a histogram among them.
    pub(crate) fn names(&self) -> Vec<(String, String)> {
        let page = self.page();
        let lines = page.lines().filter(|line| !line.starts_with('#'));
        let series = lines.map(|line| line.rsplit_once(' ').unwrap().0);
        let parts = series.map(|it| it.split_once('{').unwrap_or((it, "")));
        parts
            .map(|(name, labels)| (name.to_owned(), labels.trim_end_matches('}').to_owned()))
            .collect()
    }
}
