//! X10: nobody is served what belongs to somebody else.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use proptest::prelude::*;
use roamgate::camara::{Aggregator, Client};
use roamgate::{
    Attributes, CachedProvider, Gate, Line, LineState, Policy, ProviderError, Query,
    RoamingProvider, RoamingStatus, Subject, provider_fn,
};

use crate::aggregator::{self, ROAMING_1, TOKEN, json};
use crate::desk::brazil;

/// What names a line, of every kind, and so near to each other that parts that move from one field to the
/// next would meet.
fn named() -> impl Strategy<Value = (String, Line)> {
    let number = "\\+[1-9][0-9]{6,13}".prop_map(|text| (text.clone(), Line::parse(&text).ok()));
    let address = (1..4u8, 0..3u8, 10..120u16).prop_map(|(a, b, port)| {
        let seen = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(80, 67, a, b)), port);
        (format!("ip:{seen}"), Line::ip(seen).ok())
    });
    let sixth = (1..20u16, 1..20u16).prop_map(|(a, b)| {
        let address = Ipv6Addr::new(0x2a02, 0x8100, a, 0, 0, 0, 0, b);
        (format!("ip:{address}"), Line::ipv6(address).ok())
    });
    let external = "[12]{1,3}@[12]{1,3}\\.com"
        .prop_map(|text| (format!("external:{text}"), Line::external(&text).ok()));
    let all = prop_oneof![number, address, sixth, external];
    all.prop_filter_map("no line", |(name, line)| Some((name, line?)))
}

proptest! {
    #[test]
    fn x10_lines_are_the_same_key_exactly_where_they_are_named_alike(
        lines in proptest::collection::vec(named(), 2..40)
    ) {
        let mut keys: HashMap<Line, String> = HashMap::new();
        for (name, line) in lines {
            let known = keys.entry(line).or_insert_with(|| name.clone());
            prop_assert_eq!(&*known, &name);
            // Named again, it is the same key.
            let again = match name.split_once(':') {
                None => Line::parse(&name),
                Some(("external", text)) => Line::external(text),
                Some((_, text)) => match text.parse() {
                    Ok(sixth) => Line::ipv6(sixth),
                    Err(_) => Line::ip(text.parse().unwrap()),
                },
            };
            prop_assert_eq!(again.ok(), Some(line));
        }
    }
}

const TWO: &str = "apiVersion: roamgate/v1\nkind: RoamingPolicy\n\
    metadata: { name: two, owner: tests@bank.example }\n\
    defaults: { unmatchedRoute: allow, onUnknown: deny }\n\
    routes: { red: [{ path: /red }], blue: [{ path: /blue }] }\n\
    routeSettings: { red: { freshness: { purpose: red } }, blue: { freshness: { purpose: blue } } }\n\
    rules:\n  - { id: r, match: { routes: [red, blue] }, when: { line: roaming }, effect: deny }\n";

#[tokio::test]
async fn x10_statuses_of_one_purpose_are_never_those_of_another() {
    let says = |status| {
        CachedProvider::new(provider_fn(
            move |_: Line| async move { Ok::<_, ProviderError>(status) },
        ))
    };
    let gate = Gate::new(Policy::from_yaml("two.yaml", TWO).unwrap(), says(RoamingStatus::Home))
        .provider_for("red", says(RoamingStatus::Home))
        .provider_for("blue", says(brazil()));
    for number in 0..2_000 {
        let line: Line = format!("+34{}", 600_000_000 + number % 50).parse().unwrap();
        let (route, status) = match number % 3 {
            0 => ("red", RoamingStatus::Home),
            _ => ("blue", brazil()),
        };
        let asked =
            gate.check_route(route, &Subject::from(line), &Attributes::new()).await.unwrap();
        assert_eq!(asked.line(), Some(LineState::Known(status)));
    }
}

#[tokio::test]
async fn x10_tokens_of_one_client_are_never_those_of_another() {
    let server = aggregator::Aggregator::start().await;
    // A token says whose it is, and an answer to another one is worth nothing.
    server.on(TOKEN, |_, seen| {
        let client =
            seen.body.split('&').find_map(|field| field.strip_prefix("client_id=")).unwrap();
        json(
            200,
            format!(r#"{{"access_token":"of-{client}","token_type":"Bearer","expires_in":60}}"#),
        )
    });
    let tenant = |name: &str| {
        let text = format!(
            "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {}\n\
             client: {{ id: {name}, authentication: none }}\n\
             grant: {{ ciba: {{ loginHint: \"tel:{{e164}}\", scope: roaming }} }}\n\
             headers: {{ x-tenant: {{ file: {:?} }} }}\napi: {{ dialect: device-roaming-status-1 }}\n",
            server.base,
            written(name)
        );
        let file = Aggregator::from_yaml("aggregator.yaml", &text);
        Client::new(file.unwrap_or_else(|error| panic!("{error}"))).unwrap()
    };
    let tenants = [tenant("red"), tenant("blue")];
    for number in 0..200 {
        let line: Line = format!("+34{}", 600_000_000 + number / 4 % 20).parse().unwrap();
        let _ = tenants[number % 2].roaming_status(&Query::new(line)).await;
    }
    let asked: Vec<_> = server.seen().into_iter().filter(|seen| seen.path == ROAMING_1).collect();
    assert!(asked.len() > 100);
    for seen in asked {
        assert_eq!(seen.header("authorization"), format!("Bearer of-{}", seen.header("x-tenant")));
    }
}

/// A file that says a name.
fn written(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("roamgate-tenant-{name}-{}", std::process::id()));
    std::fs::write(&path, name).unwrap();
    path
}
