//! Real faults of real connections (`failures.md` §3.2, `wire.md` §5.1).

use std::time::Duration;

use roamgate::UnknownReason::{InvalidAnswer, Timeout, Unavailable};
use roamgate::camara::{BreakerState, Client};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::support::aggregator::{Aggregator, ROAMING, json};
use crate::support::proxy::{Fault, Proxy};
use crate::support::tls::{self, Authority};
use crate::{client_of, later, lookup, lookups, yaml};

/// A file for `server` whose roaming endpoint stands elsewhere: there alone go the faults.
fn roaming_at(server: &Aggregator, base: &str) -> String {
    let yaml = yaml(server, "device-status-0.4");
    format!("{yaml}endpoints: {{ roaming: \"{base}{ROAMING}\" }}\n")
}

/// A server, and a proxy before its roaming endpoint. Each request comes with a connection of its own.
async fn behind(script: impl Fn(usize) -> Fault + Send + 'static) -> (Aggregator, Proxy, String) {
    let server = Aggregator::start().await;
    let home = json(200, r#"{"roaming":false}"#).header("connection", "close");
    server.always(ROAMING, home);
    let proxy = Proxy::start(server.base.replace("http://", ""), script).await;
    let yaml = roaming_at(&server, &format!("http://{}", proxy.address));
    (server, proxy, yaml)
}

fn breaker(client: &Client) -> BreakerState {
    let state = client.state();
    let of_roaming = state.endpoints.iter().find(|it| it.endpoint == "the roaming endpoint");
    of_roaming.unwrap().breaker
}

#[tokio::test]
async fn a1_nobody_listening_opens_the_breaker_and_one_probe_closes_it() {
    let (server, proxy, yaml) = behind(|_| Fault::None).await;
    let client = client_of(&yaml);
    lookup(&client).await.unwrap();
    let (address, behind) = (proxy.address, server.base.replace("http://", ""));
    drop(proxy);
    tokio::task::yield_now().await;
    for outcome in lookups(&client, 5).await {
        assert_eq!(outcome.unwrap_err().reason(), Unavailable);
    }
    assert!(matches!(breaker(&client), BreakerState::Open(_)));
    let asked = client.calls();
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "unavailable: the roaming endpoint failed too often and is left alone for a while"
    );
    assert!(error.wait().unwrap() <= Duration::from_secs(5));
    assert_eq!(client.calls(), asked, "nothing was sent, for tokens neither");
    let _proxy = Proxy::at(address, behind, |_| Fault::None).await;
    later(Duration::from_secs(5)).await;
    assert_eq!(breaker(&client), BreakerState::HalfOpen);
    lookup(&client).await.unwrap();
    assert_eq!(breaker(&client), BreakerState::Closed);
}

#[tokio::test]
async fn a2_w53_tls_that_is_wrong_in_any_way_is_neither_trusted_nor_tried_again() {
    let ours = Authority::new();
    let rows = [
        (ours.server("127.0.0.1", 2020, 2021), "its certificate has expired"),
        (ours.server("127.0.0.1", 4000, 4001), "its certificate is not valid yet"),
        (ours.server("elsewhere.example", 2020, 4000), "its certificate is for another name"),
        (Authority::new().server("127.0.0.1", 2020, 4000), "its certificate is not trusted"),
    ];
    for (config, why) in rows {
        let server = Aggregator::start().await;
        let base = tls::front(&server.base, config).await;
        let yaml = roaming_at(&server, &base);
        let ca = ours.file();
        let client = client_of(&format!("{yaml}tls: {{ ca: {{ file: \"{}\" }} }}\n", ca.display()));
        let error = lookup(&client).await.unwrap_err().to_string();
        let expected = format!("unavailable: the roaming endpoint could not be reached ({why})");
        assert_eq!(error, expected);
        assert_eq!((client.calls().roaming, server.count(ROAMING)), (1, 0), "{why}");
    }
}

#[tokio::test]
async fn a2_a_certificate_of_the_authority_that_the_file_names_is_trusted() {
    let (server, ours) = (Aggregator::start().await, Authority::new());
    let base = tls::front(&server.base, ours.server("127.0.0.1", 2020, 4000)).await;
    let ca = ours.file();
    let yaml = roaming_at(&server, &base);
    let yaml = format!("{yaml}tls: {{ ca: {{ file: \"{}\" }} }}\n", ca.display());
    lookup(&client_of(&yaml)).await.unwrap();
}

/// A server that answers the first bytes of every connection so, and closes it; `None` resets it.
async fn blurting(bytes: Option<&'static [u8]>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            match bytes {
                Some(bytes) => drop(stream.write_all(bytes).await),
                None => stream.set_zero_linger().unwrap(),
            }
        }
    });
    address.to_string()
}

#[tokio::test]
async fn a2_an_old_tls_a_reset_and_plain_http_in_the_handshake_are_not_tried_again() {
    // TLS 1.0 answers with an alert: protocol_version.
    let rows: [Option<&[u8]>; 3] =
        [Some(b"\x15\x03\x01\x00\x02\x02\x46"), None, Some(b"HTTP/1.1 400 Bad Request\r\n\r\n")];
    for bytes in rows {
        let server = Aggregator::start().await;
        let yaml = roaming_at(&server, &format!("https://{}", blurting(bytes).await));
        let ca = Authority::new().file();
        let client = client_of(&format!("{yaml}tls: {{ ca: {{ file: \"{}\" }} }}\n", ca.display()));
        let error = lookup(&client).await.unwrap_err();
        assert_eq!(error.reason(), Unavailable, "{error}");
        assert_eq!(client.calls().roaming, 1, "{bytes:?}: {error}");
    }
}

#[tokio::test]
async fn a3_a_name_that_nobody_has_is_unavailable() {
    let (server, ca) = (Aggregator::start().await, Authority::new().file());
    let yaml = roaming_at(&server, "https://aggregator.invalid");
    let client = client_of(&format!("{yaml}tls: {{ ca: {{ file: \"{}\" }} }}\n", ca.display()));
    let told = lookup(&client).await.unwrap_err().to_string();
    assert!(told.starts_with("unavailable: the roaming endpoint could not be reached"), "{told}");
    assert!(!told.contains("aggregator.invalid"), "{told}");
    lookups(&client, 4).await;
    assert!(matches!(breaker(&client), BreakerState::Open(_)), "as where nobody listens");
    let asked = client.calls();
    lookups(&client, 20).await;
    assert_eq!(client.calls(), asked, "no name is looked up any more");
}

#[tokio::test]
async fn a4_a_host_that_swallows_connections_is_unavailable() {
    // A full queue of connections that nobody takes: the system drops the next. It is full as
    // soon as somebody waits before it, and who waits stays there.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full = socket.listen(0).unwrap();
    let address = full.local_addr().unwrap();
    let (mut queued, mut waiting) = (Vec::new(), Box::pin(TcpStream::connect(address)));
    while let Ok(taken) = timeout(Duration::from_millis(200), &mut waiting).await {
        queued.push(taken.unwrap());
        waiting.set(TcpStream::connect(address));
    }
    let server = Aggregator::start().await;
    let yaml = roaming_at(&server, &format!("http://{address}"));
    let client = client_of(&format!("{yaml}timeouts: {{ connect: 20ms }}\n"));
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "unavailable: the roaming endpoint could not be reached (timed out)"
    );
}

/// How a lookup ends whose answer does not come in time. The clock moves as soon as all wait.
async fn in_time(fault: Fault) -> (Client, String) {
    let (_server, proxy, yaml) = behind(move |n| if n == 1 { Fault::None } else { fault }).await;
    let client = client_of(&yaml);
    lookup(&client).await.unwrap();
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let error = lookup(&client).await.unwrap_err();
    assert!(began.elapsed() <= Duration::from_millis(2_100), "{:?}", began.elapsed());
    assert_eq!((error.reason(), proxy.connections()), (Timeout, 2), "{error}");
    (client, error.to_string())
}

#[tokio::test]
async fn a5_w52_who_takes_the_request_and_never_answers_is_a_timeout_and_not_asked_again() {
    let (client, error) = in_time(Fault::BlackHole).await;
    assert_eq!(error, "timeout: the roaming endpoint did not answer in time");
    assert_eq!(client.calls().roaming, 2);
}

#[tokio::test]
async fn a6_an_answer_that_drips_is_a_timeout_however_regularly() {
    let (_, error) = in_time(Fault::Drip(Duration::from_millis(300))).await;
    assert_eq!(error, "timeout: the roaming endpoint did not answer in time");
}

#[tokio::test]
async fn a6_an_answer_that_comes_too_late_is_a_timeout() {
    let (_, error) = in_time(Fault::Delay(Duration::from_secs(3))).await;
    assert_eq!(error, "timeout: the roaming endpoint did not answer in time");
}

#[tokio::test]
async fn w51_a_connection_that_breaks_is_tried_once_more() {
    let faults = [
        Fault::Reset,
        Fault::ResetAfter(0),
        Fault::ResetAfter(40),
        Fault::Truncate(0),
        Fault::Truncate(40),
        Fault::HalfClose,
    ];
    for fault in faults {
        let (server, proxy, yaml) = behind(move |n| if n == 1 { fault } else { Fault::None }).await;
        let client = client_of(&yaml);
        lookup(&client).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!((proxy.connections(), client.state().retries), (2, 1), "{fault:?}");
        drop(server);
    }
}

#[tokio::test]
async fn w51_and_once_only() {
    for fault in [Fault::Reset, Fault::HalfClose, Fault::ResetAfter(40)] {
        let (_server, proxy, yaml) = behind(move |_| fault).await;
        let error = lookup(&client_of(&yaml)).await.unwrap_err();
        assert_eq!(error.reason(), Unavailable, "{fault:?}");
        assert_eq!(proxy.connections(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a13_a_truncated_answer_is_never_read() {
    // The headers are whole, the body is not.
    let (_server, _proxy, yaml) = behind(|_| Fault::Truncate(110)).await;
    let error = lookup(&client_of(&yaml)).await.unwrap_err();
    assert_eq!(error.reason(), Unavailable, "{error}");
}

#[tokio::test]
async fn a14_an_endless_body_is_left_at_the_limit() {
    let socket = TcpSocket::new_v4().unwrap();
    // What the system buffers for the sender says nothing of what was read.
    socket.set_send_buffer_size(16 * 1024).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let sender = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                    transfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let chunk = format!("1000\r\n{}\r\n", "x".repeat(4096));
        let mut sent = 0;
        while stream.write_all(chunk.as_bytes()).await.is_ok() {
            sent += chunk.len();
        }
        sent
    });
    let server = Aggregator::start().await;
    let yaml = roaming_at(&server, &format!("http://{address}"));
    let error = lookup(&client_of(&yaml)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalidAnswer: the roaming endpoint gave a body of more than 64 KiB"
    );
    assert_eq!(error.reason(), InvalidAnswer);
    // What is more than the limit lay in the buffers of the system: it was never read.
    let sent = sender.await.unwrap();
    assert!(sent < 1024 * 1024, "{sent}");
}
