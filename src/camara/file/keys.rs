//! Every key of an aggregator file: what it holds, and what it is for.

use serde_json::json;

mod limits;
mod scalar;

use crate::document::{Block, DURATION, Key, Shape};
use limits::LIMITS;
use scalar::{ANY, FILLED, HEADER, LOGIN_HINT, PATH, URL};

/// An aggregator file.
pub(in crate::camara) static AGGREGATOR: Block = Block {
    name: "aggregator",
    keys: &[
        Key::new(
            "apiVersion",
            Shape::Words(&[("roamgate/v1", "Version 1 of the format.")]),
            "The version of the format this file is written in.",
        )
        .required(),
        Key::new(
            "kind",
            Shape::Words(&[("Aggregator", "Whom to ask where a line is, and how.")]),
            "What this file is. The name of the file does not matter.",
        )
        .required(),
        Key::new(
            "baseUrl",
            Shape::Scalar(&URL),
            "The address below which `/bc-authorize`, `/token` and the path of the dialect hang. Plain `http` is accepted for loopback addresses alone.",
        )
        .examples(&["https://aggregator.example/opengateway"]),
        Key::new(
            "endpoints",
            Shape::Block(&ENDPOINTS),
            "Endpoints that do not hang below `baseUrl`, each a whole URL.",
        )
        .examples(&[r#"{ "token": "https://auth.aggregator.example/token" }"#]),
        Key::new("tls", Shape::Block(&TLS), "Whose certificates are trusted.")
            .examples(&[r#"{ "ca": { "file": "/etc/ssl/aggregator.pem" } }"#]),
        Key::new("client", Shape::Block(&CLIENT), "Who we are to the aggregator.").required().examples(&[
            r#"{ "id": "my-app-id", "authentication": { "basic": { "secret": { "env": "CLIENT_SECRET" } } } }"#,
        ]),
        Key::new(
            "headers",
            Shape::Map("Where the value of this header is.", &HEADER, &SECRET_SHAPE),
            "Further request headers. Their values are never written into the file.",
        )
        .examples(&[r#"{ "x-api-key": { "env": "API_KEY" } }"#]),
        Key::new("grant", Shape::Block(&GRANT), "How a token for a line is asked for.")
            .required()
            .examples(&[r#"{ "ciba": { "loginHint": "tel:{e164}", "scope": "openid" } }"#]),
        Key::new("api", Shape::Block(&API), "How the roaming endpoint is spoken to.")
            .required()
            .examples(&[r#"{ "dialect": "device-roaming-status-1" }"#]),
        Key::new("timeouts", Shape::Block(&TIMEOUTS), "How long things may take.")
            .examples(&[r#"{ "attempt": "2s", "total": "5s" }"#]),
        Key::new(
            "limits",
            Shape::Block(&LIMITS),
            "How much may be asked. Beyond, nothing is sent, and the line is unknown at once.",
        )
        .examples(&[r#"{ "lookupsPerDay": 20000, "newLinesPerCaller": 10 }"#]),
    ],
    others: None,
    law: Some(|| {
        let complete = json!({ "required": ["bcAuthorize", "token", "roaming"] });
        json!([{
            "if": { "required": ["endpoints"], "properties": { "endpoints": complete } },
            "else": { "required": ["baseUrl"] }
        }])
    }),
};

static ENDPOINTS: Block = Block {
    name: "endpoints",
    keys: &[
        Key::new("bcAuthorize", Shape::Scalar(&URL), "Where CIBA begins.")
            .examples(&["https://auth.aggregator.example/bc-authorize"]),
        Key::new("token", Shape::Scalar(&URL), "Where tokens are given.")
            .examples(&["https://auth.aggregator.example/token"]),
        Key::new("roaming", Shape::Scalar(&URL), "Where the status of a line is told.")
            .examples(&["https://api.aggregator.example/device-roaming-status/v1/retrieve"]),
    ],
    others: None,
    law: None,
};

static TLS: Block = Block {
    name: "tls",
    keys: &[Key::new(
        "ca",
        Shape::Block(&CA),
        "A root certificate that is trusted besides those of the system. There is no switch that turns verification off.",
    )
    .required()
    .examples(&[r#"{ "file": "/etc/ssl/aggregator.pem" }"#])],
    others: None,
    law: None,
};

static CA: Block = Block {
    name: "ca",
    keys: &[Key::new(
        "file",
        Shape::Text,
        "The path of a PEM file. A relative path starts at this file's folder.",
    )
    .required()
    .examples(&["/etc/ssl/aggregator.pem"])],
    others: None,
    law: None,
};

static CLIENT: Block = Block {
    name: "client",
    keys: &[
        Key::new("id", Shape::Scalar(&FILLED), "The client id that the aggregator gave you.")
            .required()
            .examples(&["my-app-id"]),
        Key::new("authentication", Shape::Block(&AUTHENTICATION), "How we prove who we are.")
            .required()
            .examples(&[r#"{ "basic": { "secret": { "env": "CLIENT_SECRET" } } }"#]),
    ],
    others: None,
    law: None,
};

static AUTHENTICATION: Block = Block {
    name: "authentication",
    keys: &[Key::new(
        "basic",
        Shape::Block(&BASIC),
        "HTTP Basic, with the client id and a secret.",
    )
    .required()
    .examples(&[r#"{ "secret": { "file": "/run/secrets/aggregator" } }"#])],
    others: None,
    law: None,
};

static BASIC: Block = Block {
    name: "basic",
    keys: &[
        Key::new(
            "secret",
            SECRET_SHAPE,
            "Where the client secret is. It is never written into the file.",
        )
        .required()
        .examples(&[r#"{ "env": "CLIENT_SECRET" }"#]),
        Key::new(
            "encoding",
            Shape::Words(&[
                ("form", "Form-encoded each, as RFC 6749 says."),
                ("raw", "As they are, for gateways that expect them so."),
            ]),
            "What happens to id and secret before they are joined.",
        )
        .default("form")
        .examples(&["raw"]),
    ],
    others: None,
    law: None,
};

const SECRET_SHAPE: Shape = Shape::Block(&SECRET);
static SECRET: Block = Block {
    name: "secret",
    keys: &[
        Key::new("env", Shape::Text, "The environment variable that holds it.")
            .examples(&["CLIENT_SECRET"]),
        Key::new(
            "file",
            Shape::Text,
            "The file that holds it. A relative path starts at this file's folder; one line break at the end does not count.",
        )
        .examples(&["/run/secrets/aggregator"]),
    ],
    others: None,
    law: Some(|| json!([{ "minProperties": 1, "maxProperties": 1 }])),
};

static GRANT: Block = Block {
    name: "grant",
    keys: &[Key::new(
        "ciba",
        Shape::Block(&CIBA),
        "OIDC CIBA: the aggregator asks the operator, and the customer consents out of band.",
    )
    .required()
    .examples(&[r#"{ "loginHint": "tel:{e164}", "scope": "openid" }"#])],
    others: None,
    law: None,
};

static CIBA: Block = Block {
    name: "ciba",
    keys: &[
        Key::new(
            "loginHint",
            Shape::Scalar(&LOGIN_HINT),
            "How the number is written in `login_hint`. `{e164}` is the number with its plus sign.",
        )
        .required()
        .examples(&["tel:{e164}", "phone_number:{e164}", "{e164}"]),
        Key::new("scope", Shape::Scalar(&FILLED), "What is asked for, sent as it stands.")
            .required()
            .examples(&["dpv:FraudPreventionAndDetection#device-status-roaming-read"]),
        Key::new(
            "scopeParameter",
            Shape::Scalar(&FILLED),
            "The name of the parameter that carries the scope.",
        )
        .default("scope")
        .examples(&["purpose"]),
        Key::new(
            "extra",
            Shape::Map("The value, sent as it stands.", &ANY, &Shape::Text),
            "Further parameters of `bc-authorize`.",
        )
        .examples(&[r#"{ "acr_values": "2" }"#]),
    ],
    others: None,
    law: None,
};

static API: Block = Block {
    name: "api",
    keys: &[
        Key::new(
            "dialect",
            Shape::Words(&[
                ("phone-number", "The flat body of the first samples. No published version has it."),
                ("device-status-0.4", "CAMARA Device Status 0.4: the number in `ueId`."),
                (
                    "device-roaming-status-1",
                    "CAMARA Device Roaming Status 1.x: the token names the line, the body does not.",
                ),
            ]),
            "The version of the API that the aggregator speaks.",
        )
        .required()
        .examples(&["device-roaming-status-1"]),
        Key::new(
            "path",
            Shape::Scalar(&PATH),
            "The path below `baseUrl`, where it is not that of the dialect.",
        )
        .examples(&["/device-status/v0/roaming"]),
    ],
    others: None,
    law: None,
};

static TIMEOUTS: Block = Block {
    name: "timeouts",
    keys: &[
        Key::new("connect", Shape::Scalar(&DURATION), "To reach the aggregator.")
            .default("1s")
            .examples(&["500ms"]),
        Key::new("attempt", Shape::Scalar(&DURATION), "For one request, its answer included.")
            .default("2s")
            .examples(&["1s"]),
        Key::new("total", Shape::Scalar(&DURATION), "For a whole lookup, all its requests.")
            .default("5s")
            .examples(&["3s"]),
    ],
    others: None,
    law: None,
};
