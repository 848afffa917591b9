//! What several test targets share.

pub mod aggregator;
