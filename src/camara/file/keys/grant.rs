//! The keys of the grants.

use super::scalar::{ANY, FILLED, LOGIN_HINT};
use crate::document::{Block, Key, Shape};
use serde_json::json;

pub(super) const NO_GRANT: Shape =
    Shape::Words(&[("none", "No token: the aggregator knows us by `headers`.")]);
pub(super) static GRANT: Block = Block {
    name: "grant",
    keys: &[
        Key::new(
            "ciba",
            Shape::Block(&CIBA),
            "OIDC CIBA: the aggregator asks the operator, and the customer consents out of band.",
        )
        .examples(&[r#"{ "loginHint": "tel:{e164}", "scope": "openid" }"#]),
        Key::new(
            "jwtBearer",
            Shape::Block(&JWT_BEARER),
            "We vouch for the line in one request, signed with the key of `privateKeyJwt`. The right grant while a request waits, where the aggregator offers it.",
        )
        .examples(&[
            r#"{ "subject": "tel:{e164}", "scope": "dpv:FraudPreventionAndDetection device-roaming-status:read" }"#,
        ]),
        Key::new(
            "clientCredentials",
            Shape::Block(&CLIENT_CREDENTIALS),
            "One token for the client itself. Each request names its line.",
        )
        .examples(&[r#"{ "scope": "device-roaming-status:read" }"#]),
        Key::new(
            "authorizationCode",
            Shape::Block(&AUTHORIZATION_CODE),
            "The customer signs in with a browser. Codes are exchanged by `Client::exchange_code`.",
        )
        .examples(&[
            r#"{ "scope": "openid offline_access device-roaming-status:read", "redirectUri": "https://shop.example/callback" }"#,
        ]),
    ],
    others: None,
    law: Some(|| json!([{ "minProperties": 1, "maxProperties": 1 }])),
};

const SCOPE_EXAMPLE: &[&str] =
    &["openid dpv:FraudPreventionAndDetection device-roaming-status:read"];
const SCOPE: Key =
    Key::new("scope", Shape::Scalar(&FILLED), "What is asked for, sent as it stands.")
        .required()
        .examples(SCOPE_EXAMPLE);
const SCOPE_PARAMETER: Key = Key::new(
    "scopeParameter",
    Shape::Scalar(&FILLED),
    "The name of the parameter that carries the scope.",
)
.default("scope")
.examples(&["purpose"]);
const VALUE: Shape = Shape::Map("The value, sent as it stands.", &ANY, &Shape::Text);
const EXTRA: Key = Key::new("extra", VALUE, "Further parameters of the request for the token.")
    .examples(&[r#"{ "audience": "https://api.aggregator.example" }"#]);

const NAMING: Shape = Shape::Either(&[ONE_NAME, Shape::Filled(&ONE_NAME)]);
const ONE_NAME: Shape = Shape::Scalar(&LOGIN_HINT);

static CIBA: Block = Block {
    name: "ciba",
    keys: &[
        Key::new(
            "loginHint",
            NAMING,
            "How the line is written in `login_hint`. `{e164}` is the number with its plus sign, `{ipport}` an address with its port. A list has one for numbers and one for addresses; about a line that has none, nobody is asked.",
        )
        .required()
        .examples(&[
            "tel:{e164}",
            "phone_number:{e164}",
            "{e164}",
            r#"["tel:{e164}", "ipport:{ipport}"]"#,
        ]),
        Key::new(
            "scope",
            Shape::Scalar(&FILLED),
            "What is asked for, sent as it stands. With `offline_access`, tokens are renewed without asking the customer.",
        )
        .required()
        .examples(&["dpv:FraudPreventionAndDetection#device-status-roaming-read"]),
        SCOPE_PARAMETER,
        Key::new("extra", VALUE, "Further parameters of `bc-authorize`.")
            .examples(&[r#"{ "acr_values": "2" }"#]),
    ],
    others: None,
    law: None,
};

static JWT_BEARER: Block = Block {
    name: "jwtBearer",
    keys: &[
        Key::new(
            "subject",
            NAMING,
            "How the line is written in the claim `sub`. `{e164}` is the number with its plus sign, `{ipport}` an address with its port. A list has one for numbers and one for addresses; about a line that has none, nobody is asked.",
        )
        .required()
        .examples(&["tel:{e164}", r#"["tel:{e164}", "ipport:{ipport}"]"#]),
        SCOPE,
        EXTRA,
    ],
    others: None,
    law: None,
};

static CLIENT_CREDENTIALS: Block = Block {
    name: "clientCredentials",
    keys: &[SCOPE, SCOPE_PARAMETER, EXTRA],
    others: None,
    law: None,
};

static AUTHORIZATION_CODE: Block = Block {
    name: "authorizationCode",
    keys: &[
        SCOPE,
        Key::new(
            "redirectUri",
            Shape::Scalar(&FILLED),
            "Where the customer comes back with the code, exactly as it is registered.",
        )
        .required()
        .examples(&["https://shop.example/callback"]),
    ],
    others: None,
    law: None,
};
