//! A scripted aggregator on loopback: real HTTP, and whatever answers a test wants.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub(crate) const BC_AUTHORIZE: &str = "/bc-authorize";
pub(crate) const TOKEN: &str = "/token";
pub(crate) const ROAMING: &str = "/device-status/v0/roaming";
pub(crate) const ROAMING_0_6: &str = "/device-roaming-status/v0.6/retrieve";
pub(crate) const ROAMING_1: &str = "/device-roaming-status/v1/retrieve";

/// What an endpoint answers.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    let headers = vec![("content-type", "application/json".to_owned())];
    Reply { status, headers, body: body.into() }
}

impl Reply {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

type Script = Arc<dyn Fn(usize, &Seen) -> Reply + Send + Sync>;

#[derive(Default)]
struct Shared {
    scripts: HashMap<String, Script>,
    counts: HashMap<String, usize>,
    seen: Vec<Seen>,
    panicked: bool,
}

/// The server. A panic in one of its scripts fails the test.
pub(crate) struct Aggregator {
    pub(crate) base: String,
    shared: Arc<Mutex<Shared>>,
    task: AbortHandle,
}

impl Aggregator {
    /// A server that grants every token and says of every line that it is at home.
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let server = Self { base, shared, task: task.abort_handle() };
        server.on(BC_AUTHORIZE, |n, _| {
            json(200, format!(r#"{{"auth_req_id":"request-{n}","expires_in":120,"interval":5}}"#))
        });
        server.on(TOKEN, |n, _| {
            json(
                200,
                format!(
                    r#"{{"access_token":"token-{n}","token_type":"Bearer","expires_in":3600}}"#
                ),
            )
        });
        for path in [ROAMING, ROAMING_0_6, ROAMING_1] {
            server.on(path, |_, _| json(200, r#"{"roaming":false}"#));
        }
        server
    }

    /// Answers the n-th request of a path, from 1, with `script`.
    pub(crate) fn on(
        &self,
        path: &str,
        script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static,
    ) {
        self.shared.lock().unwrap().scripts.insert(path.to_owned(), Arc::new(script));
    }

    /// Answers every request of a path so.
    pub(crate) fn always(&self, path: &str, reply: Reply) {
        self.on(path, move |_, _| reply.clone());
    }

    /// How many requests came to the path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.shared.lock().unwrap().counts.get(path).copied().unwrap_or_default()
    }

    /// All requests, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.lock().unwrap().seen.clone()
    }
}

impl Drop for Aggregator {
    fn drop(&mut self) {
        self.task.abort();
        let panicked = self.shared.lock().unwrap().panicked;
        assert!(!panicked || std::thread::panicking(), "a script of the fake aggregator panicked");
    }
}

async fn answer(
    State(shared): State<Arc<Mutex<Shared>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.to_string();
    let seen = Seen { path: path.clone(), headers, body: String::from_utf8(body.into()).unwrap() };
    let (script, count) = {
        let mut shared = shared.lock().unwrap();
        shared.seen.push(seen.clone());
        let count = shared.counts.entry(path.clone()).or_default();
        *count += 1;
        let count = *count;
        (shared.scripts.get(&path).cloned(), count)
    };
    let Some(script) = script else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(reply) = catch_unwind(AssertUnwindSafe(|| script(count, &seen))) else {
        shared.lock().unwrap().panicked = true;
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = reply.body.into_response();
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap();
    response.headers_mut().remove("content-type");
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
