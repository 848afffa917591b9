//! Whatever a refusal says: it has one reason, by its status and a code that we know, and nothing that
//! the other side wrote gets into the message.
#![no_main]

#[path = "../src/received.rs"]
mod received;

use std::time::Duration;

use libfuzzer_sys::{Corpus, fuzz_target};
use roamgate::UnknownReason::{
    ConsentPending, IdentifierNotFound, InvalidAnswer, Misconfigured, NoConsent, NotCovered,
    RateLimited, Unavailable,
};
use roamgate::camara::fuzzing::{Place, Received, refusal};
use serde_json::Value;

use received::received;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((received, place)) = received(bytes) else { return Corpus::Reject };
    let (error, kind) = refusal(&received, place);
    let reason = error.reason();
    let is_possible = match (received.status, place) {
        (429, _) => reason == RateLimited,
        (501 | 505 | 511, _) => reason == Misconfigured,
        (408 | 425 | 500..=599, _) => reason == Unavailable,
        (_, Place::Roaming(_)) => [
            NoConsent, InvalidAnswer, IdentifierNotFound, Unavailable, Misconfigured, NotCovered,
        ]
        .contains(&reason),
        _ => [ConsentPending, NoConsent, IdentifierNotFound, Unavailable, Misconfigured, InvalidAnswer]
            .contains(&reason),
    };
    assert!(is_possible, "{received:?} {place:?}: {error}");
    let wait = error.wait();
    let bounds = Duration::from_secs(1)..=Duration::from_secs(300);
    assert!(wait.is_none_or(|wait| bounds.contains(&wait)), "{wait:?}");
    let is_pending = kind.is_none() && received.status != 200;
    assert!(!is_pending || mentions(&received, &["authorization_pending", "slow_down"]));
    says_nothing_of(&received, &error.to_string());
    Corpus::Keep
});

fn mentions(received: &Received<'_>, codes: &[&str]) -> bool {
    let said = serde_json::from_slice::<Value>(received.body).unwrap_or_default();
    ["error", "code"].iter().any(|key| said[*key].as_str().is_some_and(|it| codes.contains(&it)))
}

/// Of the body, the message has at most the code, and that is one of the specifications.
fn says_nothing_of(received: &Received<'_>, told: &str) {
    assert!(told.len() < 200 && told.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
    let said = serde_json::from_slice::<Value>(received.body).unwrap_or_default();
    for key in ["error_description", "message", "detail", "status"] {
        if let Some(text) = said[key].as_str().filter(|text| text.len() > 24) {
            assert!(!told.contains(text), "{told}");
        }
    }
}
