//! placeholder
pub mod cache;
#[cfg(feature = "camara")]
pub mod camara;
pub mod clock;
pub mod config;
pub mod country;
pub mod document;
mod flight;
pub mod line;
pub mod provider;
pub mod status;

pub use cache::CachedProvider;
pub use clock::Clock;
pub use config::ConfigError;
pub use country::Country;
pub use line::Line;
pub use provider::{FixedProvider, ProviderError, Query, RoamingProvider, provider_fn};
pub use status::{RoamingStatus, UnknownReason};
