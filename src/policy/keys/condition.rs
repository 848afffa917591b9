//! Conditions: what `when`, `require`, `unless` and `conditions` hold.

use super::defaults::not_empty;
use super::scalar::{LABEL, PLACE};
use crate::document::{Block, Key, Shape};

/// Countries, groups and network codes.
pub(super) const PLACES: Shape = Shape::Filled(&PLACE_ITEM);
static PLACE_ITEM: Shape = Shape::Scalar(&PLACE);

/// A block, or the name of one in `conditions`.
pub(super) const CONDITION: Shape = Shape::Either(&EITHER);
static EITHER: [Shape; 2] = [Shape::Block(&BLOCK), Shape::Scalar(&LABEL)];
static ITEM: Shape = Shape::Either(&EITHER);

static BLOCK: Block = Block {
    name: "condition",
    keys: &[
        Key::new(
            "line",
            Shape::Either(&[
                Shape::Words(&[
                    ("home", "The line is on its home network."),
                    ("roaming", "The line is on another network, be it in the same country."),
                    ("abroad", "The line is in another country than that of its number. Roaming is not abroad."),
                ]),
                Shape::Block(&LINE),
            ]),
            "What is asked of the customer's mobile line. Asking costs a lookup, unless the answer is cached or could not change the decision.",
        )
        .examples(&["roaming", r#"{ "roamingOutside": ["eea", "CH"] }"#]),
        Key::new(
            "anyOf",
            Shape::Filled(&ITEM),
            "One of these blocks is enough. Facts that stand side by side are joined by AND.",
        )
        .examples(&[r#"[{ "line": "abroad" }, { "line": { "roamingIn": ["mcc:901"] } }]"#]),
        Key::new("not", Shape::Either(&EITHER), "The opposite of this block. What is not known stays unknown.")
            .examples(&[r#"{ "line": "home" }"#]),
    ],
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
        Key::new(
            "locatedIn",
            PLACES,
            "The line is in one of these countries: roaming there, or at home with a number of there. An embargo is `locatedIn`.",
        )
        .examples(&[r#"["CU", "IR", "KP", "SY"]"#]),
        Key::new(
            "locatedOutside",
            PLACES,
            "The line is in none of these countries, neither roaming there nor at home with a number of there.",
        )
        .examples(&[r#"["eea", "gb-and-islands"]"#]),
    ],
    law: Some(not_empty),
};
