//! Changes of a text at places, everything else left as it is.

use std::collections::BTreeMap;
use std::ops::Range;

/// The changes of a text, found in any order and made at once.
#[derive(Debug)]
pub(super) struct Edits<'a> {
    text: &'a str,
    /// By where they begin: up to where, and what stands there instead.
    changes: BTreeMap<usize, (usize, String)>,
}

impl<'a> Edits<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, changes: BTreeMap::new() }
    }

    /// What stands there now.
    pub(super) fn written(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    pub(super) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.changes.insert(range.start, (range.end, with.into()));
    }

    /// The text with all changes.
    pub(super) fn apply(self) -> String {
        let mut changed = String::with_capacity(self.text.len());
        let mut kept = 0;
        for (start, (end, with)) in self.changes {
            changed.push_str(self.text.get(kept..start).unwrap_or_default());
            changed.push_str(&with);
            kept = end;
        }
        changed + self.text.get(kept..).unwrap_or_default()
    }
}
