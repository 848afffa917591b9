//! placeholder
pub mod audit;
pub mod clock;
pub mod country;
mod document;
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

pub use clock::Clock;
pub use country::Country;
pub use gate::Gate;
pub use head::Head;
pub use line::Line;
pub use middleware::RoamingLayer;
pub use policy::{Decision, Effect, Policy, PolicyError};
pub use provider::{FixedProvider, ProviderError, Query, RoamingProvider, provider_fn};
pub use status::{LineState, RoamingStatus, UnknownReason};
pub use subject::Subject;
