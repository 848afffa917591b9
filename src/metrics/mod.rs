//! What operators see: counters, gauges and histograms, through the facade crate `metrics`.
//!
//! With the feature `metrics`, everything in the table `METRICS` goes to the recorder that the process has
//! installed. **Install it before the layer is built**: handles are taken then, so that a request
//! only increments. Without a recorder, and without the feature, nothing is counted and nothing costs.
//!
//! What happens is counted at once. What parts of the service know, such as breakers and queues, is
//! read from them by `Health::publish`, which you call before each scrape: see
//! [`Health`](crate::health::Health).
//!
//! No label ever names a line or a customer. Every combination of labels that can be known at the
//! start is there from the start, at zero, so that the first increment is seen.

#[cfg(feature = "metrics")]
mod labels;
#[cfg(feature = "metrics")]
mod metric;
#[cfg(feature = "metrics")]
mod recorder;
#[cfg(feature = "metrics")]
pub(crate) mod table;
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "nothing is counted"))]
mod words;

#[cfg(feature = "metrics")]
mod counting;
#[cfg(not(feature = "metrics"))]
#[path = "silence.rs"]
mod counting;

#[cfg(feature = "camara")]
pub(crate) use counting::{Call, token};
pub(crate) use counting::{Counters, Meters, avoided, looked_up, panicked, unrecorded, waited};
#[cfg(feature = "metrics")]
pub use metric::{Kind, Label, Metric, Told, Unit, Values};
#[cfg(feature = "metrics")]
pub use table::METRICS;
#[cfg(feature = "camara")]
pub(crate) use words::TokenFrom;
pub(crate) use words::{Avoided, Place};

/// What those need who publish what they know.
#[cfg(feature = "metrics")]
pub(crate) mod publish {
    pub(crate) use super::metric::Metric;
    #[cfg(feature = "camara")]
    pub(crate) use super::recorder::zero;
    pub(crate) use super::recorder::{counter, gauge};
    pub(crate) use super::table;
}
