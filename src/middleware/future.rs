//! The future of a gated request.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower::Service;

use super::annotate;
use super::body::ResponseBody;
use super::service::Edge;
use crate::policy::{Annotations, Decision, Effect};

pin_project! {
    /// The response of a [`RoamingService`](super::RoamingService).
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        state: State<S, B, S::Future>,
    }
}

pin_project! {
    // What is rare is boxed: most requests go on at once, and none of them should carry the room for it.
    #[project = StateProjection]
    enum State<S, B, F> {
        /// Waits for the network. The ready inner service and the request are kept until then.
        Checking { waiting: Option<Box<Waiting<S, B>>> },
        Forwarding { #[pin] inner: F, annotations: Annotations },
        Refused { answer: Option<Box<Response<bytes::Bytes>>> },
    }
}

/// A request that waits for its decision.
pub(super) struct Waiting<S, B> {
    pub(super) decision: Pin<Box<dyn Future<Output = Decision> + Send>>,
    pub(super) ready_inner: S,
    pub(super) request: Request<B>,
    pub(super) edge: Edge,
}

impl<S: Service<Request<B>>, B> ResponseFuture<S, B> {
    pub(super) fn forwarding(inner: S::Future, annotations: Annotations) -> Self {
        Self { state: State::Forwarding { inner, annotations } }
    }

    pub(super) fn refused(answer: Response<bytes::Bytes>) -> Self {
        Self { state: State::Refused { answer: Some(Box::new(answer)) } }
    }

    pub(super) fn checking(waiting: Waiting<S, B>) -> Self {
        Self { state: State::Checking { waiting: Some(Box::new(waiting)) } }
    }
}

impl<S, B, R> Future for ResponseFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Output = Result<Response<ResponseBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Forwarding { inner, annotations } => {
                    return inner.poll(cx).map_ok(|mut response| {
                        annotate::set(response.headers_mut(), annotations.response_headers());
                        response.map(ResponseBody::inner)
                    });
                }
                StateProjection::Refused { answer } => {
                    let Some(answer) = answer.take() else { return Poll::Pending };
                    return Poll::Ready(Ok(answer.map(ResponseBody::refusal)));
                }
                StateProjection::Checking { waiting } => {
                    let Some(pending) = waiting else { return Poll::Pending };
                    let decision = ready!(pending.decision.as_mut().poll(cx));
                    let Some(waited) = waiting.take() else { return Poll::Pending };
                    waited.proceed(decision)
                }
            };
            state.set(next);
        }
    }
}

impl<S, B> Waiting<S, B> {
    /// What follows from the decision: the one place where a waiting request reaches the service.
    fn proceed<F>(self, decision: Decision) -> State<S, B, F>
    where
        S: Service<Request<B>, Future = F>,
    {
        let Self { mut ready_inner, mut request, edge, .. } = self;
        if decision.effect() == Effect::Allow {
            let annotations = edge.permit(&mut request, decision);
            State::Forwarding { inner: ready_inner.call(request), annotations }
        } else {
            State::Refused { answer: Some(Box::new(edge.refusal(&request, decision))) }
        }
    }
}

impl<S: Service<Request<B>>, B> fmt::Debug for ResponseFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Checking { .. } => "ResponseFuture(checking)",
            State::Forwarding { .. } => "ResponseFuture(forwarding)",
            State::Refused { .. } => "ResponseFuture(refused)",
        })
    }
}
