//! Resource management rather than refusal: a video service that spares the customer's roaming data.
//!
//! The policy annotates: it tells the service where the line is, and refuses nobody.
//!
//! ```console
//! $ cargo run --example enrich
//! $ curl -i -H 'authorization: Bearer ana' http://127.0.0.1:3000/video/42    # unknown yet: 720p
//! $ curl -i -H 'authorization: Bearer ana' http://127.0.0.1:3000/video/42    # at home: 1080p
//! $ curl -i -H 'authorization: Bearer bob' http://127.0.0.1:3000/video/42    # abroad, the second time: 480p
//! ```

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use roamgate::country::Country;
use roamgate::status::Visited;
use roamgate::{
    CachedProvider, Decision, Line, LineState, Policy, ProviderError, RoamingLayer, RoamingStatus,
    provider_fn,
};

/// The service, with its layers from inside out: handlers, gate, authentication.
///
/// # Errors
///
/// If the policy does not load.
pub fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let policy =
        Policy::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/video-quality.yaml"))?;
    let gate = RoamingLayer::new(policy, CachedProvider::new(provider_fn(network)));
    Ok(Router::new()
        .route("/video/{id}", get(play))
        .route("/catalogue", get(catalogue))
        .layer(gate)
        .layer(from_fn(authenticate)))
}

/// What the policy says of quality: it alone sets this header, whatever clients send.
async fn play(headers: HeaderMap, Extension(permit): Extension<Decision>) -> String {
    let resolution = match headers.get("x-video-quality").map(|value| value.as_bytes()) {
        Some(b"low") => "480p",
        Some(b"high") => "1080p",
        _ => "720p",
    };
    format!("{resolution}, {}\n", known(permit.line()))
}

/// The same in Rust, for services that would rather not read headers.
fn known(line: Option<LineState>) -> String {
    match line {
        Some(LineState::Known(RoamingStatus::Home)) => "at home".to_owned(),
        Some(LineState::Known(RoamingStatus::Roaming(visited))) => {
            let countries = visited.countries.iter().map(|country| country.code());
            format!("roaming in {}", countries.collect::<Vec<_>>().join(" or "))
        }
        Some(LineState::Unknown(reason)) => format!("somewhere ({reason})"),
        None => "nobody asked".to_owned(),
    }
}

/// No rule is about the catalogue, and what a client claims does not get here either.
async fn catalogue(headers: HeaderMap) -> String {
    format!("42 films, x-line-state: {:?}\n", headers.get("x-line-state"))
}

/// Stands for the aggregator: Ana is at home, Bob is in Brazil.
async fn network(line: Line) -> Result<RoamingStatus, ProviderError> {
    let brazil = Country::from_code("BR").map_or_else(Visited::default, Visited::countries);
    let is_bob = "+34600000001".parse() == Ok(line);
    Ok(if is_bob { RoamingStatus::Roaming(brazil) } else { RoamingStatus::Home })
}

/// Stands for your authentication: it verifies a token and leaves the customer's [`Line`].
async fn authenticate(mut request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let line: Option<Line> = match token {
        Some("Bearer ana") => "+34600000002".parse().ok(),
        Some("Bearer bob") => "+34600000001".parse().ok(),
        _ => None,
    };
    let Some(line) = line else { return StatusCode::UNAUTHORIZED.into_response() };
    request.extensions_mut().insert(line);
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
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt;

    use super::*;

    /// Body, and what the player was told.
    async fn told(app: &Router, path: &str, token: &str) -> (String, Option<String>) {
        let request = Request::get(path)
            .header("authorization", token)
            .header("x-line-state", "forged")
            .header("x-video-quality", "high")
            .body(Body::empty());
        let response = app.clone().oneshot(request.unwrap()).await.unwrap();
        let quality = response.headers().get("x-video-quality");
        let quality = quality.map(|value| value.to_str().unwrap().to_owned());
        let body = to_bytes(response.into_body(), 1_024).await.unwrap();
        (String::from_utf8(body.to_vec()).unwrap(), quality)
    }

    /// The same again until the lookup in the background is through.
    async fn told_when_known(app: &Router, token: &str) -> (String, Option<String>) {
        loop {
            let told = told(app, "/video/42", token).await;
            if !told.0.contains("notCached") {
                return told;
            }
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn nobody_waits_for_quality() {
        let told = told(&app().unwrap(), "/video/42", "Bearer ana").await;
        assert_eq!(told, ("720p, somewhere (notCached)\n".into(), Some("medium".into())));
    }

    #[tokio::test]
    async fn the_film_is_smaller_abroad() {
        let app = app().unwrap();
        let home = told_when_known(&app, "Bearer ana").await;
        assert_eq!(home, ("1080p, at home\n".into(), Some("high".into())));
        let abroad = told_when_known(&app, "Bearer bob").await;
        assert_eq!(abroad, ("480p, roaming in BR\n".into(), Some("low".into())));
    }

    #[tokio::test]
    async fn what_a_client_claims_reaches_no_handler() {
        let told = told(&app().unwrap(), "/catalogue", "Bearer ana").await;
        assert_eq!(told, ("42 films, x-line-state: None\n".into(), None));
    }
}
