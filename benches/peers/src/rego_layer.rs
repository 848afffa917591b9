//! [`RegoLayer`]: regorus behind a Tower layer, as somebody would write it who has a policy in Rego.
//!
//! It answers the question that [`roamgate::RoamingLayer`] answers, with the rules of this package:
//!
//! 1. The line is the [`Line`] in the extensions of the request. A request without one is judged as a
//!    line of which nothing is known.
//! 2. The status comes from the same provider. A cached answer is read at once; otherwise the request
//!    waits for the lookup.
//! 3. regorus decides, by path, status and country. `allow` goes on, everything else is a 403 without
//!    a body.
//!
//! There is no audit, no metric and no permit.
//!
//! # Example
//!
//! ```
//! use http::Request;
//! use roamgate::{CachedProvider, FixedProvider, Line, RoamingStatus};
//! use roamgate_peers::rego_layer::RegoLayer;
//! use roamgate_peers::rules::{path, rules};
//! use tower::{Layer, Service, service_fn};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! let line: Line = "+34600000002".parse()?;
//! let provider = CachedProvider::new(FixedProvider::new().with(line, RoamingStatus::Home));
//! let bare = service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(http::Response::new(())));
//! let mut gated = RegoLayer::new(&rules(10), provider).layer(bare);
//!
//! let request = Request::post(path(0)).extension(line).body(())?;
//! assert_eq!(gated.call(request).await?.status(), 200);
//! assert_eq!(gated.call(Request::post(path(0)).body(())?).await?.status(), 403);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response, StatusCode};
use roamgate::policy::Effect;
use roamgate::{Line, LineState, Query, RoamingProvider, UnknownReason};
use tower::{Layer, Service};

use regorus::CompiledPolicy;

use crate::engines::regorus::{compile, data, effect, input};
use crate::rules::{Rule, facts};

/// Gates the requests to a service with regorus.
#[derive(Clone, Debug)]
pub struct RegoLayer(Arc<Gate>);

/// A service gated by regorus. Made by [`RegoLayer`].
#[derive(Clone, Debug)]
pub struct RegoService<S> {
    inner: S,
    gate: Arc<Gate>,
}

/// What all services of a layer share.
struct Gate {
    policy: CompiledPolicy,
    provider: Box<dyn RoamingProvider>,
}

impl RegoLayer {
    /// A gate with these rules, which asks this provider about lines.
    #[must_use]
    pub fn new(rules: &[Rule], provider: impl RoamingProvider + 'static) -> Self {
        let policy = compile(data(rules));
        Self(Arc::new(Gate { policy, provider: Box::new(provider) }))
    }
}

impl<S> Layer<S> for RegoLayer {
    type Service = RegoService<S>;

    fn layer(&self, inner: S) -> RegoService<S> {
        RegoService { inner, gate: Arc::clone(&self.0) }
    }
}

impl<S, B, R> Service<Request<B>> for RegoService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was ready goes into the future; its clone stays.
        let not_ready_inner = self.inner.clone();
        let mut ready_inner = std::mem::replace(&mut self.inner, not_ready_inner);
        let gate = Arc::clone(&self.gate);
        Box::pin(async move {
            let line = gate.line_state(request.extensions().get::<Line>().copied()).await;
            match gate.decide(request.uri().path(), line) {
                Effect::Allow => ready_inner.call(request).await,
                Effect::StepUp | Effect::Deny => Ok(refusal()),
            }
        })
    }
}

impl Gate {
    async fn line_state(&self, line: Option<Line>) -> LineState {
        let Some(line) = line else {
            return LineState::Unknown(UnknownReason::NoIdentifier);
        };
        let query = Query::new(line);
        let answer = match self.provider.cached(&query) {
            Some(answer) => Ok(answer),
            None => self.provider.roaming_status(&query).await,
        };
        match answer {
            Ok(answer) => LineState::Known(answer.status()),
            Err(error) => LineState::Unknown(error.reason()),
        }
    }

    fn decide(&self, path: &str, line: LineState) -> Effect {
        let (status, country) = facts(line);
        self.policy
            .eval_with_input(input(path, status, country))
            .map_or(Effect::Deny, |answer| effect(&answer))
    }
}

fn refusal<R: Default>() -> Response<R> {
    let mut answer = Response::new(R::default());
    *answer.status_mut() = StatusCode::FORBIDDEN;
    answer
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("provider", &self.provider).finish_non_exhaustive()
    }
}
