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
