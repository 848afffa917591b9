//! Paths as clients send them.

use std::borrow::Cow;
use std::fmt;

/// Why a path is refused: two readers could understand it differently, so no rule can be trusted
/// to have seen what the handler will see.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Hostile {
    /// The path does not start with a slash.
    NotAbsolute,
    /// An empty segment: `//`.
    EmptySegment,
    /// A segment `.` or `..`, also when it is percent-encoded.
    DotSegment,
    /// A slash or backslash written as a percent-encoding.
    EncodedSlash,
    /// A backslash, `;`, `#` or NUL.
    Forbidden,
    /// A broken percent-encoding, or one that is not UTF-8.
    BadEncoding,
}

impl fmt::Display for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAbsolute => "the path does not start with a slash",
            Self::EmptySegment => "the path has an empty segment",
            Self::DotSegment => "the path has a dot segment",
            Self::EncodedSlash => "the path has an encoded slash or backslash",
            Self::Forbidden => "the path has a backslash, a semicolon, a hash or a NUL",
            Self::BadEncoding => "the path has a broken percent-encoding",
        })
    }
}

/// The segments of a path, without the slash at the end, each in its canonical form.
pub(crate) fn segments(path: &str) -> Segments<'_> {
    let rest = match path.strip_prefix('/') {
        // `OPTIONS *` and the empty path of an authority form stand for the whole server.
        None if path.is_empty() || path == "*" => None,
        None => return Segments(Left::NotAbsolute),
        Some("") => None,
        Some(rest) => Some(rest.strip_suffix('/').unwrap_or(rest)),
    };
    Segments(rest.map_or(Left::Nothing, Left::Segments))
}

/// What [`segments`] has not given yet.
pub(crate) struct Segments<'a>(Left<'a>);

enum Left<'a> {
    NotAbsolute,
    Nothing,
    /// One at least, be it empty.
    Segments(&'a str),
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Cow<'a, str>, Hostile>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = match std::mem::replace(&mut self.0, Left::Nothing) {
            Left::Nothing => return None,
            Left::NotAbsolute => return Some(Err(Hostile::NotAbsolute)),
            Left::Segments(rest) => rest,
        };
        let (segment, behind) = rest.split_at_checked(plain(rest))?;
        let (segment, next) = match behind.as_bytes().first() {
            None | Some(b'/') => (named(Cow::Borrowed(segment)), behind.get(1..)),
            // It goes on, and needs a second look.
            Some(_) => match rest.split_once('/') {
                None => (canonical(rest), None),
                Some((segment, next)) => (canonical(segment), Some(next)),
            },
        };
        self.0 = next.map_or(Left::Nothing, Left::Segments);
        Some(segment)
    }
}

/// How far a text goes on in which every byte stands for itself.
fn plain(text: &str) -> usize {
    let is_special = |byte| matches!(byte, b'/' | b'%' | b'\\' | b';' | b'#' | 0);
    text.bytes().position(is_special).unwrap_or(text.len())
}

/// A segment that is decoded.
fn named(segment: Cow<'_, str>) -> Result<Cow<'_, str>, Hostile> {
    match segment.as_ref() {
        "" => Err(Hostile::EmptySegment),
        "." | ".." => Err(Hostile::DotSegment),
        _ => Ok(segment),
    }
}

/// One segment with its percent-encodings decoded, once. Allocates only where there is one.
///
/// All of them, and not only those of unreserved characters: a router behind the gate hands
/// `payments%3Abatch` to a parameter as `payments:batch`, and a rule for that literal must see it.
pub(crate) fn canonical(segment: &str) -> Result<Cow<'_, str>, Hostile> {
    if segment.bytes().any(|byte| matches!(byte, b'\\' | b';' | b'#' | 0)) {
        return Err(Hostile::Forbidden);
    }
    named(match segment.contains('%') {
        true => Cow::Owned(decode(segment)?),
        false => Cow::Borrowed(segment),
    })
}

fn decode(segment: &str) -> Result<String, Hostile> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((before, encoded)) = rest.split_once('%') {
        let byte = encoded.get(..2).and_then(hex).ok_or(Hostile::BadEncoding)?;
        match byte {
            b'/' | b'\\' => return Err(Hostile::EncodedSlash),
            0 => return Err(Hostile::Forbidden),
            _ => {}
        }
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(byte);
        rest = encoded.get(2..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).map_err(|_| Hostile::BadEncoding)
}

fn hex(digits: &str) -> Option<u8> {
    let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    plain.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(path: &str) -> Result<Vec<String>, Hostile> {
        segments(path).map(|segment| segment.map(Cow::into_owned)).collect()
    }

    #[test]
    fn segments_are_decoded_once_and_the_last_slash_is_ignored() {
        let rows: [(&str, &[&str]); 10] = [
            ("/", &[]),
            ("", &[]),
            ("*", &[]),
            ("/a", &["a"]),
            ("/a/", &["a"]),
            ("/%61/b%2db", &["a", "b-b"]),
            ("/%2561", &["%61"]),
            ("/a%3Ab", &["a:b"]),
            ("/caf%c3%a9", &["café"]),
            ("/a.b/...", &["a.b", "..."]),
        ];
        for (path, expected) in rows {
            assert_eq!(split(path).unwrap(), expected, "{path}");
        }
    }

    #[test]
    fn what_two_readers_could_understand_differently_is_hostile() {
        let rows = [
            ("a", Hostile::NotAbsolute),
            ("//", Hostile::EmptySegment),
            ("/a//b", Hostile::EmptySegment),
            ("/a//", Hostile::EmptySegment),
            ("/./a", Hostile::DotSegment),
            ("/a/..", Hostile::DotSegment),
            ("/%2e%2E/a", Hostile::DotSegment),
            ("/a%2fb", Hostile::EncodedSlash),
            ("/a%5Cb", Hostile::EncodedSlash),
            ("/a\\b", Hostile::Forbidden),
            ("/a;v=1", Hostile::Forbidden),
            ("/a#b", Hostile::Forbidden),
            ("/a%00", Hostile::Forbidden),
            ("/a%", Hostile::BadEncoding),
            ("/a%+1", Hostile::BadEncoding),
            ("/a%ff", Hostile::BadEncoding),
        ];
        for (path, expected) in rows {
            assert_eq!(split(path), Err(expected), "{path}");
        }
    }
}
