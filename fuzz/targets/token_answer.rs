//! Whatever a token endpoint, `bc-authorize` or an issuer answers: what is taken can be used, and
//! what is refused tells nothing of it.
#![no_main]

#[path = "../src/received.rs"]
mod received;

use libfuzzer_sys::{Corpus, fuzz_target};
use roamgate::camara::fuzzing::{Place, begun, metadata, token};
use serde_json::Value;

use received::received;

const SCOPE: &str = "openid dpv:FraudPreventionAndDetection#device-roaming-status:read";

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((received, place)) = received(bytes) else { return Corpus::Reject };
    let said = serde_json::from_slice::<Value>(received.body).unwrap_or_default();
    let error = match place {
        Place::BcAuthorize => match begun(&received) {
            Ok((id, consent)) => {
                assert_eq!(said["auth_req_id"], *id);
                assert!(!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()));
                assert!(consent.is_none_or(|url| url.starts_with("https://") && !url.contains('\n')));
                return Corpus::Keep;
            }
            Err(error) => error,
        },
        Place::Metadata => match metadata(&received) {
            Ok(()) => {
                assert_eq!(said["issuer"], "https://id.example");
                return Corpus::Keep;
            }
            Err(error) => error,
        },
        // Only 200 is read as a token.
        _ if received.status != 200 => return Corpus::Reject,
        _ => match token(&received, SCOPE) {
            Ok((token, is_usable, is_over)) => {
                assert_eq!(said["access_token"], *token);
                assert!(token.len() <= 16 * 1024 && token.bytes().all(|byte| byte.is_ascii_graphic()));
                assert!(is_usable, "a token that had expired when it came");
                assert!(is_over, "a token for more than a day");
                let granted = said["scope"].as_str();
                assert!(granted.is_none_or(|it| it.contains("device-roaming-status:read")));
                return Corpus::Keep;
            }
            Err(error) => error,
        },
    };
    let told = error.to_string();
    assert!(told.len() < 300 && told.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
    Corpus::Keep
});
