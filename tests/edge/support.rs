//! A gated service in a few words.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use roamgate::middleware::ResponseBody;
use roamgate::status::Visited;
use roamgate::{
    Country, FixedProvider, Line, LineState, Policy, RoamingLayer, RoamingStatus, UnknownReason,
};
use tower::{Layer, ServiceExt};

/// Refuses what roams outside the EEA, and what is not known; asks those who roam in Iceland to
/// step up. Requests nobody expects are refused.
pub(crate) const STRICT: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: strict, owner: tests@bank.example }
defaults:
  unmatchedRoute: deny
  onUnknown: deny
  stepUp: { acrValues: ["urn:bank:acr:sca", "urn:bank:acr:qes"], maxAge: 5m }
routes:
  payments:
    - { path: "/v1/payments" }
    - { grpc: "bank.Payments/Pay" }
rules:
  - id: outside
    description: Refuse outside the EEA.
    match: { routes: [payments] }
    when: { line: { roamingOutside: [eea, eu-outermost] } }
    effect: deny
  - id: iceland
    description: Confirm in Iceland.
    match: { routes: [payments] }
    when: { line: { roamingIn: ["IS"] } }
    onUnknown: allow
    effect: stepUp
"#;

pub(crate) const PATH: &str = "/v1/payments";
pub(crate) const GRPC_PATH: &str = "/bank.Payments/Pay";

pub(crate) fn policy(text: &str) -> Policy {
    Policy::from_yaml("policy.yaml", text).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn line(ending: usize) -> Line {
    format!("+34600{ending:06}").parse().unwrap()
}

pub(crate) fn roaming_in(code: &str) -> RoamingStatus {
    RoamingStatus::Roaming(Visited::countries(Country::from_code(code).unwrap()))
}

/// A line in this state, and a provider that says so.
pub(crate) fn line_in(state: LineState) -> (Line, FixedProvider) {
    let line = line(1);
    let provider = match state {
        LineState::Known(status) => FixedProvider::new().with(line, status),
        LineState::Unknown(reason) => FixedProvider::new().failing(line, reason),
    };
    (line, provider)
}

pub(crate) fn layer(provider: FixedProvider) -> RoamingLayer {
    RoamingLayer::new(policy(STRICT), provider)
}

/// A service that must not be reached.
pub(crate) async fn unreachable_service(
    _: Request<Empty<Bytes>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    panic!("the inner service was called under a refusal")
}

/// A service that says yes.
pub(crate) async fn welcome(_: Request<Empty<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::new(Bytes::from_static(b"welcome"))))
}

pub(crate) fn http(line: Line) -> Request<Empty<Bytes>> {
    Request::post(PATH).extension(line).body(Empty::new()).unwrap()
}

pub(crate) fn grpc(line: Line) -> Request<Empty<Bytes>> {
    let request = Request::post(GRPC_PATH).header("content-type", "application/grpc+proto");
    request.extension(line).body(Empty::new()).unwrap()
}

/// Sends a request that is refused.
pub(crate) async fn refused(
    layer: &RoamingLayer,
    request: Request<Empty<Bytes>>,
) -> Response<Bytes> {
    collect(layer.layer(tower::service_fn(unreachable_service)).oneshot(request).await.unwrap())
        .await
}

/// Sends a request that is allowed.
pub(crate) async fn allowed(
    layer: &RoamingLayer,
    request: Request<Empty<Bytes>>,
) -> Response<Bytes> {
    let response =
        collect(layer.layer(tower::service_fn(welcome)).oneshot(request).await.unwrap()).await;
    assert_eq!(response.body(), "welcome");
    response
}

pub(crate) async fn collect(response: Response<ResponseBody<Full<Bytes>>>) -> Response<Bytes> {
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

/// The answer in one line: status, code of the body, `Retry-After`.
pub(crate) fn told(response: &Response<Bytes>) -> String {
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    let wait = header(response, "retry-after");
    format!("{} {} {wait}", response.status().as_u16(), body["code"].as_str().unwrap())
}

pub(crate) fn header(response: &Response<Bytes>, name: &str) -> String {
    response.headers().get(name).map_or("-".to_owned(), |value| value.to_str().unwrap().to_owned())
}

pub(crate) fn unknown(reason: UnknownReason) -> LineState {
    LineState::Unknown(reason)
}
