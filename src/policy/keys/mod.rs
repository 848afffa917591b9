//! Every key of a policy file: what it holds, and what it is for. The order is that of the language.

mod annotate;
mod condition;
mod defaults;
mod envelope;
mod exception;
mod fact;
mod lint;
mod lookup;
mod overriding;
mod respond;
mod rule;
mod scalar;
mod service;
mod suite;

use serde_json::json;

pub(super) use overriding::OVERRIDE;
pub(super) use service::SERVICE;
pub(super) use suite::SUITE;

use crate::document::{Block, Key, Shape};
use condition::{CONDITION, PLACES};
use defaults::DEFAULTS;
use envelope::{VERSION, kind};
use exception::EXCEPTION;
use lint::LINT;
use lookup::{FRESHNESS, ROUTE_SETTINGS};
use rule::RULE;
use scalar::{EDITION, FACT_NAME, GROUP_NAME, GRPC, LABEL, METHOD, PATH};

/// A policy file.
pub(super) static POLICY: Block = Block {
    name: "policy",
    keys: &[
        VERSION,
        kind(&[("RoamingPolicy", "Routes, and rules over where a line is.")]),
        Key::new("metadata", Shape::Block(&METADATA), "Whose policy this is.")
            .required()
            .examples(&[r#"{ "name": "payments-eea", "owner": "fraud-ops@bank.example" }"#]),
        Key::new(
            "defaults",
            Shape::Block(&DEFAULTS),
            "What holds for all rules of this file, unless a rule says otherwise.",
        )
        .required()
        .examples(&[r#"{ "unmatchedRoute": "allow", "onUnknown": "deny" }"#]),
        Key::new(
            "countryGroups",
            Shape::Map(
                "The members of this group.",
                &GROUP_NAME,
                &PLACES,
            ),
            "Groups of countries of your own, by name. They may hold each other, but may not hide a built-in group. They are known in this file alone.",
        )
        .examples(&[r#"{ "embargoed": ["CU", "IR", "KP", "SY"] }"#]),
        Key::new(
            "attributes",
            Shape::Map("What this attribute is.", &FACT_NAME, &Shape::Block(&fact::ATTRIBUTE)),
            "Facts that only the service knows, by the names under which conditions ask for them. A request that lacks one leaves the conditions undecided (`missingAttribute`).",
        )
        .examples(&[r#"{ "request.amountEur": { "type": "number" } }"#]),
        Key::new(
            "freshness",
            Shape::Block(&FRESHNESS),
            "How old an answer about a line may be, and how long a request may wait for one.",
        )
        .examples(&[r#"{ "maxAge": "2m", "maxWait": "250ms" }"#]),
        Key::new(
            "routes",
            Shape::Map(
                "What belongs to this route. A request belongs to every route with an entry that matches it.",
                &LABEL,
                &Shape::Filled(&Shape::Block(&ROUTE)),
            ),
            "Names for what clients ask. Rules name these, never paths.",
        )
        .required()
        .examples(&[r#"{ "pay": [{ "method": "POST", "path": "/v1/payments" }] }"#]),
        Key::new(
            "routeSettings",
            ROUTE_SETTINGS,
            "What differs on single routes: whether requests wait for lookups, and how fresh answers are.",
        )
        .examples(&[r#"{ "pay": { "lookup": "cachedOnly" } }"#]),
        Key::new(
            "groupsVersion",
            Shape::Scalar(&EDITION),
            "Which dated edition of the built-in groups of countries counts. Without it, the oldest of this major version, so that an upgrade changes no decision.",
        )
        .examples(&["2025-01-01"]),
        Key::new(
            "conditions",
            Shape::Map("What this name stands for.", &LABEL, &CONDITION),
            "Blocks with names, for reuse: `unless: on-call`. Permanent carve-outs live here.",
        )
        .examples(&[r#"{ "at-home": { "line": "home" } }"#]),
        Key::new(
            "rules",
            Shape::List(&Shape::Block(&RULE)),
            "The rules. Each can only object, and the strictest objection wins: their order means nothing.",
        )
        .required()
        .examples(&[
            r#"[{ "id": "abroad", "match": { "routes": ["pay"] }, "when": { "line": "abroad" }, "effect": "deny" }]"#,
        ]),
        Key::new(
            "exceptions",
            Shape::List(&Shape::Block(&EXCEPTION)),
            "For a while, and for a few, some rules do not mean what they say. What holds for ever is an `unless`.",
        )
        .examples(&[
            r#"[{ "id": "exc-2027-014", "rules": ["abroad"], "match": { "subject.groups": { "containsAny": ["field-team"] } }, "reduceTo": "stepUp", "expires": "2027-04-15", "ticket": "SEC-4711" }]"#,
        ]),
        Key::new(
            "mode",
            Shape::Words(rule::MODES),
            "Whether this file is in force. The weaker of file and rule wins.",
        )
        .default("enforce")
        .examples(&["shadow"]),
        Key::new("lint", LINT, "The warnings about this file and its rules that are accepted.")
            .examples(&[r#"[{ "accept": "W110", "because": "we serve no overseas regions" }]"#]),
    ],
    others: None,
    law: None,
};

static METADATA: Block = Block {
    name: "metadata",
    keys: &[
        Key::new(
            "name",
            Shape::Scalar(&LABEL),
            "The name of the policy, unique among the files that are loaded together.",
        )
        .required()
        .examples(&["payments-eea"]),
        Key::new("owner", Shape::Text, "Who is asked about this policy: a team, or its address.")
            .examples(&["fraud-ops@bank.example"]),
        Key::new(
            "severity",
            Shape::Words(&[
                ("normal", "The usual warnings."),
                ("high", "Warns of what an attacker could use, such as outages that open a door."),
            ]),
            "How much hangs on this policy. It decides which warnings are given, never what is decided.",
        )
        .default("normal")
        .examples(&["high"]),
        Key::new(
            "version",
            Shape::Text,
            "A label of your own. What identifies a policy is the hash of its content.",
        )
        .examples(&[r#""14""#]),
    ],
    others: None,
    law: None,
};

static ROUTE: Block = Block {
    name: "route",
    keys: &[
        Key::new(
            "method",
            Shape::Either(&[
                Shape::Scalar(&METHOD),
                Shape::Filled(&Shape::Scalar(&METHOD)),
            ]),
            "The HTTP method, or a list of them. `GET` covers `HEAD`. Without it, every method but `OPTIONS`.",
        )
        .examples(&["POST", r#"["PUT", "PATCH"]"#]),
        Key::new(
            "path",
            Shape::Scalar(&PATH),
            "The path as the client sends it. `{id}` is any one segment, `{*rest}` at the end is everything below.",
        )
        .examples(&["/v1/payments/{id}/confirm", "/admin/{*rest}"]),
        Key::new(
            "grpc",
            Shape::Scalar(&GRPC),
            "A gRPC method, `pkg.Service/Method`, or all of a service, `pkg.Service/*`. It stands without `method` and `path`.",
        )
        .examples(&["bank.payments.v1.Payments/*"]),
    ],
    others: None,
    law: Some(|| {
        json!([{
            "if": { "required": ["grpc"] },
            "then": { "properties": { "path": false, "method": false } },
            "else": { "required": ["path"] }
        }])
    }),
};
