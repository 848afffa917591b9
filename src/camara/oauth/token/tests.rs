use super::*;
use crate::camara::oauth::grant::Kind;
use crate::clock::Clock;

const ASKED: &str = "openid dpv:FraudPreventionAndDetection device-roaming-status:read";
const HASHED: &str = "dpv:FraudPreventionAndDetection#device-status-roaming-read";

fn reply(body: &str) -> Reply {
    Reply { status: 200, unreadable: None, retry_after: None, skew: None, body: Some(body.into()) }
}

fn granted(expires_in: &str, sent: Moment) -> Result<Token, ProviderError> {
    let body = format!(r#"{{"access_token":"t","token_type":"Bearer"{expires_in}}}"#);
    let kind = Kind::ClientCredentials;
    let (scope, scope_parameter) = (ASKED.to_owned(), "scope".to_owned());
    let grant = Grant { kind, scope, scope_parameter, extra: Vec::new() };
    read(&reply(&body), &grant, sent)
}

fn later(moment: Moment, passed: Duration) -> Moment {
    Moment { instant: moment.instant + passed, wall: moment.wall + passed }
}

/// For how many seconds a token that came at once is used without another one.
fn used_for(expires_in: &str) -> Result<u64, String> {
    let sent = Moment::now(&Clock::system());
    let token = granted(expires_in, sent).map_err(|error| error.to_string())?;
    let last = token.mandatory - sent.instant;
    let (before, after) = (last - Duration::from_millis(1), token.expires - sent.instant);
    assert_eq!(token.stage(later(sent, before)), Stage::Advisory);
    assert_eq!(token.stage(later(sent, last)), Stage::Mandatory);
    assert_eq!(token.stage(later(sent, after)), Stage::Over);
    Ok(last.as_secs())
}

#[test]
fn a_token_is_renewed_a_tenth_or_thirty_seconds_before_it_expires() {
    let day = 24 * 60 * 60;
    let rows = [
        (r#","expires_in":3600"#, 3570),
        (r#","expires_in":"3600""#, 3570),
        (r#","expires_in":120"#, 108),
        (r#","expires_in":10"#, 9),
        (r#","expires_in":3600.0"#, 3570),
        (r#","expires_in":3.6e3"#, 3570),
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
        (r#","expires_in":0.0"#, expired),
        (r#","expires_in":3600.5"#, unread),
        (r#","expires_in":3600.96"#, unread),
        (r#","expires_in":1e300"#, unread),
        (r#","expires_in":"an hour""#, unread),
        (r#","expires_in":true"#, unread),
    ];
    for (written, expected) in rows {
        assert_eq!(used_for(written), Err(expected.to_owned()), "{written}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_lifetime_counts_from_when_we_asked() {
    let sent = Moment::now(&Clock::system());
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
        assert_eq!(missing(granted, asked).is_none(), expected, "{asked} / {granted}");
    }
}

#[test]
fn t11_tokens_that_came_together_are_renewed_apart() {
    let sent = Moment::now(&Clock::system());
    let token = || granted(r#","expires_in":3600"#, sent).unwrap();
    let mut slots = [0; 6];
    for _ in 0..10_000 {
        let token = token();
        let window = token.mandatory - token.advisory;
        assert!(window <= Duration::from_secs(120), "{window:?}");
        assert!(window > Duration::from_secs(60), "jitter takes at most half: {window:?}");
        slots[(window - Duration::from_secs(60)).as_secs() as usize / 10] += 1;
    }
    assert!(slots.iter().all(|slot| (1_000..2_500).contains(slot)), "{slots:?}");
}

#[test]
fn a_token_is_over_where_the_clocks_disagree_by_more_than_a_minute() {
    let sent = Moment::now(&Clock::system());
    let token = granted(r#","expires_in":3600"#, sent).unwrap();
    let seconds = Duration::from_secs;
    let rows = [
        (sent.wall + seconds(160), Stage::Fresh),
        (sent.wall + seconds(161), Stage::Over),
        (sent.wall + seconds(40), Stage::Fresh),
        (sent.wall + seconds(39), Stage::Over),
        (sent.wall - seconds(600), Stage::Over),
    ];
    for (wall, expected) in rows {
        let now = Moment { instant: sent.instant + seconds(100), wall };
        assert_eq!(token.stage(now), expected, "{:?}", wall.duration_since(sent.wall));
    }
}
