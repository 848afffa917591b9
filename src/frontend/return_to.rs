//! Where the customer goes on: a path of this service, and nothing that a browser takes for another
//! address.

/// The path, if it is one.
pub(super) fn read(text: &str) -> Option<String> {
    is_path(text).then(|| text.to_owned())
}

/// Is it a path with or without a query? Browsers read `//host`, `/\host` and control characters in
/// ways of their own, so that they are none; nor is `/.//host`, of which a proxy that tidies up makes
/// one of them.
fn is_path(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}#".contains(&byte);
    let path = text.split('?').next().unwrap_or_default();
    text.len() <= MAX_LENGTH
        && path.starts_with('/')
        && !path.contains("//")
        && text.bytes().all(is_allowed)
}

/// Can a router have it, as it stands, and more segments after it?
pub(super) fn is_routable(path: &str) -> bool {
    let mut segments = path.split('/').skip(1);
    is_path(path)
        && !path.contains('?')
        && segments.all(|segment| !segment.starts_with([':', '*']) && !segment.is_empty())
}

const MAX_LENGTH: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_a_path_without_patterns() {
        for (path, is_one) in [
            ("/a", true),
            ("/a/b.c:d*", true),
            ("/", false),
            ("/a/", false),
            ("/a?b", false),
            ("/:a", false),
            ("/a/*b", false),
            ("/{a}", false),
        ] {
            assert_eq!(is_routable(path), is_one, "{path}");
        }
    }

    #[test]
    fn only_a_path_of_this_service_is_one() {
        for good in ["/", "/result", "/pay?amount=3&to=a%20b", "/a/../b", "/a?b=//c"] {
            assert_eq!(read(good).as_deref(), Some(good));
        }
        let long = format!("/{}", "a".repeat(MAX_LENGTH));
        let bad = [
            "",
            "result",
            "https://evil.example",
            "//evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/\\evil.example",
            "\\\\evil",
            "/\tevil",
            "/a\nb",
            "/a\u{0}",
            "/a b",
            "javascript:alert(1)",
            "/é",
            "/<b>",
            "/#top",
            &long,
        ];
        for bad in bad {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
