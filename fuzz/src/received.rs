//! A reply from the bytes of the fuzzer: two for the status and the place, three lines of headers,
//! and the body.

use roamgate::camara::fuzzing::{Place, Received};

/// The reply, and where it was asked for.
pub fn received(bytes: &[u8]) -> Option<(Received<'_>, Place)> {
    let ([status, place], text) = bytes.split_first_chunk()?;
    let mut parts = text.splitn(4, |byte| *byte == b'\n');
    let mut next = || parts.next().unwrap_or_default();
    let (content_type, retry_after, date, body) = (next(), next(), next(), next());
    let place = match place % 8 {
        0 => Place::Token,
        1 => Place::BcAuthorize,
        2 => Place::Metadata,
        dialect => Place::Roaming(dialect.into()),
    };
    let status = STATUSES.get(usize::from(*status)).copied().unwrap_or(400 + u16::from(*status));
    Some((Received { status, content_type, retry_after, date, body }, place))
}

/// Those that mean something; the others lie between 400 and 655.
const STATUSES: [u16; 24] = [
    200, 201, 204, 302, 307, 400, 401, 403, 404, 405, 406, 408, 409, 415, 422, 425, 429, 500, 501,
    502, 503, 504, 505, 511,
];
