//! A service that is told to end while it is under load: a real process, a real signal, and as many
//! answers as it accepted requests, each on record.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use roamgate::decision_log::{DecisionLog, OnFull};
use roamgate::{Decision, FixedProvider, RoamingLayer, RoamingStatus};
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use crate::support::*;

const PLACE: &str = "ROAMGATE_LOG_TO_TERMINATE";
const CLIENTS: usize = 4;
/// The queue is never full.
const MOST: usize = 1 << 20;

/// The service: it answers with the id of the decision, and says at its end how many it accepted.
#[tokio::test]
#[ignore = "a part of the next test"]
async fn a_service_that_ends_when_it_is_told_to() {
    let Ok(path) = std::env::var(PLACE) else { return };
    let log = DecisionLog::to(path).on_full(OnFull::Deny).queue(MOST, 1 << 30).start().unwrap();
    let accepted = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&accepted);
    let count = move |mut request: Request, next: Next| {
        counted.fetch_add(1, Ordering::Relaxed);
        request.extensions_mut().insert(line(1));
        next.run(request)
    };
    let provider = FixedProvider::new().with(line(1), RoamingStatus::Home);
    let gate = RoamingLayer::new(policy(STRICT), provider).audit(log.clone());
    let id = |request: Request| async move {
        request.extensions().get::<Decision>().unwrap().id().to_string()
    };
    let app = Router::new().route(PATH, axum::routing::post(id)).layer(gate);
    let app = app.layer(axum::middleware::from_fn(count));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut told = signal(SignalKind::terminate()).unwrap();
    println!("listens on {}", listener.local_addr().unwrap());
    let served = axum::serve(listener, app);
    served
        .with_graceful_shutdown(async move {
            told.recv().await;
        })
        .await
        .unwrap();
    println!("queued {}", log.counts().queued);
    log.shutdown().unwrap();
    println!("accepted {}", accepted.load(Ordering::Relaxed));
}

fn service(path: &Path) -> (Child, BufReader<std::process::ChildStdout>, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture"]);
    command.arg("decision_log_sigterm::a_service_that_ends_when_it_is_told_to");
    command.env(PLACE, path).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let address = said_after("listens on ", &mut said);
    (child, said, address)
}

/// What stands behind these words in the next line that has them.
fn said_after(words: &str, said: &mut impl BufRead) -> String {
    let mut lines = said.lines().map(Result::unwrap);
    lines.find_map(|line| Some(line.split_once(words)?.1.to_owned())).unwrap()
}

/// Asks until the service has gone. Returns the ids of the decisions it was told.
fn asks(address: &str, answered: &AtomicUsize) -> Vec<String> {
    let mut ids = Vec::new();
    let Ok(mut stream) = TcpStream::connect(address) else { return ids };
    let request = format!("POST {PATH} HTTP/1.1\r\nhost: here\r\ncontent-length: 0\r\n\r\n");
    let mut read = BufReader::new(stream.try_clone().unwrap());
    while stream.write_all(request.as_bytes()).is_ok() {
        let mut status = String::new();
        if read.read_line(&mut status).unwrap_or_default() == 0 {
            break;
        }
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        let mut length = 0;
        loop {
            let mut header = String::new();
            read.read_line(&mut header).unwrap();
            if header == "\r\n" {
                break;
            }
            let stated = header.strip_prefix("content-length: ");
            length = stated.map_or(length, |stated| stated.trim().parse().unwrap());
        }
        let mut id = vec![0; length];
        read.read_exact(&mut id).unwrap();
        ids.push(String::from_utf8(id).unwrap());
        answered.fetch_add(1, Ordering::Relaxed);
    }
    ids
}

#[test]
fn l3_at_sigterm_under_load_as_many_are_logged_as_answered_and_accepted() {
    let folder = tempfile::tempdir().unwrap();
    // A pipe that nobody reads yet: nothing can be written before the end.
    let path = folder.path().join("log");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let (mut child, mut said, address) = service(&path);
    let answered = AtomicUsize::new(0);
    let ids: Vec<String> = std::thread::scope(|scope| {
        let clients: Vec<_> =
            (0..CLIENTS).map(|_| scope.spawn(|| asks(&address, &answered))).collect();
        while answered.load(Ordering::Relaxed) < 10_000 {
            assert!(clients.iter().any(|client| !client.is_finished()), "nobody asks any more");
            std::thread::yield_now();
        }
        let mut kill = Command::new("kill");
        assert!(kill.args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let queued = said_after("queued ", &mut said);
    assert!(queued.parse::<usize>().unwrap() >= 10_000, "{queued} were queued");
    let text = std::fs::read_to_string(&path).unwrap();
    let accepted = said_after("accepted ", &mut said);
    assert!(child.wait().unwrap().success());
    let logged = text.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned()
    });
    let logged: BTreeSet<String> = logged.collect();
    assert_eq!(logged.len(), text.lines().count());
    assert_eq!(logged, ids.iter().cloned().collect());
    assert_eq!((ids.len(), logged.len()), (accepted.parse().unwrap(), ids.len()));
}
