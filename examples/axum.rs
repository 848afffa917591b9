//! An HTTP service behind the gate.
//!
//! ```console
//! $ cargo run --example axum
//! $ curl -i -X POST -H 'authorization: Bearer ana' http://127.0.0.1:3000/v1/payments
//! $ curl -i -X POST -H 'authorization: Bearer bob' http://127.0.0.1:3000/v1/payments
//! ```

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use roamgate::country::Country;
use roamgate::status::Visited;
use roamgate::{Decision, FixedProvider, Line, Policy, RoamingLayer, RoamingStatus};

/// The service, with its layers from inside out: handlers, gate, authentication.
///
/// # Errors
///
/// If the policy does not load.
pub fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let policy =
        Policy::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/payments-eea.yaml"))?;
    let brazil = Country::from_code("BR").ok_or("no such country")?;
    let provider = FixedProvider::new()
        .with("+34600000002".parse()?, RoamingStatus::Home)
        .with("+34600000001".parse()?, RoamingStatus::Roaming(Visited::countries(brazil)));
    let gate = RoamingLayer::new(policy, provider);
    Ok(Router::new()
        .route("/v1/payments", post(pay))
        .route("/health", get(|| async { "fine" }))
        .layer(gate)
        .layer(from_fn(authenticate)))
}

/// The permit says what was decided, and what is known of the line.
async fn pay(Extension(permit): Extension<Decision>) -> String {
    format!("paid under decision {}\n", permit.id())
}

/// Stands for your authentication: it verifies a token and leaves the customer's [`Line`].
async fn authenticate(mut request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let line: Option<Line> = match token {
        Some("Bearer ana") => "+34600000002".parse().ok(),
        Some("Bearer bob") => "+34600000001".parse().ok(),
        _ => None,
    };
    match line {
        Some(line) => request.extensions_mut().insert(line),
        None if request.uri().path() == "/health" => None,
        None => return StatusCode::UNAUTHORIZED.into_response(),
    };
    next.run(request).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on {}; ana is at home, bob is in Brazil", listener.local_addr()?);
    axum::serve(listener, app()?).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt;

    use super::*;

    async fn status(method: &str, path: &str, token: &str) -> StatusCode {
        let request = Request::builder().method(method).uri(path).header("authorization", token);
        app().unwrap().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn ana_pays_at_home_and_bob_does_not_in_brazil() {
        assert_eq!(status("POST", "/v1/payments", "Bearer ana").await, StatusCode::OK);
        assert_eq!(status("POST", "/v1/payments", "Bearer bob").await, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn a_route_the_policy_does_not_name_is_not_gated() {
        assert_eq!(status("GET", "/health", "none").await, StatusCode::OK);
    }
}
