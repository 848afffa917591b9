//! `annotate`.

use super::respond::HEADER;
use crate::document::{Block, Key, Shape};

pub(super) static ANNOTATE: Block = Block {
    name: "annotate",
    keys: &[
        REQUEST,
        RESPONSE,
        Key::new(
            "otherwise",
            Shape::Block(&HEADERS),
            "What is set instead when `when` is false, or `unless` excuses.",
        )
        .examples(&[r#"{ "responseHeaders": { "x-video-quality": "high" } }"#]),
        Key::new(
            "unknown",
            Shape::Block(&HEADERS),
            "What is set instead when the rule cannot be decided: nothing is cached, or the network does not say.",
        )
        .examples(&[r#"{ "responseHeaders": { "x-video-quality": "medium" } }"#]),
    ],
    others: None,
    law: None,
};

static HEADERS: Block =
    Block { name: "headers", keys: &[REQUEST, RESPONSE], others: None, law: None };

const REQUEST: Key = Key::new(
    "requestHeaders",
    SETS,
    "Headers that the application gets. Whoever sends one of them is not believed: it is removed from every request that comes in.",
)
.examples(&[r#"{ "x-line-state": "${line.state}" }"#]);

const RESPONSE: Key = Key::new(
    "responseHeaders",
    SETS,
    "Headers that the client gets with the application's answer.",
)
.examples(&[r#"{ "x-video-quality": "low" }"#]);

const SETS: Shape = Shape::Map(
    "The value of this header. `${line.state}` stands for `home`, `roaming` or `unknown`, `${line.countries}` for the countries in which the line may be roaming (`FR,GP`), `${line.reason}` for why it is unknown.",
    &HEADER,
    &Shape::Text,
);
