//! What the headers of a reply say.

use std::time::{Duration, SystemTime};

use ::http::{HeaderMap, HeaderValue, header};

/// Why a body cannot be read.
pub(super) fn unreadable(headers: &HeaderMap) -> Option<&'static str> {
    let is_plain = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if !headers.get(header::CONTENT_ENCODING).is_none_or(is_plain) {
        return Some("a body in a content coding that was not asked for");
    }
    let is_declared = headers.get(header::CONTENT_TYPE).is_some_and(is_json);
    (!is_declared).then_some("a body that is not declared as JSON")
}

/// `application/json` or `application/…+json`, in UTF-8 if it says.
fn is_json(value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default().to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().and_then(|kind| kind.strip_prefix("application/"));
    let charset = parts.find_map(|part| part.strip_prefix("charset="));
    kind.is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
        && charset.is_none_or(|charset| ["utf-8", "utf8"].contains(&charset.trim_matches('"')))
}

/// Seconds or an HTTP date, to which it is `now`; what is neither is ignored, what is absurd is
/// bounded.
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        date(text)?.duration_since(now).unwrap_or_default()
    };
    Some(wait.clamp(MIN_RETRY_AFTER, MAX_RETRY_AFTER))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
pub(super) fn date(text: &str) -> Option<SystemTime> {
    let date = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text).ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().into())
}

const MIN_RETRY_AFTER: Duration = Duration::from_secs(1);
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_is_bounded() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let rows = [
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("0", Some(1)),
            ("1000000000000", Some(300)),
            ("99999999999999999999999999", Some(300)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(1)),
            ("Sat, 06 Nov 2094 08:49:37 GMT", Some(300)),
            ("-1", None),
            ("1.5", None),
            ("", None),
            ("soon", None),
            ("Mon, 06 Nov 1994 08:49:47 GMT", None),
        ];
        for (text, seconds) in rows {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text:?}");
        }
    }

    #[test]
    fn json_is_declared_as_json_in_utf8() {
        let rows = [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json;charset=\"utf-8\"", true),
            ("application/problem+json", true),
            ("application/json; charset=utf8", true),
            ("application/json; charset=latin1", false),
            ("application/jsonp", false),
            ("text/html", false),
            ("text/json", false),
            ("", false),
        ];
        for (text, expected) in rows {
            assert_eq!(is_json(&HeaderValue::from_static(text)), expected, "{text:?}");
        }
    }
}
