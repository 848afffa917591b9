//! `exceptions`.

use super::condition::CONDITION;
use super::scalar::{LABEL, MOMENT};
use crate::document::{Block, Key, Shape};

pub(super) static EXCEPTION: Block = Block {
    name: "exception",
    keys: &[
        Key::new(
            "id",
            Shape::Scalar(&LABEL),
            "The name of the exception, unique among the rules and exceptions that are loaded together.",
        )
        .required()
        .examples(&["exc-2027-014"]),
        Key::new("description", Shape::Text, "Whom it is for, and why, in one sentence.")
            .examples(&["Rescue team in the field."]),
        Key::new(
            "rules",
            Shape::Filled(&Shape::Scalar(&LABEL)),
            "The rules that it lowers, by their ids: those of this file, and those of others that name this policy in `exceptionsFrom`. No guardrail is among them.",
        )
        .required()
        .examples(&[r#"["r"]"#]),
        Key::new(
            "match",
            CONDITION,
            "For whom it is: when this is true. What is not known makes no exception.",
        )
        .required()
        .examples(&[r#"{ "subject.groups": { "containsAny": ["field-team"] } }"#]),
        Key::new(
            "reduceTo",
            Shape::Words(&[
                ("allow", "The rules object to nothing."),
                ("stepUp", "Instead of refusing, the rules ask the customer to step up."),
            ]),
            "What is left of the objections of these rules. What is milder stays as it is.",
        )
        .required()
        .examples(&["stepUp"]),
        Key::new(
            "notBefore",
            Shape::Scalar(&MOMENT),
            "When it begins. A bare date begins at 00:00 UTC.",
        )
        .examples(&["2027-03-01"]),
        Key::new(
            "expires",
            Shape::Scalar(&MOMENT),
            "When it ends. A bare date ends at 24:00 UTC.",
        )
        .required()
        .examples(&["2027-04-15", "2027-04-15T18:00:00Z"]),
        Key::new("ticket", Shape::Text, "Where it was decided.")
            .required()
            .examples(&["SEC-4711"]),
        Key::new("approvedBy", Shape::Text, "Who decided it.").examples(&["ciso@bank.example"]),
    ],
    others: None,
    law: None,
};
