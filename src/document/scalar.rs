//! Scalars of every kind of file.

use std::time::Duration;

use serde_json::{Value, json};

use super::Node;
use super::reader::parse_duration;
use super::shape::Scalar;

/// `150ms`, `30s`, `5m`, `2h`, `1d`.
pub(crate) static DURATION: Scalar =
    Scalar { name: "duration", schema: duration_schema, canonical: duration };

fn duration_schema() -> Value {
    json!({
        "type": "string",
        "pattern": "^[0-9]+(ms|s|m|h|d)$",
        "patternErrorMessage": "write a number with `ms`, `s`, `m`, `h` or `d`, such as `5m`"
    })
}

/// In the largest unit that needs no fraction: `60s` is a minute.
pub(crate) fn duration(text: &str, _: &Node) -> Option<String> {
    parse_duration(text).map(written_duration)
}

/// As files write it: `90s`, `2h`. Less than a millisecond is dropped.
pub(crate) fn written_duration(duration: Duration) -> String {
    const UNITS: [(&str, u128); 5] =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let millis = duration.as_millis();
    let unit = UNITS.iter().find(|(_, length)| millis != 0 && millis.is_multiple_of(*length));
    unit.map_or_else(|| "0s".to_owned(), |(unit, length)| format!("{}{unit}", millis / length))
}
