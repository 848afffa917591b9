//! Reading the keys of a block: every key is known, unbuilt, or an error with a suggestion.

use std::time::Duration;

use super::{Finding, Node, NodeKind, Place, Report, nearest};

/// The keys a block may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// What the block is, for messages: `a rule`.
    pub(crate) what: &'static str,
    /// The keys this build reads.
    pub(crate) keys: &'static [&'static str],
    /// The keys the specification has and this build does not: refused, never ignored.
    pub(crate) unbuilt: &'static [&'static str],
}

/// A block whose keys have been checked against [`Known`].
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    place: Place,
    what: &'static str,
    entries: &'a [(Node, Node)],
}

impl<'a> Fields<'a> {
    /// Checks the keys of `node`. `None` where it is not a block; all problems are reported.
    pub(crate) fn of(node: &'a Node, known: Known, report: &mut Report) -> Option<Self> {
        let NodeKind::Map(entries) = &node.kind else {
            let message = format!("{} is a block of keys, this is {}", known.what, node.describe());
            report.add(Finding::error("E022", node.place, message));
            return None;
        };
        for (key, _) in entries {
            if report.is_full() {
                break;
            }
            check_key(key, known, report);
        }
        Some(Self { place: node.place, what: known.what, entries })
    }

    /// The place of the block, to point at where a key is missing.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key with its value.
    pub(crate) fn entry(&self, key: &str) -> Option<(&'a Node, &'a Node)> {
        self.entries
            .iter()
            .find(|(name, _)| name.text() == Some(key))
            .map(|(key, value)| (key, value))
    }

    /// Reports where the document does not say that it is of this kind.
    pub(crate) fn expect_kind(&self, kind: &str, report: &mut Report) {
        for (key, expected) in [("apiVersion", "roamgate/v1"), ("kind", kind)] {
            let found = self.get(key);
            if found.and_then(Node::text) != Some(expected) {
                let place = found.map_or(self.place, |node| node.place);
                let message = match found {
                    Some(node) => format!("{} is not the `{key}` of {}", node.quoted(), self.what),
                    None => format!("{} needs the key `{key}`", self.what),
                };
                let help = format!("write `{key}: {expected}`");
                report.add(Finding::error("E004", place, message).help(help));
            }
        }
    }

    /// The value of a key that must be there.
    pub(crate) fn required(&self, key: &str, report: &mut Report) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() {
            report.add(Finding::missing(self.what, self.place, key));
        }
        found
    }

    /// The text of a key, if it is there and a text.
    pub(crate) fn text(&self, key: &str, report: &mut Report) -> Option<&'a str> {
        self.get(key).and_then(|node| node.expect_text(key, report))
    }

    /// The text of a key that must be there.
    pub(crate) fn required_text(&self, key: &str, report: &mut Report) -> Option<&'a str> {
        self.required(key, report).and_then(|node| node.expect_text(key, report))
    }
}

fn check_key(key: &Node, known: Known, report: &mut Report) {
    let Some(name) = key.text() else { return };
    if known.keys.contains(&name) {
        return;
    }
    if known.unbuilt.contains(&name) {
        let message =
            format!("`{name}` is part of the language, but this build does not have it yet");
        report.add(
            Finding::error("E000", key.place, message)
                .help("remove it; it is refused rather than ignored"),
        );
        return;
    }
    let message = format!("`{name}` is not a key of {}", known.what);
    let near = nearest(name, known.keys.iter().chain(known.unbuilt).copied());
    let finding = Finding::error("E003", key.place, message);
    report.add(match near {
        Some(_) => finding.did_you_mean(near),
        None => finding.help(format!("the keys are {}", list(known.keys))),
    });
}

/// `a`, `b` and `c`.
pub(crate) fn list<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

impl Node {
    /// The text, or a report that a text was expected.
    pub(crate) fn expect_text(&self, key: &str, report: &mut Report) -> Option<&str> {
        self.text_or_report(&format!("`{key}`"), report)
    }

    /// The text of an item of a list, or a report that a text was expected.
    pub(crate) fn expect_item(&self, key: &str, report: &mut Report) -> Option<&str> {
        self.text_or_report(&format!("an item of `{key}`"), report)
    }

    fn text_or_report(&self, what: &str, report: &mut Report) -> Option<&str> {
        let text = self.text();
        if text.is_none() {
            let message = format!("{what} is a text, this is {}", self.describe());
            let finding = Finding::error("E022", self.place, message);
            report.add(match self.written() {
                Some(written) => finding.help(format!("write it in quotes: \"{written}\"")),
                None => finding,
            });
        }
        text
    }

    /// `true` or `false`, or a report.
    pub(crate) fn expect_bool(&self, key: &str, report: &mut Report) -> Option<bool> {
        let NodeKind::Bool(is_true, _) = self.kind else {
            let message = format!("`{key}` is `true` or `false`, this is {}", self.told());
            report.add(Finding::error("E022", self.place, message).help(self.truth_meant()));
            return None;
        };
        Some(is_true)
    }

    /// What the value is, with the text if it is one.
    fn told(&self) -> String {
        match self.text() {
            Some(text) => format!("the text `{text}`"),
            None => self.describe().to_owned(),
        }
    }

    /// What to write where only `true` and `false` count.
    pub(crate) fn truth_meant(&self) -> &'static str {
        let written = self.written().unwrap_or_default().to_ascii_lowercase();
        match &*written {
            "true" => "write `true`, in small letters and without quotes",
            "false" => "write `false`, in small letters and without quotes",
            "yes" | "y" | "on" => "write `true`",
            "no" | "n" | "off" => "write `false`",
            _ => "write `true` or `false`",
        }
    }

    /// The items of a list, or a report that a list was expected.
    pub(crate) fn expect_list(&self, key: &str, report: &mut Report) -> Option<&[Node]> {
        let NodeKind::List(items) = &self.kind else {
            let message = format!("`{key}` is a list, this is {}", self.describe());
            report.add(Finding::error("E022", self.place, message).help("write it as [ … ]"));
            return None;
        };
        Some(items)
    }

    /// The entries of a block, or a report that a block was expected.
    pub(crate) fn expect_map(&self, key: &str, report: &mut Report) -> Option<&[(Node, Node)]> {
        let NodeKind::Map(entries) = &self.kind else {
            let message = format!("`{key}` is a block of keys, this is {}", self.describe());
            report.add(Finding::error("E022", self.place, message));
            return None;
        };
        Some(entries)
    }

    /// One of a fixed set of words, or a report with the nearest of them.
    pub(crate) fn expect_word<T: Copy>(
        &self,
        key: &str,
        words: &[(&'static str, T)],
        report: &mut Report,
    ) -> Option<T> {
        let written = self.written().unwrap_or_default();
        let found = self.text().and_then(|text| words.iter().find(|(word, _)| *word == text));
        if let Some((_, value)) = found {
            return Some(*value);
        }
        let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("{} is not a value of `{key}`", self.quoted());
        let finding = Finding::error("E003", self.place, message);
        let near = nearest(written, names.iter().copied());
        report.add(match near {
            Some(_) => finding.did_you_mean(near),
            None if names.len() == 1 => finding.help(format!("the only value is {}", list(&names))),
            None => finding.help(format!("the values are {}", list(&names))),
        });
        None
    }

    /// A duration (`150ms`, `5m`, `2h`, `1d`), or a report.
    pub(crate) fn expect_duration(&self, key: &str, report: &mut Report) -> Option<Duration> {
        let help = "write a number with `ms`, `s`, `m`, `h` or `d`, such as `5m`";
        self.expect_duration_or(key, help, report)
    }

    /// A duration, or a report with this help, for keys that take something else too.
    pub(crate) fn expect_duration_or(
        &self,
        key: &str,
        help: &str,
        report: &mut Report,
    ) -> Option<Duration> {
        let duration = self.text().and_then(parse_duration);
        if duration.is_none() {
            let message = format!("{} is not a duration for `{key}`", self.quoted());
            report.add(Finding::error("E023", self.place, message).help(help));
        }
        duration
    }
}

/// A duration as it is written in files and on the command line: `150ms`, `30s`, `5m`, `2h`, `1d`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|found: char| !found.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(millis).map(Duration::from_millis)
}
