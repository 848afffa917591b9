//! [`Scenario`]: what happens to a line, and the table that chooses it by the number.

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;

use crate::country::Mcc;
use crate::line::{Identifier, Line};
use crate::status::{RoamingStatus, Visited};

/// What the sandbox plays for a line.
///
/// Scenarios about consent and about tokens end in [`Home`](Self::Home) once the API is reached.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scenario {
    /// The line is on its home network.
    Home,
    /// The line is on another network; [`Visited::default`] tells no country.
    Roaming(Visited),
    /// The line is at home, last confirmed this long ago (the 0.4 API tells no time).
    Stale(Duration),
    /// The line is at home; the API takes this long to say so.
    Delayed(Duration),
    /// The line roams, and the country code contradicts the country name.
    Contradiction,
    /// The API answers 200 with a body that is not JSON.
    Malformed,
    /// The API answers exactly this.
    Verbatim {
        /// The status of the answer.
        status: StatusCode,
        /// The body of the answer, sent as `application/json`.
        body: Cow<'static, str>,
    },
    /// The consent is pending until [`Sandbox::grant`](super::Sandbox::grant) gives it.
    PendingUntilGranted,
    /// Every authorisation is pending for this many polls.
    PendingPolls(u32),
    /// Every authorisation is pending for this long.
    PendingFor(Duration),
    /// The customer refuses (`access_denied` at the token endpoint).
    ConsentRefused,
    /// The operator does not know the customer (`unknown_user_id` at the authorisation).
    UnknownUser,
    /// The token's scope lacks the API that was asked for.
    NarrowScope,
    /// The first API call of the line is refused with 401, and its token is dead from then on.
    TokenRefusedOnce,
    /// Every token of the line works for this many API calls, then it is refused with 401.
    TokenLives(u32),
    /// The API answers 403.
    PermissionDenied,
    /// The API does not know the line (404).
    IdentifierNotFound,
    /// The API does not offer the service for the line (422; the 0.4 API says 404).
    NotApplicable,
    /// The API answers 429 and asks to wait this long, in whole seconds.
    RateLimited {
        /// The time in `Retry-After`.
        retry_after: Duration,
    },
    /// The API answers 503.
    Outage,
}

impl Scenario {
    /// The scenario that the [table](super#numbers) gives to this line.
    #[must_use]
    pub fn of(line: Line) -> Self {
        let digits = line.identifier().and_then(|identifier| digits(&identifier));
        let read = |digits: String| SCENARIOS.iter().find_map(|rule| rule.read(&digits));
        digits.and_then(read).unwrap_or(Self::Home)
    }
}

impl From<RoamingStatus> for Scenario {
    fn from(status: RoamingStatus) -> Self {
        match status {
            RoamingStatus::Home => Self::Home,
            RoamingStatus::Roaming(visited) => Self::Roaming(visited),
        }
    }
}

/// A row of the table of numbers: how the number ends, and what happens then.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct NumberRule {
    /// How the number ends. A letter stands for any digit; together they are the rule's value.
    pub ending: &'static str,
    /// A number under this rule.
    pub example: &'static str,
    /// What happens, in one line.
    pub description: &'static str,
    scenario: fn(u32) -> Scenario,
}

impl NumberRule {
    fn read(&self, number: &str) -> Option<Scenario> {
        let start = number.len().checked_sub(self.ending.len())?;
        let digits = number.get(start..)?.chars();
        let mut value = 0;
        for (expected, digit) in self.ending.chars().zip(digits) {
            if expected.is_ascii_alphabetic() {
                value = value * 10 + digit.to_digit(10)?;
            } else if expected != digit {
                return None;
            }
        }
        Some((self.scenario)(value))
    }
}

/// The table of numbers, in the order in which it is read: the first row that fits decides,
/// and a number that fits none is [`Scenario::Home`].
pub const SCENARIOS: &[NumberRule] = &[
    NumberRule {
        ending: "MMM1",
        example: "+34600002621",
        description: "roams in network MMM: 262 DE, 724 BR, 340 five candidates, 901 satellite; 000 tells no country",
        scenario: roaming_in,
    },
    NumberRule {
        ending: "2",
        example: "+34600000002",
        description: "at home",
        scenario: |_| Scenario::Home,
    },
    NumberRule {
        ending: "4010",
        example: "+34600004010",
        description: "the first API call is refused with 401, then at home",
        scenario: |_| Scenario::TokenRefusedOnce,
    },
    NumberRule {
        ending: "4030",
        example: "+34600004030",
        description: "the API answers 403 PERMISSION_DENIED",
        scenario: |_| Scenario::PermissionDenied,
    },
    NumberRule {
        ending: "4040",
        example: "+34600004040",
        description: "the API answers 404 IDENTIFIER_NOT_FOUND",
        scenario: |_| Scenario::IdentifierNotFound,
    },
    NumberRule {
        ending: "4220",
        example: "+34600004220",
        description: "the API answers 422 SERVICE_NOT_APPLICABLE",
        scenario: |_| Scenario::NotApplicable,
    },
    NumberRule {
        ending: "4290",
        example: "+34600004290",
        description: "the API answers 429 with Retry-After: 2",
        scenario: |_| Scenario::RateLimited { retry_after: Duration::from_secs(2) },
    },
    NumberRule {
        ending: "5030",
        example: "+34600005030",
        description: "the API answers 503",
        scenario: |_| Scenario::Outage,
    },
    NumberRule {
        ending: "0003",
        example: "+34600000003",
        description: "the consent is pending until it is granted from outside",
        scenario: |_| Scenario::PendingUntilGranted,
    },
    NumberRule {
        ending: "0NN3",
        example: "+34600000023",
        description: "the consent is pending for NN polls, then at home",
        scenario: Scenario::PendingPolls,
    },
    NumberRule {
        ending: "1NN3",
        example: "+34600001053",
        description: "the consent is pending for NN seconds, then at home",
        scenario: |seconds| Scenario::PendingFor(Duration::from_secs(seconds.into())),
    },
    NumberRule {
        ending: "2063",
        example: "+34600002063",
        description: "the token's scope lacks the API that was asked for",
        scenario: |_| Scenario::NarrowScope,
    },
    NumberRule {
        ending: "4033",
        example: "+34600004033",
        description: "the customer refuses the consent (access_denied)",
        scenario: |_| Scenario::ConsentRefused,
    },
    NumberRule {
        ending: "4043",
        example: "+34600004043",
        description: "the operator does not know the customer (unknown_user_id)",
        scenario: |_| Scenario::UnknownUser,
    },
    NumberRule {
        ending: "0014",
        example: "+34600000014",
        description: "the API answers 200 with a body that is not JSON",
        scenario: |_| Scenario::Malformed,
    },
    NumberRule {
        ending: "0024",
        example: "+34600000024",
        description: "roams, with a country code that contradicts the country name",
        scenario: |_| Scenario::Contradiction,
    },
    NumberRule {
        ending: "0034",
        example: "+34600000034",
        description: "at home, last confirmed a day ago",
        scenario: |_| Scenario::Stale(Duration::from_secs(24 * 60 * 60)),
    },
    NumberRule {
        ending: "NNN5",
        example: "+34600000055",
        description: "at home, answered after NNN tenths of a second",
        scenario: |tenths| Scenario::Delayed(Duration::from_millis(100) * tenths),
    },
    NumberRule {
        ending: "NNN6",
        example: "+34600000016",
        description: "at home; every token works for NNN API calls, then 401",
        scenario: Scenario::TokenLives,
    },
];

/// The digits that an identifier ends in, at least as many as a rule has.
fn digits(identifier: &Identifier) -> Option<String> {
    let text = match identifier {
        Identifier::PhoneNumber(number) => number.to_string(),
        Identifier::Ipv4 { public_address, .. }
        | Identifier::Ipv4Private { public_address, .. } => public_address.to_string(),
        Identifier::Ipv6 { address } => format!("{:04x}", address.segments()[7]),
        Identifier::External(identifier) => identifier.split('@').next()?.to_owned(),
    };
    let joined = text.replace('.', "");
    let before = joined.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = joined.strip_prefix(before)?;
    (!digits.is_empty()).then(|| format!("{digits:0>4}"))
}

fn roaming_in(code: u32) -> Scenario {
    let assigned = |mcc: &Mcc| mcc.countries().is_some();
    let mcc = u16::try_from(code).ok().and_then(Mcc::new).filter(assigned);
    Scenario::Roaming(mcc.map(Visited::network).unwrap_or_default())
}
