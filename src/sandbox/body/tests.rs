//! What the body must say under a token that names no line; `tests/sandbox` has the other kind.

use super::*;

const OURS: &str = "+34600000002";
const DEVICE: &str = r#"{"device":{"phoneNumber":"+34600000002"}}"#;

fn line() -> Line {
    OURS.parse().unwrap()
}

#[test]
fn a_token_without_a_line_needs_a_body_that_names_one() {
    let named = Ok(Asked { line: line(), named: Some(line()) });
    assert_eq!(v0_4(br#"{"ueId":{"msisdn":"34600000002"}}"#, V0Body::UeId, None), named);
    assert_eq!(v0_4(br#"{"phoneNumber":"+34600000002"}"#, V0Body::PhoneNumber, None), named);
    for read in [v0_5, v0_6, v1] {
        assert_eq!(read(DEVICE.as_bytes(), None), named);
        assert_eq!(read(b"{}", None), Err(Fault::MissingIdentifier));
        let empty = read(br#"{"device":{}}"#, None);
        assert_eq!(empty, Err(Fault::Invalid("`device` is empty")));
    }
}

#[test]
fn an_external_identifier_is_known_up_to_0_5_and_addresses_always() {
    let nai = br#"{"device":{"networkAccessIdentifier":"1@example"}}"#;
    let asked = |line: Line| Ok(Asked { line, named: Some(line) });
    let external = asked(Line::external("1@example").unwrap());
    assert_eq!(v0_4(br#"{"ueId":{"externalId":"1@example"}}"#, V0Body::UeId, None), external);
    assert_eq!(v0_5(nai, None), external);
    assert_eq!(v0_6(nai, None), Err(Fault::UnsupportedIdentifier));
    assert_eq!(v1(nai, None), Err(Fault::UnsupportedIdentifier));
    let address = asked(Line::parse_address("203.0.113.7:5060").unwrap());
    let ue_id = br#"{"ueId":{"ipv4Addr":"203.0.113.7"},"uePort":5060}"#;
    assert_eq!(v0_4(ue_id, V0Body::UeId, None), address);
    let ipv4 = br#"{"device":{"ipv4Address":{"publicAddress":"203.0.113.7","publicPort":5060}}}"#;
    let ipv6 = br#"{"device":{"ipv6Address":"2001:0DB8::1"}}"#;
    for read in [v0_5, v0_6, v1] {
        assert_eq!(read(ipv4, None), address);
        assert_eq!(read(ipv6, None), asked(Line::parse_address("[2001:db8::1]").unwrap()));
    }
}

#[test]
fn an_address_that_can_be_nobodys_is_refused() {
    let fault = |body: &str| v0_4(body.as_bytes(), V0Body::UeId, None).unwrap_err();
    for malformed in [
        r#"{"ueId":{"ipv4Addr":"203.0.113.7"}}"#,
        r#"{"ueId":{"ipv4Addr":"203.0.113.7"},"uePort":0}"#,
        r#"{"ueId":{"ipv4Addr":"203.0.113"},"uePort":1}"#,
        r#"{"ueId":{"externalId":"1"}}"#,
    ] {
        assert!(matches!(fault(malformed), Fault::Invalid(_)), "{malformed}");
    }
    let private = r#"{"ueId":{"ipv4Addr":"10.0.0.1"},"uePort":1}"#;
    assert_eq!(fault(private), Fault::IdentifierNotFound);
}

#[test]
fn only_0_5_takes_a_number_without_its_plus_sign() {
    let bare = br#"{"device":{"phoneNumber":"34600000002"}}"#;
    assert!(v0_5(bare, None).is_ok());
    for read in [v0_6, v1] {
        assert_eq!(read(bare, None), Err(NOT_E164));
    }
}

#[test]
fn a_token_with_a_line_makes_1_x_refuse_what_0_6_compares() {
    let other = "+34600000099".parse().unwrap();
    assert_eq!(v0_6(DEVICE.as_bytes(), Some(line())).map(|asked| asked.line), Ok(line()));
    assert_eq!(v0_6(DEVICE.as_bytes(), Some(other)), Err(Fault::OtherLine));
    assert_eq!(v1(DEVICE.as_bytes(), Some(line())), Err(Fault::UnnecessaryIdentifier));
    for read in [v0_6, v1] {
        assert_eq!(read(b"{}", Some(line())), Ok(Asked { line: line(), named: None }));
    }
}
