//! An aggregator that mixes up whom it answers (`failures.md` A19).

use std::sync::{Arc, Mutex};

use roamgate::UnknownReason::InvalidAnswer;
use roamgate::{CachedProvider, Query, RoamingProvider, RoamingStatus};

use crate::client_of;
use crate::support::aggregator::{Aggregator, ROAMING, json};

/// The answer about the line of this number: it roams if the number is odd.
fn about(number: &str) -> String {
    let is_roaming = number.ends_with(['1', '3', '5', '7', '9']);
    format!(r#"{{"roaming":{is_roaming},"device":{{"phoneNumber":"{number}"}}}}"#)
}

#[tokio::test]
async fn a19_answers_that_are_swapped_among_a_thousand_are_not_believed() {
    let server = Aggregator::start().await;
    let (before, swapped) = (Mutex::new(String::new()), Arc::new(Mutex::new(Vec::new())));
    let seldom = Arc::clone(&swapped);
    server.on(ROAMING, move |n, seen| {
        let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
        let number = body["device"]["phoneNumber"].as_str().unwrap().to_owned();
        let other = std::mem::replace(&mut *before.lock().unwrap(), number.clone());
        if n % 10 != 0 {
            return json(200, about(&number));
        }
        seldom.lock().unwrap().push(number);
        json(200, about(&other))
    });
    let yaml = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {}\ngrant: none\n\
         limits: {{ inFlight: 2000 }}\ntimeouts: {{ connect: 60s, attempt: 60s, total: 60s }}\n\
         api: {{ dialect: device-status-0.5 }}\n",
        server.base
    );
    let provider = Arc::new(CachedProvider::new(client_of(&yaml)));
    let ask = |number: u32| {
        let (provider, number) = (Arc::clone(&provider), format!("+34{}", 600_000_000 + number));
        tokio::spawn(async move {
            let outcome = provider.roaming_status(&Query::new(number.parse().unwrap())).await;
            (number, outcome)
        })
    };
    for asking in (0..1_000).map(ask).collect::<Vec<_>>() {
        let (number, outcome) = asking.await.unwrap();
        let is_swapped = swapped.lock().unwrap().contains(&number);
        match outcome {
            Ok(answer) => {
                let is_roaming = matches!(answer.status(), RoamingStatus::Roaming(_));
                assert!(
                    !is_swapped && about(&number).contains(&format!("\"roaming\":{is_roaming},"))
                );
            }
            Err(error) => assert!(is_swapped && error.reason() == InvalidAnswer, "{error}"),
        }
        let query = Query::new(number.parse().unwrap());
        assert_eq!(provider.cached(&query).is_some(), !is_swapped, "what is wrong is not kept");
    }
    assert_eq!(swapped.lock().unwrap().len(), 100);
}
