//! The scalars of an aggregator file.

use serde_json::json;

use crate::camara::file::OURS;
use crate::document::{Scalar, as_written};

pub(super) static URL: Scalar = Scalar {
    name: "url",
    schema: || {
        json!({
            "type": "string",
            "pattern": "^[ \\t\\n]*([Hh][Tt][Tt][Pp][Ss]:|[Hh][Tt][Tt][Pp]:)",
            "patternErrorMessage": "write a whole URL with `https`"
        })
    },
    canonical: as_written,
};

pub(super) static FILLED: Scalar = Scalar {
    name: "filled",
    schema: || {
        json!({
            "type": "string",
            "pattern": r"^(?!\s*<[\s\S]*>\s*$)[\s\S]*\S",
            "patternErrorMessage": "write a value of your own; it may not be empty"
        })
    },
    canonical: as_written,
};

pub(super) static VARIABLE: Scalar = Scalar {
    name: "variable",
    schema: || {
        json!({
            "type": "string",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "patternErrorMessage": "write the name of the variable alone, and never the secret itself"
        })
    },
    canonical: as_written,
};

pub(super) static ANY: Scalar =
    Scalar { name: "any", schema: || json!({ "type": "string" }), canonical: as_written };

pub(super) static HEADER: Scalar = Scalar {
    name: "header",
    schema: || {
        json!({
            "type": "string",
            "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
            "not": { "enum": OURS.iter().map(ToString::to_string).collect::<Vec<_>>() }
        })
    },
    canonical: as_written,
};

pub(super) static LOGIN_HINT: Scalar = Scalar {
    name: "loginHint",
    schema: || {
        json!({
            "type": "string",
            "pattern": r"^(?!.*(\+|%2[Bb])\{e164\})[^{}]*(\{e164\}([^{}]|\{e164\})*|\{ipport\}([^{}]|\{ipport\})*)$",
            "patternErrorMessage": "write `tel:{e164}` for numbers, which carries the plus sign, or `ipport:{ipport}` for addresses"
        })
    },
    canonical: as_written,
};

pub(super) static PATH: Scalar = Scalar {
    name: "path",
    schema: || {
        json!({
            "type": "string",
            "pattern": "^/[^?# ]*$",
            "patternErrorMessage": "write it with a leading slash and without a query"
        })
    },
    canonical: as_written,
};
