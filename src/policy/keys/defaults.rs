//! `defaults`, and what rules share with it.

use serde_json::json;

use super::scalar::{ACR, RETRY_AFTER, STEP_UP_STATUS, TRY_AGAIN_STATUS, members_of};
use crate::document::{Block, DURATION, Each, Key, Shape};
use crate::status::{ReasonGroup, UnknownReason};

pub(super) static DEFAULTS: Block = Block {
    name: "defaults",
    keys: &[
        Key::new(
            "onUnknown",
            Shape::Either(&[EFFECT, Shape::Each(&ON_UNKNOWN_OF_ALL)]),
            "What happens when the network does not answer, or not precisely enough: one effect, or one for each reason or group of reasons, with a `default`. It has no default of its own: nobody may choose that by accident.",
        )
        .required()
        .examples(&["deny", r#"{ "default": "deny", "outage": "allow" }"#]),
        Key::new(
            "unmatchedRoute",
            Shape::Words(&[
                ("allow", "Requests that no route names are none of this policy's business."),
                ("deny", "Requests that no route names are refused."),
            ]),
            "What happens to requests that no route names. A route for everything, `/{*rest}`, does not count.",
        )
        .required()
        .examples(&["allow"]),
        Key::new(
            "stepUp",
            Shape::Block(&STEP_UP),
            "How customers authenticate more strongly, wherever a rule does not say it itself.",
        )
        .examples(&[r#"{ "acrValues": ["urn:bank:acr:sca"], "maxAge": "5m" }"#]),
        Key::new("answers", Shape::Block(&ANSWERS), "How refusals are answered.")
            .examples(&[r#"{ "tryAgain": { "retryAfter": "10s" } }"#]),
    ],
    others: None,
    law: None,
};

/// What a fact that is not known leads to.
pub(super) const EFFECT: Shape = Shape::Words(&[
    ("allow", "The request goes on."),
    ("stepUp", "The customer authenticates more strongly and tries again."),
    ("deny", "The request is refused."),
]);

/// `onUnknown` of a rule, which may leave reasons open.
pub(super) static ON_UNKNOWN: Each = Each { names: reasons, required: &[], value: EFFECT };
static ON_UNKNOWN_OF_ALL: Each = Each { names: reasons, required: &["default"], value: EFFECT };

fn reasons() -> Vec<(&'static str, String)> {
    let default = ("default", "Every reason that is not named.".to_owned());
    let groups = ReasonGroup::ALL.iter().map(|group| (group.name(), members_of(*group)));
    let reason = |reason: &UnknownReason| (reason.name(), reason.description().to_owned());
    std::iter::once(default).chain(groups).chain(UnknownReason::ALL.iter().map(reason)).collect()
}

pub(super) static STEP_UP: Block = Block {
    name: "stepUp",
    keys: &[
        Key::new(
            "acrValues",
            Shape::Filled(&Shape::Scalar(&ACR)),
            "The authentication contexts (`acr`) of which any one is enough.",
        )
        .required()
        .examples(&[r#"["urn:bank:acr:sca"]"#]),
        Key::new(
            "maxAge",
            Shape::Scalar(&DURATION),
            "How long ago the customer may have authenticated. Without it, any time.",
        )
        .examples(&["5m"]),
        Key::new(
            "status",
            Shape::Scalar(&STEP_UP_STATUS),
            "The HTTP status of the challenge. 401 is what RFC 9470 says; 403 is for clients that drop their session on a 401.",
        )
        .default("401")
        .examples(&["403"]),
    ],
    others: None,
    law: None,
};

static ANSWERS: Block = Block {
    name: "answers",
    keys: &[
        Key::new(
            "tryAgain",
            Shape::Block(&TRY_AGAIN),
            "The answer to a request that is refused because the line could not be looked up just now.",
        )
        .examples(&[r#"{ "status": 403, "retryAfter": "10s" }"#]),
        Key::new(
            "expose",
            Shape::Words(&[("rule", "Refusals name the rule that decided, and why it was undecided.")]),
            "What clients are told beside the answer itself. Without it they learn neither rule nor reason: who knows them knows how to get around them.",
        )
        .examples(&["rule"]),
    ],
    others: None,
    law: None,
};

static TRY_AGAIN: Block = Block {
    name: "tryAgain",
    keys: &[
        Key::new(
            "status",
            Shape::Scalar(&TRY_AGAIN_STATUS),
            "The HTTP status. 403 is for load balancers that take a service out for its 503.",
        )
        .default("503")
        .examples(&["403"]),
        Key::new(
            "retryAfter",
            Shape::Scalar(&RETRY_AFTER),
            "How long the client is asked to wait (`Retry-After`), in whole seconds.",
        )
        .default("5s")
        .examples(&["10s"]),
    ],
    others: None,
    law: None,
};

/// The law of a block that may not be empty.
pub(super) fn not_empty() -> serde_json::Value {
    json!([{ "minProperties": 1 }])
}
