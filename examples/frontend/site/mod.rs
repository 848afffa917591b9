//! The service: its pages, the line check, and the gate in front of the payment.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::{get, post};
use axum::{Extension, Router};
use roamgate::frontend::LineCheck;
use roamgate::sandbox::Sandbox;
use roamgate::{Decision, Head, Line, Policy, Query, RoamingLayer, RoamingProvider};

mod confirmed;
mod headers;
mod operator;
mod pages;

pub(crate) use operator::callback;

use confirmed::Confirmed;

/// What the handlers share.
#[derive(Clone)]
struct Site {
    check: LineCheck,
    provider: Arc<dyn RoamingProvider>,
    confirmed: Confirmed,
}

/// The service at this origin, whose customers are this operator's.
///
/// # Errors
///
/// If the policy or the aggregator's file does not load.
pub(crate) fn app(origin: &str, operator: &Sandbox) -> Result<Router, Box<dyn std::error::Error>> {
    let check = LineCheck::builder(operator::client(origin, operator)?).build()?;
    let confirmed = Confirmed::default();
    let policy =
        Policy::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/proved-line.yaml"))?;
    let gate = RoamingLayer::new(policy, check.provider())
        .subject(confirmed.clone().subject(check.subject()));

    let provider = Arc::new(check.provider());
    let site = Site { check: check.clone(), provider, confirmed };
    let content_policy = headers::content_policy(&operator.base_url())?;
    Ok(Router::new()
        .route("/pay", post(pay))
        .layer(gate)
        .route("/", get(async || pages::welcome()))
        .route("/line", get(line))
        .route("/confirm", get(async || pages::confirm()).post(confirm))
        .route("/refused", get(async || pages::refused()))
        .layer(map_response(headers::secure))
        .layer(from_fn_with_state(content_policy, headers::restrict))
        .route("/style.css", get(style))
        .with_state(site)
        .merge(check.router()))
}

/// Where the phone is, and what there is to pay.
async fn line(State(site): State<Site>, request: Request) -> Html<String> {
    let Some(line) = site.line(&request) else { return pages::unchecked() };
    let answer = site.provider.roaming_status(&Query::new(line)).await;
    pages::line(answer.ok().map(|answer| answer.status()))
}

/// Whoever gets here was let through by the gate.
async fn pay(Extension(permit): Extension<Decision>) -> Html<String> {
    pages::paid(&permit.id().to_string())
}

/// Stands for your strong authentication. Then the payment is tried again: 307 repeats the POST.
async fn confirm(State(site): State<Site>, request: Request) -> Redirect {
    match site.line(&request) {
        Some(line) => {
            site.confirmed.note(line);
            Redirect::temporary("/pay")
        }
        None => Redirect::to("/line"),
    }
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], include_str!("style.css"))
}

impl Site {
    /// The line that this session proved.
    fn line(&self, request: &Request) -> Option<Line> {
        self.check.line(&Head::of(request, ""))
    }
}
