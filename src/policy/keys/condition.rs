//! Conditions: what `when` and `require` hold.

use super::defaults::not_empty;
use super::scalar::PLACE;
use crate::document::{Block, Key, Shape};

/// Countries, groups and network codes.
pub(super) const PLACES: Shape = Shape::Filled(&PLACE_ITEM);
static PLACE_ITEM: Shape = Shape::Scalar(&PLACE);

pub(super) static CONDITION: Block = Block {
    name: "condition",
    keys: &[Key::new(
        "line",
        Shape::Either(&[
            Shape::Words(&[
                ("home", "The line is on its home network."),
                ("roaming", "The line is on another network, be it in the same country."),
            ]),
            Shape::Block(&LINE),
        ]),
        "What is asked of the customer's mobile line. Asking costs a lookup, unless the answer is cached or could not change the decision.",
    )
    .examples(&["roaming", r#"{ "roamingOutside": ["eea", "CH"] }"#])],
    law: Some(not_empty),
};

static LINE: Block = Block {
    name: "line",
    keys: &[
        Key::new(
            "roamingIn",
            PLACES,
            "The line roams in one of these countries. Of lines at home it says nothing: they are not roaming.",
        )
        .examples(&[r#"["eea", "CH"]"#]),
        Key::new(
            "roamingOutside",
            PLACES,
            "The line roams, and not in one of these countries. Lines at home are not roaming.",
        )
        .examples(&[r#"["eea", "eu-outermost", "CH", "mcc:901"]"#]),
    ],
    law: Some(not_empty),
};
