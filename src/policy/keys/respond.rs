//! `respond` and `respondUnknown`.

use serde_json::json;

use super::scalar::LABEL;
use crate::document::{Block, Key, Scalar, Shape, as_written};

pub(super) static RESPOND: Block = Block {
    name: "respond",
    keys: &[
        Key::new(
            "status",
            Shape::Scalar(&STATUS),
            "The HTTP status, from 400 to 499. 401 is for step-ups.",
        )
        .examples(&["451"]),
        Key::new("problem", Shape::Block(&PROBLEM), "What the body says (RFC 9457).")
            .examples(&[r#"{ "code": "not-abroad", "title": "Not available while travelling" }"#]),
        Key::new(
            "headers",
            Shape::Map("The value of this header.", &HEADER, &Shape::Text),
            "Further headers. Those of the connection, of credentials and of the answer itself may not be set.",
        )
        .examples(&[r#"{ "x-reason": "travelling" }"#]),
        Key::new(
            "redirect",
            Shape::Scalar(&REDIRECT),
            "Where browsers are sent instead: a path of the same origin, in which `{path}` stands for the path of the request.",
        )
        .examples(&["/step-up?return={path}"]),
    ],
    others: None,
    law: None,
};

static PROBLEM: Block = Block {
    name: "problem",
    keys: &[
        Key::new("code", Shape::Scalar(&LABEL), "What a program can branch on.")
            .examples(&["not-abroad"]),
        Key::new("title", TEXTS, "What a person reads: one text, or one for each language.")
            .examples(&["Not available while travelling", r#"{ "en": "No", "de": "Nein" }"#]),
        Key::new("detail", TEXTS, "More of it: one text, or one for each language.")
            .examples(&["Call your branch."]),
    ],
    others: None,
    law: None,
};

const TEXTS: Shape = Shape::Either(&[
    Shape::Text,
    Shape::Map("The text in this language.", &LANGUAGE, &Shape::Text),
]);

static STATUS: Scalar = Scalar {
    name: "status",
    schema: || json!({ "type": "integer", "minimum": 400, "maximum": 499, "not": { "enum": [401, 407, 426] } }),
    canonical: as_written,
};

pub(super) static HEADER: Scalar = Scalar {
    name: "header",
    schema: || json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" }),
    canonical: as_written,
};

static LANGUAGE: Scalar = Scalar {
    name: "language",
    schema: || json!({ "type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$" }),
    canonical: as_written,
};

static REDIRECT: Scalar = Scalar {
    name: "redirect",
    schema: || json!({ "type": "string", "pattern": "^/($|[^/\\\\])" }),
    canonical: as_written,
};
