//! Where the subject comes from, and what happens when it does not.

use http::{HeaderName, HeaderValue, Request};
use roamgate::line::LineError;
use roamgate::{FixedProvider, Head, Line, RoamingLayer, RoamingStatus, Subject};

use crate::support::*;

#[derive(Clone)]
struct Claims {
    phone_number: Option<&'static str>,
}

fn provider() -> FixedProvider {
    FixedProvider::new().with(line(1), RoamingStatus::Home)
}

fn bare() -> Request<http_body_util::Empty<bytes::Bytes>> {
    Request::post(PATH).body(Default::default()).unwrap()
}

fn with_header(values: &[&'static str]) -> Request<http_body_util::Empty<bytes::Bytes>> {
    let mut request = bare();
    for value in values {
        request.headers_mut().append("x-line", HeaderValue::from_static(value));
    }
    request
}

fn trusting() -> RoamingLayer {
    layer(provider()).subject_from_dangerously_trusted_header(HeaderName::from_static("x-line"))
}

#[tokio::test]
async fn without_a_word_the_extensions_name_the_subject_and_no_header_does() {
    let layer = layer(provider());
    allowed(&layer, http(line(1))).await;
    let mut request = bare();
    request.extensions_mut().insert(Subject::from(line(1)).id("customer-17"));
    allowed(&layer, request).await;
    assert_eq!(
        told(&refused(&layer, with_header(&["+34600000001"])).await),
        "403 line-not-available -"
    );
}

#[tokio::test]
async fn a_trusted_header_names_the_subject() {
    allowed(&trusting(), with_header(&["+34600000001"])).await;
}

#[tokio::test]
async fn a_trusted_header_that_is_malformed_or_doubled_is_the_callers_fault() {
    let rows: [&[&str]; 4] =
        [&["34600000001"], &[""], &["+34600000001", "+34600000001"], &["+34600000001 "]];
    for values in rows {
        assert_eq!(
            told(&refused(&trusting(), with_header(values)).await),
            "400 bad-request -",
            "{values:?}"
        );
    }
    let mut obscure = bare();
    obscure.headers_mut().insert("x-line", HeaderValue::from_bytes(b"+3460000\xff001").unwrap());
    assert_eq!(told(&refused(&trusting(), obscure).await), "400 bad-request -");
}

#[tokio::test]
async fn a_missing_trusted_header_is_unknown_and_not_malformed() {
    assert_eq!(told(&refused(&trusting(), bare()).await), "403 line-not-available -");
}

#[tokio::test]
async fn a_verified_claim_names_the_subject() {
    let layer = layer(provider()).subject_from_claim(|claims: &Claims| claims.phone_number);
    let claiming = |phone_number| {
        let mut request = bare();
        request.extensions_mut().insert(Claims { phone_number });
        request
    };
    allowed(&layer, claiming(Some("+34600000001"))).await;
    for (claim, reason) in [(Some("600 00 00 01"), "identifierInvalid"), (None, "noIdentifier")] {
        let response = refused(&layer, claiming(claim)).await;
        assert_eq!(told(&response), "403 line-not-available -");
        let decision = response.extensions().get::<roamgate::Decision>().unwrap();
        assert_eq!(decision.reason().unwrap().name(), reason);
    }
}

#[tokio::test]
async fn a_closure_may_return_a_line_a_subject_an_option_or_a_result() {
    let parse = |_: &Head<'_>| -> Result<Line, LineError> { "+34600000001".parse() };
    let layers = [
        layer(provider()).subject(|_: &Head<'_>| line(1)),
        layer(provider()).subject(|_: &Head<'_>| Subject::from(line(1))),
        layer(provider()).subject(|_: &Head<'_>| Some(line(1))),
        layer(provider()).subject(parse),
    ];
    for layer in layers {
        allowed(&layer, bare()).await;
    }
    let nobody = layer(provider()).subject(|_: &Head<'_>| None::<Line>);
    assert_eq!(told(&refused(&nobody, bare()).await), "403 line-not-available -");
}

#[tokio::test]
async fn a_subject_that_has_stepped_up_is_not_asked_again() {
    let now = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_773_576_000);
    let seconds = std::time::Duration::from_secs;
    let layer = layer(FixedProvider::new().with(line(1), roaming_in("IS")))
        .clock(roamgate::Clock::from_fn(move || now));
    let stepped_up = |acr: &str, age| {
        let mut request = bare();
        request.extensions_mut().insert(Subject::from(line(1)).acr(acr).auth_time(now - age));
        request
    };
    allowed(&layer, stepped_up("urn:bank:acr:sca", seconds(330))).await;
    for (acr, age) in [("urn:bank:acr:sca", 331), ("urn:bank:acr:pwd", 0)] {
        assert_eq!(
            told(&refused(&layer, stepped_up(acr, seconds(age))).await),
            "401 step-up -",
            "{acr} {age}"
        );
    }
}

#[tokio::test]
async fn a_step_up_of_this_very_moment_is_not_one_of_the_future() {
    let layer = layer(FixedProvider::new().with(line(1), roaming_in("IS")));
    for _ in 0..1_000 {
        let now = roamgate::Clock::system().now();
        let mut request = bare();
        let subject = Subject::from(line(1)).acr("urn:bank:acr:sca").auth_time(now);
        request.extensions_mut().insert(subject);
        allowed(&layer, request).await;
    }
}

/// A name or a claim may be a number.
#[test]
fn what_is_known_of_a_customer_is_not_shown() {
    let subject = Subject::from(line(1)).id("+34600000001").acr("34600000001");
    let subject = subject.groups(["34600000001"]).claim("subject.phone", "34600000001");
    let shown = format!("{subject:?}");
    assert!(shown.contains("has_id: true") && !shown.contains("34600000001"), "{shown}");
}
