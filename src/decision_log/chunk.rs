//! [`Chunk`]: lines on their way to the file.

use std::ops::RangeInclusive;

use super::sheet::Sheet;

/// Some lines that are written together, and what they hold.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) lines: Sheet,
    pub(super) records: usize,
    /// Of the texts of the records.
    pub(super) bytes: usize,
    /// How many records its gaps declare lost.
    pub(super) declared: u64,
    /// The number of the last record.
    pub(super) last: u64,
}

impl Chunk {
    /// A chunk takes lines until it has so many bytes.
    pub(super) const FULL: usize = 64 * 1024;

    pub(super) fn on(lines: Sheet) -> Self {
        Self { lines, ..Self::default() }
    }

    pub(super) fn is_full(&self) -> bool {
        self.lines.len() >= Self::FULL
    }

    /// Ends what a request composed: begins the line, and ends it.
    pub(super) fn add_record(&mut self, run: &str, number: u64, text: &[u8]) {
        self.records += 1;
        self.bytes += text.len();
        self.last = number;
        self.lines.raw(r#"{"seq":"#).whole(number).raw(r#","run":""#).raw(run).raw("\",");
        self.lines.bytes(text).raw("\n");
    }

    pub(super) fn add_gap(&mut self, run: &str, gap: RangeInclusive<u64>) {
        let (from, to) = gap.into_inner();
        let count = to - from + 1;
        self.declared += count;
        self.lines.raw(r#"{"gap":"#).whole(count).raw(r#","from":"#).whole(from);
        self.lines.raw(r#","to":"#).whole(to).raw(r#","run":""#).raw(run).raw("\"}\n");
    }
}
