//! From YAML text to nodes: the one module that knows the YAML library.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{DuplicateKeyPolicy, Location, MergeKeyPolicy, Options, Spanned};

use super::hidden::first_hidden;
use super::{Finding, Node, NodeKind, Place, Report, Source};

/// A file may have this many bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// A file of more bytes must name its `apiVersion` somewhere: to parse it only to find out that it
/// is somebody else's takes too long.
const LARGE: usize = 256 * 1024;
/// Blocks and lists may nest this deep.
const MAX_DEPTH: usize = 32;
/// A block or a list may have this many entries: as many as a set of policies has rules.
const MAX_ENTRIES: usize = 20_000;
/// What more entries are called on their way through the parser.
const TOO_MANY: &str = "too many entries";
/// A file may have this many lines: ten letters in each of them.
const MAX_LINES: usize = MAX_BYTES / 10;

/// Reads a source. `None` where its syntax is broken: that is reported, and nothing can follow.
pub(crate) fn parse(source: &Source, report: &mut Report) -> Option<Node> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    if let Some(finding) = refused_before_parsing(text) {
        report.add(finding);
        return None;
    }
    match serde_yaml::from_str_with_options::<Placed>(text, options()) {
        Ok(raw) => Some(Lowering { text, report, read: 0 }.node(raw)),
        Err(error) => {
            report.add(syntax(error.without_snippet()));
            None
        }
    }
}

fn options() -> Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_documents: 1,
            max_anchors: 0,
            max_aliases: 0,
            max_merge_keys: 0,
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_nodes: 2_000_000,
            max_events: 6_000_000,
            // Tags count as their full names, and are refused for what they are.
            max_total_scalar_bytes: 8 * MAX_BYTES,
        },
        // Repeated keys come through, so that all of them are reported.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        reject_tagged_field_names: true,
        with_snippet: false,
    }
}

/// What is refused whatever the parser would make of it.
fn refused_before_parsing(text: &str) -> Option<Finding> {
    if text.len() > MAX_BYTES {
        return Some(too_large(format!("the file has {} bytes, the limit is 4 MiB", text.len())));
    }
    let Some((offset, found)) = first_hidden(text) else {
        if text.len() > LARGE && !text.contains("apiVersion") {
            return Some(Finding::foreign(Place { line: 1, column: 1, width: 1 }));
        }
        let lines = text.matches('\n').count();
        let is_too_long = lines > MAX_LINES;
        return is_too_long
            .then(|| too_large(format!("the file has {lines} lines, the limit is {MAX_LINES}")));
    };
    let message = format!("the character U+{:04X} is invisible and is refused", u32::from(found));
    let help = "remove it, so that what is reviewed is what runs";
    Some(Finding::error("E001", place_of_byte(text, offset), message).help(help))
}

fn too_large(message: String) -> Finding {
    Finding::error("E024", Place::default(), message).help("split it into several files")
}

fn place_of_byte(text: &str, offset: usize) -> Place {
    let before = text.split_at(offset).0;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.split_at(line_start).1.chars().count() + 1;
    let line = before.matches('\n').count() + 1;
    Place { line: line as u32, column: column as u32, width: 1 }
}

/// A failure of the parser, in words an author knows.
fn syntax(error: &serde_yaml::Error) -> Finding {
    use serde_yaml::Error;
    use serde_yaml::budget::BudgetBreach;

    let place = error.location().map_or_else(Place::default, place);
    let (code, message, help) = match error {
        Error::Budget {
            breach: BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. },
            ..
        }
        | Error::UnknownAnchor { .. } => (
            "E001",
            "anchors and aliases are refused",
            "write the value out: what is reviewed is what runs",
        ),
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => {
            return too_deep(place);
        }
        Error::Budget { breach: BudgetBreach::Documents { .. }, .. }
        | Error::MultipleDocuments { .. } => (
            "E001",
            "several documents in one file are refused",
            "put each document into a file of its own",
        ),
        Error::Budget { .. } => ("E024", "the file is too large", "split it into several files"),
        Error::MergeKeyNotAllowed { .. } => {
            ("E001", "merge keys are refused", "write the keys out: what is reviewed is what runs")
        }
        Error::UnsupportedTag { .. } | Error::TaggedScalarCannotDeserializeIntoString { .. } => {
            return tag(place);
        }
        other => {
            let rendered = other.to_string();
            let cause = rendered.lines().next().unwrap_or_default().trim_end_matches('.');
            return invalid(place, plain_cause(cause));
        }
    };
    Finding::error(code, place, message).help(help)
}

fn invalid(place: Place, cause: &str) -> Finding {
    let help = match cause {
        // The scanner's own limit, of which the error has no other sign.
        "recursion limit exceeded" => return too_deep(place),
        TOO_MANY => return too_many(place),
        tabs if tabs.contains("tab") => "use spaces, not tabs, to indent",
        _ => "a key is written `key: value`; check indentation, quotes and brackets here and above",
    };
    let message = format!("this is not valid YAML: {cause}");
    Finding::error("E001", place, message).help(help)
}

fn too_deep(place: Place) -> Finding {
    let message = "blocks and lists nest deeper than 32 levels";
    Finding::error("E024", place, message).help("flatten the file")
}

fn too_many(place: Place) -> Finding {
    // The parser has no place for the outermost block.
    let place = if place.line == 0 { Place { line: 1, column: 1, width: 1 } } else { place };
    let message = format!("this block or list has more than {MAX_ENTRIES} entries");
    Finding::error("E024", place, message).help("split it, best into several files")
}

/// The parser's own words without its place, which we print ourselves.
fn plain_cause(cause: &str) -> &str {
    let words = cause.rsplit_once(" at line ").map_or(cause, |(words, _)| words);
    words.strip_prefix("error: ").unwrap_or(words)
}

fn tag(place: Place) -> Finding {
    Finding::error("E001", place, "tags are refused").help("remove the word that starts with `!`")
}

fn place(location: Location) -> Place {
    let width = u32::try_from(location.span().len()).unwrap_or(u32::MAX);
    let clamp = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: clamp(location.line()), column: clamp(location.column()), width: width.max(1) }
}

/// Where a value begins and ends.
fn bytes(location: Location) -> (u32, u32) {
    let span = location.span();
    let byte = |number: Option<u64>| number.and_then(|at| u32::try_from(at).ok());
    let start = byte(span.byte_offset()).unwrap_or(u32::MAX);
    (start, start.saturating_add(byte(span.byte_len()).unwrap_or(0)))
}

/// What the parser hands over: types, but not yet the text as written.
enum Raw {
    Null,
    Bool(bool),
    Number,
    Text(String),
    List(Vec<Placed>),
    Map(Vec<(Placed, Placed)>),
}

/// The same with its place, which the parser gives at length.
struct Placed {
    raw: Raw,
    place: Place,
    /// A source has at most `MAX_BYTES`.
    bytes: (u32, u32),
}

impl<'de> Deserialize<'de> for Placed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value: raw, defined, .. } = Spanned::deserialize(deserializer)?;
        Ok(Self { raw, place: place(defined), bytes: bytes(defined) })
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            room_for_another(list.len())?;
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            room_for_another(map.len())?;
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

/// Ends the parse where nothing that is understood follows any more.
fn room_for_another<E: serde::de::Error>(entries: usize) -> Result<(), E> {
    if entries < MAX_ENTRIES { Ok(()) } else { Err(E::custom(TOO_MANY)) }
}

/// Turns what the parser handed over into nodes; takes scalars as written from the text.
struct Lowering<'a> {
    text: &'a str,
    report: &'a mut Report,
    /// Where the last scalar ends: from here to the next value stand only signs and comments.
    read: usize,
}

impl<'a> Lowering<'a> {
    fn node(&mut self, Placed { raw, mut place, bytes }: Placed) -> Node {
        let span = bytes.0 as usize..bytes.1 as usize;
        let written = self.text.get(span.clone()).unwrap_or_default().trim();
        if self.is_tagged(span.start) {
            self.report.add(tag(place));
        }
        let is_scalar = !matches!(raw, Raw::List(_) | Raw::Map(_));
        self.read = self.read.max(if is_scalar { span.end } else { span.start });
        let kind = match raw {
            Raw::Null => NodeKind::Null,
            Raw::Bool(value) => NodeKind::Bool(value, written.to_owned()),
            Raw::Number => NodeKind::Number(written.to_owned()),
            Raw::Text(text) => NodeKind::Text(text),
            Raw::List(items) => {
                NodeKind::List(items.into_iter().map(|item| self.node(item)).collect())
            }
            Raw::Map(entries) => NodeKind::Map(self.entries(entries)),
        };
        if matches!(kind, NodeKind::List(_) | NodeKind::Map(_)) {
            place.width = 1;
        }
        Node { kind, place, bytes }
    }

    fn entries(&mut self, raw: Vec<(Placed, Placed)>) -> Vec<(Node, Node)> {
        let mut entries = Vec::with_capacity(raw.len());
        for (key, value) in raw {
            let (key, value) = (self.node(key), self.node(value));
            if key.written().is_some() {
                entries.push((key, value));
            } else {
                let message = format!("a key must be a word, this is {}", key.describe());
                let help = "write the word first, then a colon: `key: value`; a text with brackets or braces needs quotes";
                self.report.add(Finding::error("E003", key.place, message).help(help));
            }
        }
        let mut is_first = self.first_of_their_name(&entries).into_iter();
        entries.retain(|_| is_first.next().unwrap_or(true));
        entries.into_iter().map(|(key, value)| (key.into_word(), value)).collect()
    }

    /// Which keys stand in the block for the first time. The others are reported.
    fn first_of_their_name(&mut self, entries: &[(Node, Node)]) -> Vec<bool> {
        let mut seen = HashMap::with_capacity(entries.len());
        let keys = entries.iter().filter_map(|(key, _)| Some((key.written()?, key.place)));
        let is_first = keys.map(|(name, place)| {
            let first = *seen.entry(name).or_insert(place);
            if first != place {
                let message = format!("the key `{name}` stands twice in one block");
                let help =
                    format!("it is first written in line {}; keep one of the two", first.line);
                self.report.add(Finding::error("E002", place, message).help(help));
            }
            first == place
        });
        is_first.collect()
    }

    /// Does a word that starts with `!` stand before the value? Known tags (`!!str`) pass the parser.
    fn is_tagged(&self, start: usize) -> bool {
        let between = self.text.get(self.read..start).unwrap_or_default();
        let own = self.text.get(start..).is_some_and(|text| text.starts_with('!'));
        own || between.lines().any(|line| line.split('#').next().unwrap_or_default().contains('!'))
    }
}
