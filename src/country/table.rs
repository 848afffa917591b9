//! The data files, read at compile time.
#![expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler; an index out of bounds does not build"
)]

use super::{Candidates, Country, CountrySet};

/// How many codes `iso3166.txt` holds: 249 assigned ones and `XK`.
pub(super) const COUNT: usize = 250;
pub(super) const UNASSIGNED: u8 = u8::MAX;

/// The codes in their order.
pub(super) static CODES: [&str; COUNT] = codes(include_str!("iso3166.txt"));
/// From two letters (`26 * first + second`) to the position in [`CODES`].
pub(super) static INDEX: [u8; 676] = INDEX_TABLE;
/// From a mobile country code to its countries; `None` where the table has no such code.
pub(super) static MCC: [Option<Candidates>; 1000] = mcc(include_str!("mcc.tsv").as_bytes());

/// The sets of countries of `calling.tsv`, in its order. The first stands for no country.
pub(super) static CALLING_SETS: [CountrySet; CALLING_ROWS + 1] = CALLING_TABLE.0;
/// From the first four digits of a number to its row in [`CALLING_SETS`].
pub(super) static CALLING: [u16; 10_000] = CALLING_TABLE.1;

/// How many prefixes `calling.tsv` holds.
const CALLING_ROWS: usize = 650;
const CALLING_TABLE: ([CountrySet; CALLING_ROWS + 1], [u16; 10_000]) =
    calling(include_str!("calling.tsv").as_bytes());

const INDEX_TABLE: [u8; 676] = index(codes(include_str!("iso3166.txt")));

const fn codes(text: &str) -> [&str; COUNT] {
    let bytes = text.as_bytes();
    let mut codes = [""; COUNT];
    let (mut at, mut found) = (skip_comments(bytes), 0);
    while at + 1 < bytes.len() {
        codes[found] = text.split_at(at).1.split_at(2).0;
        found += 1;
        at += 3;
    }
    assert!(found == COUNT);
    codes
}

const fn index(codes: [&str; COUNT]) -> [u8; 676] {
    let mut index = [UNASSIGNED; 676];
    let mut at = 0;
    while at < COUNT {
        let code = codes[at].as_bytes();
        index[place(code[0], code[1])] = at as u8;
        at += 1;
    }
    index
}

const fn mcc(bytes: &[u8]) -> [Option<Candidates>; 1000] {
    let mut map = [None; 1000];
    let mut at = skip_comments(bytes);
    while at < bytes.len() {
        let code = digit(bytes[at]) * 100 + digit(bytes[at + 1]) * 10 + digit(bytes[at + 2]);
        assert!(bytes[at + 3] == b'\t' && map[code].is_none());
        at += 4;
        let (set, next) = match bytes[at] {
            b'-' => (CountrySet::EMPTY, at + 2),
            _ => countries(bytes, at),
        };
        at = next;
        let candidates = Candidates::of(set);
        assert!(candidates.is_some());
        map[code] = candidates;
    }
    map
}

/// Longer prefixes stand behind the shorter ones that they refine.
const fn calling(bytes: &[u8]) -> ([CountrySet; CALLING_ROWS + 1], [u16; 10_000]) {
    let (mut sets, mut rows) = ([CountrySet::EMPTY; CALLING_ROWS + 1], [0; 10_000]);
    let (mut at, mut row) = (skip_comments(bytes), 0);
    while at < bytes.len() {
        row += 1;
        let (mut prefix, mut span) = (0, 10_000);
        while bytes[at] != b'\t' {
            prefix = prefix * 10 + digit(bytes[at]);
            span /= 10;
            at += 1;
        }
        let mut four_digits = prefix * span;
        while four_digits < (prefix + 1) * span {
            rows[four_digits] = row as u16;
            four_digits += 1;
        }
        (sets[row], at) = countries(bytes, at + 1);
    }
    assert!(row == CALLING_ROWS);
    (sets, rows)
}

/// Codes with commas between them, up to and with the end of the line.
const fn countries(bytes: &[u8], start: usize) -> (CountrySet, usize) {
    let (mut set, mut at) = (CountrySet::EMPTY, start);
    loop {
        let country = Country::at(INDEX_TABLE[place(bytes[at], bytes[at + 1])]);
        assert!(country.is_some());
        if let Some(country) = country {
            set = set.with(country);
        }
        at += 3;
        if bytes[at - 1] == b'\n' {
            return (set, at);
        }
        assert!(bytes[at - 1] == b',');
    }
}

const fn place(first: u8, second: u8) -> usize {
    (first - b'A') as usize * 26 + (second - b'A') as usize
}

const fn digit(byte: u8) -> usize {
    assert!(byte.is_ascii_digit());
    (byte - b'0') as usize
}

const fn skip_comments(bytes: &[u8]) -> usize {
    let mut at = 0;
    while bytes[at] == b'#' {
        while bytes[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    at
}
