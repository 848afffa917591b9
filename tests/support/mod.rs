//! What several test targets share.

pub(crate) mod aggregator;
pub(crate) mod schema;
