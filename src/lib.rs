//! placeholder
pub mod clock;
pub mod country;
mod document;
pub mod line;
pub mod policy;
pub mod provider;
pub mod status;

pub use clock::Clock;
pub use country::Country;
pub use line::Line;
pub use provider::{FixedProvider, ProviderError, Query, RoamingProvider, provider_fn};
pub use policy::{Effect, Policy};
pub use status::{LineState, RoamingStatus, UnknownReason};
