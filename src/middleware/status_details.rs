//! `google.rpc.Status` with one `google.rpc.ErrorInfo`, in protobuf: what gRPC clients read from
//! `grpc-status-details-bin`.

use super::answer::Answer;
use super::response::acr_values;

/// The domain of our error codes.
const DOMAIN: &str = "roamgate";
const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";

/// The same facts that the problem body carries.
pub(super) fn encode(answer: &Answer<'_>, instance: &str) -> Vec<u8> {
    let mut info = Vec::new();
    field(&mut info, 1, answer.code.replace('-', "_").to_uppercase().as_bytes());
    field(&mut info, 2, DOMAIN.as_bytes());
    for (key, value) in metadata(answer, instance) {
        let mut entry = Vec::new();
        field(&mut entry, 1, key.as_bytes());
        field(&mut entry, 2, value.as_bytes());
        field(&mut info, 3, &entry);
    }
    let mut any = Vec::new();
    field(&mut any, 1, ERROR_INFO.as_bytes());
    field(&mut any, 2, &info);
    let mut status = vec![1 << 3, answer.grpc as u8];
    field(&mut status, 2, answer.title.as_bytes());
    field(&mut status, 3, &any);
    status
}

fn metadata(answer: &Answer<'_>, instance: &str) -> Vec<(&'static str, String)> {
    let mut metadata = vec![
        ("code", answer.code.to_owned()),
        ("instance", instance.to_owned()),
        ("retryable", answer.is_retryable.to_string()),
    ];
    metadata.extend(answer.retry_after.map(|wait| ("retry_after", wait.as_secs().to_string())));
    let exposed = [("rule", answer.rule), ("reason", answer.reason)];
    metadata.extend(exposed.into_iter().filter_map(|(key, text)| Some((key, text?.to_owned()))));
    if let Some(challenge) = answer.challenge {
        metadata.push(("acr_values", acr_values(challenge)));
        metadata.extend(challenge.max_age.map(|age| ("max_age", age.as_secs().to_string())));
    }
    metadata
}

/// A length-delimited field.
fn field(message: &mut Vec<u8>, number: u8, content: &[u8]) {
    const LENGTH_DELIMITED: u8 = 2;
    message.push(number << 3 | LENGTH_DELIMITED);
    let mut length = content.len();
    while length >= 0x80 {
        message.push(length as u8 & 0x7f | 0x80);
        length >>= 7;
    }
    message.push(length as u8);
    message.extend_from_slice(content);
}
