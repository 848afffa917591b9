//! `rules`.

use serde_json::json;

use super::annotate::ANNOTATE;
use super::condition::{CONDITION, MATCH};
use super::defaults::{EFFECT, ON_UNKNOWN, STEP_UP};
use super::lint::LINT;
use super::respond::RESPOND;
use super::scalar::{BOOLEAN, FACT_NAME, LABEL, MOMENT, PERCENT, SHARE};
use crate::document::{Block, Key, Shape};

pub(super) static RULE: Block = Block {
    name: "rule",
    keys: &[
        Key::new(
            "id",
            Shape::Scalar(&LABEL),
            "The name of the rule in records and answers, unique among the files that are loaded together.",
        )
        .required()
        .examples(&["payments-outside-eea"]),
        Key::new("description", Shape::Text, "What the rule is for, in one sentence.")
            .examples(&["Refuse payments while the line is roaming outside the EEA."]),
        Key::new("match", Shape::Block(&MATCH), "Which requests the rule is about.")
            .required()
            .examples(&[r#"{ "routes": ["pay"] }"#]),
        Key::new(
            "when",
            CONDITION,
            "The rule objects when this is true: a list of what is stopped. It goes with `effect`.",
        )
        .examples(&[r#"{ "line": { "roamingOutside": ["eea"] } }"#]),
        Key::new("effect", EFFECT_OF_RULE, "What happens when `when` is true.").examples(&["deny"]),
        Key::new(
            "require",
            CONDITION,
            "The rule objects unless this is proved: a list of what is let through. Also what is not known is stopped. It goes with `otherwise`.",
        )
        .examples(&[r#"{ "line": "home" }"#]),
        Key::new("otherwise", OBJECTION, "What happens when `require` is not proved.")
            .examples(&["deny"]),
        Key::new(
            "unless",
            CONDITION,
            "Excuses the rule when this is true. What is not known excuses nobody.",
        )
        .examples(&[r#"{ "line": { "roamingIn": ["CH"] } }"#]),
        Key::new(
            "onUnknown",
            Shape::Either(&[EFFECT, Shape::Each(&ON_UNKNOWN)]),
            "What happens when this rule cannot be decided: one effect, or one for each reason or group of reasons. What is not named here follows `otherwise`, or for `when` the `onUnknown` of `defaults`.",
        )
        .examples(&["stepUp", r#"{ "default": "allow", "identifierNotFound": "stepUp" }"#]),
        Key::new(
            "stepUp",
            Shape::Block(&STEP_UP),
            "How customers step up for this rule, where it differs from `defaults`.",
        )
        .examples(&[r#"{ "acrValues": ["phr"], "maxAge": "15m" }"#]),
        Key::new(
            "respond",
            Shape::Block(&RESPOND),
            "How refusals by this rule look. Without it: 403 and the code `denied`.",
        )
        .examples(&[r#"{ "status": 451 }"#]),
        Key::new(
            "respondUnknown",
            Shape::Block(&RESPOND),
            "How refusals look that come from `onUnknown` of this rule.",
        )
        .examples(&[r#"{ "problem": { "title": "We cannot check your line" } }"#]),
        Key::new(
            "annotate",
            Shape::Block(&ANNOTATE),
            "What `effect: annotate` tells the application: headers that are set when `when` is true. Where several rules set the same header, the one whose id comes first in the alphabet does.",
        )
        .examples(&[
            r#"{ "requestHeaders": { "x-line-state": "${line.state}" }, "responseHeaders": { "x-video-quality": "low" } }"#,
        ]),
        Key::new(
            "lookup",
            Shape::Words(&[("wait", "Requests wait for the line, as they do for rules that object.")]),
            "What a rule with `effect: annotate` asks of lookups. Without it no request waits for the rule: what is cached counts, and a lookup begins for later requests.",
        )
        .examples(&["wait"]),
        Key::new(
            "rollout",
            Shape::Block(&ROLLOUT),
            "The part of the customers for whom the rule is in force. For the others it runs as shadow.",
        )
        .examples(&[r#"{ "percent": 10, "sticky": "subject.id" }"#]),
        Key::new(
            "guardrail",
            Shape::Scalar(&BOOLEAN),
            "Nobody lifts this rule: no exception lowers it, and the `mode` of its file leaves it as it is. Its own `unless` still excuses.",
        )
        .default("false")
        .examples(&["true"]),
        Key::new(
            "exceptionsFrom",
            Shape::List(&Shape::Scalar(&LABEL)),
            "Policies, by their `metadata.name`, whose `exceptions` may name this rule. Those of its own file always may.",
        )
        .examples(&[r#"["field-operations"]"#]),
        Key::new(
            "mode",
            Shape::Words(MODES),
            "Whether the rule is in force. The weaker of file and rule wins.",
        )
        .default("enforce")
        .examples(&["enforce"]),
        Key::new("shadow", Shape::Block(&SHADOW), "How `mode: shadow` is limited.")
            .examples(&[r#"{ "until": "2027-04-30" }"#]),
        Key::new("off", Shape::Block(&OFF), "How `mode: off` is limited.")
            .examples(&[r#"{ "until": "2027-04-30", "ticket": "SEC-1201" }"#]),
        Key::new("lint", LINT, "The warnings about this rule that are accepted.")
            .examples(&[r#"[{ "accept": "W108", "because": "an outage must not stop the bank" }]"#]),
    ],
    others: None,
    law: Some(|| {
        json!([
            {
                "if": { "required": ["require"] },
                "then": {
                    "required": ["otherwise"], "properties": { "when": false, "effect": false }
                },
                "else": { "required": ["when", "effect"], "properties": { "otherwise": false } }
            },
            annotating(),
            limited("shadow", &["until"]),
            limited("off", &["until", "ticket"]),
        ])
    }),
};

/// A rule objects or annotates.
fn annotating() -> serde_json::Value {
    json!({
        "if": { "required": ["effect"], "properties": { "effect": { "const": "annotate" } } },
        "then": {
            "required": ["annotate"],
            "properties": {
                "onUnknown": false, "stepUp": false, "respond": false, "respondUnknown": false,
                "guardrail": false, "exceptionsFrom": false
            }
        },
        "else": { "properties": { "annotate": false, "lookup": false } }
    })
}

/// A mode that needs a block which says until when.
fn limited(mode: &str, needs: &[&str]) -> serde_json::Value {
    json!({
        "if": { "required": ["mode"], "properties": { "mode": { "const": mode } } },
        "then": { "required": [mode], "properties": { mode: { "required": needs } } }
    })
}

/// What a rule over `when` can do.
const EFFECT_OF_RULE: Shape = Shape::Words(&[
    ("stepUp", "The customer authenticates more strongly and tries again."),
    ("deny", "The request is refused."),
    ("annotate", "The request goes on as the other rules have it, and the application is told."),
]);

/// What a rule over `require` can do: object.
const OBJECTION: Shape = Shape::Words(&[
    ("stepUp", "The customer authenticates more strongly and tries again."),
    ("deny", "The request is refused."),
]);

/// The words for `mode`, of a rule and of a file.
pub(super) const MODES: &[(&str, &str)] = &[
    ("enforce", "In force."),
    ("shadow", "Evaluated and recorded, without effect."),
    ("off", "Not evaluated."),
];

static SHADOW: Block = Block {
    name: "shadow",
    keys: &[
        Key::new(
            "until",
            Shape::Scalar(&MOMENT),
            "When the rule shall have been promoted or removed. A bare date ends at 24:00 UTC.",
        )
        .examples(&["2027-04-30", "2027-04-30T18:00:00Z"]),
        Key::new(
            "sample",
            Shape::Scalar(&SHARE),
            "For how many requests the rule has the line looked up, after they are answered, where no rule in force needs it. Each lookup may cost.",
        )
        .default("100%")
        .examples(&["25%"]),
    ],
    others: None,
    law: None,
};

static ROLLOUT: Block = Block {
    name: "rollout",
    keys: &[
        Key::new(
            "percent",
            Shape::Scalar(&PERCENT),
            "How many customers of a hundred are inside. Raising it lets nobody out.",
        )
        .required()
        .examples(&["10"]),
        Key::new(
            "sticky",
            Shape::Scalar(&FACT_NAME),
            "The fact, a text, by which a customer is always on the same side. A request that lacks it counts as inside.",
        )
        .required()
        .examples(&["subject.id"]),
    ],
    others: None,
    law: None,
};

static OFF: Block = Block {
    name: "off",
    keys: &[
        Key::new(
            "until",
            Shape::Scalar(&MOMENT),
            "When the rule shall be in force again, or removed. A bare date ends at 24:00 UTC.",
        )
        .examples(&["2027-04-30"]),
        Key::new("ticket", Shape::Text, "Where it was decided to switch the rule off.")
            .examples(&["SEC-1201"]),
    ],
    others: None,
    law: None,
};
