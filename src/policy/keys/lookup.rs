//! `freshness` and `routeSettings`: how lines are looked up.

use serde_json::json;

use super::scalar::{LABEL, PURPOSE};
use crate::document::{Block, DURATION, Key, Scalar, Shape, duration};

pub(super) static FRESHNESS: Block = Block {
    name: "freshness",
    keys: &[
        Key::new(
            "maxAge",
            Shape::Scalar(&DURATION),
            "How old an answer may be, counted from when we asked. An older one is asked for again, which is what lookups cost.",
        )
        .default("5m")
        .examples(&["2m"]),
        Key::new(
            "maxStatusAge",
            Shape::Scalar(&STATUS_AGE),
            "How long ago the network may have confirmed the status. An older one is `stale`, and not asked for again within `maxAge`. Where the network does not say when, the time is that at which we asked. `none` believes every status.",
        )
        .default("1d")
        .examples(&["6h", "none"]),
        Key::new(
            "staleWhileRevalidate",
            Shape::Scalar(&DURATION),
            "How far beyond `maxAge` an answer may still decide at once, while a new one is fetched.",
        )
        .default("0s")
        .examples(&["10m"]),
        Key::new(
            "staleIfError",
            Shape::Scalar(&DURATION),
            "How far beyond `maxAge` an answer may still decide after the provider failed to give a new one (`outage` and `broken`). Without it, the failure decides.",
        )
        .default("0s")
        .examples(&["1h"]),
        Key::new(
            "maxWait",
            Shape::Scalar(&WAIT),
            "The longest a request waits for an answer. Then the line is unknown (`timeout`), while the lookup goes on for later requests.",
        )
        .default("800ms")
        .examples(&["250ms"]),
        Key::new(
            "purpose",
            Shape::Scalar(&PURPOSE),
            "For what the network is asked: customers consent for each purpose. Files that judge the same requests name the same one, or none.",
        )
        .examples(&["dpv:FraudPreventionAndDetection"]),
    ],
    others: None,
    law: None,
};

/// `routeSettings`, by the names of routes.
pub(super) const ROUTE_SETTINGS: Shape =
    Shape::Map("How requests of this route look lines up.", &LABEL, &Shape::Block(&SETTINGS));

static SETTINGS: Block = Block {
    name: "routeSettings",
    keys: &[
        Key::new(
            "lookup",
            Shape::Words(&[
                ("normal", "Waits for the answer, up to `maxWait`."),
                ("cachedOnly", "Never waits. Where nothing is cached, the line is unknown (`notCached`), and a lookup begins for later requests."),
                ("prefetch", "Never waits and decides nothing: begins a lookup for later requests. Put it on login."),
                ("never", "Looks nothing up. No rule of the route may need the line."),
            ]),
            "What a request does where no answer is at hand. Of several routes, the most demanding counts.",
        )
        .default("normal")
        .examples(&["cachedOnly"]),
        Key::new(
            "freshness",
            Shape::Block(&FRESHNESS),
            "What differs on this route from the `freshness` of the file. The other keys stay.",
        )
        .examples(&[r#"{ "maxAge": "1m" }"#]),
    ],
    others: None,
    law: None,
};

/// A duration that is not zero, or `none`.
static STATUS_AGE: Scalar = Scalar {
    name: "statusAge",
    schema: || {
        json!({
            "type": "string",
            "pattern": "^(0*[1-9][0-9]*(ms|s|m|h|d)|none)$",
            "patternErrorMessage": "write a duration such as `1d`, or `none`"
        })
    },
    canonical: duration,
};

/// A duration that is not zero.
static WAIT: Scalar = Scalar {
    name: "wait",
    schema: || {
        json!({
            "type": "string",
            "pattern": "^0*[1-9][0-9]*(ms|s|m|h|d)$",
            "patternErrorMessage": "write how long a request may wait, such as `800ms`"
        })
    },
    canonical: duration,
};
