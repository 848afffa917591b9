//! What goes over the wire, and how often.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roamgate::provider::Correlator;
use roamgate::{CachedProvider, Query, RoamingProvider, UnknownReason};

use crate::support::aggregator::{
    Aggregator, BC_AUTHORIZE, ROAMING, ROAMING_0_6, ROAMING_1, TOKEN, json,
};
use crate::{calls, client, client_of, client_without_line_budget, file_with, line, lookup, yaml};

#[tokio::test]
async fn a_cold_line_costs_three_requests_and_a_warm_token_one() {
    let server = Aggregator::start().await;
    let client = client(&server);
    lookup(&client).await.unwrap();
    assert_eq!(calls(client.calls()), [1, 1, 1]);
    lookup(&client).await.unwrap();
    assert_eq!(calls(client.calls()), [1, 1, 2]);
}

#[tokio::test]
async fn a_cached_answer_costs_no_request() {
    let server = Aggregator::start().await;
    let client = Arc::new(client(&server));
    let provider = CachedProvider::new(Arc::clone(&client));
    for _ in 0..10 {
        provider.roaming_status(&Query::new(line())).await.unwrap();
    }
    assert_eq!(calls(client.calls()), [1, 1, 1]);
    assert_eq!([BC_AUTHORIZE, TOKEN, ROAMING].map(|path| server.count(path)), [1, 1, 1]);
}

#[tokio::test]
async fn thousand_callers_make_the_requests_of_one() {
    for abandoned in [0, 300] {
        let server = Aggregator::start().await;
        let client = Arc::new(client(&server));
        let provider = Arc::new(CachedProvider::new(Arc::clone(&client)));
        let ask = |_| {
            let provider = Arc::clone(&provider);
            tokio::spawn(async move { provider.roaming_status(&Query::new(line())).await })
        };
        let callers: Vec<_> = (0..1_000).map(ask).collect();
        tokio::task::yield_now().await;
        callers.iter().take(abandoned).for_each(|caller| caller.abort());
        for caller in callers.into_iter().skip(abandoned) {
            caller.await.unwrap().unwrap();
        }
        assert_eq!(calls(client.calls()), [1, 1, 1], "{abandoned} of 1000 gave up");
    }
}

#[tokio::test]
async fn concurrent_lookups_without_a_cache_share_one_token() {
    let server = Aggregator::start().await;
    let client = Arc::new(client_without_line_budget(&server));
    let ask = |_| {
        let client = Arc::clone(&client);
        tokio::spawn(async move { lookup(&client).await })
    };
    for caller in (0..100).map(ask).collect::<Vec<_>>() {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(calls(client.calls()), [1, 1, 100]);
}

#[tokio::test]
async fn the_forms_are_encoded_so_that_plus_colon_and_hash_survive() {
    let server = Aggregator::start().await;
    lookup(&client(&server)).await.unwrap();
    let [authorize, token, _] = &server.seen()[..] else { panic!("three requests") };
    assert_eq!(
        authorize.body,
        "login_hint=tel%3A%2B34600000001\
         &scope=dpv%3AFraudPreventionAndDetection%23device-status-roaming-read"
    );
    assert_eq!(
        token.body,
        "grant_type=urn%3Aopenid%3Aparams%3Agrant-type%3Aciba&auth_req_id=request-1"
    );
    for request in [authorize, token] {
        assert_eq!(request.header("content-type"), "application/x-www-form-urlencoded");
    }
}

#[tokio::test]
async fn the_scope_parameter_and_further_parameters_are_of_the_file() {
    let server = Aggregator::start().await;
    let yaml =
        yaml(&server, "device-status-0.4").replace("tel:{e164}", "phone_number:{e164}").replace(
            "    scope:",
            "    scopeParameter: purpose\n    extra: { acr_values: \"2\" }\n    scope:",
        );
    lookup(&client_of(&yaml)).await.unwrap();
    assert_eq!(
        server.seen()[0].body,
        "login_hint=phone_number%3A%2B34600000001\
         &purpose=dpv%3AFraudPreventionAndDetection%23device-status-roaming-read&acr_values=2"
    );
}

#[tokio::test]
async fn basic_credentials_are_form_encoded_unless_the_file_says_raw() {
    let rows = [
        ("form", "my+app:s3cr3t%3Awith%2Bodd%25chars+%C3%A9"),
        ("raw", "my app:s3cr3t:with+odd%chars é"),
    ];
    for (encoding, credentials) in rows {
        let server = Aggregator::start().await;
        let yaml = yaml(&server, "device-status-0.4")
            .replace("basic: { ", &format!("basic: {{ encoding: {encoding}, "));
        lookup(&client_of(&yaml)).await.unwrap();
        for request in &server.seen()[..2] {
            let expected = format!("Basic {}", STANDARD.encode(credentials));
            assert_eq!(request.header("authorization"), expected);
        }
    }
}

#[tokio::test]
async fn every_dialect_has_a_path_and_a_body() {
    let rows = [
        ("phone-number", ROAMING, r#"{"phoneNumber":"+34600000001"}"#),
        ("device-status-0.4", ROAMING, r#"{"ueId":{"msisdn":"+34600000001"}}"#),
        ("device-status-0.5", ROAMING, r#"{"device":{"phoneNumber":"+34600000001"}}"#),
        ("device-roaming-status-0.6", ROAMING_0_6, "{}"),
        ("device-roaming-status-1", ROAMING_1, "{}"),
    ];
    for (dialect, path, body) in rows {
        let server = Aggregator::start().await;
        lookup(&client_of(&yaml(&server, dialect))).await.unwrap();
        let request = server.seen().pop().unwrap();
        assert_eq!((request.path.as_str(), request.body.as_str()), (path, body));
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("authorization"), "Bearer token-1");
    }
}

#[tokio::test]
async fn every_request_says_who_asks_accepts_json_and_carries_the_correlator() {
    let server = Aggregator::start().await;
    let correlator = Correlator::from_random(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
    let query = Query::new(line()).correlator(correlator);
    client(&server).roaming_status(&query).await.unwrap();
    for request in server.seen() {
        assert_eq!(request.header("accept"), "application/json");
        assert_eq!(request.header("x-correlator"), "01234567-89ab-4def-8123-456789abcdef");
        assert_eq!(request.header("user-agent"), concat!("roamgate/", env!("CARGO_PKG_VERSION")));
        assert_eq!(request.header("referer"), "");
    }
}

#[tokio::test]
async fn a_correlator_is_drawn_where_the_query_has_none() {
    let server = Aggregator::start().await;
    lookup(&client(&server)).await.unwrap();
    let drawn: Vec<_> =
        server.seen().iter().map(|request| request.header("x-correlator").to_owned()).collect();
    assert_eq!(drawn[0].len(), 36);
    assert!(drawn.iter().all(|correlator| *correlator == drawn[0]));
}

#[tokio::test]
async fn headers_of_the_file_are_for_the_host_of_the_roaming_endpoint_alone() {
    let (server, elsewhere) = (Aggregator::start().await, Aggregator::start().await);
    let key = file_with("api-key-1\n");
    let more = format!(
        "headers: {{ x-api-key: {{ file: \"{}\" }} }}\n\
         endpoints: {{ token: '{}/token' }}\nclient:",
        key.display(),
        elsewhere.base
    );
    let yaml = yaml(&server, "device-status-0.4").replace("client:", &more);
    lookup(&client_of(&yaml)).await.unwrap();
    let keys = |server: &Aggregator| {
        let seen = server.seen().into_iter();
        seen.map(|seen| (seen.path.clone(), seen.header("x-api-key").to_owned()))
            .collect::<Vec<_>>()
    };
    let key = || "api-key-1".to_owned();
    assert_eq!(keys(&server), [(BC_AUTHORIZE.to_owned(), key()), (ROAMING.to_owned(), key())]);
    assert_eq!(keys(&elsewhere), [(TOKEN.to_owned(), String::new())]);
}

#[tokio::test]
async fn headers_of_the_file_go_with_every_request_to_their_host() {
    let server = Aggregator::start().await;
    let key = file_with("api-key-1\n");
    let headers = format!("headers: {{ x-api-key: {{ file: \"{}\" }} }}\nclient:", key.display());
    let yaml = yaml(&server, "device-status-0.4").replace("client:", &headers);
    lookup(&client_of(&yaml)).await.unwrap();
    assert!(server.seen().iter().all(|request| request.header("x-api-key") == "api-key-1"));
}

#[tokio::test]
async fn endpoints_and_path_of_the_file_replace_those_below_the_base_url() {
    let server = Aggregator::start().await;
    for path in ["/oauth/bc", "/oauth/tk"] {
        let body = r#"{"auth_req_id":"r","access_token":"t","token_type":"bearer","expires_in":9}"#;
        server.always(path, json(200, body));
    }
    server.always("/camara/roaming", json(200, r#"{"roaming":false}"#));
    let (base, endpoints) =
        (&server.base, "endpoints:\n  bcAuthorize: BASE/oauth/bc\n  token: BASE/oauth/tk\n");
    let yaml = yaml(&server, "device-status-0.4")
        .replace(&format!("baseUrl: {base}\n"), &format!("baseUrl: {base}/\n{endpoints}"))
        .replace("BASE", base)
        .replace("dialect:", "path: /camara/roaming, dialect:");
    lookup(&client_of(&yaml)).await.unwrap();
    let paths: Vec<_> = server.seen().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/oauth/bc", "/oauth/tk", "/camara/roaming"]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (server, elsewhere) = (Aggregator::start().await, Aggregator::start().await);
    let target = format!("{}{ROAMING}", elsewhere.base);
    for path in [ROAMING, TOKEN, BC_AUTHORIZE] {
        server.always(path, json(307, "").header("location", target.clone()));
        let error = lookup(&client(&server)).await.unwrap_err();
        assert_eq!(error.reason(), UnknownReason::InvalidAnswer);
    }
    assert!(elsewhere.seen().is_empty());
}
