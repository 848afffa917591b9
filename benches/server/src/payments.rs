//! The HTTP service: a small handler that reads a small JSON document and answers with another.

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

/// What clients send.
#[derive(Debug, Deserialize)]
pub struct Payment {
    creditor: String,
    cents: u64,
    currency: String,
    reference: String,
}

/// What they get.
#[derive(Debug, Serialize)]
pub struct Receipt {
    creditor: String,
    cents: u64,
    currency: String,
    status: &'static str,
}

/// A payment that the service accepts.
pub const PAYMENT: &str = r#"{"creditor":"ES9121000418450200051332","cents":1250,"currency":"EUR","reference":"invoice 2026-117"}"#;

/// The path of payments.
pub const PATH: &str = "/v1/payments";

/// The service, without a gate.
pub fn service() -> Router {
    Router::new().route(PATH, post(pay))
}

/// What a proxy asks before it forwards a request: nothing but the gate's answer.
pub fn question() -> Router {
    Router::new().route(PATH, post(|| async { StatusCode::NO_CONTENT }))
}

async fn pay(Json(payment): Json<Payment>) -> Result<Json<Receipt>, StatusCode> {
    let Payment { creditor, cents, currency, reference } = payment;
    let is_complete = cents > 0 && currency.len() == 3 && reference.len() <= 140;
    if !(is_complete && is_iban(&creditor)) {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(Json(Receipt { creditor, cents, currency, status: "accepted" }))
}

/// The check digits of ISO 13616.
fn is_iban(text: &str) -> bool {
    let Some((head, body)) = text.split_at_checked(4) else { return false };
    let digits = body.chars().chain(head.chars()).map(|character| character.to_digit(36));
    let remainder = digits.into_iter().try_fold(0, |remainder, digit| {
        let digit = digit?;
        Some((remainder * if digit < 10 { 10 } else { 100 } + digit) % 97)
    });
    remainder == Some(1)
}
