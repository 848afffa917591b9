use super::*;

const ASKED: &str = "openid dpv:FraudPreventionAndDetection device-roaming-status:read";
const HASHED: &str = "dpv:FraudPreventionAndDetection#device-status-roaming-read";

fn reply(body: &str) -> Reply {
    Reply { status: 200, is_json: true, retry_after: None, body: Some(body.into()) }
}

fn granted(expires_in: &str, sent: Instant) -> Result<Token, ProviderError> {
    let body = format!(r#"{{"access_token":"t","token_type":"Bearer"{expires_in}}}"#);
    read(&reply(&body), ASKED, sent)
}

/// For how many seconds a token that came at once is used.
fn used_for(expires_in: &str) -> Result<u64, String> {
    let sent = Instant::now();
    let token = granted(expires_in, sent).map_err(|error| error.to_string())?;
    let last = (token.renewed - sent).as_secs();
    assert!(token.is_usable(sent + Duration::from_secs(last) - Duration::from_millis(1)));
    assert!(!token.is_usable(token.renewed));
    Ok(last)
}

#[test]
fn a_token_is_renewed_a_tenth_or_thirty_seconds_before_it_expires() {
    let day = 24 * 60 * 60;
    let rows = [
        (r#","expires_in":3600"#, 3570),
        (r#","expires_in":"3600""#, 3570),
        (r#","expires_in":120"#, 108),
        (r#","expires_in":10"#, 9),
        ("", 54),
        (r#","expires_in":null"#, 54),
        (r#","expires_in":1000000000000000000"#, day - 30),
        (r#","expires_in":18446744073709551615"#, day - 30),
    ];
    for (written, expected) in rows {
        assert_eq!(used_for(written), Ok(expected), "{written}");
    }
}

#[test]
fn a_lifetime_that_is_none_spoils_the_token() {
    let expired = "invalidAnswer: the token endpoint gave a token that has expired";
    let unread =
        "invalidAnswer: the token endpoint gave an `expires_in` that is no number of seconds";
    let rows = [
        (r#","expires_in":0"#, expired),
        (r#","expires_in":-1"#, expired),
        (r#","expires_in":"0""#, expired),
        (r#","expires_in":3600.5"#, unread),
        (r#","expires_in":"an hour""#, unread),
        (r#","expires_in":true"#, unread),
    ];
    for (written, expected) in rows {
        assert_eq!(used_for(written), Err(expected.to_owned()), "{written}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_lifetime_counts_from_when_we_asked() {
    let sent = Instant::now();
    tokio::time::advance(Duration::from_secs(3)).await;
    let error = granted(r#","expires_in":2"#, sent).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalidAnswer: the token endpoint gave a token that had expired when it came"
    );
}

#[test]
fn a_grant_must_cover_the_scope_that_was_asked_for() {
    let rows = [
        (ASKED, "device-roaming-status:read", true),
        (ASKED, "device-roaming-status:read openid", true),
        (ASKED, ASKED, true),
        (ASKED, "openid", false),
        (ASKED, "", false),
        (ASKED, "device-roaming-status:read:all", false),
        (HASHED, HASHED, true),
        (HASHED, "device-status-roaming-read", true),
        (HASHED, "device-status-connectivity-read", false),
        ("openid offline_access roaming", "roaming", true),
        ("openid dpv:NotApplicable#device-status:roaming:read", "device-status:roaming:read", true),
    ];
    for (asked, granted, expected) in rows {
        assert_eq!(covers(granted, asked), expected, "{asked} / {granted}");
    }
}
