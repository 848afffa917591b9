use super::marks::{of_identifier, of_value, parts};
use super::vault::Vault;

fn vault() -> Vault {
    let vault = Vault::default();
    for secret in ["+34600000001", "s3cr3t:with+odd%chars é", "canary-token", "abcdefghijklmnop"] {
        vault.learn(secret);
    }
    vault
}

#[test]
fn what_is_known_or_shaped_like_a_secret_is_not_told() {
    let rows = [
        ("no such line +34600000001 here", "no such line +‹number› here"),
        ("msisdn=34600000001", "msisdn=‹number›"),
        ("%2B34600000001", "‹number›"),
        ("call +34 600 00-00.01 now", "call +‹number› now"),
        ("national 600000001", "national ‹number›"),
        ("national 600 000 001", "national ‹number›"),
        ("another +49 15112345678", "another +49 ‹number›"),
        ("full width ３４６００００００１", "full width ‹number›"),
        ("346\u{200b}00000001", "‹number›"),
        ("secret s3cr3t:with+odd%chars é!", "secret ‹redacted›!"),
        ("s3cr3t%3Awith%2Bodd%25chars+%C3%A9", "‹redacted›"),
        ("s3cr3t%3awith%2bodd%25chars%20%c3%a9", "‹redacted›"),
        ("czNjcjN0OndpdGgrb2RkJWNoYXJzIMOp", "‹redacted›"),
        ("CANARY-TOKEN", "‹redacted›"),
        ("the token abcdefgh… is not known", "the token ‹redacted›… is not known"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0x", "‹redacted›.‹redacted›"),
        ("a ‹mark› of \u{1b}[31mtheirs\u{202e}", "a <mark> of  [31mtheirs"),
    ];
    for (text, expected) in rows {
        assert_eq!(vault().told(text), expected, "{text}");
    }
}

#[test]
fn what_explains_a_refusal_is_told() {
    let rows = [
        "invalid audience, expected https://sandbox.opengateway.telefonica.com/apigateway/token",
        "scope dpv:FraudPreventionAndDetection#device-status-roaming-read is not granted",
        "AADSTS50011: the redirect URI does not match",
        "token expired at 2026-11-23T10:41:38Z",
        "Unauthorized client. Error 4.1203, see section 2.3.1 of RFC 6749",
        r#"Bearer realm="api", error="invalid_token", error_description="expired""#,
    ];
    for text in rows {
        assert_eq!(vault().told(text), text);
    }
}

#[test]
fn what_is_told_is_bounded() {
    assert_eq!(vault().told(&"é ".repeat(1_000)).chars().count(), 301);
    let edge = format!("{}34600000001", "x ".repeat(147));
    assert!(!vault().told(&edge).contains("346"));
}

#[test]
fn addresses_are_hidden_with_and_without_their_ports() {
    let vault = Vault::default();
    for line in ["ip:203.0.113.7:5060", "ipport:[2001:db8::dead]:80", "external:alice:device"] {
        parts(line).for_each(|part| vault.learn(part));
    }
    let told = vault.told("203.0.113.7:5060 203.0.113.7 2001:db8::dead alice:device");
    assert_eq!(told, "‹redacted› ‹redacted› ‹redacted› ‹redacted›");
    assert_eq!(of_identifier("ipport:203.0.113.7:5060"), "ipport:‹redacted›");
    assert_eq!(of_identifier("dead:beef::1"), "‹redacted›");
    assert_eq!(
        (of_value("+34600"), of_value("alice:x")),
        ("+‹number›".into(), "‹redacted›".into())
    );
}
