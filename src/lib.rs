//! placeholder
pub mod audit;
pub mod cache;
#[cfg(feature = "camara")]
pub mod camara;
pub mod clock;
pub mod config;
pub mod country;
mod document;
mod flight;
pub mod gate;
pub mod head;
pub mod line;
pub mod middleware;
pub mod policy;
pub mod provider;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod status;
pub mod subject;

pub use cache::CachedProvider;
pub use clock::Clock;
pub use config::ConfigError;
pub use country::Country;
pub use gate::Gate;
pub use head::Head;
pub use line::Line;
pub use middleware::RoamingLayer;
pub use policy::{Decision, Effect, Policy, PolicyError};
pub use provider::{FixedProvider, ProviderError, Query, RoamingProvider, provider_fn};
pub use status::{LineState, RoamingStatus, UnknownReason};
pub use subject::Subject;
