//! Where the customer goes on: a path of this service, and nothing that a browser takes for another
//! address.

/// The path, if it is one.
pub(super) fn read(text: &str) -> Option<String> {
    is_path(text).then(|| text.to_owned())
}

/// Is it a path with or without a query? Browsers read `//host`, `/\host` and control characters in
/// ways of their own, so that they are none.
pub(super) fn is_path(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}#".contains(&byte);
    text.len() <= MAX_LENGTH
        && text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(is_allowed)
}

const MAX_LENGTH: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_this_service_is_one() {
        for good in ["/", "/result", "/pay?amount=3&to=a%20b", "/a/../b"] {
            assert_eq!(read(good).as_deref(), Some(good));
        }
        let long = format!("/{}", "a".repeat(MAX_LENGTH));
        let bad = [
            "",
            "result",
            "https://evil.example",
            "//evil.example",
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
