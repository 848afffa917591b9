//! [`Kind`]: the servers, each on a free port of loopback.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::serve::ListenerExt;
use clap::ValueEnum;
use roamgate::RoamingLayer;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tonic::Code;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tower::make::Shared;
use tower::util::MapResponseLayer;
use tower::{Layer, Service, ServiceExt};

use crate::authentication::Authentication;
use crate::gated::{Gated, Part, Plan, Records};
use crate::{Outcome, grpc, payments};

/// What is served.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum Kind {
    /// Payments, whoever asks.
    AxumBare,
    /// Payments behind a layer that does nothing.
    AxumFromFn,
    /// Payments behind the gate.
    AxumGated,
    /// Nothing but the gate's answer, for a proxy that asks for it.
    AxumAnswer,
    /// Payments behind regorus.
    #[cfg(feature = "peers")]
    AxumRegorus,
    /// Transfers, whoever asks.
    TonicBare,
    /// Transfers behind the gate.
    TonicGated,
}

/// What is served, and how.
#[derive(Clone, Debug, clap::Parser)]
pub struct Serve {
    /// What is served.
    pub kind: Kind,
    /// The file of the decision log.
    #[arg(long, default_value = "target/server-decisions.jsonl")]
    pub log: PathBuf,
    /// What the gate does without.
    #[arg(long, value_delimiter = ',')]
    pub without: Vec<Part>,
}

/// What a server says of itself at the end.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Farewell {
    /// What became of the records of its decisions, if it has made any.
    pub records: Option<Records>,
    /// gRPC calls that were not answered with OK. Of HTTP nothing is counted: there, the load
    /// generator sees it.
    pub refused: u64,
}

/// Serves until its input ends, so that it does not outlive whoever started it.
///
/// # Errors
///
/// The server cannot be built.
pub async fn serve(serve: Serve) -> Outcome<()> {
    let Serve { kind, log, without } = serve;
    let has_header = kind != Kind::TonicGated;
    let gated = match kind {
        Kind::AxumBare | Kind::AxumFromFn | Kind::TonicBare => None,
        #[cfg(feature = "peers")]
        Kind::AxumRegorus => None,
        _ => Some(Gated::build(&Plan { log, without, has_header }).await?),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let refused = Arc::new(AtomicU64::new(0));
    let layer = gated.as_ref().map(|gated| gated.layer.clone());
    tokio::select! {
        served = listen(kind, listener, layer, &refused) => served?,
        () = end_of_input() => {}
    }
    let records = tokio::task::spawn_blocking(move || gated?.farewell()).await?;
    let farewell = Farewell { records, refused: refused.load(Ordering::Relaxed) };
    println!("{}", serde_json::to_string(&farewell)?);
    Ok(())
}

async fn listen(
    kind: Kind,
    listener: TcpListener,
    layer: Option<RoamingLayer>,
    refused: &Arc<AtomicU64>,
) -> Outcome<()> {
    match (kind, &layer) {
        // Around the router: what `Router::layer` is given is boxed, for each request anew.
        (Kind::AxumGated, Some(layer)) => http(listener, layer.layer(payments::service())).await,
        (Kind::AxumAnswer, Some(layer)) => http(listener, layer.layer(payments::question())).await,
        (Kind::AxumBare | Kind::AxumGated, _) => http(listener, payments::service()).await,
        (Kind::AxumFromFn, _) => http(listener, from_fn(nothing).layer(payments::service())).await,
        #[cfg(feature = "peers")]
        (Kind::AxumRegorus, _) => http(listener, crate::rego::service().await?).await,
        (Kind::AxumAnswer, _) => http(listener, payments::question()).await,
        (Kind::TonicGated, Some(layer)) => {
            let server = Server::builder().layer(counted(refused));
            let server = server.layer(Authentication::by_query()).layer(layer.clone());
            Ok({ server }.add_service(grpc::service()).serve_with_incoming(calls(listener)).await?)
        }
        (Kind::TonicBare | Kind::TonicGated, _) => {
            let server = Server::builder().layer(counted(refused));
            Ok({ server }.add_service(grpc::service()).serve_with_incoming(calls(listener)).await?)
        }
    }
}

/// Counts refusals of gRPC, whose HTTP status is 200. An answer with a message has its code in the
/// trailers; all others have it in the headers.
fn counted<B>(
    refused: &Arc<AtomicU64>,
) -> MapResponseLayer<impl Fn(http::Response<B>) -> http::Response<B> + Clone + use<B>> {
    let refused = Arc::clone(refused);
    MapResponseLayer::new(move |response: http::Response<B>| {
        let code =
            response.headers().get("grpc-status").map(|code| Code::from_bytes(code.as_bytes()));
        // Cancelled, unknown: the generator has ended, and hung up before its message was whole.
        // The gate says neither.
        if code.is_some_and(|code| !matches!(code, Code::Ok | Code::Cancelled | Code::Unknown)) {
            refused.fetch_add(1, Ordering::Relaxed);
        }
        response
    })
}

async fn nothing(request: Request, next: Next) -> Response {
    next.run(request).await
}

async fn http<S, B>(listener: TcpListener, service: S) -> Outcome<()>
where
    S: Service<Request, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let service = service.map_response(|response| response.map(Body::new));
    Ok(axum::serve(listener, Shared::new(service)).await?)
}

fn calls(listener: TcpListener) -> TcpIncoming {
    TcpIncoming::from(listener).with_nodelay(Some(true))
}

async fn end_of_input() {
    let read = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    drop(tokio::task::spawn_blocking(read).await);
}
