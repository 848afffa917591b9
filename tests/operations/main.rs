//! What happens to a service while the files around it change and break: real files, real links, and
//! a clock that does not wait.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in the functions that its cases share"
)]

#[cfg(feature = "camara")]
#[path = "../support/aggregator.rs"]
mod aggregator;
mod callers;
#[cfg(feature = "camara")]
#[path = "../support/clock.rs"]
#[expect(dead_code, reason = "the tests of the client use the rest")]
mod clock;
#[cfg(unix)]
mod configmap;
#[cfg(feature = "metrics")]
mod counted;
#[cfg(feature = "camara")]
mod crowd;
mod desk;
#[cfg(unix)]
mod filesystem;
#[cfg(feature = "camara")]
mod forgetting;
#[cfg(feature = "camara")]
#[path = "../policy/free.rs"]
#[expect(dead_code, reason = "the tests of the policies use the rest")]
mod free;
#[cfg(feature = "camara")]
#[path = "../policy/generate.rs"]
#[expect(dead_code, reason = "the tests of the policies use the rest")]
mod generate;
mod health;
mod invalid;
#[cfg(all(feature = "camara", unix))]
mod lab;
mod load;
mod log;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "camara")]
#[path = "../policy/model.rs"]
#[expect(dead_code, reason = "the tests of the policies use the rest")]
mod model;
mod night;
#[cfg(all(feature = "camara", feature = "metrics"))]
mod observed;
#[cfg(all(feature = "camara", unix))]
mod outage;
#[cfg(feature = "metrics")]
#[path = "../support/page.rs"]
#[expect(dead_code, reason = "other tests read blocks")]
mod page;
#[cfg(feature = "metrics")]
mod pages;
#[cfg(feature = "metrics")]
#[path = "../../examples/operations/prometheus.rs"]
mod prometheus;
#[cfg(feature = "camara")]
#[path = "../support/proxy.rs"]
#[expect(dead_code, reason = "the tests of the client use the rest")]
mod proxy;
#[cfg(all(feature = "camara", unix))]
mod random_faults;
#[cfg(feature = "camara")]
#[path = "../policy/reference.rs"]
#[expect(dead_code, clippy::expect_used, reason = "the tests of the policies use the rest")]
mod reference;
mod revisions;
mod rows;
#[cfg(all(unix, feature = "camara"))]
mod scarce;
#[cfg(feature = "camara")]
mod secrets;
#[path = "../support/shape.rs"]
mod shape;
mod spans;
mod start;
mod swaps;
#[cfg(feature = "camara")]
mod tenants;
mod writers;

#[cfg(feature = "camara")]
use desk::line;
