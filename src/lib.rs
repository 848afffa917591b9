//! placeholder
pub mod clock;
pub mod country;
pub mod document;
pub mod line;
pub mod provider;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod status;

pub use clock::Clock;
pub use country::Country;
pub use line::Line;
pub use provider::{FixedProvider, ProviderError, Query, RoamingProvider, provider_fn};
pub use status::{RoamingStatus, UnknownReason};
