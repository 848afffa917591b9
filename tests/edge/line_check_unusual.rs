//! What honest customers do that nobody expects, and what becomes of it.

use std::time::Duration;

use crate::shop::{Shop, allow};

const HOME: &str = "+34600000002";

#[tokio::test]
async fn cookies_of_others_may_hold_any_bytes() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    browser.others = b"name=Jos\xc3\xa9; latin=\xe9; novalue; =x; a=\"b".to_vec();
    let query = shop.operator(&address, &allow(HOME)).await;
    assert_eq!(browser.come_back(&query).await.status, 303);
    assert_eq!(browser.post("/pay", "").await.status, 200);
}

#[tokio::test]
async fn a_flow_goes_to_its_end_also_if_the_app_has_gone() {
    let shop = Shop::open().await;
    let mut app = shop.app("alice");
    let begun = app.post("/line-check", "").await.json();
    let address = begun["authorizationUrl"].as_str().unwrap();
    let query = shop.operator(address, &allow(HOME)).await;
    let callback = format!("/back?{query}");
    // Between Wi-Fi and mobile data, the connection is lost as soon as the request is sent.
    let mut gone = shop.app("alice");
    tokio::select! {
        biased;
        _ = gone.get(&callback) => panic!("it waits for the operator"),
        () = tokio::task::yield_now() => {}
    }
    let flow = format!("/line-check/flow/{}", begun["flow"].as_str().unwrap());
    let ended = async {
        loop {
            let told = app.get(&flow).await.json();
            if told["status"] != "pending" {
                return told["status"].clone();
            }
            tokio::task::yield_now().await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert_eq!(ended.unwrap(), "home");
    assert_eq!(app.post("/pay", "").await.status, 200);
}

#[tokio::test]
async fn a_number_that_was_refused_before_its_sign_in_is_asked_about_after_it() {
    let shop = Shop::asking_by_number().await;
    let mut app = shop.app(HOME);
    assert_eq!(app.post("/pay", "").await.status, 401, "nobody has signed in");
    let address = app.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    assert_eq!(app.come_back(&query).await.json()["status"], "home");
}

#[tokio::test]
async fn what_two_tabs_began_counts_once_and_the_first_proof_stays() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let (one, other) = (browser.begin("").await, browser.begin("").await);
    let (one, other) =
        (shop.operator(&one, &allow(HOME)).await, shop.operator(&other, &allow(HOME)).await);
    assert_eq!(browser.come_back(&other).await.status, 303);
    assert_eq!(browser.come_back(&one).await.status, 400);
    assert_eq!(browser.post("/pay", "").await.status, 200);
}

#[tokio::test]
async fn a_session_ends_when_the_service_says_so() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    browser.check(&allow(HOME)).await;
    let request = http::Request::post("/logout").header("cookie", browser.cookie.clone().unwrap());
    let request = request.body(()).unwrap();
    shop.check.forget(&roamgate::Head::of(&request, ""));
    assert_eq!(browser.post("/pay", "").await.status, 401);
}

#[tokio::test]
async fn a_proof_may_count_for_ever() {
    let shop = Shop::open_for(Duration::MAX).await;
    let mut browser = shop.browser();
    assert_eq!(browser.check(&allow(HOME)).await.status, 303);
    assert_eq!(browser.post("/pay", "").await.status, 200);
}
