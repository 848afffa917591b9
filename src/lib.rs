#![cfg_attr(all(doc, feature = "axum"), doc = include_str!("../README.md"))]
#![cfg_attr(
    not(all(doc, feature = "axum")),
    doc = "Gates requests by where a customer's mobile line is."
)]
#![cfg_attr(
    doc,
    doc = "\n# The guide\n\nFor people who write policies, and for developers of apps: [`guide`]."
)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

// The ground floor: values, which know nothing above them.
pub mod country;
pub mod line;
mod moment;
pub mod status;

// The pure core: a policy is a function of values.
mod document;
pub mod policy;

// What operators see of all that follows.
pub mod metrics;

// The port to whoever knows where a line is, and what stands behind it.
pub mod cache;
#[cfg(feature = "camara")]
pub mod camara;
pub mod clock;
#[cfg(feature = "camara")]
pub mod config;
mod flight;
pub mod provider;
pub mod switchboard;

// From a request to a decision.
pub mod audit;
pub mod decision_log;
mod facts;
pub mod gate;
pub mod head;
mod history;
pub mod replay;
pub mod subject;

// The edge.
pub mod middleware;

// What stands around it while it runs.
pub mod health;
pub mod reload;
pub mod stall;

#[cfg(feature = "frontend")]
pub mod frontend;

#[cfg(feature = "sandbox")]
pub mod sandbox;

// Pages, not code.
#[cfg(any(doc, doctest))]
pub mod guide;

pub use cache::CachedProvider;
pub use clock::Clock;
#[cfg(feature = "camara")]
pub use config::ConfigError;
pub use country::Country;
pub use gate::Gate;
pub use head::Head;
pub use line::Line;
pub use middleware::RoamingLayer;
pub use policy::{Attributes, Decision, Effect, Policy, PolicyError};
pub use provider::{FixedProvider, ProviderError, Query, RoamingProvider, provider_fn};
pub use status::{LineState, RoamingStatus, UnknownReason};
pub use subject::Subject;
