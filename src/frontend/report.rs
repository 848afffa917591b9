//! `GET /line-check/flow/{id}`: what became of a flow, for the session that it belongs to.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::StatusCode;

use super::answer::{self, Reader, Refusal};
use super::flows::FlowId;
use super::{LineCheck, pages};
use crate::head::Head;

pub(super) async fn report(
    State(check): State<LineCheck>,
    flow: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let (desk, reader) = (&check.desk, Reader::of(request.headers()));
    let Ok(Path(flow)) = flow else { return Refusal::NoFlow.answer(reader, &desk.path) };
    let flow = FlowId::from(flow);
    let holder = check.holder(&Head::of(&request, ""));
    let record = holder.and_then(|holder| desk.flows.record(&flow, &holder));
    match (record, reader) {
        (None, _) => Refusal::NoFlow.answer(reader, &desk.path),
        (Some(record), Reader::App) => answer::state(&flow, record.outcome.as_ref()),
        (Some(record), Reader::Person) => {
            answer::page(StatusCode::OK, &pages::report(&record, &desk.path))
        }
    }
}
