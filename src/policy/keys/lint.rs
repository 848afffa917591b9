//! `lint`, of a file and of a rule.

use super::scalar::MOMENT;
use crate::document::{Block, Key, Shape};
use crate::policy::lint::CODES;

/// Accepted warnings.
pub(super) const LINT: Shape = Shape::List(&Shape::Block(&ACCEPT));

static ACCEPT: Block = Block {
    name: "accept",
    keys: &[
        Key::new("accept", Shape::Words(CODES), "The warning or note, by its code.")
            .required()
            .examples(&["W118"]),
        Key::new("because", Shape::Text, "Why it may stand, in one sentence.")
            .required()
            .examples(&["the branch lifts it by hand"]),
        Key::new(
            "until",
            Shape::Scalar(&MOMENT),
            "When the warning shall be given again. A bare date ends at 24:00 UTC.",
        )
        .examples(&["2027-06-30"]),
    ],
    others: None,
    law: None,
};
