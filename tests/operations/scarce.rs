//! X9: no more files can be opened.

use std::fs::{self, File};
use std::process::Command;
use std::time::Duration;

use roamgate::camara::{Aggregator, Client};
use roamgate::decision_log::DecisionLog;
use roamgate::reload::PolicyFiles;
use roamgate::{CachedProvider, Line, LineState, RoamingLayer, Subject, UnknownReason};

use crate::aggregator;
use crate::desk::edition;

const TEST: &str =
    "scarce::x9_without_a_file_left_lookups_fail_reloads_wait_and_all_of_it_comes_back";

#[test]
fn x9_without_a_file_left_lookups_fail_reloads_wait_and_all_of_it_comes_back() {
    if std::env::var_os("ROAMGATE_SCARCE").is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(starve());
    }
    let child = Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" --exact \"$1\" --test-threads=1"])
        .arg(std::env::current_exe().unwrap())
        .arg(TEST)
        .env("ROAMGATE_SCARCE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}\n{}", String::from_utf8_lossy(&child.stderr));
    assert!(said.contains("1 passed"), "{said}");
}

async fn starve() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    fs::write(&path, edition(1, 3)).unwrap();
    let server = aggregator::Aggregator::start().await;
    let log = DecisionLog::to(folder.path().join("decisions.jsonl")).start().unwrap();
    let files = PolicyFiles::new([&path]);
    let layer = RoamingLayer::new(files.load().unwrap(), CachedProvider::new(client(&server.base)));
    let gate = layer.audit(log.clone()).gate();
    let reload = files.watch(&gate);
    assert_eq!(reload.now().await.error, None);
    let asks = async |number: u32| {
        let line: Line = format!("+34{}", 600_000_000 + number).parse().unwrap();
        let (subject, nothing) = (Subject::from(line), roamgate::Attributes::new());
        gate.check_route("pay", &subject, &nothing).await.unwrap().line()
    };

    let taken: Vec<_> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(taken.len() < 64);
    for number in 0..20 {
        assert_eq!(asks(number).await, Some(LineState::Unknown(UnknownReason::Unavailable)));
    }
    assert!(reload.now().await.error.unwrap().contains("Too many open files"));

    drop(taken);
    // The breaker has opened.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(120)).await;
    tokio::time::resume();
    assert_eq!(asks(100).await, Some(LineState::HOME));
    assert_eq!(reload.now().await.error, None);
    log.flush(Duration::from_secs(60)).unwrap();
    let written = fs::read_to_string(folder.path().join("decisions.jsonl")).unwrap();
    assert_eq!(written.lines().count(), 21, "every decision is on record");
}

fn client(base: &str) -> Client {
    let text = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {base}\n\
         client: {{ id: my-app, authentication: none }}\ngrant: {{ clientCredentials: {{ scope: roaming }} }}\n\
         api: {{ dialect: device-roaming-status-1 }}\n"
    );
    let file = Aggregator::from_yaml("aggregator.yaml", &text);
    Client::new(file.unwrap_or_else(|error| panic!("{error}"))).unwrap()
}
