//! What several test targets share.

pub(crate) mod aggregator;
pub(crate) mod clock;
pub(crate) mod keys;
pub(crate) mod proxy;
pub(crate) mod schema;
pub(crate) mod tls;
