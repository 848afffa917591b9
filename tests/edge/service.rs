//! The rules of `tower::Service`: who is called, when, and with what.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use roamgate::{
    Decision, FixedProvider, LineState, ProviderError, RoamingLayer, RoamingStatus, UnknownReason,
    provider_fn,
};
use tokio::sync::oneshot;
use tower::limit::ConcurrencyLimit;
use tower::{Layer, Service, ServiceExt};
use tower_test::{assert_request_eq, mock};

use crate::support::*;

fn home() -> (roamgate::Line, FixedProvider) {
    line_in(LineState::HOME)
}

#[tokio::test]
async fn the_permit_travels_with_the_request_unless_it_is_turned_off() {
    let (line, provider) = home();
    let reads_permit = async |request: Request<_>| {
        let _: &http_body_util::Empty<Bytes> = request.body();
        let permit = request.extensions().get::<Decision>().map(|permit| permit.status());
        Ok::<_, std::convert::Infallible>(Response::new(Full::new(Bytes::from(format!(
            "{permit:?}"
        )))))
    };
    let ask = async |layer: RoamingLayer| {
        collect(layer.layer(tower::service_fn(reads_permit)).oneshot(http(line)).await.unwrap())
            .await
            .into_body()
    };
    assert_eq!(ask(layer(provider.clone())).await, "Some(Some(Home))");
    assert_eq!(ask(layer(provider).without_permit()).await, "None");
}

#[tokio::test]
async fn a_refusal_carries_its_decision() {
    let (line, provider) = line_in(LineState::Known(roaming_in("BR")));
    let response = refused(&layer(provider), http(line)).await;
    let decision = response.extensions().get::<Decision>().unwrap();
    assert_eq!(
        (decision.effect().name(), decision.rule(), decision.reason()),
        ("deny", Some("outside"), None)
    );
    assert_eq!(decision.status(), Some(roaming_in("BR")));
}

#[tokio::test]
async fn errors_of_the_inner_service_pass_untouched() {
    let (line, provider) = home();
    let failing = tower::service_fn(async |_: Request<http_body_util::Empty<Bytes>>| {
        Err::<Response<Full<Bytes>>, _>("out of paper")
    });
    assert_eq!(
        layer(provider).layer(failing).oneshot(http(line)).await.unwrap_err(),
        "out of paper"
    );
}

/// A provider that answers when told to.
fn slow() -> (oneshot::Sender<RoamingStatus>, RoamingLayer) {
    let (answer, answered) = oneshot::channel();
    let answered = std::sync::Mutex::new(Some(answered));
    let provider = provider_fn(move |_| {
        let answered = answered.lock().unwrap().take();
        async move {
            let answered = answered.unwrap();
            answered.await.map_err(|_| ProviderError::new(UnknownReason::Unavailable, "gone"))
        }
    });
    (answer, RoamingLayer::new(policy(STRICT), provider))
}

/// A service that takes requests by their path alone, so that the mock can compare them.
fn by_path(
    mock: mock::Mock<String, &'static str>,
) -> impl Service<Request<()>, Response = Response<String>, Error = tower::BoxError, Future: Send> + Clone
{
    mock.map_request(|request: Request<()>| request.uri().path().to_owned())
        .map_response(|text: &str| Response::new(text.to_owned()))
}

fn request(path: &str) -> Request<()> {
    Request::post(path).extension(line(1)).body(()).unwrap()
}

#[tokio::test]
async fn the_service_that_was_ready_is_the_one_that_is_called() {
    let (answer, layer) = slow();
    let (mock, mut handle) = mock::pair::<String, &str>();
    handle.allow(2);
    // A service of which one at a time may be ready, and which panics when it is called unready.
    let mut service = layer.layer(ConcurrencyLimit::new(by_path(mock), 1));
    service.ready().await.unwrap();
    let mut waiting = tokio_test::task::spawn(service.call(request(PATH)));
    assert!(waiting.poll().is_pending());
    // The waiting request holds the place of the service that was ready.
    let mut next = tokio_test::task::spawn(service.ready());
    assert!(next.poll().is_pending());
    answer.send(RoamingStatus::Home).unwrap();
    assert!(waiting.poll().is_pending());
    assert_request_eq!(handle, PATH.to_owned()).send_response("paid");
    assert_eq!(waiting.await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_caller_that_goes_away_while_it_waits_never_reaches_the_service() {
    let (answer, layer) = slow();
    let (mock, mut handle) = mock::pair::<String, &str>();
    handle.allow(1);
    let mut service = layer.layer(by_path(mock));
    service.ready().await.unwrap();
    let mut waiting = tokio_test::task::spawn(service.call(request(PATH)));
    assert!(waiting.poll().is_pending());
    drop(waiting);
    assert!(answer.send(RoamingStatus::Home).is_err(), "an uncached lookup ends with its caller");
    drop(service);
    assert!(handle.next_request().await.is_none());
}
