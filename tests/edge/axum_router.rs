//! Inside axum: the path the client sent decides, whatever the router has made of it.

use axum::Router;
use axum::body::Body;
use axum::routing::{any, get, post};
use http::{Method, Request, Response, StatusCode};
use roamgate::{Decision, FixedProvider, RoamingLayer};
use tower::ServiceExt;
use tower_http::cors::CorsLayer;

use crate::support::*;

/// Everything below is refused unless the line is at home; nobody's line is known.
const ADMIN: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: admin, owner: tests@bank.example }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes:
  admin: [{ path: "/admin/{*rest}" }]
  read: [{ method: GET, path: "/v1/accounts/{id}" }]
rules:
  - id: home-only
    description: Home networks only.
    match: { routes: [admin, read] }
    require: { line: home }
    otherwise: deny
"#;

fn gate() -> RoamingLayer {
    RoamingLayer::new(policy(ADMIN), FixedProvider::new())
}

async fn status(app: Router, method: Method, path: &str) -> u16 {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    app.oneshot(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_nested_router_is_judged_by_the_path_the_client_sent() {
    let inner = Router::new().route("/users", get(|| async {})).layer(gate());
    let app = Router::new().nest("/admin", inner.clone()).nest("/open", inner);
    assert_eq!(status(app.clone(), Method::GET, "/admin/users").await, 403);
    assert_eq!(status(app, Method::GET, "/open/users").await, 200);
}

#[tokio::test]
async fn a_service_behind_another_router_says_where_it_is_mounted() {
    let request = || Request::get("/users").body(Body::empty()).unwrap();
    let app = |layer: RoamingLayer| Router::new().route("/users", get(|| async {})).layer(layer);
    let unaware = app(gate()).oneshot(request()).await.unwrap();
    assert_eq!(unaware.status(), StatusCode::OK);
    let mounted = tower::ServiceBuilder::new().layer(gate().mounted_at("/admin/"));
    let service = mounted.service_fn(async |_: Request<Body>| {
        Ok::<_, std::convert::Infallible>(Response::new(Body::empty()))
    });
    assert_eq!(service.oneshot(request()).await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_catch_all_includes_its_own_root() {
    let app = Router::new().fallback(any(|| async {})).layer(gate());
    for (path, expected) in [
        ("/admin", 403),
        ("/admin/", 403),
        ("/admin/a/b", 403),
        ("/administration", 200),
        ("/", 200),
    ] {
        assert_eq!(status(app.clone(), Method::GET, path).await, expected, "{path}");
    }
}

#[tokio::test]
async fn hostile_paths_are_refused_wherever_a_rule_could_have_applied() {
    let app = Router::new().fallback(any(|| async {})).layer(gate());
    let hostile = [
        "/x/../admin/users",
        "//admin/users",
        "/admin;a=b/users",
        "/%2e%2e/admin",
        "/admin%2fusers",
        "/%00",
        "/admin%5cusers",
    ];
    for path in hostile {
        assert_eq!(status(app.clone(), Method::GET, path).await, 400, "{path}");
    }
    assert_eq!(
        status(app, Method::GET, "/%61dmin/users").await,
        403,
        "an unreserved character is what it is"
    );
}

#[tokio::test]
async fn get_covers_head_and_a_preflight_is_never_gated() {
    let app = Router::new().fallback(any(|| async {})).layer(gate());
    assert_eq!(status(app.clone(), Method::HEAD, "/v1/accounts/7").await, 403);
    assert_eq!(status(app.clone(), Method::POST, "/v1/accounts/7").await, 200);
    let preflight = Request::options("/admin/users").header("origin", "https://bank.example");
    let preflight =
        preflight.header("access-control-request-method", "POST").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(preflight).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_refusal_carries_cors_headers_where_cors_stands_outside() {
    let app = Router::new()
        .route("/admin/users", post(|| async {}))
        .layer(gate())
        .layer(CorsLayer::permissive());
    let request = Request::post("/admin/users")
        .header("origin", "https://bank.example")
        .body(Body::empty())
        .unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn the_handler_reads_the_permit() {
    let whoami = async |axum::Extension(permit): axum::Extension<Decision>| permit.effect().name();
    let app = Router::new().route("/open", get(whoami)).layer(gate());
    let response = app.oneshot(Request::get("/open").body(Body::empty()).unwrap()).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), 64).await.unwrap();
    assert_eq!(body, "allow");
}

#[tokio::test]
async fn an_encoded_literal_does_not_slip_past_its_rule_into_a_parameter() {
    let text = ADMIN
        .replace("/v1/accounts/{id}", "/v1/payments:batch")
        .replace("method: GET", "method: POST");
    let gate = RoamingLayer::new(policy(&text), FixedProvider::new());
    let app = Router::new().route("/v1/{operation}", post(|| async {})).layer(gate);
    for path in ["/v1/payments:batch", "/v1/payments%3Abatch", "/v1/%70ayments%3abatch"] {
        assert_eq!(status(app.clone(), Method::POST, path).await, 403, "{path}");
    }
}
