//! An answer as it is remembered.

use std::time::SystemTime;

use tokio::time::Instant;

use crate::status::Answer;

/// An answer, and when it was asked for.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) answer: Answer,
    pub(super) asked: Asked,
}

/// When a question was asked, by both clocks.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) instant: Instant,
    pub(super) moment: SystemTime,
}
