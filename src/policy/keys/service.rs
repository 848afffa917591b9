//! Every key of a service file: what it holds, and what it is for.

use super::envelope::{VERSION, kind};
use super::scalar::{BOOLEAN, FACT_NAME, HEADER_NAME, LABEL, SERVICE_ROUTE};
use crate::document::{Block, Key, Shape};

/// A service file.
pub(in crate::policy) static SERVICE: Block = Block {
    name: "service",
    keys: &[
        VERSION,
        kind(&[("Service", "What policies may rely on in a service.")]),
        Key::new("metadata", Shape::Block(&METADATA), "Whose service this is.")
            .required()
            .examples(&[r#"{ "name": "payments-api", "owner": "payments-dev@bank.example" }"#]),
        Key::new(
            "routes",
            Shape::List(&Shape::Scalar(&SERVICE_ROUTE)),
            "What clients can ask of it. Without this key nobody compares them with the routes of policies.",
        )
        .examples(&[r#"["POST /v1/payments", "grpc bank.transfers.v1.Transfers/*"]"#]),
        Key::new(
            "attributes",
            Shape::Map("The type of its values; for an enum, its words.", &FACT_NAME, &KIND),
            "The facts that it supplies, by the names that policies give them. What it reads from trusted headers needs no word here.",
        )
        .examples(&[
            r#"{ "request.amountEur": "number", "subject.segment": ["retail", "private"] }"#,
        ]),
        Key::new(
            "trustedHeaders",
            Shape::List(&Shape::Scalar(&HEADER_NAME)),
            "The headers that no client can write: a proxy removes them from every request and sets them itself. Policies may read these and no others.",
        )
        .examples(&[r#"["cf-ipcountry"]"#]),
        Key::new(
            "assurance",
            Shape::Scalar(&BOOLEAN),
            "Whether it knows how and when customers authenticated (`acr`, `auth_time`). Without that nobody can meet a step-up.",
        )
        .default("false")
        .examples(&["true"]),
    ],
    others: None,
    law: None,
};

static METADATA: Block = Block {
    name: "metadata",
    keys: &[
        Key::new("name", Shape::Scalar(&LABEL), "The name of the service.")
            .required()
            .examples(&["payments-api"]),
        Key::new("owner", Shape::Text, "Who is asked about this service: a team, or its address.")
            .examples(&["payments-dev@bank.example"]),
    ],
    others: None,
    law: None,
};

static KIND: Shape = Shape::Either(&[
    Shape::Words(&[
        ("number", "A number."),
        ("string", "A text."),
        ("strings", "Several texts."),
        ("country", "A country."),
        ("countries", "Several countries."),
        ("boolean", "True or false."),
    ]),
    Shape::Filled(&Shape::Text),
]);
