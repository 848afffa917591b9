//! Where the tour stops, and what must be seen there.

use roamgate::Effect::{self, Allow, Deny, StepUp};
use roamgate::UnknownReason::{
    self, ConsentPending, CountryAmbiguous, CountryUnresolved, IdentifierNotFound, NoConsent,
    NoIdentifier, Unavailable,
};

/// A request of the tour.
pub(super) struct Stop {
    pub(super) request: &'static str,
    /// Where the line is, or what is the matter with it.
    pub(super) about: &'static str,
    pub(super) line: Option<&'static str>,
    /// The customer gives the pending consent before this request.
    pub(super) consents_first: bool,
    pub(super) expected: Seen,
    /// What it means, in a sentence.
    pub(super) meaning: &'static str,
}

/// What is seen of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Seen {
    pub(super) status: u16,
    pub(super) effect: Effect,
    pub(super) rule: Option<String>,
    pub(super) reason: Option<UnknownReason>,
    /// The calls at the aggregator: bc-authorize, token, roaming.
    pub(super) calls: [u64; 3],
}

const PAY: &str = "POST /v1/payments";
const PLAY: &str = "POST /playback/start";
const ADMIN: &str = "GET /admin/users";
const EEA: Option<&str> = Some("payments-outside-eea");
const HOME: Option<&str> = Some("admin-home-only");
const PORTABLE: Option<&str> = Some("playback-portability");
/// What a line costs that was never asked about, one that was, and one whose consent is missing.
const COLD: [u64; 3] = [1, 1, 1];
const CACHED: [u64; 3] = [0, 0, 0];
const UNASKED: [u64; 3] = [1, 1, 0];

/// The tour.
pub(super) fn all() -> Vec<Stop> {
    [payments(), consents(), failures()].into_iter().flatten().collect()
}

fn payments() -> Vec<Stop> {
    vec![
        stop(PAY, "at home", "+34600000002", seen(200, Allow, None, None, COLD))
            .means("At home nothing objects. The first answer costs three calls."),
        stop(PAY, "same line again", "+34600000002", seen(200, Allow, None, None, CACHED))
            .means("The answer is remembered: nobody is asked."),
        stop(PAY, "Germany", "+34600002621", seen(200, Allow, None, None, COLD))
            .means("Germany is in the EEA, so the rule does not apply."),
        stop(PAY, "Brazil", "+34600007241", seen(403, Deny, EEA, None, COLD))
            .means("Brazil is outside: refused, and the payment code never ran."),
        stop(PAY, "MCC 340", "+34600003401", seen(401, StepUp, EEA, Some(CountryAmbiguous), COLD))
            .means("Five territories share this code, one is not listed: the customer confirms."),
        stop(
            PAY,
            "satellite",
            "+34600009011",
            seen(401, StepUp, EEA, Some(CountryUnresolved), COLD),
        )
        .means("A ship or an aircraft is in no country: the customer confirms."),
        stop(
            PAY,
            "no country told",
            "+34600000001",
            seen(401, StepUp, EEA, Some(CountryUnresolved), COLD),
        )
        .means("The network says roaming and not where: not known is never skipped."),
    ]
}

fn consents() -> Vec<Stop> {
    vec![
        stop(
            PAY,
            "consent pending",
            "+34600000003",
            seen(401, StepUp, EEA, Some(ConsentPending), UNASKED),
        )
        .means("The customer is being asked. The request does not wait for that."),
        stop(PAY, "consent given", "+34600000003", seen(200, Allow, None, None, [0, 0, 1]))
            .after_consent()
            .means("The token arrived in the background: one call is enough."),
        stop(
            ADMIN,
            "consent refused",
            "+34600004033",
            seen(403, Deny, HOME, Some(NoConsent), UNASKED),
        )
        .means("Who does not let us ask cannot prove to be at home."),
    ]
}

fn failures() -> Vec<Stop> {
    vec![
        stop(
            ADMIN,
            "aggregator down",
            "+34600005030",
            seen(503, Deny, HOME, Some(Unavailable), [1, 1, 2]),
        )
        .means("Asked once more, and fails closed: 503 with Retry-After, not 403."),
        stop(
            PLAY,
            "aggregator down",
            "+34600015030",
            seen(200, Allow, PORTABLE, Some(Unavailable), COLD),
        )
        .means("Playback fails open: an outage must not stop anybody's evening."),
        stop(
            PLAY,
            "unknown number",
            "+34600004040",
            seen(401, StepUp, PORTABLE, Some(IdentifierNotFound), COLD),
        )
        .means("A number that the operator does not know is no outage: a second factor."),
        stop(
            ADMIN,
            "same line again",
            "+34600004040",
            seen(403, Deny, HOME, Some(IdentifierNotFound), CACHED),
        )
        .means("Failures are remembered too, and are no way into the back office."),
        Stop {
            line: None,
            ..stop(ADMIN, "no line", "", seen(403, Deny, HOME, Some(NoIdentifier), CACHED))
        }
        .means("Nobody to ask about: unknown again, and the policy answers."),
        Stop {
            line: None,
            ..stop("GET /health", "no line", "", seen(200, Allow, None, None, CACHED))
        }
        .means("No rule is about this path: no lookup, and the line is not even read."),
    ]
}

fn stop(request: &'static str, about: &'static str, line: &'static str, expected: Seen) -> Stop {
    Stop { request, about, line: Some(line), consents_first: false, expected, meaning: "" }
}

fn seen(
    status: u16,
    effect: Effect,
    rule: Option<&str>,
    reason: Option<UnknownReason>,
    calls: [u64; 3],
) -> Seen {
    Seen { status, effect, rule: rule.map(ToOwned::to_owned), reason, calls }
}

impl Stop {
    fn means(self, meaning: &'static str) -> Self {
        Self { meaning, ..self }
    }

    fn after_consent(self) -> Self {
        Self { consents_first: true, ..self }
    }
}
