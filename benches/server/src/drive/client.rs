//! The smallest clients that will do: for a look at the answers before anything is measured, and for a
//! thousand requests at one moment.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic::codegen::http::uri::PathAndQuery;
use tonic_prost::ProstCodec;

use super::patience::within;
use crate::grpc::transfers::{Receipt, Transfer};
use crate::{Outcome, grpc, lines, payments};

const PATIENCE: Duration = Duration::from_secs(30);

/// A payment for this line.
#[must_use]
pub fn payment(line: &str) -> String {
    let (path, header, body) = (payments::PATH, lines::HEADER, payments::PAYMENT);
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{header}: {line}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// Sends a request, and reads as much of the answer as has the status.
///
/// # Errors
///
/// There is no answer, or none of HTTP.
pub async fn status(connection: &mut TcpStream, request: &str) -> Outcome<u16> {
    connection.write_all(request.as_bytes()).await?;
    let mut answer = [0; 12];
    within(PATIENCE, "an answer", connection.read_exact(&mut answer)).await??;
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| text.into())
}

/// What a server says to a payment for this line.
///
/// # Errors
///
/// There is no answer.
pub async fn pay(address: &str, line: &str) -> Outcome<u16> {
    status(&mut TcpStream::connect(address).await?, &payment(line)).await
}

/// What a server says to a transfer for this line.
///
/// # Errors
///
/// There is no server.
pub async fn transfer(address: &str, line: &str) -> Outcome<Code> {
    let channel = tonic::transport::Endpoint::new(format!("http://{address}"))?.connect().await?;
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await?;
    let transfer = Transfer { iban: "ES9121000418450200051332".to_owned(), cents: 1250 };
    let path: PathAndQuery = format!("{}?{line}", grpc::PATH).parse()?;
    let codec = ProstCodec::<Transfer, Receipt>::default();
    let answer = client.unary(tonic::Request::new(transfer), path, codec).await;
    Ok(answer.map_or_else(|status| status.code(), |_| Code::Ok))
}
