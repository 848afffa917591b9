//! A copy of an aggregator file in which no secret can be read, for messages that show its lines.

use super::file;
use crate::document::{Node, NodeKind, Place, Report, Source, parse};

/// The same text, column for column, with the letters of misplaced secrets replaced.
pub(super) fn redacted(source: &Source) -> Source {
    let mut places = Vec::new();
    if let Some(root) = parse(source, &mut Report::new(source)) {
        collect(&root, "", "", &mut places);
    }
    places.sort_unstable_by_key(|place| place.line);
    let of_line = |number| {
        let start = places.partition_point(|place| (place.line as usize) < number);
        let places = places.get(start..).unwrap_or_default();
        places.iter().take_while(move |place| place.line as usize == number)
    };
    let lines = source.text.split_inclusive('\n').enumerate();
    let text: String = lines.map(|(at, line)| redact_line(line, of_line(at + 1))).collect();
    Source { name: source.name.clone(), text: text.into() }
}

/// The scalars that could be secrets: all but the values of keys that are known to hold none.
fn collect(node: &Node, block: &str, key: &str, places: &mut Vec<Place>) {
    match &node.kind {
        NodeKind::Map(entries) => {
            for (name, value) in entries {
                collect(value, key, name.text().unwrap_or_default(), places);
            }
        }
        NodeKind::List(items) => items.iter().for_each(|item| collect(item, block, key, places)),
        NodeKind::Null | NodeKind::Bool(..) | NodeKind::Number(_) | NodeKind::Text(_) => {
            let holds_none = |(name, keys): &(&str, &[&str])| *name == block && keys.contains(&key);
            let is_open = node.text() == Some("none") || OPEN.iter().any(holds_none);
            if is_open { places.extend(in_url(node)) } else { places.push(node.place) }
        }
    }
}

/// Credentials and the query of a URL.
fn in_url(node: &Node) -> Option<Place> {
    let text = node.text()?;
    let (scheme, rest) = text.split_once("://")?;
    let (before, width) = match (rest.find('@'), rest.find('?')) {
        (Some(at), _) => (0, rest.get(..at)?.chars().count()),
        (None, Some(at)) => (rest.get(..at)?.chars().count(), rest.get(at..)?.chars().count()),
        (None, None) => return None,
    };
    let quote = usize::from(node.place.width as usize > text.chars().count());
    let offset = u32::try_from(quote + scheme.len() + "://".len() + before).ok()?;
    let column = node.place.column + offset;
    Some(Place { column, width: u32::try_from(width).ok()?, ..node.place })
}

fn redact_line<'p>(line: &str, places: impl Iterator<Item = &'p Place>) -> String {
    let places = places.map(|place| {
        let start = place.column as usize;
        start..start + place.width as usize
    });
    let mut letters: Vec<char> = line.chars().collect();
    for range in places.chain(after_secret_key(line)) {
        let end = range.end.saturating_sub(1).min(letters.len());
        hide(letters.get_mut(range.start.saturating_sub(1)..end).unwrap_or_default());
    }
    letters.into_iter().collect()
}

/// A backslash goes with the letter that it escapes: what would be left of them may be no escape.
fn hide(letters: &mut [char]) {
    let mut letters = letters.iter_mut().peekable();
    while let Some(letter) = letters.next() {
        let is_escape = *letter == '\\';
        let is_kept = letters.peek().is_none_or(|escaped| !escaped.is_alphanumeric());
        if is_escape && is_kept {
            letters.next();
        } else if is_escape || letter.is_alphanumeric() {
            *letter = 'x';
        }
    }
}

/// The columns of what follows a key such as `clientSecret` on a line, for files whose syntax is
/// broken.
fn after_secret_key(line: &str) -> Option<std::ops::Range<usize>> {
    let lower = line.to_ascii_lowercase();
    let names = ["secret", "password"].into_iter();
    let ends = names.filter_map(|name| Some(lower.find(name)? + name.len()));
    let (before, value) = line.split_at_checked(ends.min()?)?;
    let (quote, value) = value.split_once(':').filter(|(quote, _)| quote.len() <= 1)?;
    if value.trim_start().starts_with('{') {
        return None;
    }
    let start = before.chars().count() + quote.len() + ":".len() + 1;
    let length = value.chars().take_while(|found| !matches!(found, ',' | '}')).count();
    Some(start..start + length)
}

/// The keys of each block whose values may be shown.
const OPEN: [(&str, &[&str]); 15] = [
    (
        "",
        &[
            "apiVersion",
            "kind",
            "preset",
            "baseUrl",
            "endpoints",
            "discovery",
            "tls",
            "grant",
            "api",
            "timeouts",
            "limits",
        ],
    ),
    ("discovery", &["issuer"]),
    ("endpoints", &["bcAuthorize", "token", "authorize", "roaming"]),
    // `file` and `env` of a secret are none: what stands there may be the secret, by mistake.
    ("ca", &["file"]),
    ("client", &["id"]),
    ("basic", &["encoding"]),
    ("privateKeyJwt", &["keyId", "algorithm", "audience"]),
    ("bearerJwt", &["applicationId"]),
    ("jwtBearer", &["subject", "scope"]),
    ("clientCredentials", &["scope", "scopeParameter"]),
    ("authorizationCode", &["scope", "scopeParameter", "redirectUri", "loginHint"]),
    ("ciba", &["loginHint", "scope", "scopeParameter"]),
    ("api", file::API.keys),
    ("timeouts", file::TIMEOUTS.keys),
    ("limits", file::LIMITS.keys),
];
