//! Conditions: what `when`, `require`, `unless` and `conditions` hold.

use super::defaults::not_empty;
use super::fact::{self, NAMED};
use super::scalar::{FACT_NAME, LABEL, PLACE};
use crate::document::{Block, DURATION, Key, Shape};

/// Countries, groups and network codes.
pub(super) const PLACES: Shape = Shape::Filled(&PLACE_ITEM);
static PLACE_ITEM: Shape = Shape::Scalar(&PLACE);
/// The same, with attributes that hold countries.
const LISTED: Shape = Shape::Filled(&LISTED_ITEM);
static LISTED_ITEM: Shape = Shape::Either(&[Shape::Scalar(&PLACE), ATTRIBUTE_ITEM]);
pub(super) const ATTRIBUTE_ITEM: Shape = Shape::Block(&NAMED);

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
        fact::TIME,
        fact::LINE_NUMBER,
        fact::LINE_PROOF,
        fact::SUBJECT_ID,
        fact::SUBJECT_GROUPS,
        Key::new(
            "anyOf",
            Shape::Filled(&ITEM),
            "One of these blocks is enough. Facts that stand side by side are joined by AND.",
        )
        .examples(&[r#"[{ "line": "abroad" }, { "line": { "roamingIn": ["mcc:901"] } }]"#]),
        Key::new(
            "not",
            Shape::Either(&EITHER),
            "The opposite of this block. What is not known stays unknown.",
        )
        .examples(&[r#"{ "line": "home" }"#]),
    ],
    others: Some(OTHERS),
    law: Some(not_empty),
};

/// `match`: the same without the line, which is not free.
pub(super) static MATCH: Block = Block {
    name: "match",
    keys: &[
        Key::new(
            "routes",
            Shape::Filled(&Shape::Scalar(&LABEL)),
            "The routes of this file whose requests the rule judges.",
        )
        .required()
        .examples(&[r#"["pay"]"#]),
        fact::TIME,
        fact::LINE_NUMBER,
        fact::LINE_PROOF,
        fact::SUBJECT_ID,
        fact::SUBJECT_GROUPS,
        Key::new("anyOf", Shape::Filled(&ITEM), "One of these blocks is enough, without `line`.")
            .examples(&[r#"[{ "subject.groups": { "containsAny": ["vip"] } }]"#]),
        Key::new("not", Shape::Either(&EITHER), "The opposite of this block, without `line`.")
            .examples(&[r#"{ "subject.groups": { "containsAny": ["vip"] } }"#]),
    ],
    others: Some(OTHERS),
    law: None,
};

const OTHERS: (&str, &Shape) =
    ("What is asked of an attribute that `attributes` declares.", &fact::ASKED);

pub(super) static LINE: Block = Block {
    name: "line",
    keys: &[
        Key::new(
            "roamingIn",
            LISTED,
            "The line roams in one of these countries. Of lines at home it says nothing: they are not roaming.",
        )
        .examples(&[r#"["eea", "CH"]"#]),
        Key::new(
            "roamingOutside",
            LISTED,
            "The line roams, and not in one of these countries. Lines at home are not roaming.",
        )
        .examples(&[r#"["eea", "eu-outermost", "CH", "mcc:901"]"#]),
        Key::new(
            "locatedIn",
            LISTED,
            "The line is in one of these countries: roaming there, or at home with a number of there. An embargo is `locatedIn`.",
        )
        .examples(&[r#"["CU", "IR", "KP", "SY"]"#]),
        Key::new(
            "locatedOutside",
            LISTED,
            "The line is in none of these countries, neither roaming there nor at home with a number of there.",
        )
        .examples(&[r#"["eea", "gb-and-islands"]"#]),
        Key::new(
            "countryChangedWithin",
            Shape::Scalar(&DURATION),
            "The line was seen in another country so recently, by what this service has seen itself. A line that it has never seen before is undecided (`noHistory`).",
        )
        .examples(&["2h"]),
        Key::new(
            "differsFrom",
            Shape::Scalar(&FACT_NAME),
            "The line is not in the country of this attribute, such as that of the IP address.",
        ),
        Key::new(
            "statusOlderThan",
            Shape::Scalar(&DURATION),
            "The network confirmed the line's status longer ago than this.",
        )
        .examples(&["10m"]),
    ],
    others: None,
    law: Some(not_empty),
};
