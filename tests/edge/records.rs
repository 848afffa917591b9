//! What operators read: one event per decision, and no number in it.

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Once;

use roamgate::provider::Correlator;
use roamgate::{FixedProvider, LineState, RoamingLayer, UnknownReason};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

use crate::support::*;

thread_local! {
    /// The events of this thread's test. One subscriber for the whole process: those that come and
    /// go race for the interest that callsites remember.
    static LINES: RefCell<Option<Log>> = const { RefCell::new(None) };
}

/// Keeps every event of this thread as one line, until it is dropped.
#[derive(Clone, Default)]
pub(crate) struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    pub(crate) fn start() -> Self {
        static GLOBAL: Once = Once::new();
        GLOBAL.call_once(|| tracing::subscriber::set_global_default(PerThread).unwrap());
        let log = Self::default();
        LINES.with_borrow_mut(|lines| *lines = Some(log.clone()));
        log
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

struct PerThread;

impl Subscriber for PerThread {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("roamgate")
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = format!("{} {}", event.metadata().level(), event.metadata().target());
        event.record(&mut Fields(&mut line));
        LINES.with_borrow(|log| log.as_ref().map(|log| log.0.borrow_mut().push(line)));
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

async fn logged(
    layer: &RoamingLayer,
    request: http::Request<http_body_util::Empty<bytes::Bytes>>,
) -> (Vec<String>, String) {
    let log = Log::start();
    let id = refused(layer, request)
        .await
        .extensions()
        .get::<roamgate::Decision>()
        .unwrap()
        .id()
        .to_string();
    (log.lines(), id)
}

#[tokio::test]
async fn each_decision_is_one_event_with_fixed_fields_and_no_number() {
    let (line, provider) = line_in(unknown(UnknownReason::Timeout));
    let layer = layer(provider);
    let hash = layer.gate().policy().hash();
    let (lines, id) = logged(&layer, http(line)).await;
    let correlator = Correlator::from_random(u128::from_str_radix(&id, 16).unwrap());
    let expected = format!(
        "INFO roamgate::decision message=decision id={id} correlator={correlator} policy={hash} rule=\"outside\" effect=\"deny\" \
         reason=\"timeout\" projected=\"\" fault=\"\" route=\"payments\" observed=false overrides=\"\""
    );
    assert_eq!(lines, [expected]);
}

#[tokio::test]
async fn a_refused_path_is_recorded_with_its_fault_and_without_its_text() {
    let layer = layer(FixedProvider::new());
    let hostile = http::Request::post("/v1//+34600000001").body(Default::default()).unwrap();
    let (lines, _) = logged(&layer, hostile).await;
    assert!(lines[0].contains("fault=\"malformedPath\" route=\"\""), "{lines:?}");
    assert!(!lines[0].contains("600000001"));
}

#[tokio::test]
async fn what_is_allowed_although_unknown_is_a_warning() {
    let text = STRICT.replace("onUnknown: deny", "onUnknown: allow");
    let (line, provider) = line_in(unknown(UnknownReason::Unavailable));
    let log = Log::start();
    allowed(&RoamingLayer::new(policy(&text), provider), http(line)).await;
    assert!(log.lines()[0].starts_with("WARN roamgate::decision"), "{:?}", log.lines());
    assert!(log.lines()[0].contains("effect=\"allow\" reason=\"unavailable\""));
}

#[tokio::test]
async fn a_gate_whose_first_thousand_requests_match_no_route_warns_once() {
    let text = STRICT.replace("unmatchedRoute: deny", "unmatchedRoute: allow");
    let layer = RoamingLayer::new(policy(&text), FixedProvider::new())
        .audit(|_: &roamgate::audit::Record<'_>| {});
    let log = Log::start();
    let elsewhere = || http::Request::get("/v2/payments").body(Default::default()).unwrap();
    for _ in 0..1_100 {
        allowed(&layer, elsewhere()).await;
    }
    let expected = "WARN roamgate::gate message=no request has matched a route of the policy yet; do its paths say what clients send? requests=1000";
    assert_eq!(log.lines(), [expected]);
}

#[tokio::test]
async fn a_gate_that_has_matched_one_route_never_warns() {
    let text = STRICT.replace("unmatchedRoute: deny", "unmatchedRoute: allow");
    let (line, provider) = line_in(LineState::HOME);
    let layer =
        RoamingLayer::new(policy(&text), provider).audit(|_: &roamgate::audit::Record<'_>| {});
    let log = Log::start();
    allowed(&layer, http(line)).await;
    for _ in 0..1_100 {
        allowed(&layer, http::Request::get("/v2/payments").body(Default::default()).unwrap()).await;
    }
    assert!(log.lines().is_empty());
}

#[test]
fn a_head_in_a_log_shows_neither_path_nor_headers() {
    let request = http::Request::get("/lines/+34600000001").header("authorization", "Bearer abc");
    let request = request.body(()).unwrap();
    assert_eq!(format!("{:?}", roamgate::Head::of(&request, "")), "Head { method: GET, .. }");
}
