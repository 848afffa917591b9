//! Every key of a test file: what it holds, and what it is for.

use serde_json::{Value, json};

use super::condition::LINE;
use super::defaults::{EFFECT, not_empty};
use super::envelope::{VERSION, kind};
use super::fact;
use super::scalar::{FACT_NAME, INSTANT, LABEL, LINE_STATE, REASON, SETTING};
use crate::document::{Block, Key, Shape};

/// A test file.
pub(in crate::policy) static SUITE: Block = Block {
    name: "suite",
    keys: &[
        VERSION,
        kind(&[("RoamingPolicyTest", "Cases, and proofs over all of them.")]),
        Key::new("metadata", Shape::Block(&METADATA), "What is tested.")
            .required()
            .examples(&[r#"{ "name": "payments-eea", "policies": ["payments-eea.yaml"] }"#]),
        Key::new(
            "now",
            Shape::Scalar(&INSTANT),
            "The moment at which every case is judged, so that windows of time and exceptions come out the same every day. `--now` on the command line outweighs it.",
        )
        .examples(&["2026-03-15T10:00:00Z"]),
        Key::new("cases", Shape::List(&Shape::Block(&CASE)), "Single requests, and what is expected of each.")
            .examples(&[
                r#"[{ "name": "Brazil", "route": "payments", "line": "roaming:BR", "expect": "deny" }]"#,
            ]),
        Key::new(
            "forAll",
            Shape::List(&Shape::Block(&PROOF)),
            "What holds for every line and every customer, not for examples alone: it is proved, or a counterexample is printed as a case.",
        )
        .examples(&[
            r#"[{ "name": "who is not known confirms", "route": "payments", "where": { "line": "unknown" }, "expectAtLeast": "stepUp" }]"#,
        ]),
    ],
    others: None,
    law: Some(|| json!([{ "anyOf": [{ "required": ["cases"] }, { "required": ["forAll"] }] }])),
};

static METADATA: Block = Block {
    name: "metadata",
    keys: &[
        Key::new("name", Shape::Text, "The name of the tests, in reports.")
            .required()
            .examples(&["payments-eea"]),
        Key::new(
            "policies",
            Shape::Filled(&Shape::Text),
            "The files or folders that are tested, as one set, relative to this file.",
        )
        .required()
        .examples(&[r#"["payments-eea.yaml"]"#]),
    ],
    others: None,
    law: None,
};

static CASE: Block = Block {
    name: "case",
    keys: &[
        Key::new("name", Shape::Text, "What the case is called in reports: each has its own name.")
            .required()
            .examples(&["a customer in Brazil"]),
        Key::new("route", Shape::Text, ROUTE).required().examples(&["payments"]),
        Key::new(
            "line",
            Shape::Scalar(&LINE_STATE),
            "Where the customer's line is, or why that is not known: `home`, `home:ES` (with a number of Spain), `roaming:BR`, `roaming:FR,GP` (one of these), `mcc:340` (a network), `unknown:timeout`.",
        )
        .required()
        .examples(&["roaming:BR", "unknown:timeout"]),
        Key::new(
            "set",
            Shape::Map("The value of this fact, or a list of values.", &FACT_NAME, &SETTING_SHAPE),
            "The facts of the request beside the line. One that is not set is missing.",
        )
        .examples(&[r#"{ "subject.groups": ["corporate-travel"] }"#]),
        Key::new("expect", EFFECT, "What shall happen.").required().examples(&["deny"]),
        Key::new("by", Shape::Scalar(&LABEL), "The rule that shall decide.")
            .examples(&["payments-outside-eea"]),
        Key::new(
            "notBy",
            Shape::Scalar(&LABEL),
            "A rule that shall judge the request, and not decide.",
        )
        .examples(&["payments-outside-eea"]),
        Key::new(
            "reason",
            Shape::Scalar(&REASON),
            "Why the deciding rule shall be undecided: a reason, or a group of reasons.",
        )
        .examples(&["countryAmbiguous", "outage"]),
    ],
    others: None,
    law: None,
};

const ROUTE: &str = "The route of the request, by its name in the policy. Where requests belong to several routes, the classes that `table` names, such as `payments#2`.";

static SETTING_SHAPE: Shape =
    Shape::Either(&[Shape::Scalar(&SETTING), Shape::List(&Shape::Scalar(&SETTING))]);

static PROOF: Block = Block {
    name: "proof",
    keys: &[
        Key::new("name", Shape::Text, "The sentence that is proved, in reports.")
            .required()
            .examples(&["nobody pays from an unknown place unchallenged"]),
        Key::new("route", Shape::Text, ROUTE).required().examples(&["payments"]),
        Key::new(
            "where",
            Shape::Block(&WHERE),
            "For which lines and customers it shall hold. Without it, for all.",
        )
        .examples(&[r#"{ "line": "unknown" }"#]),
        Key::new("expect", EFFECT, "What shall happen, exactly.").examples(&["deny"]),
        Key::new("expectAtLeast", EFFECT, "What shall happen, or something stricter.")
            .examples(&["stepUp"]),
        Key::new("expectAtMost", EFFECT, "What shall happen, or something milder.")
            .examples(&["stepUp"]),
    ],
    others: None,
    law: Some(bounds),
};

/// Exactly, or within bounds.
fn bounds() -> Value {
    let bounds = ["expectAtLeast", "expectAtMost"];
    json!([{
        "if": { "required": ["expect"] },
        "then": { "properties": { "expectAtLeast": false, "expectAtMost": false } },
        "else": { "anyOf": bounds.map(|key| json!({ "required": [key] })) }
    }])
}

/// Conditions as policies have them, without names, and line states.
static WHERE: Block = Block {
    name: "where",
    keys: &[
        Key::new(
            "line",
            Shape::Either(&[
                Shape::Words(&[
                    ("home", "Lines on their home network."),
                    ("roaming", "Lines on another network, be it in the same country."),
                    ("abroad", "Lines in another country than that of their number."),
                    ("unknown", "Lines of which nothing is known, for whatever reason."),
                ]),
                Shape::Scalar(&LINE_STATE),
                Shape::Block(&LINE),
            ]),
            "The lines it is about: by a verb of the policies, or by a state as cases write it.",
        )
        .examples(&["unknown", "unknown:timeout", r#"{ "roamingOutside": ["eea"] }"#]),
        fact::TIME,
        fact::LINE_NUMBER,
        fact::LINE_PROOF,
        fact::SUBJECT_ID,
        fact::SUBJECT_GROUPS,
        Key::new("anyOf", Shape::List(&Shape::Block(&WHERE)), "One of these blocks is enough.")
            .examples(&[r#"[{ "line": "unknown" }, { "line": "mcc:901" }]"#]),
        Key::new("not", Shape::Block(&WHERE), "The opposite of this block.")
            .examples(&[r#"{ "line": "home" }"#]),
    ],
    others: Some(("What is asked of an attribute that the policies declare.", &fact::ASKED)),
    law: Some(not_empty),
};
