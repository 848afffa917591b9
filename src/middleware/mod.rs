//! The Tower edge: [`RoamingLayer`] gates any `tower` service over `http`.
//!
//! For each request, in this order:
//!
//! 1. The headers that only annotate rules may set are removed, whatever the route; then the head is
//!    judged. The body is never touched.
//! 2. **Allow**: the request goes to the inner service, with the [`Decision`] in its extensions as
//!    the permit, and what annotate rules tell in its headers and in those of the answer. A gate
//!    that only observes tells nothing.
//! 3. **Step up**: 401 with the challenge of RFC 9470, or gRPC `UNAUTHENTICATED`.
//! 4. **Deny**: 403 or 503 with a problem body (RFC 9457), or gRPC `PERMISSION_DENIED`,
//!    `FAILED_PRECONDITION` or `UNAVAILABLE`. The [`Decision`] is in the response's extensions.
//!
//! The inner service is never called before the decision.
//!
//! # Order of layers
//!
//! From outside in: CORS, tracing, authentication, **gate**, limits, handler. A refusal then
//! carries CORS headers and a trace, the gate knows who asks, and a request that waits for the
//! network holds no permit of a concurrency limit or place in a buffer: while a lookup is pending
//! the ready inner service is held.
//!
//! # What rules may ask for
//!
//! | a fact | comes from |
//! |---|---|
//! | with `source: extension`, the default | the [`Attributes`](crate::Attributes) that earlier middleware put into the request's extensions |
//! | with `source: claim` | [`Subject::claim`](crate::Subject::claim) |
//! | with `source: { header: … }` | the header, if [`RoamingLayer::trusted_header`] names it |
//! | `subject.id`, `subject.groups`, `line.proof` | the [`Subject`](crate::Subject) |
//! | that only a handler knows | [`Gate::check_route`](crate::Gate::check_route), to which [`RoamingLayer::deferred`] leaves its rules |
//!
//! One that is missing, stands twice or has a value of another type is `missingAttribute`, which
//! the policy answers. [`RoamingLayer::verified`], the last word of the builder, refuses a policy
//! that asks for what the service never supplies; [`RoamingLayer::service`] writes down what that
//! is, for those who write policies.
//!
//! # Example
//!
//! ```
//! use http::{Request, Response, StatusCode};
//! use roamgate::{FixedProvider, Line, Policy, RoamingLayer, RoamingStatus};
//! use tower::{Layer, Service, service_fn};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let policy = Policy::from_path("policies/streaming.yaml").unwrap();
//! let (home, unheard): (Line, Line) = ("+34600000002".parse().unwrap(), "+34600000003".parse().unwrap());
//! let layer = RoamingLayer::new(policy, FixedProvider::new().with(home, RoamingStatus::Home));
//! let mut service = layer.layer(service_fn(async |_: Request<String>| {
//!     Ok::<_, std::convert::Infallible>(Response::new(String::from("welcome")))
//! }));
//!
//! let mut ask = async |line: Line| {
//!     let request = Request::get("/admin/users").extension(line).body(String::new()).unwrap();
//!     service.call(request).await.unwrap().status()
//! };
//! assert_eq!(ask(home).await, StatusCode::OK);
//! assert_eq!(ask(unheard).await, StatusCode::FORBIDDEN);
//! # });
//! ```
//!
//! [`Decision`]: crate::policy::Decision

mod annotate;
mod answer;
mod body;
mod future;
mod layer;
mod response;
mod service;
mod status_details;

pub use body::ResponseBody;
pub use future::ResponseFuture;
pub use layer::RoamingLayer;
pub use service::RoamingService;
