//! An HTTP service whose policy asks for the amount of a transfer, which stands in the body.
//!
//! ```console
//! $ cargo run --example amount
//! $ curl -i -H 'authorization: Bearer bob' --json '{"amountEur": 199}' http://127.0.0.1:3000/v1/transfers
//! $ curl -i -H 'authorization: Bearer bob' --json '{"amountEur": 200}' http://127.0.0.1:3000/v1/transfers
//! ```
//!
//! The layer never reads a body. It leaves to the handler the rules that ask for the amount
//! (`deferred`), and the handler asks the same gate again when it knows it (`check_route`). A policy
//! that asked for more than this service supplies would not start (`verified`).

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use roamgate::policy::UnknownRoute;
use roamgate::{
    Attributes, CachedProvider, Country, Effect, FixedProvider, Gate, Policy, RoamingLayer,
    RoamingStatus, Subject, status::Visited,
};
use serde::Deserialize;

const POLICY: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: transfers, owner: payments-risk@bank.example }
attributes:
  request.amountEur: { type: number }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes:
  transfers: [{ method: POST, path: "/v1/transfers" }]
rules:
  - id: large-transfers-from-home
    description: From 200 EUR, transfers are made while the line is on its home network.
    match: { routes: [transfers], request.amountEur: { gte: 200 } }
    require: { line: home }
    otherwise: deny
  - id: embargo
    description: Nobody transfers from an embargoed country, whatever the amount.
    match: { routes: [transfers] }
    when: { line: { locatedIn: ["CU", "IR", "KP", "SY"] } }
    effect: deny
"#;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transfer {
    amount_eur: f64,
}

/// The service, with its layers from inside out: handler, gate, authentication.
///
/// # Errors
///
/// If the policy does not load, or asks for what the service does not supply.
pub fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let policy = Policy::from_yaml("transfers.yaml", POLICY)?;
    let [sweden, iran] = ["SE", "IR"].map(Country::from_code);
    let in_country = |country: Option<Country>| {
        RoamingStatus::Roaming(country.map_or_else(Visited::default, Visited::countries))
    };
    let provider = FixedProvider::new()
        .with("+34600000002".parse()?, RoamingStatus::Home)
        .with("+34600000001".parse()?, in_country(sweden))
        .with("+34600000003".parse()?, in_country(iran));
    let layer = RoamingLayer::new(policy, CachedProvider::new(provider))
        .deferred(["request.amountEur"])
        .verified()?;
    let gate = layer.gate();
    Ok(Router::new()
        .route("/v1/transfers", post(transfer))
        .with_state(gate)
        .layer(layer)
        .layer(from_fn(authenticate)))
}

/// Where the line is was asked when the request came; this costs no second lookup.
async fn transfer(
    State(gate): State<Gate>,
    Extension(subject): Extension<Subject>,
    Json(transfer): Json<Transfer>,
) -> Result<String, Refusal> {
    let attributes = Attributes::new().set("request.amountEur", transfer.amount_eur);
    let decision = gate.check_route("transfers", &subject, &attributes).await?;
    match decision.effect() {
        Effect::Allow => Ok(format!("transferred {} EUR\n", transfer.amount_eur)),
        Effect::StepUp => Err(Refusal(StatusCode::UNAUTHORIZED)),
        Effect::Deny => Err(Refusal(StatusCode::FORBIDDEN)),
    }
}

struct Refusal(StatusCode);

impl From<UnknownRoute> for Refusal {
    /// The policy has no route of the name that the handler gives.
    fn from(_: UnknownRoute) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

/// Stands for your authentication: it verifies a token and leaves the [`Subject`].
async fn authenticate(mut request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let number = match token {
        Some("Bearer ana") => "+34600000002",
        Some("Bearer bob") => "+34600000001",
        Some("Bearer eve") => "+34600000003",
        _ => return StatusCode::UNAUTHORIZED.into_response(),
    };
    let Ok(line) = number.parse::<roamgate::Line>() else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    request.extensions_mut().insert(Subject::from(line));
    next.run(request).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on {}; ana is at home, bob in Sweden, eve in Iran", listener.local_addr()?);
    axum::serve(listener, app()?).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt;

    use super::*;

    async fn status(token: &str, body: &str) -> u16 {
        let request = Request::post("/v1/transfers")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()));
        app().unwrap().oneshot(request.unwrap()).await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn the_amount_decides_for_those_who_roam() {
        for (who, amount, expected) in
            [("ana", 199, 200), ("ana", 200, 200), ("bob", 199, 200), ("bob", 200, 403)]
        {
            let body = format!("{{\"amountEur\": {amount}}}");
            assert_eq!(status(who, &body).await, expected, "{who} {amount}");
        }
    }

    #[tokio::test]
    async fn what_needs_no_amount_is_decided_before_the_body_is_read() {
        assert_eq!(status("eve", "no JSON").await, 403);
        assert_eq!(status("bob", "no JSON").await, 400);
    }
}
