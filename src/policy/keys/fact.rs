//! Free facts: how they are declared, and what is asked of them.

use serde_json::json;

use super::condition::ATTRIBUTE_ITEM;
use super::defaults::not_empty;
use super::scalar::{CLOCK, FACT_NAME, HEADER_NAME, NUMBER, VALUE};
use crate::document::{Block, Key, Shape};

/// The declaration of an attribute.
pub(super) static ATTRIBUTE: Block = Block {
    name: "attribute",
    keys: &[
        Key::new(
            "type",
            Shape::Words(&[
                ("number", "Asked with `eq`, `gt`, `gte`, `lt`, `lte`."),
                ("enum", "One of `values`. Asked with `is`, `in`, `notIn`."),
                ("string", "A text. Asked with `is`, `in`, `notIn`."),
                ("strings", "Several texts. Asked with `containsAny`, `containsAll`, `containsNone`."),
                ("country", "Asked with `in`, `notIn`, and by `line: { differsFrom: … }`."),
                ("countries", "Several countries. Asked with `in`, `notIn`, and named in lists."),
                ("boolean", "Asked with `is`."),
            ]),
            "What its values are.",
        )
        .required()
        .examples(&["number"]),
        Key::new(
            "values",
            Shape::Filled(&Shape::Text),
            "The words of an `enum`. Any other value counts as missing.",
        ),
        Key::new(
            "source",
            Shape::Either(&[
                Shape::Words(&[
                    ("extension", "The service attaches it to the request."),
                    ("claim", "A claim of the customer's session."),
                ]),
                Shape::Block(&SOURCE),
            ]),
            "Where it comes from. Whether a header may be trusted is for the service to say, not for this file.",
        )
        .default("extension")
        .examples(&["claim", r#"{ "header": "cf-ipcountry" }"#]),
    ],
    others: None,
    law: Some(|| {
        json!([{
            "if": { "required": ["type"], "properties": { "type": { "const": "enum" } } },
            "then": { "required": ["values"] },
            "else": { "properties": { "values": false } }
        }])
    }),
};

static SOURCE: Block = Block {
    name: "source",
    keys: &[Key::new(
        "header",
        Shape::Scalar(&HEADER_NAME),
        "The header that holds it. The service must have declared it trusted.",
    )
    .required()
    .examples(&["cf-ipcountry"])],
    others: None,
    law: None,
};

/// What is asked of an attribute, whose type says which keys fit.
pub(super) const ASKED: Shape = Shape::Block(&FACT);

static FACT: Block = Block {
    name: "fact",
    keys: &[
        Key::new("eq", Shape::Scalar(&NUMBER), "The number is this one."),
        Key::new("gt", Shape::Scalar(&NUMBER), "The number is greater."),
        Key::new("gte", Shape::Scalar(&NUMBER), "The number is this one or greater."),
        Key::new("lt", Shape::Scalar(&NUMBER), "The number is less."),
        Key::new("lte", Shape::Scalar(&NUMBER), "The number is this one or less."),
        Key::new(
            "is",
            Shape::Either(&[Shape::Text, Shape::Scalar(&super::scalar::BOOLEAN)]),
            "The text is this one, or the answer is `true` or `false`.",
        ),
        Key::new("in", VALUES, "It is one of these: texts, or countries and groups of them."),
        Key::new("notIn", VALUES, "It is none of these."),
        Key::new("containsAny", TEXTS, "At least one of these is among its texts."),
        Key::new("containsAll", TEXTS, "All of these are among its texts."),
        Key::new("containsNone", TEXTS, "None of these is among its texts."),
    ],
    others: None,
    law: Some(not_empty),
};

const TEXTS: Shape = Shape::Filled(&Shape::Text);
const VALUES: Shape = Shape::Filled(&VALUE_ITEM);
static VALUE_ITEM: Shape = Shape::Either(&[Shape::Scalar(&VALUE), ATTRIBUTE_ITEM]);

/// A countries attribute inside a list.
pub(super) static NAMED: Block = Block {
    name: "named",
    keys: &[Key::new(
        "attribute",
        Shape::Scalar(&FACT_NAME),
        "An attribute of the type `countries`, whose countries belong to the list: a customer's announced journeys.",
    )
    .required()],
    others: None,
    law: None,
};

pub(super) const LINE_NUMBER: Key = Key::new(
    "line.numberCountry",
    ASKED,
    "The countries of the number's calling prefix, area codes of `+1` and `+7` included. Free: no lookup is made.",
)
.examples(&[r#"{ "in": ["eea"] }"#]);

pub(super) const LINE_PROOF: Key = Key::new(
    "line.proof",
    ASKED,
    "`network` where the operator itself recognised the device, `claimed` otherwise.",
)
.examples(&[r#"{ "is": "network" }"#]);

pub(super) const SUBJECT_ID: Key =
    Key::new("subject.id", ASKED, "The service's own name of the customer.")
        .examples(&[r#"{ "in": ["customer-17"] }"#]);

pub(super) const SUBJECT_GROUPS: Key =
    Key::new("subject.groups", ASKED, "The groups to which the customer belongs.")
        .examples(&[r#"{ "containsAny": ["corporate-travel"] }"#]);

pub(super) const TIME: Key = Key::new(
    "time",
    Shape::Block(&WINDOW),
    "A window in the wall-clock time of a zone. Over midnight it belongs to the day on which it opens.",
)
.examples(&[r#"{ "from": "23:00", "to": "06:00", "timezone": "Europe/Madrid" }"#]);

static WINDOW: Block = Block {
    name: "window",
    keys: &[
        Key::new("from", Shape::Scalar(&CLOCK), "When it opens, inclusive.").default("00:00"),
        Key::new("to", Shape::Scalar(&CLOCK), "When it closes, exclusive.").default("24:00"),
        Key::new("timezone", Shape::Text, "Where the clock hangs: a name of the IANA database.")
            .required()
            .examples(&["Europe/Madrid"]),
        Key::new(
            "days",
            Shape::Filled(&Shape::Words(DAYS)),
            "The days on which it opens. Without them, every day.",
        )
        .examples(&[r#"["sat", "sun"]"#]),
    ],
    others: None,
    law: None,
};

const DAYS: &[(&str, &str)] = &[
    ("mon", "Monday."),
    ("tue", "Tuesday."),
    ("wed", "Wednesday."),
    ("thu", "Thursday."),
    ("fri", "Friday."),
    ("sat", "Saturday."),
    ("sun", "Sunday."),
];
