//! The HTTP server around the endpoints.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::answer::Reply;
use super::call::{Call, X_CORRELATOR};
use super::sign_in::{self, id_token};
use super::state::State;
use super::{authorize, discovery, roaming, token};

type Head = (Uri, HeaderMap);
type Endpoint = fn(&Call<'_>, &mut State) -> Reply;

/// What the server and its [`Sandbox`](super::Sandbox) share.
pub(super) struct House {
    pub(super) stop: CancellationToken,
    state: Mutex<State>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl House {
    pub(super) fn new(state: State) -> Self {
        let (stop, panic) = (CancellationToken::new(), Mutex::default());
        Self { stop, state: Mutex::new(state), panic }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The panic of an endpoint, which its connection would otherwise swallow.
    pub(super) fn take_panic(&self) -> Option<Box<dyn Any + Send>> {
        self.panic.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn receive(&self, endpoint: Endpoint, head: Head, body: Bytes) -> Response {
        let reply = self.judge(endpoint, &head, &body);
        // A held answer must not hold up the shutdown.
        if !reply.delay.is_zero() {
            let _ = self.stop.run_until_cancelled(sleep(reply.delay)).await;
        }
        reply.into_response()
    }

    fn judge(&self, endpoint: Endpoint, (uri, headers): &Head, body: &[u8]) -> Reply {
        let query = uri.query().unwrap_or_default();
        let call = Call { query, headers, body, now: Instant::now() };
        let judged = catch_unwind(AssertUnwindSafe(|| endpoint(&call, &mut self.state())));
        let reply = judged.unwrap_or_else(|payload| {
            *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(payload);
            Reply::text(StatusCode::INTERNAL_SERVER_ERROR, "{}")
        });
        match call.correlator() {
            Some(correlator) => reply.header(X_CORRELATOR, correlator.clone()),
            None => reply,
        }
    }
}

/// Serves until [`House::stop`] is cancelled and the open answers are sent.
pub(super) async fn serve(listener: TcpListener, house: Arc<House>) -> io::Result<()> {
    let stop = house.stop.clone().cancelled_owned();
    axum::serve(listener, router(&house)).with_graceful_shutdown(stop).await
}

fn router(house: &Arc<House>) -> Router {
    Router::new()
        .route(discovery::PATH, get_route(house, discovery::answer))
        .route("/bc-authorize", route(house, authorize::answer))
        .route("/token", route(house, token::answer))
        .route(sign_in::PATH, get_route(house, sign_in::show).merge(route(house, sign_in::choose)))
        .route(id_token::KEYS_PATH, get_route(house, id_token::keys))
        .route("/device-status/v0/roaming", route(house, roaming::v0))
        .route("/device-roaming-status/v0.6/retrieve", route(house, roaming::v0_6))
        .route("/device-roaming-status/v1/retrieve", route(house, roaming::v1))
        .fallback(async || {
            let body = json!({ "status": 404, "code": "NOT_FOUND", "message": "no such path" });
            Reply::json(StatusCode::NOT_FOUND, &body)
        })
}

fn get_route(house: &Arc<House>, endpoint: Endpoint) -> MethodRouter {
    let house = Arc::clone(house);
    get(async move |uri: Uri, headers: HeaderMap| {
        house.receive(endpoint, (uri, headers), Bytes::new()).await
    })
}

fn route(house: &Arc<House>, endpoint: Endpoint) -> MethodRouter {
    let house = Arc::clone(house);
    post(move |uri: Uri, headers: HeaderMap, body: Bytes| {
        let house = Arc::clone(&house);
        async move { house.receive(endpoint, (uri, headers), body).await }
    })
}
