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

/// One segment with its unreserved encodings decoded. Allocates only where there is one.
pub(crate) fn canonical(segment: &str) -> Result<Cow<'_, str>, Hostile> {
    if segment.is_empty() {
        return Err(Hostile::EmptySegment);
    }
    if segment.bytes().any(|byte| matches!(byte, b'\\' | b';' | b'#' | 0)) {
        return Err(Hostile::Forbidden);
    }
    let is_plain = segment.is_ascii() && !segment.contains('%');
    let text = if is_plain { Cow::Borrowed(segment) } else { Cow::Owned(decode(segment)?) };
    match text.as_ref() {
        "." | ".." => Err(Hostile::DotSegment),
        _ => Ok(text),
    }
}

/// Decodes unreserved characters; writes the other encodings in upper case (RFC 3986, 6.2.2),
/// and encodes what some clients send as bare UTF-8.
fn decode(segment: &str) -> Result<String, Hostile> {
    let mut text = String::with_capacity(segment.len());
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((before, encoded)) = rest.split_once('%') {
        let byte = encoded.get(..2).and_then(hex).ok_or(Hostile::BadEncoding)?;
        push_encoded(&mut text, before);
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(byte);
        match byte {
            b'/' | b'\\' => return Err(Hostile::EncodedSlash),
            0 => return Err(Hostile::Forbidden),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(byte.into())
            }
            other => text.push_str(&format!("%{other:02X}")),
        }
        rest = encoded.get(2..).unwrap_or_default();
    }
    push_encoded(&mut text, rest);
    bytes.extend_from_slice(rest.as_bytes());
    std::str::from_utf8(&bytes).map(|_| text).map_err(|_| Hostile::BadEncoding)
}

fn push_encoded(text: &mut String, bare: &str) {
    for character in bare.chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            let mut bytes = [0; 4];
            let bytes = character.encode_utf8(&mut bytes).bytes();
            bytes.for_each(|byte| text.push_str(&format!("%{byte:02X}")));
        }
    }
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
        let rows: [(&str, &[&str]); 9] = [
            ("/", &[]),
            ("", &[]),
            ("*", &[]),
            ("/a", &["a"]),
            ("/a/", &["a"]),
            ("/%61/b%2db", &["a", "b-b"]),
            ("/%2561", &["%2561"]),
            ("/caf%c3%a9", &["caf%C3%A9"]),
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
