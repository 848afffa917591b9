//! The schema of aggregator files, and their loader.

use roamgate::camara::Aggregator;
use serde_json::Value;

use crate::support::schema::{Entries, Pair, Row};

fn pair() -> Pair {
    Pair {
        schema: Aggregator::schema(),
        check: |text| Aggregator::check("a.yaml", text),
        document: DOCUMENT,
        blocks: ROWS,
        others: OTHERS,
    }
}

#[test]
fn the_schema_describes_exactly_the_keys_that_the_loader_reads() {
    pair().describes_what_is_read();
}

#[test]
fn the_schema_lists_exactly_the_words_that_the_loader_takes() {
    pair().lists_the_words_that_are_read();
}

#[test]
fn every_block_of_the_schema_is_held_against_the_loader() {
    pair().has_a_row_for_every_block();
}

#[test]
fn every_key_says_what_it_is_for() {
    pair().explains_every_key();
}

#[test]
fn every_key_has_an_example_and_tells_its_default() {
    let schema: Value = serde_json::from_str(&Aggregator::schema()).unwrap();
    for row in ROWS {
        let block = schema.pointer(row.at).unwrap();
        for (key, part) in block["properties"].as_object().unwrap() {
            let shows = |name: &str| part[name].as_array().is_some_and(|list| !list.is_empty());
            let is_shown = ["examples", "defaultSnippets", "enum"].into_iter().any(shows);
            assert!(is_shown, "`{key}` of `{}` has no example", row.at);
            let told = part["markdownDescription"].as_str().unwrap();
            let tells = part.get("default").is_none() || told.contains("Default: `");
            assert!(tells, "`{key}` of `{}` does not tell its default", row.at);
        }
    }
}

#[test]
fn every_example_and_every_default_loads() {
    pair().gives_examples_that_load();
}

const DOCUMENT: Entries = &[
    ("apiVersion", "roamgate/v1"),
    ("kind", "Aggregator"),
    ("baseUrl", "https://aggregator.example"),
    ("client", "{ id: c, authentication: { basic: { secret: { env: S } } } }"),
    ("grant", "{ ciba: { loginHint: 'tel:{e164}', scope: s } }"),
    ("api", "{ dialect: device-status-0.4 }"),
];

/// One that asks for no token.
const TOKENLESS: Entries = &[
    ("apiVersion", "roamgate/v1"),
    ("kind", "Aggregator"),
    ("baseUrl", "https://aggregator.example"),
    ("grant", "none"),
    ("api", "{ dialect: device-status-0.4 }"),
];

/// One that leaves to its preset what the others say.
const PRESET: Entries = &[
    ("apiVersion", "roamgate/v1"),
    ("kind", "Aggregator"),
    ("preset", "telefonica-sandbox"),
    ("client", "{ id: c, authentication: { basic: { secret: { env: S } } } }"),
];

const ROWS: &[Row] = &[
    Row { at: "", inside: "<>", entries: &[DOCUMENT, TOKENLESS, PRESET] },
    Row { at: "/definitions/discovery", inside: "discovery: <>", entries: &[&[]] },
    Row { at: "/definitions/endpoints", inside: "endpoints: <>", entries: &[&[]] },
    Row { at: "/definitions/tls", inside: "tls: <>", entries: &[&[]] },
    Row { at: "/definitions/ca", inside: "tls: { ca: <> }", entries: &[&[]] },
    Row {
        at: "/definitions/client",
        inside: "client: <>",
        entries: &[&[("id", "c"), ("authentication", "{ basic: { secret: { env: S } } }")]],
    },
    Row {
        at: "/definitions/authentication",
        inside: "client: { id: c, authentication: <> }",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/privateKeyJwt",
        inside: "client: { id: c, authentication: { privateKeyJwt: <> } }",
        entries: &[&[("key", "{ env: K }")]],
    },
    Row {
        at: "/definitions/bearerJwt",
        inside: "client: { id: c, authentication: { bearerJwt: <> } }",
        entries: &[&[("key", "{ env: K }"), ("applicationId", "a")]],
    },
    Row {
        at: "/definitions/basic",
        inside: "client: { id: c, authentication: { basic: <> } }",
        entries: &[&[("secret", "{ env: S }")]],
    },
    Row {
        at: "/definitions/secret",
        inside: "client: { id: c, authentication: { basic: { secret: <> } } }",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/grant",
        inside: "grant: <> || grant: <>\nclient: { id: c, authentication: { privateKeyJwt: { key: { env: K } } } }",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/ciba",
        inside: "grant: { ciba: <> }",
        entries: &[&[("loginHint", "'{e164}'"), ("scope", "s")]],
    },
    Row {
        at: "/definitions/jwtBearer",
        inside: "grant: { jwtBearer: <> }\nclient: { id: c, authentication: { privateKeyJwt: { key: { env: K } } } }",
        entries: &[&[("subject", "'{e164}'"), ("scope", "s")]],
    },
    Row {
        at: "/definitions/clientCredentials",
        inside: "grant: { clientCredentials: <> }",
        entries: &[&[("scope", "s")]],
    },
    Row {
        at: "/definitions/authorizationCode",
        inside: "grant: { authorizationCode: <> }",
        entries: &[&[("scope", "s"), ("redirectUri", "https://a.example")]],
    },
    Row { at: "/definitions/api", inside: "api: <>", entries: &[&[("dialect", "phone-number")]] },
    Row { at: "/definitions/timeouts", inside: "timeouts: <>", entries: &[&[]] },
    Row { at: "/definitions/limits", inside: "limits: <>", entries: &[&[]] },
];

/// The keys of the format, whether this build reads them or not.
const OTHERS: &str = "discovery preset budgets issuer authorize privateKeyJwt bearerJwt none key keyId algorithm \
    audience applicationId jwtBearer clientCredentials authorizationCode redirectUri subject compatibility \
    device-status-0.5 device-roaming-status-0.6 post";
