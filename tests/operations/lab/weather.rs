//! What the network does at the moment.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::proxy::Fault;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Weather {
    /// All is well.
    Fair,
    /// Nobody listens.
    Refused,
    /// Connections are broken, or slow, or silent.
    Broken(Fault),
    /// The roaming endpoint answers with this status.
    Status(u16),
    /// 429, and after so many seconds, if it says, it may be asked again.
    Throttled(Option<i64>),
    /// 200, and no roaming status.
    Garbage(&'static str),
    /// 200, and 70,000 bytes.
    Oversized,
    /// 200, and about another line.
    WrongDevice,
    /// The network has not seen the line for so many hours.
    Unconfirmed(u64),
    /// The line is not known, not covered, or its customer does not consent.
    Refusal(u16, &'static str),
    /// The token endpoint fails.
    NoToken(u16),
    /// The token endpoint answers something else.
    OddToken(&'static str),
    /// The roaming endpoint takes no token.
    RejectedToken,
    /// The provider panics, before or after it has asked.
    Panic { after: bool },
}

impl Weather {
    /// As often fair as not.
    pub(crate) fn draw(random: &mut StdRng) -> Self {
        if random.random_bool(0.45) {
            return Self::Fair;
        }
        let kinds = [draw_broken, draw_refusing, draw_odd];
        kinds[random.random_range(0..kinds.len())](random)
    }

    pub(super) fn fault(self) -> Fault {
        if let Self::Broken(fault) = self { fault } else { Fault::None }
    }
}

fn draw_broken(random: &mut StdRng) -> Weather {
    let millis = Duration::from_millis;
    let bytes = random.random_range(0..400);
    match random.random_range(0..9) {
        0 | 1 => Weather::Refused,
        2 => Weather::Broken(Fault::Reset),
        3 => Weather::Broken(Fault::BlackHole),
        4 => Weather::Broken(Fault::HalfClose),
        5 => Weather::Broken(Fault::Drip(millis(random.random_range(1..30)))),
        6 => Weather::Broken(Fault::Delay(millis(random.random_range(10..2_500)))),
        7 => Weather::Broken(Fault::ResetAfter(bytes)),
        _ => Weather::Broken(Fault::Truncate(bytes)),
    }
}

fn draw_refusing(random: &mut StdRng) -> Weather {
    let refusals = [
        (404, "IDENTIFIER_NOT_FOUND"),
        (422, "SERVICE_NOT_APPLICABLE"),
        (403, "PERMISSION_DENIED"),
        (403, "INVALID_TOKEN_CONTEXT"),
        (400, "INVALID_ARGUMENT"),
    ];
    let (status, code) = refusals[random.random_range(0..refusals.len())];
    let waits = [None, Some(0), Some(-1), Some(1), Some(30), Some(1_000_000_000_000)];
    match random.random_range(0..6) {
        0 | 1 => Weather::Status([500, 502, 503, 504, 501, 302][random.random_range(0..6)]),
        2 | 3 => Weather::Refusal(status, code),
        _ => Weather::Throttled(waits[random.random_range(0..waits.len())]),
    }
}

fn draw_odd(random: &mut StdRng) -> Weather {
    let garbage = [
        "",
        "null",
        "[]",
        "{}",
        "<html>log in to the Wi-Fi</html>",
        r#"{"roaming":"false"}"#,
        r#"{"roaming":0}"#,
        r#"{"roaming":null,"countryCode":208}"#,
        r#"{"roaming":false,"roaming":tru"#,
        r#"{"roaming":false,"lastStatusTime":"soon"}"#,
    ];
    let tokens = ["", "{}", r#"{"access_token":"t","token_type":"mac"}"#, r#"{"error":"x"}"#];
    match random.random_range(0..9) {
        0 | 1 => Weather::Garbage(garbage[random.random_range(0..garbage.len())]),
        2 => Weather::Oversized,
        3 => Weather::WrongDevice,
        4 => Weather::Unconfirmed(random.random_range(1..72)),
        5 => Weather::NoToken([500, 400, 401, 429][random.random_range(0..4)]),
        6 => Weather::OddToken(tokens[random.random_range(0..tokens.len())]),
        7 => Weather::RejectedToken,
        _ => Weather::Panic { after: random.random() },
    }
}
