//! A server that speaks HTTP/2, and ends streams and connections as such servers do (`failures.md` A20).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use h2::Reason;
use h2::server::{Connection, SendResponse};
use roamgate::camara::Client;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::support::aggregator::ROAMING;
use crate::support::tls::Authority;
use crate::{client_of, lookups};

/// What happens to a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Act {
    Answer,
    /// REFUSED_STREAM: it was not looked at.
    Refuse,
    /// It is answered, and no other on this connection: GOAWAY.
    AnswerAndGo,
    /// GOAWAY instead of an answer.
    Go,
}

#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    requests: AtomicUsize,
}

/// A client of a server whose n-th request, from 1, goes as `script` says.
async fn server(script: fn(usize) -> Act) -> (Client, Arc<Counts>) {
    let authority = Authority::new();
    let mut config = authority.server("127.0.0.1", 2020, 4000);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}{ROAMING}", listener.local_addr().unwrap());
    let counts = Arc::<Counts>::default();
    let shared = Arc::clone(&counts);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            shared.connections.fetch_add(1, Ordering::Relaxed);
            let stream = acceptor.accept(stream).await.unwrap();
            tokio::spawn(serve(stream, Arc::clone(&shared), script));
        }
    });
    let client = client_of(&format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nendpoints: {{ roaming: '{url}' }}\ngrant: none\n\
         tls: {{ ca: {{ file: '{}' }} }}\napi: {{ dialect: device-status-0.5 }}\n",
        authority.file().display()
    ));
    (client, counts)
}

async fn serve(stream: TlsStream<TcpStream>, counts: Arc<Counts>, script: fn(usize) -> Act) {
    let mut connection: Connection<_, Bytes> = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((_request, mut respond))) = connection.accept().await {
        let act = script(counts.requests.fetch_add(1, Ordering::Relaxed) + 1);
        match act {
            Act::Answer => answer(respond),
            Act::Refuse => respond.send_reset(Reason::REFUSED_STREAM),
            Act::AnswerAndGo => {
                answer(respond);
                connection.graceful_shutdown();
            }
            Act::Go => connection.abrupt_shutdown(Reason::NO_ERROR),
        }
    }
}

fn answer(mut respond: SendResponse<Bytes>) {
    let head = axum::http::Response::builder().header("content-type", "application/json");
    let mut body = respond.send_response(head.body(()).unwrap(), false).unwrap();
    body.send_data(Bytes::from_static(br#"{"roaming":false}"#), true).unwrap();
}

#[tokio::test]
async fn a20_a_server_that_goes_away_now_and_then_is_noticed_by_nobody() {
    let (client, counts) =
        server(|n| if n % 10 == 0 { Act::AnswerAndGo } else { Act::Answer }).await;
    for outcome in lookups(&client, 200).await {
        outcome.unwrap();
    }
    let connections = counts.connections.load(Ordering::Relaxed);
    assert!((20..=21).contains(&connections), "{connections} connections");
    assert_eq!(counts.requests.load(Ordering::Relaxed), 200, "none was asked twice");
}

#[tokio::test]
async fn a20_a_stream_that_is_refused_or_left_is_asked_for_once_more() {
    let scripts: [fn(usize) -> Act; 2] = [
        |n| if n % 25 == 0 { Act::Refuse } else { Act::Answer },
        |n| if n % 25 == 0 { Act::Go } else { Act::Answer },
    ];
    for script in scripts {
        let (client, counts) = server(script).await;
        for outcome in lookups(&client, 100).await {
            outcome.unwrap();
        }
        let asked = counts.requests.load(Ordering::Relaxed) as u64;
        assert_eq!((client.state().retries, client.calls().roaming), (4, asked));
    }
}

#[tokio::test]
async fn a20_and_once_only() {
    let (client, counts) = server(|_| Act::Refuse).await;
    for outcome in lookups(&client, 1).await {
        let told = outcome.unwrap_err().to_string();
        assert_eq!(told, "unavailable: the roaming endpoint broke the connection");
    }
    assert_eq!(counts.requests.load(Ordering::Relaxed), 2);
}
