//! In front of tonic, over a real connection.

use roamgate::{FixedProvider, RoamingLayer};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Response, Status};
use tower::Layer;

use crate::support::*;
use transfers::transfers_client::TransfersClient;
use transfers::transfers_server::{Transfers, TransfersServer};
use transfers::{Receipt, Transfer};

#[expect(
    unreachable_pub,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]
#[path = "../../examples/proto/bank.transfers.v1.rs"]
mod transfers;

struct Unreachable;

#[tonic::async_trait]
impl Transfers for Unreachable {
    async fn create(&self, _: Request<Transfer>) -> Result<Response<Receipt>, Status> {
        panic!("the inner service was called under a refusal")
    }
}

fn gate() -> RoamingLayer {
    let text = STRICT.replace("bank.Payments/Pay", "bank.transfers.v1.Transfers/*");
    RoamingLayer::new(policy(&text), FixedProvider::new()).subject(|_: &roamgate::Head<'_>| line(1))
}

/// A client of what this serves.
async fn client<F>(serve: impl FnOnce(TcpIncoming) -> F) -> TransfersClient<Channel>
where
    F: Future<Output = Result<(), tonic::transport::Error>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(TcpIncoming::from(listener)));
    TransfersClient::connect(format!("http://{address}")).await.unwrap()
}

fn assert_refused(answer: Result<Response<Receipt>, Status>) {
    let status = answer.unwrap_err();
    let expected = (Code::PermissionDenied, "The line is not available for this request");
    assert_eq!((status.code(), status.message()), expected);
    assert!(!status.details().is_empty());
}

/// Answers with what it was told.
struct Echo;

#[tonic::async_trait]
impl Transfers for Echo {
    async fn create(&self, request: Request<Transfer>) -> Result<Response<Receipt>, Status> {
        let told = request.metadata().get_all("x-line").iter().map(|value| value.to_str().unwrap());
        Err(Status::aborted(told.collect::<Vec<_>>().join(" and ")))
    }
}

#[tokio::test]
async fn annotations_are_metadata_of_the_call_and_of_its_answer() {
    let text = format!(
        "{}{}",
        STRICT.replace("bank.Payments/Pay", "bank.transfers.v1.Transfers/*"),
        "  - { id: tell, match: { routes: [payments] }, when: { line: home }, effect: annotate, annotate: { requestHeaders: { x-line: \"${line.state}\" }, responseHeaders: { x-quality: high } } }\n",
    );
    let (line, provider) = line_in(roamgate::LineState::HOME);
    let gate =
        RoamingLayer::new(policy(&text), provider).subject(move |_: &roamgate::Head<'_>| line);
    let server = Server::builder().layer(gate).add_service(TransfersServer::new(Echo));
    let mut client = client(|incoming| server.serve_with_incoming(incoming)).await;
    let mut forged = Request::new(Transfer::default());
    forged.metadata_mut().insert("x-line", "forged".parse().unwrap());
    let status = client.create(forged).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Aborted, "home"));
    assert_eq!(status.metadata().get("x-quality").unwrap(), "high");
}

#[tokio::test]
async fn a_whole_server_is_gated() {
    let server = Server::builder().layer(gate()).add_service(TransfersServer::new(Unreachable));
    let mut client = client(|incoming| server.serve_with_incoming(incoming)).await;
    assert_refused(client.create(Transfer::default()).await);
}

#[tokio::test]
async fn one_service_among_others_is_gated_and_keeps_its_name() {
    let gated = gate().layer(TransfersServer::new(Unreachable));
    let server = Server::builder().add_service(gated);
    let mut client = client(|incoming| server.serve_with_incoming(incoming)).await;
    assert_refused(client.create(Transfer::default()).await);
}
