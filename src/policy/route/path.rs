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
pub(crate) fn segments(path: &str) -> impl Iterator<Item = Result<Cow<'_, str>, Hostile>> {
    // `OPTIONS *` and the empty path of an authority form stand for the whole server.
    let rest = if path.is_empty() || path == "*" { Some("") } else { path.strip_prefix('/') };
    let trimmed = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    let bare = trimmed.is_some_and(str::is_empty) && rest == Some("");
    let parts = trimmed.into_iter().flat_map(|trimmed| trimmed.split('/')).skip(usize::from(bare));
    let refused = rest.is_none().then_some(Err(Hostile::NotAbsolute));
    refused.into_iter().chain(parts.map(canonical))
}

/// One segment with its percent-encodings decoded, once. Allocates only where there is one.
///
/// All of them, and not only those of unreserved characters: a router behind the gate hands
/// `payments%3Abatch` to a parameter as `payments:batch`, and a rule for that literal must see it.
pub(crate) fn canonical(segment: &str) -> Result<Cow<'_, str>, Hostile> {
    if segment.is_empty() {
        return Err(Hostile::EmptySegment);
    }
    if segment.bytes().any(|byte| matches!(byte, b'\\' | b';' | b'#' | 0)) {
        return Err(Hostile::Forbidden);
    }
    let text = match segment.contains('%') {
        true => Cow::Owned(decode(segment)?),
        false => Cow::Borrowed(segment),
    };
    match text.as_ref() {
        "." | ".." => Err(Hostile::DotSegment),
        _ => Ok(text),
    }
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
