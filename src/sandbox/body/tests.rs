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
        let other = br#"{"device":{"networkAccessIdentifier":"1@example"}}"#;
        assert_eq!(read(other, None), Err(Fault::UnsupportedIdentifier));
        let empty = read(br#"{"device":{}}"#, None);
        assert_eq!(empty, Err(Fault::Invalid("`device` is empty")));
    }
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
