//! The aggregator client: CAMARA Device Status, authorised by OIDC CIBA.
//!
//! 1. A token for the line is taken from memory, or asked for: `bc-authorize`, then the token
//!    endpoint at once. Where the customer must consent first, the lookup ends in
//!    `consentPending` at once, and a background task waits for the consent.
//! 2. The roaming endpoint is asked with that token. A rejected token is replaced once.
//! 3. The answer is parsed strictly; every failure has one [`UnknownReason`](crate::UnknownReason).
//!
//! Whom to ask, and how, stands in a file (`kind: Aggregator`). Secrets stand elsewhere, and the
//! file names the environment variable or the file that holds them.
//!
//! # Example
//!
//! ```
//! use roamgate::camara::Aggregator;
//!
//! let file = r#"
//! apiVersion: roamgate/v1
//! kind: Aggregator
//! baseUrl: https://sandbox.opengateway.telefonica.com/apigateway
//! client: { id: my-app-id, authentication: { basic: { secret: { env: ROAMGATE_CLIENT_SECRET } } } }
//! grant: { ciba: { loginHint: "tel:{e164}", scope: "dpv:FraudPreventionAndDetection#device-status-roaming-read" } }
//! api: { dialect: device-status-0.4 }
//! "#;
//! assert!(Aggregator::from_yaml("aggregator.yaml", file).is_ok());
//!
//! let unencrypted = file.replace("https:", "http:");
//! assert!(Aggregator::from_yaml("aggregator.yaml", &unencrypted).is_err());
//! ```
//!
//! A [`Client`] remembers tokens, not answers: put it into a
//! [`CachedProvider`](crate::CachedProvider).

mod aggregator;
mod answer;
mod calls;
mod client;
mod dialect;
mod failure;
mod file;
mod http;
mod manners;
mod oauth;
mod redact;
mod secret;
mod tokens;

pub use aggregator::Aggregator;
pub use calls::Calls;
pub use client::Client;
pub use manners::{BreakerState, EndpointState, Refused, State};
