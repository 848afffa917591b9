//! The service that is gated: an Axum router, a layer, three policies from `policies/`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get, post};
use http::HeaderName;
use roamgate::audit::Record;
use roamgate::cache::CachedProvider;
use roamgate::camara::Client;
use roamgate::policy::{Fault, SourceFile};
use roamgate::{Effect, Policy, RoamingLayer, UnknownReason};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::check;
use crate::exit::Failure;

/// The header that names the line. The demo plays the proxy that sets it.
pub(super) const LINE: &str = "x-line";

const POLICIES: [(&str, &str); 2] = [
    ("policies/payments-eea.yaml", include_str!("../../../../policies/payments-eea.yaml")),
    ("policies/streaming.yaml", include_str!("../../../../policies/streaming.yaml")),
];

/// What the gate recorded of a decision.
pub(super) struct Judged {
    pub(super) effect: Effect,
    pub(super) rule: Option<String>,
    pub(super) reason: Option<UnknownReason>,
    pub(super) route: Option<String>,
    /// What the caller got wrong.
    pub(super) fault: Option<&'static str>,
}

/// The running service.
pub(super) struct Service {
    pub(super) address: SocketAddr,
    /// What the gate decided, in order.
    pub(super) judged: UnboundedReceiver<Judged>,
}

impl Service {
    /// Serves here, gated by what this client says.
    pub(super) async fn start(listen: SocketAddr, client: Arc<Client>) -> Result<Self, Failure> {
        let cannot = |error| Failure::failed(format!("cannot listen on `{listen}`: {error}"));
        let listener = TcpListener::bind(listen).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let (records, judged) = unbounded_channel();
        let layer = RoamingLayer::new(policy()?, CachedProvider::new(client))
            .subject_from_dangerously_trusted_header(HeaderName::from_static(LINE))
            .audit(move |record: &Record<'_>| {
                // Nobody listens any more once the demo ends.
                let _ = records.send(Judged::from(record));
            });
        tokio::spawn(axum::serve(listener, app().layer(layer)).into_future());
        Ok(Self { address, judged })
    }
}

fn app() -> Router {
    Router::new()
        .route("/v1/payments", post(async || "paid\n"))
        .route("/playback/start", post(async || "playing\n"))
        .route("/admin/{*rest}", any(async || "welcome to the back office\n"))
        .route("/health", get(async || "healthy\n"))
}

fn policy() -> Result<Policy, Failure> {
    let files = POLICIES.map(|(name, text)| SourceFile::new(name, text));
    let (policy, problems) = Policy::check(&files);
    policy.ok_or_else(|| Failure::invalid(check::report(&problems, files.len())))
}

impl From<&Record<'_>> for Judged {
    fn from(record: &Record<'_>) -> Self {
        Self {
            effect: record.decision.effect(),
            rule: record.decision.rule().map(ToOwned::to_owned),
            reason: record.decision.reason(),
            route: record.route.map(ToOwned::to_owned),
            fault: record.decision.fault().map(Fault::name),
        }
    }
}
