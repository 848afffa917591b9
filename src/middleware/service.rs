//! The gated service.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower::Service;

use super::annotate;
use super::body::ResponseBody;
use super::future::{ResponseFuture, Waiting};
use super::response;
use crate::gate::{Check, Gate};
use crate::head::Head;
use crate::policy::{Annotations, Decision, Effect};

/// Gates the requests to an inner service. Made by [`RoamingLayer`](super::RoamingLayer).
#[derive(Clone)]
pub struct RoamingService<S> {
    inner: S,
    edge: Edge,
}

/// Shapes a refusal in code.
pub(super) type OnRefusal = Arc<dyn Fn(&Decision, &mut Response<Bytes>) + Send + Sync>;

/// What stands between the gate and the services: one shared value, whatever is cloned.
#[derive(Clone)]
pub(super) struct Edge(pub(super) Arc<EdgeSettings>);

#[derive(Clone)]
pub(super) struct EdgeSettings {
    pub(super) gate: Gate,
    pub(super) on_refusal: Option<OnRefusal>,
    pub(super) has_permit: bool,
    pub(super) mounted_at: Arc<str>,
}

impl<S> RoamingService<S> {
    pub(super) fn new(inner: S, edge: Edge) -> Self {
        Self { inner, edge }
    }
}

impl<S, B, R> Service<Request<B>> for RoamingService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let EdgeSettings { gate, mounted_at, .. } = &*self.edge.0;
        let check = {
            let snapshot = gate.snapshot();
            annotate::strip(&mut request, snapshot.policy());
            gate.begin(&snapshot, &Head::of(&request, mounted_at))
        };
        if gate.observes() {
            self.edge.permit(&mut request, gate.observe(check));
            return ResponseFuture::forwarding(self.inner.call(request), Annotations::default());
        }
        match check {
            Check::Settled(decision) if decision.effect() == Effect::Allow => {
                let annotations = self.edge.permit(&mut request, decision);
                ResponseFuture::forwarding(self.inner.call(request), annotations)
            }
            Check::Settled(decision) => {
                ResponseFuture::refused(self.edge.refusal(&request, decision))
            }
            Check::Unsettled(unsettled) => {
                // `poll_ready` was called on `self.inner`: that one goes into the future, and the
                // clone, which is not ready, stays. See "Be careful when cloning inner services"
                // in <https://docs.rs/tower/latest/tower/trait.Service.html>.
                let not_ready_inner = self.inner.clone();
                let ready_inner = std::mem::replace(&mut self.inner, not_ready_inner);
                let edge = self.edge.clone();
                ResponseFuture::checking(Waiting {
                    decision: unsettled.decided(),
                    ready_inner,
                    request,
                    edge,
                })
            }
        }
    }
}

impl Edge {
    /// Puts the permit into the request, and what it tells the application. What it tells the
    /// client is left for the answer.
    pub(super) fn permit<B>(&self, request: &mut Request<B>, decision: Decision) -> Annotations {
        let annotations = decision.annotations().clone();
        annotate::set(request.headers_mut(), annotations.request_headers());
        if self.0.has_permit {
            request.extensions_mut().insert(decision);
        }
        annotations
    }

    /// The answer to a request that is refused.
    pub(super) fn refusal<B>(&self, request: &Request<B>, decision: Decision) -> Response<Bytes> {
        let head = Head::of(request, &self.0.mounted_at);
        let mut answer = response::refusal(&decision, &head);
        if let Some(shape) = &self.0.on_refusal {
            shape(&decision, &mut answer);
        }
        answer.extensions_mut().insert(decision);
        answer
    }
}

impl<S: fmt::Debug> fmt::Debug for RoamingService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoamingService")
            .field("inner", &self.inner)
            .field("gate", &self.edge.0.gate)
            .finish()
    }
}

/// A gated gRPC service keeps its name, so that it can be added to a tonic router.
#[cfg(feature = "tonic")]
impl<S: tonic::server::NamedService> tonic::server::NamedService for RoamingService<S> {
    const NAME: &'static str = S::NAME;
}
