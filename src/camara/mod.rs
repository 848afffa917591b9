//! The aggregator client: CAMARA Device Status, with a token for each line or one for all.
//!
//! 1. A token is taken from memory, and renewed off the request path before it expires, or asked
//!    for, as the file says: by OIDC CIBA (`bc-authorize`, then the token endpoint at once; where
//!    the customer must consent first, the lookup ends in `consentPending` at once, and a background
//!    task waits for the consent), by a JWT that vouches for the line, or for the client itself. A
//!    customer whom the operator recognises signs in by [`Client::begin_sign_in`].
//! 2. The roaming endpoint is asked with that token. A rejected token is replaced once.
//! 3. The answer is parsed strictly; every failure has one [`UnknownReason`](crate::UnknownReason).
//!
//! Whom to ask, and how, stands in a file (`kind: Aggregator`). Secrets stand elsewhere, and the
//! file names the environment variable or the file that holds them. With `preset`, a file starts from what
//! is known of a provider: see [the guide](crate::guide::aggregators).
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
//! A [`Client`] asks. Here it asks a sandbox that runs in the process (feature `sandbox`) about a line that roams in
//! Brazil:
//!
//! ```
//! # #[cfg(feature = "sandbox")] {
//! use roamgate::camara::{Aggregator, Client};
//! use roamgate::sandbox::Sandbox;
//! use roamgate::{Line, Query, RoamingProvider, RoamingStatus};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let sandbox = Sandbox::start().await?;
//! let file = format!(r#"
//! apiVersion: roamgate/v1
//! kind: Aggregator
//! baseUrl: {}
//! client: {{ id: {}, authentication: {{ basic: {{ secret: {{ env: ROAMGATE_CLIENT_SECRET }} }} }} }}
//! grant: {{ ciba: {{ loginHint: "tel:{{e164}}", scope: "dpv:FraudPreventionAndDetection#device-status-roaming-read" }} }}
//! api: {{ dialect: device-status-0.4 }}
//! "#, sandbox.base_url(), sandbox.client_id());
//! let aggregator = Aggregator::from_yaml("aggregator.yaml", &file)?;
//! let client = Client::new(aggregator.client_secret(sandbox.client_secret()))?;
//!
//! let line: Line = "+34600007241".parse()?;
//! let answer = client.roaming_status(&Query::new(line)).await?;
//! let RoamingStatus::Roaming(visited) = answer.status() else { panic!("at home") };
//! assert!(visited.countries.iter().all(|country| country.code() == "BR"));
//! assert_eq!(client.calls().roaming, 1);
//! assert!(client.state().endpoints.iter().all(|endpoint| endpoint.gate.is_zero()));
//! # sandbox.shutdown().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Dialects
//!
//! `api: { dialect }` says which version of the API the aggregator speaks. The address cannot tell:
//! two versions share a path and not a body. Where the token names the line, the newer ones must not
//! be told it again; where it names none, all must.
//!
//! | dialect | path | body | where the token names no line |
//! |---|---|---|---|
//! | `phone-number` | `/device-status/v0/roaming` | `{"phoneNumber": …}` | the same |
//! | `device-status-0.4` | `/device-status/v0/roaming` | `{"ueId": {"msisdn": …}}` | the same |
//! | `device-status-0.5` | `/device-status/v0/roaming` | `{"device": {"phoneNumber": …}}` | the same |
//! | `device-roaming-status-0.6` | `/device-roaming-status/v0.6/retrieve` | `{}` | `{"device": {"phoneNumber": …}}` |
//! | `device-roaming-status-1` | `/device-roaming-status/v1/retrieve` | `{}` | `{"device": {"phoneNumber": …}}` |
//!
//! A line without a number has its place, too, where the version has one for it; else nothing is sent, and the line is
//! `notCovered`:
//!
//! | line | `phone-number` | `device-status-0.4` | `device-status-0.5` | `device-roaming-status-0.6`, `-1` |
//! |---|---|---|---|---|
//! | IPv4 address and port | – | `ueId.ipv4Addr`, `uePort` | `device.ipv4Address` | `device.ipv4Address` |
//! | IPv4 and private address | – | – | `device.ipv4Address` | `device.ipv4Address` |
//! | IPv6 address | – | `ueId.ipv6Addr` | `device.ipv6Address` | `device.ipv6Address` |
//! | external identifier | – | `ueId.externalId` | `device.networkAccessIdentifier` | – |
//!
//! Where a grant names the line (`loginHint` of `ciba`, `subject` of `jwtBearer`), it needs a template for such lines:
//! `["tel:{e164}", "ipport:{ipport}"]` is for numbers and for addresses. Neither a private address nor an external identifier
//! can be written in one. An address may be another customer's soon, so a token that was asked for by an address is used for
//! one lookup, within a minute, and then forgotten: keep answers for a short time, by the `maxAge` of the policy.
//!
//! Answers are read alike in all of them. Where a provider is known to leave the contract,
//! `compatibility` says how: `stringCode` reads a `countryCode` in quotes, and `trustNames` believes
//! `countryName` where it contradicts a `countryCode` that is really a calling code.
//!
//! # Limits
//!
//! A lookup passes, before anything is sent and in this order: the breaker of the roaming endpoint, the
//! `Retry-After` gate of its host, the cap on lookups in flight, and the budgets. What is refused
//! costs nothing and is told at once. What is known of a consent that is pending or was refused is told before
//! all of that, and costs nothing either.
//!
//! | what | when | the line is |
//! |---|---|---|
//! | breaker, one for each endpoint | half of 20 calls or more failed in ten seconds, or five in a row could not connect; shut for 5 s, after each failed probe twice as long, up to 60 s; then one probe | `unavailable` |
//! | gate, one for each host | 429, or 503 with `Retry-After`: shut for 1 s to 5 min as it says; for 1 s to 60 s, longer each time, where it does not; for `quotaPause` (5 min) after `QUOTA_EXCEEDED`; then one probe | `rateLimited` |
//! | `inFlight` (128) | so many lookups are under way; nobody queues | `unavailable` |
//! | `lineInterval` (30 s), `lineBurst` (10) | the line was asked about so often | `overBudget` |
//! | `newLinesPerCaller` (60) | the caller ([`Query::caller`](crate::Query)) asked about so many lines within a minute | `overBudget` |
//! | `lookupsPerMinute` (6,000), `lookupsPerDay` (1,000,000) | so many lookups and repetitions were made | `overBudget` |
//! | `authorizationsPerMinute` (1,000) | so many consents were asked for | `overBudget` |
//!
//! The names are those of the block `limits` of the file. A read that ended in a broken connection, 5xx, 408, 425 or
//! `UNABLE_TO_PROVIDE_ROAMING_STATUS` is repeated once, within a tenth of a second, as long as no more than one lookup in ten
//! is. So is a request for a token that got no answer, where asking twice harms nobody: by JWT bearer, client
//! credentials or a refresh token. Nothing else is ever repeated. [`Client::state`] tells what is going on, and counts
//! what went wrong, by endpoint and kind. What somebody must mend is in the log, once a minute each: at ERROR a host that is
//! not who it should be, an answer for another line, 403, a quota that is used up, a clock that is wrong, and lines
//! of which the aggregator knows none; at WARN whatever else is refused or misunderstood, and every turn of a breaker.
//!
//! [`Aggregator::observer`] is told the whole conversation, without secrets; `roamgate lookup --verbose` shows
//! it, and what to do about a refusal.
//!
//! A [`Client`] remembers tokens, not answers: put it into a
//! [`CachedProvider`](crate::CachedProvider).

mod aggregator;
mod answer;
mod calls;
mod client;
mod device;
mod dialect;
mod failure;
mod file;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod json;
mod manners;
mod moment;
mod oauth;
mod presets;
mod redact;
mod secret;
mod sign_in;
mod tokens;
mod told;
mod transcript;

pub use aggregator::Aggregator;
pub use calls::Calls;
pub use client::Client;
pub use manners::{BreakerState, BudgetsLeft, EndpointState, Refused, State, Trouble, TroubleKind};
pub use sign_in::{AuthorizationResponse, ResponseError, SignIn};
pub use transcript::{Exchange, Message, Note, Response, Step};
