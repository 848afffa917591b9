//! Attacks on the sign-in of customers. Each is refused, and changes nothing.

use roamgate::sandbox::Sandbox;

use crate::shop::{BACK, Got, Shop, allow};

const HOME: &str = "+34600000002";
const UNUSABLE: (u16, &str) = (400, "This link cannot be used");

fn seen(got: &Got) -> (u16, &str) {
    (got.status, got.headline())
}

/// The value of a parameter.
fn parameter(query: &str, name: &str) -> String {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(known, _)| known == name).unwrap().1.into_owned()
}

#[tokio::test]
async fn a_missing_state_is_refused() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    let code = parameter(&query, "code");
    for query in [format!("code={code}"), format!("code={code}&state="), String::new()] {
        assert_eq!(seen(&browser.come_back(&query).await), UNUSABLE, "{query}");
    }
    assert_eq!(shop.sandbox.calls().token, 0);
    // What was refused cost the customer nothing.
    assert_eq!(browser.come_back(&query).await.status, 303);
}

#[tokio::test]
async fn a_state_that_nobody_gave_out_is_refused() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    browser.begin("").await;
    let got = browser.come_back("code=c&state=a-state-of-more-than-128-bits-or-so").await;
    assert_eq!(seen(&got), UNUSABLE);
    assert_eq!(shop.sandbox.calls().token, 0);
}

#[tokio::test]
async fn an_answer_that_was_used_is_refused() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    assert_eq!(browser.come_back(&query).await.status, 303);
    assert_eq!(seen(&browser.come_back(&query).await), UNUSABLE);
    assert_eq!(shop.sandbox.calls().token, 1);
    assert_eq!(browser.post("/pay", "").await.status, 200, "the proof stays");
}

#[tokio::test]
async fn an_answer_after_ten_minutes_is_refused() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(601)).await;
    tokio::time::resume();
    assert_eq!(seen(&browser.come_back(&query).await), UNUSABLE);
    assert_eq!(shop.sandbox.calls().token, 0);
}

#[tokio::test]
async fn a_callback_without_the_cookie_is_refused() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    let cookie = browser.cookie.take().unwrap();
    let forged = [
        None,
        Some("__Host-roamgate=guessed".to_owned()),
        Some(cookie.replace("=", "=x")),
        Some(format!("{cookie}; {cookie}")),
        Some(cookie.replace("__Host-", "")),
    ];
    for forged in forged {
        let mut stranger = shop.browser();
        stranger.cookie = forged;
        assert_eq!(seen(&stranger.come_back(&query).await), UNUSABLE);
    }
    assert_eq!(shop.sandbox.calls().token, 0);
}

/// The attacker signs in with the own phone, and sends the link with the code to the customer, whose
/// session would then have the attacker's line.
#[tokio::test]
async fn a_code_of_another_session_is_refused() {
    let shop = Shop::open().await;
    let (mut attacker, mut customer) = (shop.browser(), shop.browser());
    let attackers = attacker.begin("").await;
    let attackers = shop.operator(&attackers, &allow(HOME)).await;
    let customers = customer.begin("").await;
    assert_eq!(seen(&customer.come_back(&attackers).await), UNUSABLE);

    // Under the state of the customer, the code does not fit the challenge.
    let customers = shop.operator(&customers, &allow("+34600000012")).await;
    let state = parameter(&customers, "state");
    let mixed = format!("code={}&state={state}", parameter(&attackers, "code"));
    let mixed = format!("{mixed}&iss={}", shop.sandbox.base_url());
    let page = customer.come_back(&mixed).await.location();
    assert_eq!(customer.get(&page).await.headline(), "You did not allow the check");
    assert_eq!(customer.post("/pay", "").await.status, 401);
}

/// The attacker begins, and lets the customer's phone go to the operator: the customer's line would
/// end in the attacker's session.
#[tokio::test]
async fn a_link_that_was_sent_to_somebody_else_proves_nothing() {
    let shop = Shop::open().await;
    for (mut attacker, mut victim) in
        [(shop.browser(), shop.browser()), (shop.app("mallory"), shop.browser())]
    {
        let address = attacker.begin("").await;
        let query = shop.operator(&address, &allow(HOME)).await;
        assert_eq!(seen(&victim.come_back(&query).await), UNUSABLE);
        assert_eq!(attacker.post("/pay", "").await.status, 401);
    }
    let mut attacker = shop.app("mallory");
    let address = attacker.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    let got = shop.app("alice").come_back(&query).await;
    assert_eq!((got.status, &got.json()["code"]), (400, &"sign-in-unusable".into()));
}

#[tokio::test]
async fn parameters_that_stand_there_twice_are_refused() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    for name in ["code", "state", "iss"] {
        let doubled = format!("{query}&{name}={}", parameter(&query, name));
        assert_eq!(seen(&browser.come_back(&doubled).await), UNUSABLE, "{name}");
    }
    assert_eq!(browser.come_back(&query).await.status, 303);
}

#[tokio::test]
async fn oversized_parameters_are_refused() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    let long = "x".repeat(9_000);
    for more in [format!("{query}&x={long}"), query.replace("code=", &format!("code={long}"))] {
        assert_eq!(seen(&browser.come_back(&more).await), UNUSABLE);
    }
    let got = browser.post("/line-check", &format!("returnTo=/{}", "x".repeat(5_000))).await;
    assert_eq!(got.status, 403);
}

#[tokio::test]
async fn an_issuer_that_is_mixed_up_is_refused() {
    let shop = Shop::open().await;
    for iss in ["https%3A%2F%2Fother.example", ""] {
        let mut browser = shop.browser();
        let address = browser.begin("").await;
        let query = shop.operator(&address, &allow(HOME)).await;
        let (code, state) = (parameter(&query, "code"), parameter(&query, "state"));
        let page = browser.come_back(&format!("code={code}&state={state}&iss={iss}")).await;
        let page = browser.get(&page.location()).await;
        assert_eq!(page.headline(), "The check did not work");
    }
    assert_eq!(shop.sandbox.calls().token, 0, "no code goes to anybody");
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let shop = Shop::open().await;
    let foreign = (403, "This request is not from this site");
    for address in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        // Whoever tidies a path up makes two slashes of it.
        "/.//evil.example",
        "/pay/..//evil.example",
        "javascript:alert(1)",
        "evil.example",
    ] {
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = body.append_pair("returnTo", address).finish();
        assert_eq!(seen(&shop.browser().post("/line-check", &body).await), foreign, "{address}");
    }
    let twice = "returnTo=%2Fa&returnTo=%2Fb";
    assert_eq!(seen(&shop.browser().post("/line-check", twice).await), foreign);
}

#[tokio::test]
async fn another_site_cannot_begin_a_check() {
    let shop = Shop::open().await;
    let rows: [(&[(&str, &str)], u16); 8] = [
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "null")], 403),
        (&[("origin", "null"), ("sec-fetch-site", "same-origin")], 303),
        (&[("origin", "https://shop.example")], 303),
        (&[("sec-fetch-site", "none")], 303),
        (&[], 303),
    ];
    for (headers, status) in rows {
        let got = shop.browser().send("POST", "/line-check", headers, "").await;
        assert_eq!(got.status, status, "{headers:?}");
    }
    assert_eq!(shop.browser().get("/line-check").await.status, 403, "a link begins nothing");
}

#[tokio::test]
async fn nothing_that_is_sent_becomes_part_of_a_page() {
    let shop = Shop::open().await;
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    let state = parameter(&query, "state");
    let iss = format!("iss={}", shop.sandbox.base_url());
    let mut pages = Vec::new();
    for query in [
        format!("code={hostile}&state={hostile}&iss={hostile}"),
        format!("error={hostile}&state={hostile}"),
        format!(
            "error={hostile}&error_description={hostile}&error_uri={hostile}&state={state}&{iss}"
        ),
    ] {
        let got = browser.come_back(&query).await;
        pages.push(match got.status {
            303 => browser.get(&got.location()).await,
            _ => got,
        });
    }
    pages.push(browser.get(&format!("/line-check/flow/{hostile}")).await);
    let own = browser.post("/line-check", &format!("returnTo=%2F{hostile}")).await;
    pages.push(own);
    for page in pages {
        assert!(!page.body.contains("alert(1)"), "{}", page.body);
        assert!(page.body.starts_with("<!DOCTYPE html>"), "{}", page.body);
    }
}

#[tokio::test]
async fn a_flow_is_seen_by_nobody_else() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    let page = browser.come_back(&query).await.location();
    assert_eq!(browser.get(&page).await.status, 200);
    for mut stranger in [shop.browser(), shop.app("mallory")] {
        assert_eq!(stranger.get(&page).await.status, 404);
    }
}

#[tokio::test]
async fn a_code_is_never_sent_twice_whatever_the_operator_says() {
    let sandbox = Sandbox::builder().redirect_uri(BACK).start().await.unwrap();
    let shop = Shop::with(sandbox, "").await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    shop.sandbox.outage(true);
    let page = browser.come_back(&query).await.location();
    assert_eq!(browser.get(&page).await.headline(), "The check did not work this time");
    shop.sandbox.outage(false);
    assert_eq!(seen(&browser.come_back(&query).await), UNUSABLE);
    assert_eq!(shop.sandbox.calls().token, 1);
}

#[tokio::test]
async fn a_question_for_the_head_alone_spends_no_code() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    for method in ["HEAD", "POST", "OPTIONS", "PUT", "TRACE"] {
        let got = browser.send(method, &format!("/back?{query}"), &[], "").await;
        assert_eq!((got.status, got.body.as_str()), (405, ""), "{method}");
    }
    assert_eq!(shop.sandbox.calls().token, 0);
    assert_eq!(browser.come_back(&query).await.status, 303);
}

#[tokio::test]
async fn of_two_answers_at_once_one_is_taken() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let address = browser.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    let mut again = shop.browser();
    again.cookie.clone_from(&browser.cookie);
    let (one, other) = tokio::join!(browser.come_back(&query), again.come_back(&query));
    assert_eq!((one.status, seen(&other)), (303, UNUSABLE));
    assert_eq!(shop.sandbox.calls().token, 1);
}

/// Browsers guard `__Host-` and not what only looks like it, which a neighbouring host may set.
#[tokio::test]
async fn a_cookie_whose_name_only_looks_like_ours_is_another_one() {
    let shop = Shop::open().await;
    let mut attacker = shop.browser();
    attacker.check(&allow(HOME)).await;
    let cookie = attacker.cookie.unwrap();
    for padding in ["\u{2000}", "\u{a0}", "\u{85}", "\u{3000}", "\u{feff}"] {
        for forged in [format!("{padding}{cookie}"), cookie.replace('=', &format!("{padding}="))] {
            let mut victim = shop.browser();
            victim.cookie = Some(forged);
            assert_eq!(victim.post("/pay", "").await.status, 401);
        }
    }
}

#[tokio::test]
async fn a_flow_whose_name_is_no_text_is_no_flow() {
    let shop = Shop::open().await;
    for name in ["%FF", "%00", "%2F", "a%0d%0ab"] {
        let got = shop.browser().get(&format!("/line-check/flow/{name}")).await;
        assert_eq!(seen(&got), (404, "There is nothing to see here"), "{name}");
    }
}

#[tokio::test]
async fn a_caller_without_a_name_is_nobody() {
    let shop = Shop::open().await;
    let mut one = shop.app("");
    let address = one.begin("").await;
    let query = shop.operator(&address, &allow(HOME)).await;
    assert_eq!(shop.app("").come_back(&query).await.status, 400);
}
