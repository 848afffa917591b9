//! Every key of an override file: what it holds, and what it is for.

use serde_json::json;

use super::defaults::{EFFECT, ON_UNKNOWN};
use super::envelope::{VERSION, kind};
use super::scalar::{BOOLEAN, LABEL, MOMENT};
use crate::document::{Block, Key, Shape};

/// An override file.
pub(in crate::policy) static OVERRIDE: Block = Block {
    name: "override",
    keys: &[
        VERSION,
        kind(&[("Override", "For one bad night, rules do not mean what they say.")]),
        Key::new("metadata", Shape::Block(&METADATA), "Which override this is.")
            .required()
            .examples(&[r#"{ "name": "night-of-march-1" }"#]),
        Key::new(
            "rules",
            Shape::Filled(&Shape::Scalar(&LABEL)),
            "The rules that it is for, by their ids. No guardrail is among them.",
        )
        .examples(&[r#"["r"]"#]),
        Key::new(
            "files",
            Shape::Filled(&Shape::Scalar(&LABEL)),
            "The policies all of whose rules it is for, by the `name` in their `metadata`. Guardrails stay as they are.",
        )
        .examples(&[r#"["p"]"#]),
        Key::new(
            "all",
            Shape::Scalar(&BOOLEAN),
            "Whether it is for every rule of every policy. Guardrails stay as they are.",
        )
        .examples(&["true"]),
        Key::new(
            "set",
            Shape::Either(&[
                Shape::Words(&[
                    ("off", "The rules say nothing."),
                    ("shadow", "The rules are evaluated without effect."),
                ]),
                Shape::Block(&SET),
            ]),
            "What the rules are while the override lives.",
        )
        .required()
        .examples(&["off", r#"{ "onUnknown": { "outage": "allow" } }"#]),
        Key::new(
            "expires",
            Shape::Scalar(&MOMENT),
            "When it ends: at most 24 hours ahead. A bare date ends at 24:00 UTC.",
        )
        .required()
        .examples(&["2027-03-01T06:00:00Z"]),
        Key::new("ticket", Shape::Text, "Where it was decided.")
            .required()
            .examples(&["INC-4711"]),
        Key::new("approvedBy", Shape::Text, "Who decided it.")
            .required()
            .examples(&["ciso@bank.example"]),
    ],
    others: None,
    law: Some(|| {
        json!([{
            "oneOf": [
                { "required": ["rules"] }, { "required": ["files"] }, { "required": ["all"] }
            ]
        }])
    }),
};

static METADATA: Block = Block {
    name: "metadata",
    keys: &[
        Key::new(
            "name",
            Shape::Scalar(&LABEL),
            "The name of the override, unique among the files that are loaded together: decisions that it touches name it.",
        )
        .required()
        .examples(&["night-of-march-1"]),
        Key::new("owner", Shape::Text, "Who is asked about it: a team, or its address.")
            .examples(&["payments-oncall@bank.example"]),
    ],
    others: None,
    law: None,
};

static SET: Block = Block {
    name: "set",
    keys: &[Key::new(
        "onUnknown",
        Shape::Either(&[EFFECT, Shape::Each(&ON_UNKNOWN)]),
        "What happens when the rules cannot be decided: one effect, or one for each reason or group of reasons. What is not named here stays as the rules have it.",
    )
    .required()
    .examples(&["stepUp", r#"{ "outage": "allow" }"#])],
    others: None,
    law: None,
};
