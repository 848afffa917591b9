//! Answers that somebody spoiled: whatever is believed of them, they say.

use std::fmt;
use std::time::{Duration, SystemTime};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::*;

const NUMBER: &str = "+34600000001";
const VALID: [&str; 8] = [
    r#"{"roaming":false}"#,
    r#"{"roaming":true,"countryCode":901,"countryName":[]}"#,
    r#"{"roaming":true,"countryCode":262,"countryName":["DE"]}"#,
    r#"{"roaming":true,"countryCode":340,"countryName":["BL","GF","GP","MF","MQ"]}"#,
    r#"{"lastStatusTime":"2024-02-20T10:41:38.657Z","roaming":false}"#,
    r#"{"device":{"phoneNumber":"+34600000001"},"lastStatusTime":"2024-02-20T10:41:38+02:00","roaming":true,"countryCode":262,"countryName":["DE"]}"#,
    r#"{"device":null,"roaming":true,"countryCode":36,"countryName":["HU"]}"#,
    r#"{"roaming":true,"status":200,"code":"OK"}"#,
];
/// What is put in the place of something: other types, other members, what breaks parsers.
const PIECES: [&str; 24] = [
    "true",
    "false",
    "null",
    "0",
    "1",
    "-1",
    "1e999",
    "\"true\"",
    "\"\"",
    "[]",
    "{}",
    "[true]",
    ",",
    ":",
    "{",
    "}",
    "\"",
    "\\",
    "\u{feff}",
    "\"roaming\":true,",
    "\"roaming\":false,",
    "\"Roaming\":true,",
    "\"device\":{\"phoneNumber\":\"+34600000009\"},",
    "\"\\u0072oaming\":true,",
];

/// The names of an object's members, each time that they are said.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Names;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

fn spoiled(random: &mut StdRng) -> Vec<u8> {
    let mut body = VALID[random.random_range(0..VALID.len())].as_bytes().to_vec();
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..=body.len());
        let end = (at + random.random_range(0..12)).min(body.len());
        match random.random_range(0..6) {
            0 => body.truncate(at),
            1 if at < body.len() => body[at] ^= 1 << random.random_range(0..8),
            2 => drop(body.drain(at..end)),
            3 => {
                let part = body[at..end].to_vec();
                body.splice(at..at, part);
            }
            _ => {
                let piece = PIECES[random.random_range(0..PIECES.len())];
                let end = if random.random() { at } else { end };
                body.splice(at..end, piece.bytes());
            }
        }
    }
    body
}

/// Does the body, read by somebody else, say what was believed?
fn says(body: &[u8], answer: &Answer, asked_at: SystemTime) -> bool {
    let (Ok(value), Ok(Names(mut names))) =
        (serde_json::from_slice::<Value>(body), serde_json::from_slice(body))
    else {
        return false;
    };
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    let moment = value.get("lastStatusTime").filter(|time| !time.is_null());
    let read =
        moment.map(|time| time.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok()));
    let in_time =
        |time: jiff::Timestamp| SystemTime::from(time) <= asked_at + Duration::from_secs(60);
    let device = value.get("device").filter(|device| !device.is_null());
    let is_roaming = matches!(answer.status(), RoamingStatus::Roaming(_));
    names.len() == count
        && value["roaming"] == Value::Bool(is_roaming)
        && read.is_none_or(|time| time.is_some_and(in_time))
        && device.is_none_or(|device| *device == serde_json::json!({ "phoneNumber": NUMBER }))
}

#[test]
fn a13_what_is_believed_of_a_spoiled_answer_is_what_it_says() {
    let asked_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let identifier = NUMBER.parse::<crate::line::Line>().unwrap().identifier().unwrap();
    let mut random = StdRng::seed_from_u64(13);
    let (mut believed, mut refused) = (0, 0);
    for _ in 0..40_000 {
        let body = spoiled(&mut random);
        match read(&body, Some(&identifier), Compatibility::default(), asked_at) {
            Ok(answer) => {
                believed += 1;
                let shown = String::from_utf8_lossy(&body);
                assert!(says(&body, &answer, asked_at), "{answer:?} of {shown}");
            }
            Err(_) => refused += 1,
        }
    }
    assert!(believed > 1_000 && refused > 10_000, "{believed} believed, {refused} refused");
}
