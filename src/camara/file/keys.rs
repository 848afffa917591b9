//! Every key of an aggregator file: what it holds, and what it is for.

use serde_json::json;

mod grant;
mod limits;
mod preset;
mod scalar;

use crate::document::{Block, DURATION, Key, Shape};
use grant::{GRANT, NO_GRANT};
use limits::LIMITS;
use preset::{PRESET, laws};
use scalar::{FILLED, HEADER, PATH, URL, VARIABLE};

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
        PRESET,
        Key::new(
            "baseUrl",
            Shape::Scalar(&URL),
            "The address below which `/bc-authorize`, `/token`, `/authorize` and the path of the dialect hang. Plain `http` is accepted for loopback addresses alone.",
        )
        .examples(&["https://aggregator.example/opengateway"]),
        Key::new(
            "endpoints",
            Shape::Block(&ENDPOINTS),
            "Endpoints that do not hang below `baseUrl`, each a whole URL.",
        )
        .examples(&[r#"{ "token": "https://auth.aggregator.example/token" }"#]),
        Key::new(
            "discovery",
            Shape::Block(&DISCOVERY),
            "The authorization server, if it publishes where its endpoints are. Only the roaming endpoint is said by `baseUrl` or `endpoints` then.",
        )
        .examples(&[r#"{ "issuer": "https://auth.aggregator.example" }"#]),
        Key::new("tls", Shape::Block(&TLS), "Whose certificates are trusted.")
            .examples(&[r#"{ "ca": { "file": "/etc/ssl/aggregator.pem" } }"#]),
        Key::new(
            "client",
            Shape::Block(&CLIENT),
            "Who we are to the aggregator. Left out where `grant: none` asks for no token.",
        )
        .examples(&[
            r#"{ "id": "my-app-id", "authentication": { "basic": { "secret": { "env": "CLIENT_SECRET" } } } }"#,
        ]),
        Key::new(
            "headers",
            Shape::Map("Where the value of this header is.", &HEADER, &SECRET_SHAPE),
            "Further request headers, for the host of the roaming endpoint alone: they are not sent to an authorization server elsewhere. Their values are never written into the file.",
        )
        .examples(&[r#"{ "x-api-key": { "env": "API_KEY" } }"#]),
        Key::new("grant", Shape::Either(&[Shape::Block(&GRANT), NO_GRANT]), "How a token is asked for.")
            .required_by_law()
            .examples(&[
                r#"{ "ciba": { "loginHint": "tel:{e164}", "scope": "openid" } }"#,
                r#"{ "clientCredentials": { "scope": "device-roaming-status:read" } }"#,
            ]),
        Key::new("api", Shape::Block(&API), "How the roaming endpoint is spoken to.")
            .required_by_law()
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
    law: Some(laws),
};

static DISCOVERY: Block = Block {
    name: "discovery",
    keys: &[Key::new(
        "issuer",
        Shape::Scalar(&URL),
        "The issuer, exactly as its metadata spell it. They are read once, below `/.well-known/openid-configuration`, and endpoints that change later are not taken.",
    )
    .required()
    .examples(&["https://auth.aggregator.example"])],
    others: None,
    law: None,
};

static ENDPOINTS: Block = Block {
    name: "endpoints",
    keys: &[
        Key::new("bcAuthorize", Shape::Scalar(&URL), "Where CIBA begins.")
            .examples(&["https://auth.aggregator.example/bc-authorize"]),
        Key::new("token", Shape::Scalar(&URL), "Where tokens are given.")
            .examples(&["https://auth.aggregator.example/token"]),
        Key::new("authorize", Shape::Scalar(&URL), "Where customers sign in.")
            .examples(&["https://auth.aggregator.example/authorize"]),
        Key::new("roaming", Shape::Scalar(&URL), "Where the status of a line is told.")
            .examples(&["https://api.aggregator.example/device-status/v0/roaming"]),
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
            .required_by_law()
            .examples(&["my-app-id"]),
        Key::new(
            "authentication",
            Shape::Either(&[Shape::Block(&AUTHENTICATION), NO_PROOF]),
            "How we prove who we are.",
        )
        .required_by_law()
        .examples(&[
            r#"{ "basic": { "secret": { "env": "CLIENT_SECRET" } } }"#,
            r#"{ "privateKeyJwt": { "key": { "file": "/run/secrets/client.pem" }, "keyId": "2026-1" } }"#,
        ]),
    ],
    others: None,
    law: None,
};

const NO_PROOF: Shape =
    Shape::Words(&[("none", "Not at all, or by `headers`. The client id is sent as it is.")]);
static AUTHENTICATION: Block = Block {
    name: "authentication",
    keys: &[
        Key::new("basic", Shape::Block(&BASIC), "HTTP Basic, with the client id and a secret.")
            .examples(&[r#"{ "secret": { "file": "/run/secrets/aggregator" } }"#]),
        Key::new(
            "privateKeyJwt",
            Shape::Block(&PRIVATE_KEY_JWT),
            "An assertion signed with a private key, as the CAMARA security profile asks for. Each request has one of its own.",
        )
        .examples(&[
            r#"{ "key": { "file": "/run/secrets/client.pem" }, "keyId": "2026-1", "algorithm": "ES256" }"#,
        ]),
        Key::new(
            "bearerJwt",
            Shape::Block(&BEARER_JWT),
            "A JWT of an application as the bearer token, as Vonage asks for. It is signed with RS256.",
        )
        .examples(&[
            r#"{ "key": { "file": "/run/secrets/app.pem" }, "applicationId": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab" }"#,
        ]),
    ],
    others: None,
    law: Some(|| json!([{ "minProperties": 1, "maxProperties": 1 }])),
};

const PRIVATE_KEY: &str = "Where the private key is, in PEM form (PKCS #8). It is never written into the file. A key file that changes is read again.";

static PRIVATE_KEY_JWT: Block = Block {
    name: "privateKeyJwt",
    keys: &[
        Key::new("key", SECRET_SHAPE, PRIVATE_KEY)
            .required_by_law()
            .examples(&[r#"{ "file": "/run/secrets/client.pem" }"#]),
        Key::new(
            "keyId",
            Shape::Scalar(&FILLED),
            "Which of our keys it is, where the aggregator knows several.",
        )
        .examples(&["2026-1"]),
        Key::new(
            "algorithm",
            Shape::Words(&[
                ("RS256", "RSA with PKCS #1 padding."),
                ("PS256", "RSA with PSS padding."),
                ("ES256", "ECDSA over P-256."),
            ]),
            "How the assertion is signed.",
        )
        .default("RS256")
        .examples(&["ES256"]),
        Key::new(
            "audience",
            Shape::Either(&[
                Shape::Words(&[
                    ("endpoint", "The URL that the request goes to, as the CAMARA profile says."),
                    ("issuer", "The issuer of `discovery`, as RFC 10070 says."),
                ]),
                Shape::Scalar(&URL),
            ]),
            "To whom the assertion is addressed: a word, or the URL that the aggregator names.",
        )
        .default("endpoint")
        .examples(&["https://auth.aggregator.example"]),
    ],
    others: None,
    law: None,
};

static BEARER_JWT: Block = Block {
    name: "bearerJwt",
    keys: &[
        Key::new("key", SECRET_SHAPE, PRIVATE_KEY)
            .required_by_law()
            .examples(&[r#"{ "file": "/run/secrets/app.pem" }"#]),
        Key::new(
            "applicationId",
            Shape::Scalar(&FILLED),
            "The application that the key belongs to.",
        )
        .required_by_law()
        .examples(&["aaaaaaaa-bbbb-cccc-dddd-0123456789ab"]),
    ],
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
        .required_by_law()
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
        Key::new("env", Shape::Scalar(&VARIABLE), "The environment variable that holds it.")
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

static API: Block = Block {
    name: "api",
    keys: &[
        Key::new(
            "dialect",
            Shape::Words(&[
                ("phone-number", "The flat body of the first samples. No published version has it."),
                ("device-status-0.4", "CAMARA Device Status 0.4: the number in `ueId`, whatever the token says."),
                ("device-status-0.5", "CAMARA Device Status 0.5: the number in `device`, whatever the token says. The path is that of 0.4."),
                (
                    "device-roaming-status-0.6",
                    "CAMARA Device Roaming Status 0.6: the number in `device` where the token does not name the line, else `{}`.",
                ),
                (
                    "device-roaming-status-1",
                    "CAMARA Device Roaming Status 1.0 and 1.1: the number in `device` where the token does not name the line, else `{}`, which is then the only body that is taken.",
                ),
            ]),
            "The version of the API that the aggregator speaks. It cannot be told from the address: 0.4 and 0.5 share one.",
        )
        .required_by_law()
        .examples(&["device-roaming-status-1"]),
        Key::new(
            "path",
            Shape::Scalar(&PATH),
            "The path below `baseUrl`, where it is not that of the dialect.",
        )
        .examples(&["/device-status/v0/roaming"]),
        Key::new(
            "compatibility",
            Shape::List(&DEVIATION),
            "Where the provider is known to leave the contract. Without it, what cannot be read is a country that nobody knows.",
        )
        .examples(&[r#"["trustNames"]"#]),
    ],
    others: None,
    law: None,
};

const DEVIATION: Shape = Shape::Words(&[
    ("stringCode", "`countryCode` in quotes is read: `\"262\"`."),
    (
        "trustNames",
        "Where `countryCode` and `countryName` contradict each other, the names are right: for providers that send calling codes.",
    ),
]);

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
