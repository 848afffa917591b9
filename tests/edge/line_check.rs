//! Customers prove their line with their own phone: what they see, and what the gate makes of it.

use roamgate::frontend::LineCheck;
use roamgate::sandbox::{Sandbox, Scenario};
use roamgate::subject::{Proof, SubjectSource};
use roamgate::{Head, Line, LineState, Query, RoamingLayer, RoamingProvider, Subject};
use tower::ServiceExt;

use crate::guide_page::Page;
use crate::shop::{BACK, Shop, allow};
use crate::support::policy;

const HOME: &str = "+34600000002";
const BRAZIL: &str = "+34600007241";

#[tokio::test]
async fn a_proved_line_pays_and_an_unproved_one_does_not() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    assert_eq!(browser.post("/pay", "").await.status, 401);
    assert_eq!(browser.check(&allow(HOME)).await.location(), "/checkout");
    let paid = browser.post("/pay", "").await;
    assert_eq!((paid.status, paid.body.as_str()), (200, "paid"));

    let mut abroad = shop.browser();
    abroad.check(&allow(BRAZIL)).await;
    assert_eq!(abroad.post("/pay", "").await.status, 403);
    // Sessions share nothing.
    assert_eq!(browser.post("/pay", "").await.status, 200);
    assert_eq!(shop.browser().post("/pay", "").await.status, 401);
}

#[tokio::test]
async fn a_check_costs_one_page_one_token_one_question_and_paying_costs_nothing() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    browser.check(&allow(HOME)).await;
    browser.post("/pay", "").await;
    let calls = shop.sandbox.calls();
    assert_eq!([calls.authorize, calls.token, calls.roaming, calls.bc_authorize], [1, 1, 1, 0]);
}

#[tokio::test]
async fn no_number_stands_in_any_address() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    let next = browser.come_back(&query).await.location();
    for address in [&address, &query, &next] {
        assert!(!address.contains("600000002"), "{address}");
    }
}

#[tokio::test]
async fn the_cookie_is_this_hosts_alone_and_another_one_after_the_proof() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let begun = browser.post("/line-check", "").await;
    let (value, attributes) = begun.header("set-cookie").split_once("; ").unwrap();
    assert!(value.starts_with("__Host-roamgate="));
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Secure; Path=/");

    let before = browser.cookie.clone().unwrap();
    let again = browser.post("/line-check", "").await;
    assert_eq!(again.header("set-cookie"), "", "a session is kept");
    let query = shop.operator(&again.location(), &allow(HOME)).await;
    browser.come_back(&query).await;
    assert_ne!(browser.cookie.as_ref(), Some(&before));
    let mut thief = shop.browser();
    thief.cookie = Some(before);
    assert_eq!(thief.post("/pay", "").await.status, 401);
}

#[tokio::test]
async fn the_page_says_where_the_phone_is_or_what_to_do() {
    let rows = [
        (allow(HOME), "Your line was checked", "on its home network"),
        (allow("+34600002621"), "Your line was checked", "roaming in Germany."),
        (allow("+34600003401"), "Your line was checked", ", St Martin or Martinique."),
        (allow("+34600009011"), "Your line was checked", "does not say in which country"),
        (
            allow(HOME).replace("allow", "refuse"),
            "You did not allow the check",
            "Check my line again",
        ),
        (
            allow(HOME).replace("mobile", "wifi"),
            "Your phone was not recognised",
            "Switch off Wi-Fi",
        ),
        (allow("+34600004220"), "Your operator does not offer this check", "Check my line again"),
        (allow("+34600005030"), "The check did not work this time", "Try again in a moment"),
        (allow("+34600000014"), "The check did not work", "not your fault"),
    ];
    let shop = Shop::open().await;
    for (choice, headline, words) in rows {
        let mut browser = shop.browser();
        let address = browser.begin("").await;
        let query = shop.operator(&address, &choice).await;
        let page = browser.come_back(&query).await.location();
        let page = browser.get(&page).await;
        assert_eq!((page.status, page.headline()), (200, headline), "{choice}");
        assert!(page.body.contains(words), "{choice}: {}", page.body);
        assert!(!page.body.contains("<script"));
    }
}

#[tokio::test]
async fn who_wanted_to_go_on_does_so_after_a_check_and_after_the_second_try() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let refused = browser.check(&allow(HOME).replace("allow", "refuse")).await.location();
    let page = browser.get(&refused).await;
    assert!(page.body.contains(r#"name="returnTo" value="/checkout""#), "{}", page.body);
    assert_eq!(browser.check(&allow(HOME)).await.location(), "/checkout");
}

#[tokio::test]
async fn a_page_with_a_script_asks_for_the_address_and_comes_back_as_from_a_form() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let headers = [("accept", "application/json"), ("sec-fetch-site", "same-origin")];
    let body = r#"{"returnTo":"/checkout"}"#;
    let begun = browser.send("POST", "/line-check", &headers, body).await.json();
    let query = shop.operator(begun["authorizationUrl"].as_str().unwrap(), &allow(HOME)).await;
    assert_eq!(browser.come_back(&query).await.location(), "/checkout");
}

#[tokio::test]
async fn by_the_guides_recipe_who_has_proved_nothing_is_sent_to_the_page_that_begins() {
    let shop = Shop::open().await;
    let blocks = Page::read("recipes.md").blocks();
    let recipe = blocks.iter().find(|block| block.text.contains("name: proved-lines")).unwrap();
    let layer = RoamingLayer::new(policy(&recipe.text), shop.check.provider());
    let paid = axum::routing::post(async || "paid");
    let app = axum::Router::new().route("/v1/payments", paid);
    let app = app.layer(layer.subject(shop.check.subject()));
    let mut browser = shop.browser();
    browser.check(&allow(HOME)).await;

    let claimed: Line = HOME.parse().unwrap();
    let to_the_page = (303, "/check-my-line");
    let rows = [
        (None, None, "text/html", to_the_page),
        (None, Some(claimed), "text/html", to_the_page),
        (None, None, "application/json", (403, "")),
        (browser.cookie.as_deref(), None, "text/html", (200, "")),
        (browser.cookie.as_deref(), Some(claimed), "text/html", (200, "")),
    ];
    for (cookie, claimed, accept, expected) in rows {
        let mut request = http::Request::post("/v1/payments").header("accept", accept);
        request = cookie.into_iter().fold(request, |request, it| request.header("cookie", it));
        let mut request = request.body(axum::body::Body::empty()).unwrap();
        claimed.map(|line| request.extensions_mut().insert(line));
        let answer = app.clone().oneshot(request).await.unwrap();
        let location = answer.headers().get("location").map_or("", |it| it.to_str().unwrap());
        assert_eq!((answer.status().as_u16(), location), expected, "{cookie:?} {accept}");
    }
}

#[tokio::test]
async fn a_customer_whose_line_is_proved_stays_the_customer_that_is_known() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    browser.check(&allow(HOME)).await;
    let cookie = browser.cookie.as_deref().unwrap();
    let known = Subject::from("+34600000009".parse::<Line>().unwrap()).id("customer-17").acr("sca");
    let request = http::Request::post("/v1/payments").header("cookie", cookie);
    let request = request.extension(known.clone()).body(()).unwrap();
    let source = shop.check.subject();
    let proved = source.subject(&Head::of(&request, "")).unwrap().into_owned();
    let told = proved.details();
    assert_eq!((proved.line == known.line, told.proof), (false, Proof::Network));
    assert_eq!((told.id.as_deref(), told.acr.as_deref()), (Some("customer-17"), Some("sca")));
    assert_eq!(known.details().proof, Proof::Claimed, "what the request carries is as it was");
}

#[tokio::test]
async fn pages_are_kept_by_nobody_and_hold_nothing_foreign() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let page = browser.check(&allow(HOME).replace("allow", "refuse")).await.location();
    let page = browser.get(&page).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.ends_with("base-uri 'none'; frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn a_proof_counts_for_half_an_hour() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    browser.check(&allow(HOME)).await;
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(1801)).await;
    tokio::time::resume();
    assert_eq!(browser.post("/pay", "").await.status, 401);
}

#[tokio::test]
async fn an_app_without_cookies_goes_the_same_way_as_its_user() {
    let shop = Shop::open().await;
    let mut app = shop.app("alice");
    let begun = app.post("/line-check", "").await;
    assert_eq!((begun.status, begun.header("set-cookie")), (200, ""));
    let begun = begun.json();
    let (address, flow) = (&begun["authorizationUrl"], begun["flow"].as_str().unwrap());

    let path = format!("/line-check/flow/{flow}");
    let pending = serde_json::json!({
        "flow": flow, "status": "pending", "mcc": null, "countries": [], "reason": null,
    });
    assert_eq!(app.get(&path).await.json(), pending);
    let query = shop.operator(address.as_str().unwrap(), &allow("+34600002621")).await;
    let done = serde_json::json!({
        "flow": flow, "status": "roaming", "mcc": "262", "countries": ["DE"], "reason": null,
    });
    assert_eq!(app.come_back(&query).await.json(), done);
    assert_eq!(app.get(&path).await.json(), done);
    assert_eq!(app.post("/pay", "").await.status, 200);
    assert_eq!(shop.app("mallory").post("/pay", "").await.status, 401);
    assert_eq!(shop.app("mallory").get(&path).await.status, 404);
}

#[tokio::test]
async fn an_app_hears_why_a_check_failed() {
    let rows = [
        (allow(HOME).replace("allow", "refuse"), "noConsent"),
        (allow(HOME).replace("mobile", "wifi"), "noIdentifier"),
        (allow("+34600005030"), "unavailable"),
        (allow("+34600004040"), "identifierNotFound"),
    ];
    let shop = Shop::open().await;
    for (choice, reason) in rows {
        let mut app = shop.app("alice");
        let address = app.begin("{}").await;
        let query = shop.operator(&address, &choice).await;
        let told = app.come_back(&query).await.json();
        assert_eq!((&told["status"], &told["reason"]), (&"unknown".into(), &reason.into()));
    }
}

#[tokio::test]
async fn an_operator_that_is_down_is_told_before_anybody_leaves() {
    let shop = Shop::open().await;
    shop.sandbox.outage(true);
    let page = shop.browser().post("/line-check", "").await;
    assert_eq!((page.status, page.headline()), (503, "The check cannot begin right now"));
    let problem = shop.app("alice").post("/line-check", "").await;
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!((problem.status, &problem.json()["code"]), (503, &"try-again".into()));
}

#[tokio::test]
async fn the_gate_hears_that_the_network_proved_it() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    browser.check(&allow(HOME)).await;
    let request = http::Request::post("/pay").header("cookie", browser.cookie.unwrap());
    let request = request.body(()).unwrap();
    let head = Head::of(&request, "");
    let line = shop.check.line(&head).unwrap();
    assert!(line.is_recognised());
    let decision = shop.gate.check(&head).await;
    assert_eq!(decision.line(), Some(LineState::HOME));
    assert!(shop.check.provider().cached(&Query::new(line)).is_some());
}

#[tokio::test]
async fn a_number_that_is_demanded_comes_from_the_service_and_never_from_the_browser() {
    let sandbox = Sandbox::builder().redirect_uri(BACK).start().await.unwrap();
    let shop = Shop::with(sandbox, "loginHint: 'tel:{e164}',").await;
    let mut browser = shop.browser();
    let refused = browser.post("/line-check", "number=%2B34600000002&line=%2B34600000002").await;
    assert_eq!((refused.status, refused.headline()), (403, "There is no number to check"));
}

#[tokio::test]
async fn a_consent_that_is_refused_by_the_network_is_told_as_such() {
    let shop = Shop::open().await;
    let line: Line = HOME.parse().unwrap();
    shop.sandbox.set(line, Scenario::PermissionDenied);
    let mut browser = shop.browser();
    let page = browser.check(&allow(HOME)).await.location();
    assert_eq!(browser.get(&page).await.headline(), "You did not allow the check");
}

#[test]
fn a_line_check_needs_the_grant_of_codes_and_a_path_of_its_own() {
    use roamgate::camara::{Aggregator, Client};
    let build = |grant: &str, path: &str| {
        let text = format!(
            "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: https://a.example\n\
             client: {{ id: a, authentication: none }}\ngrant: {grant}\n\
             api: {{ dialect: device-roaming-status-1 }}\n"
        );
        let client = Client::new(Aggregator::from_yaml("a.yaml", &text).unwrap()).unwrap();
        LineCheck::builder(client)
            .at(path)
            .build()
            .map(|check| drop(check.router::<()>()))
            .map_err(|error| error.to_string())
    };
    let codes = format!("{{ authorizationCode: {{ scope: s, redirectUri: '{BACK}' }} }}");
    let rows = [
        (codes.as_str(), "/check", Ok(())),
        (
            "{ clientCredentials: { scope: s } }",
            "/check",
            Err("a line check needs `grant: { authorizationCode: … }`"),
        ),
        (&codes, "check", Err("`check` is not a path of its own for a line check")),
        (&codes, "/", Err("`/` is not a path of its own for a line check")),
        (&codes, "/back", Err("`/back` is not a path of its own for a line check")),
        (&codes, "/check?a=b", Err("`/check?a=b` is not a path of its own for a line check")),
        (&codes, "/check/", Err("`/check/` is not a path of its own for a line check")),
        (&codes, "/:check", Err("`/:check` is not a path of its own for a line check")),
        (&codes, "/*check", Err("`/*check` is not a path of its own for a line check")),
        (
            "{ authorizationCode: { scope: s, redirectUri: 'https://shop.example/:tenant/back' } }",
            "/check",
            Err("`/:tenant/back` of `redirectUri` is not a path that a router can have"),
        ),
    ];
    for (grant, path, expected) in rows {
        assert_eq!(build(grant, path), expected.map_err(ToOwned::to_owned), "{grant} {path}");
    }
}
