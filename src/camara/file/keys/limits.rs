//! The keys of the block `limits`.

use serde_json::json;

use crate::camara::file::limits::MOST;
use crate::document::{Block, DURATION, Key, Scalar, Shape, as_written};

pub(super) static LIMITS: Block = Block {
    name: "limits",
    keys: &[
        count(
            "inFlight",
            "The lookups under way at once. One more is `unavailable` at once; nobody queues.",
            "128",
            &["64"],
        ),
        Key::new(
            "lineInterval",
            Shape::Scalar(&DURATION),
            "In the long run, a line is asked about once in this time; more often is `overBudget`. `0s` lifts this limit.",
        )
        .default("30s")
        .examples(&["1m"]),
        count(
            "lineBurst",
            "How often a line may be asked about in a row before `lineInterval` holds.",
            "10",
            &["3"],
        ),
        count(
            "newLinesPerCaller",
            "The different lines that may be asked about in a minute on behalf of one caller, whom the service names; more are `overBudget`.",
            "60",
            &["10"],
        ),
        count(
            "lookupsPerMinute",
            "The lookups in any minute, whoever asks; more are `overBudget`.",
            "6000",
            &["600"],
        ),
        count(
            "lookupsPerDay",
            "The lookups in any 24 hours, whoever asks; more are `overBudget`.",
            "1000000",
            &["20000"],
        ),
        count(
            "authorizationsPerMinute",
            "The authorizations begun in any minute, each of which may send a message to a customer; more are `overBudget`.",
            "1000",
            &["100"],
        ),
        Key::new(
            "quotaPause",
            Shape::Scalar(&DURATION),
            "For how long nothing is asked once the aggregator says that the quota is used up, unless it says for how long.",
        )
        .default("5m")
        .examples(&["1h"]),
    ],
    others: None,
    law: None,
};

const fn count(
    name: &'static str,
    description: &'static str,
    default: &'static str,
    examples: &'static [&'static str],
) -> Key {
    Key::new(name, Shape::Scalar(&COUNT), description).default(default).examples(examples)
}

static COUNT: Scalar = Scalar {
    name: "count",
    schema: || json!({ "type": "integer", "minimum": 1, "maximum": MOST }),
    canonical: as_written,
};
