//! The data files, read at compile time.
#![expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler; an index out of bounds does not build"
)]

use super::CountrySet;

/// How many codes `iso3166.txt` holds: 249 assigned ones and `XK`.
pub(super) const COUNT: usize = 250;
pub(super) const UNASSIGNED: u8 = u8::MAX;

/// The codes in their order.
pub(super) static CODES: [&str; COUNT] = codes(include_str!("iso3166.txt"));
/// From two letters (`26 * first + second`) to the position in [`CODES`].
pub(super) static INDEX: [u8; 676] = INDEX_TABLE;
/// From a mobile country code to its countries; `None` where the table has no such code.
pub(super) static MCC: [Option<CountrySet>; 1000] = mcc(include_str!("mcc.tsv").as_bytes());

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

const fn mcc(bytes: &[u8]) -> [Option<CountrySet>; 1000] {
    let mut map = [None; 1000];
    let mut at = skip_comments(bytes);
    while at < bytes.len() {
        let code = digit(bytes[at]) * 100 + digit(bytes[at + 1]) * 10 + digit(bytes[at + 2]);
        assert!(bytes[at + 3] == b'\t' && map[code].is_none());
        at += 4;
        let mut set = CountrySet::EMPTY;
        if bytes[at] == b'-' {
            at += 1;
        } else {
            set = set.with(INDEX_TABLE[place(bytes[at], bytes[at + 1])]);
            at += 2;
            while bytes[at] == b',' {
                set = set.with(INDEX_TABLE[place(bytes[at + 1], bytes[at + 2])]);
                at += 3;
            }
        }
        assert!(bytes[at] == b'\n');
        at += 1;
        map[code] = Some(set);
    }
    map
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
