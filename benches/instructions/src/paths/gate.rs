//! A request and its answer, where nobody has to be waited for.

use std::time::Duration;

use http::{Request, StatusCode};
use roamgate::RoamingLayer;
use roamgate::decision_log::DecisionLog;
use tower::{Layer, service_fn};

use super::Work;
use super::service::{abroad, at_home, inner, layer, payment, payment_of, send};

/// What all the others have in common.
pub(super) fn bare() -> Work {
    let mut service = service_fn(inner);
    Box::new(move |pass| send(&mut service, payment(), pass, StatusCode::OK))
}

pub(super) fn hit() -> Work {
    gated(layer(), payment, StatusCode::OK)
}

pub(super) fn hit_without_permit() -> Work {
    gated(layer().without_permit(), payment, StatusCode::OK)
}

/// The record is composed and queued. Its writer is another thread, which is not counted.
pub(super) fn hit_in_the_decision_log() -> Work {
    let log = DecisionLog::to("/dev/null").flush_every(Duration::MAX).queue(1 << 16, 1 << 30);
    gated(layer().audit(log.start().unwrap()), payment, StatusCode::OK)
}

pub(super) fn grpc_hit() -> Work {
    let request = || {
        let request = Request::post("/bank.payments.v1.Payments/Pay").extension(at_home());
        request.header("content-type", "application/grpc").body(()).unwrap()
    };
    gated(layer(), request, StatusCode::OK)
}

/// A request that no route of the policy names.
pub(super) fn no_lookup() -> Work {
    let request = || Request::post("/health").extension(at_home()).body(()).unwrap();
    gated(layer(), request, StatusCode::OK)
}

pub(super) fn deny() -> Work {
    gated(layer(), || payment_of(abroad()), StatusCode::FORBIDDEN)
}

fn gated(layer: RoamingLayer, request: fn() -> Request<()>, expected: StatusCode) -> Work {
    let mut service = layer.layer(service_fn(inner));
    Box::new(move |pass| send(&mut service, request(), pass, expected))
}
