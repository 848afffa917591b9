//! What several test targets share.

pub(crate) mod aggregator;
pub(crate) mod clock;
pub(crate) mod keys;
pub(crate) mod schema;
