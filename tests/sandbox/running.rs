//! Counting, outages, starting and stopping.

use std::io::ErrorKind;
use std::time::Duration;

use roamgate::Clock;
use roamgate::sandbox::{Calls, Sandbox, Scenario};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::Instant;

use crate::client::{
    JSON, V0, V1, V1_SCOPE, ask_v1, authorize, call, line, poll, post, receive, send, token,
};

fn calls(bc_authorize: u64, token: u64, roaming: u64) -> Calls {
    Calls { bc_authorize, token, roaming, ..Calls::default() }
}

#[tokio::test]
async fn calls_are_counted_by_endpoint_and_by_line() {
    let sandbox = Sandbox::start().await.unwrap();
    let (one, two) = ("+34600000001", "+34600000002");
    let token = token(&sandbox, one, V1_SCOPE).await;
    call(&sandbox, V1, &token, "{}").await;
    call(&sandbox, V0, &token, "{}").await;
    ask_v1(&sandbox, two).await;
    assert_eq!(
        (sandbox.calls_of(line(one)), sandbox.calls_of(line(two))),
        (calls(1, 1, 2), calls(1, 1, 1))
    );
    assert_eq!((sandbox.calls(), sandbox.calls().total()), (calls(2, 2, 3), 7));

    sandbox.reset_calls();
    assert_eq!(
        (sandbox.calls(), sandbox.calls_of(line(one))),
        (Calls::default(), Calls::default())
    );
}

#[tokio::test]
async fn refused_calls_count_too() {
    let sandbox = Sandbox::start().await.unwrap();
    for path in ["/bc-authorize", "/token", V0, V1] {
        post(&sandbox, path, &[], "").await;
    }
    post(&sandbox, "/elsewhere", &[], "").await;
    assert_eq!(sandbox.calls(), calls(1, 1, 2));
}

#[tokio::test]
async fn an_outage_takes_every_endpoint_down_until_it_ends() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = token(&sandbox, "+34600000002", V1_SCOPE).await;
    sandbox.outage(true);
    let answers = [
        authorize(&sandbox, "+34600000002", V1_SCOPE).await,
        poll(&sandbox, "x").await,
        call(&sandbox, V0, &token, "{}").await,
        call(&sandbox, V1, &token, "{}").await,
    ];
    let verdicts = answers.map(|answer| answer.verdict());
    let down = "503 temporarily_unavailable";
    assert_eq!(verdicts, [down, down, "503 SERVICE_UNAVAILABLE", "503 UNAVAILABLE"]);
    sandbox.outage(false);
    assert_eq!(call(&sandbox, V1, &token, "{}").await.verdict(), "200");
}

#[tokio::test]
async fn nothing_listens_after_a_shutdown() {
    let sandbox = Sandbox::start().await.unwrap();
    let address = sandbox.address();
    sandbox.shutdown().await.unwrap();
    let refused = TcpStream::connect(address).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_dropped_sandbox_closes_its_connections() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut idle = TcpStream::connect(sandbox.address()).await.unwrap();
    drop(sandbox);
    assert_eq!(idle.read(&mut [0]).await.unwrap_or(0), 0);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_does_not_wait_for_held_answers() {
    let (sandbox, start) = (Sandbox::start().await.unwrap(), Instant::now());
    sandbox.set(line("+34600000002"), Scenario::Delayed(Duration::from_secs(60)));
    let bearer =
        format!("Authorization: Bearer {}", token(&sandbox, "+34600000002", V1_SCOPE).await);
    let held = send(&sandbox, V1, &[JSON, &bearer], "{}").await;
    while sandbox.calls().roaming == 0 {
        yield_now().await;
    }
    sandbox.shutdown().await.unwrap();
    assert_eq!(receive(held).await.verdict(), "200");
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn a_taken_address_is_an_error() {
    let sandbox = Sandbox::start().await.unwrap();
    let taken = Sandbox::builder().listen(sandbox.address()).start().await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
}

#[tokio::test]
#[should_panic(expected = "the clock stopped")]
async fn a_panic_inside_the_sandbox_fails_the_test() {
    let clock = Clock::from_fn(|| panic!("the clock stopped"));
    let sandbox = Sandbox::builder().clock(clock).start().await.unwrap();
    assert_eq!(ask_v1(&sandbox, "+34600000002").await.status, 500);
    sandbox.shutdown().await.unwrap();
}

#[tokio::test]
async fn debug_shows_the_address_alone() {
    let builder = Sandbox::builder().credentials("id", "hidden");
    assert_eq!(format!("{builder:?}"), "SandboxBuilder { listen: 127.0.0.1:0, .. }");
    let sandbox = builder.start().await.unwrap();
    assert_eq!(format!("{sandbox:?}"), format!("Sandbox {{ address: {}, .. }}", sandbox.address()));
}
