//! What is believed of a reply as a whole: `wire.md` §5.1, rows 19 to 26, 54 and 55.

use roamgate::provider::Correlator;
use roamgate::{Query, RoamingProvider, UnknownReason};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::answers::outcome;
use crate::log::Log;
use crate::support::aggregator::{Aggregator, ROAMING, Reply, json};
use crate::{NUMBER, client, client_of, client_without_line_budget, line, lookup, yaml};

const HOME: &str = r#"{"roaming":false}"#;
const V0: &str = "device-status-0.4";

/// What a roaming endpoint of bare bytes does once it has written them.
#[derive(Clone)]
enum Then {
    Close,
    Stall,
    /// Writes this again and again, until nobody reads it.
    Repeat(String),
}

/// One lookup at a server that grants tokens, and whose roaming endpoint answers these bytes.
async fn asked(bytes: &'static str, then: Then, settings: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/roaming", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, bytes, then.clone()));
        }
    });
    let server = Aggregator::start().await;
    let yaml = yaml(&server, V0);
    let client = client_of(&format!("{yaml}endpoints: {{ roaming: {url:?} }}\n{settings}"));
    lookup(&client).await.map_or_else(|error| error.to_string(), |_| "home".to_owned())
}

async fn answer(mut stream: TcpStream, bytes: &str, then: Then) {
    let mut request = Vec::new();
    while !request.ends_with(b"}}") {
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "a whole request");
    }
    let _ = stream.write_all(bytes.as_bytes()).await;
    match then {
        Then::Close => {}
        Then::Stall => std::future::pending().await,
        Then::Repeat(more) => while stream.write_all(more.as_bytes()).await.is_ok() {},
    }
}

#[tokio::test]
async fn w19_what_is_no_json_object_is_no_answer() {
    let deep = |depth| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        json(200, format!(r#"{{"roaming":false,"x":{open}{close}}}"#))
    };
    let rows = [
        (json(200, r#"{"roaming":false}{"roaming":false}"#), "invalidAnswer"),
        (json(200, r#"{"roaming":false} x"#), "invalidAnswer"),
        (json(200, r#"{"roaming":false"#), "invalidAnswer"),
        (json(200, r#"[{"roaming":false}]"#), "invalidAnswer"),
        (json(200, "[false,null,null,null,null]"), "invalidAnswer"),
        (json(200, "false"), "invalidAnswer"),
        (json(200, "\u{feff}{\"roaming\":false}"), "invalidAnswer"),
        (json(200, "<html>sign in</html>"), "invalidAnswer"),
        (json(200, ""), "invalidAnswer"),
        (json(200, b"{\"roaming\":false,\"x\":\"\xff\"}".to_vec()), "invalidAnswer"),
        (deep(50), "home"),
        (deep(10_000), "invalidAnswer"),
    ];
    for (reply, expected) in rows {
        let body = String::from_utf8_lossy(&reply.body).chars().take(60).collect::<String>();
        assert_eq!(outcome(V0, reply).await, expected, "{body}");
    }
}

#[tokio::test]
async fn w19_an_answer_that_breaks_off_is_no_answer_of_the_network() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n{\"roaming\":";
    let told = asked(cut, Then::Close, "").await;
    assert!(told.starts_with("unavailable: the roaming endpoint broke the connection"), "{told}");
}

#[tokio::test]
async fn w20_only_what_is_declared_as_json_is_read() {
    let home = || json(200, HOME);
    let rows = [
        (home().header("content-type", "application/json; charset=utf-8"), "home"),
        (home().header("content-type", "application/problem+json"), "home"),
        (home().header("content-type", "text/html"), "invalidAnswer"),
        (home().header("content-type", "text/json"), "invalidAnswer"),
        (home().header("content-type", "application/json; charset=utf-16"), "invalidAnswer"),
        (Reply { headers: Vec::new(), ..home() }, "invalidAnswer"),
    ];
    for (reply, expected) in rows {
        let headers = reply.headers.clone();
        assert_eq!(outcome(V0, reply).await, expected, "{headers:?}");
    }
}

#[tokio::test]
async fn w21_an_error_under_200_is_no_answer() {
    for body in [
        r#"{"code":"OK","message":"fine"}"#,
        r#"{"status":404,"code":"IDENTIFIER_NOT_FOUND","message":"not found"}"#,
        r#"{"error":"invalid_token"}"#,
    ] {
        assert_eq!(outcome(V0, json(200, body)).await, "invalidAnswer", "{body}");
    }
}

#[tokio::test]
async fn w22_no_other_success_is_an_answer() {
    for status in [201, 202, 203, 204, 206, 226] {
        let body = if status == 204 { "" } else { HOME };
        assert_eq!(outcome(V0, json(status, body)).await, "invalidAnswer", "{status}");
    }
}

#[tokio::test]
async fn w23_what_comes_before_the_answer_is_not_the_answer() {
    let hints = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n\
                 HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n{\"roaming\":false}";
    assert_eq!(asked(hints, Then::Close, "").await, "home");
}

#[tokio::test]
async fn w24_a_redirect_is_not_followed() {
    for status in [300, 301, 302, 303, 304, 307, 308] {
        let (server, elsewhere) = (Aggregator::start().await, Aggregator::start().await);
        let target = format!("{}{ROAMING}", elsewhere.base);
        let body = if status == 304 { "" } else { HOME };
        server.always(ROAMING, json(status, body).header("location", target));
        let error = lookup(&client(&server)).await.unwrap_err();
        assert_eq!(error.reason(), UnknownReason::InvalidAnswer, "{status}");
        assert!(elsewhere.seen().is_empty(), "{status}");
    }
}

#[tokio::test]
async fn w25_a_400_is_ours_to_mend_and_is_told_with_its_correlator_and_without_the_number() {
    let log = Log::start();
    let server = Aggregator::start().await;
    let refusal = format!(r#"{{"code":"INVALID_INPUT","message":"{NUMBER} is no number"}}"#);
    server.always(ROAMING, json(400, refusal));
    let query = Query::new(line()).correlator(Correlator::from_random(7));
    let error = client(&server).roaming_status(&query).await.unwrap_err();
    assert_eq!(error.to_string(), "misconfigured: the roaming endpoint answered 400 INVALID_INPUT");
    let text = log.text();
    assert!(text.contains(&format!("correlator={}", Correlator::from_random(7))), "{text}");
    assert!(text.contains("400 INVALID_INPUT") && !text.contains("600000001"), "{text}");
    for code in ["INVALID_ARGUMENT", "OUT_OF_RANGE", "INVALID_WHATEVER", "API.SPECIFIC"] {
        let reply = json(400, format!(r#"{{"status":400,"code":"{code}","message":"no"}}"#));
        assert_eq!(outcome(V0, reply).await, "misconfigured", "{code}");
    }
}

#[tokio::test]
async fn w26_a_400_of_a_gateway_is_ours_to_mend() {
    for reply in [
        json(400, r#"{"message":"phoneNumber is not allowed"}"#),
        json(400, r#"{"detail":"no such endpoint"}"#),
        json(400, r#"{"code":400,"message":"no"}"#),
        json(400, "<html>400</html>").header("content-type", "text/html"),
        json(400, ""),
    ] {
        let body = reply.body.clone();
        let told = outcome(V0, reply).await;
        assert_eq!(told, "misconfigured", "{}", String::from_utf8_lossy(&body));
    }
}

#[tokio::test]
async fn w54_an_echo_that_is_missing_or_wrong_is_only_logged() {
    let ours = Correlator::from_random(54);
    let rows = [
        (Some(ours.to_string()), ""),
        (Some("canary-of-the-server".to_owned()), "answered under another x-correlator"),
        (None, "answered under no x-correlator"),
    ];
    for (echo, told) in rows {
        let server = Aggregator::start().await;
        let reply = json(200, HOME);
        server.always(
            ROAMING,
            match &echo {
                Some(echo) => reply.header("x-correlator", echo.clone()),
                None => reply,
            },
        );
        let log = Log::start();
        let query = Query::new(line()).correlator(ours);
        client(&server).roaming_status(&query).await.unwrap();
        let text = log.text();
        assert_eq!(text.contains("answered under"), !told.is_empty(), "{text}");
        assert!(text.contains(told) && !text.contains("canary-of-the-server"), "{text}");
    }
}

#[tokio::test]
async fn w55_a_body_is_read_up_to_a_limit() {
    let padded = |size| json(200, format!(r#"{{"roaming":false,"x":"{}"}}"#, "x".repeat(size)));
    assert_eq!(outcome(V0, padded(60_000)).await, "home");
    assert_eq!(outcome(V0, padded(70_000)).await, "invalidAnswer");
    let endless =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let told =
        asked(endless, Then::Repeat(format!("1000\r\n{}\r\n", " ".repeat(0x1000))), "").await;
    assert_eq!(told, "invalidAnswer: the roaming endpoint gave a body of more than 64 KiB");
}

#[tokio::test]
async fn w55_a_compressed_body_is_not_unpacked() {
    let gzip = json(200, b"\x1f\x8b\x08\x00".to_vec()).header("content-encoding", "gzip");
    let server = Aggregator::start().await;
    server.on(ROAMING, move |n, _| if n == 1 { gzip.clone() } else { json(200, HOME) });
    let client = client_without_line_budget(&server);
    let told = lookup(&client).await.unwrap_err().to_string();
    let expected = "invalidAnswer: the roaming endpoint gave a body in a content coding that was \
                    not asked for";
    assert_eq!(told, expected);
    lookup(&client).await.unwrap();
    assert!(server.seen().iter().all(|seen| seen.header("accept-encoding") == "identity"));
    let plain = json(200, HOME).header("content-encoding", "identity");
    assert_eq!(outcome(V0, plain).await, "home");
}

#[tokio::test]
async fn w55_a_body_that_never_ends_is_waited_for_as_long_as_an_attempt() {
    let stalled =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n{";
    let told = asked(stalled, Then::Stall, "timeouts: { attempt: 200ms }\n").await;
    assert_eq!(told, "timeout: the roaming endpoint did not answer in time");
}
