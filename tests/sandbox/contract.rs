//! The sandbox against the published OpenAPI files: every answer that it gives is one of theirs.

use std::path::Path;

use roamgate::sandbox::{SCENARIOS, Sandbox, V0Body};
use serde_json::json;

use crate::client::{V0, V1, call, form, token};
use crate::openapi::OpenApi;

/// File, path, scope, body, and the statuses that the sandbox has beyond the file.
type Row = (&'static str, &'static str, &'static str, fn(&str) -> String, &'static [u16]);

const ROWS: [Row; 4] = [
    (
        "DeviceStatus@v0.4.1_device-status.yaml",
        V0,
        "device-status-roaming-read",
        |number| json!({ "ueId": { "msisdn": number } }).to_string(),
        &[415, 429],
    ),
    (
        "DeviceStatus@v0.5.1_device-status.yaml",
        V0,
        "device-status%3Aroaming%3Aread",
        |number| json!({ "device": { "phoneNumber": number } }).to_string(),
        &[415, 429],
    ),
    (
        "DeviceStatus@r1.3_device-roaming-status.yaml",
        "/device-roaming-status/v0.6/retrieve",
        "device-roaming-status%3Aread",
        |_| "{}".to_owned(),
        &[],
    ),
    (
        "DeviceRoamingStatus@r1.2_device-roaming-status.yaml",
        V1,
        "device-roaming-status%3Aread",
        |_| "{}".to_owned(),
        &[415],
    ),
];

/// A sandbox that speaks as the file does, and the file.
async fn speaking((name, path, ..): Row) -> (Sandbox, OpenApi) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/camara");
    let file = OpenApi::read(&directory.join(name));
    assert_eq!(file.path(), path);
    let v0_body = if name.contains("v0.5") { V0Body::Device } else { V0Body::UeId };
    (Sandbox::builder().v0_body(v0_body).start().await.unwrap(), file)
}

fn whole(scope: &str) -> String {
    format!("openid+dpv%3AFraudPreventionAndDetection+{scope}")
}

#[tokio::test]
async fn what_the_file_forbids_is_refused() {
    let bodies = [
        json!([]),
        json!("+34600000002"),
        json!({ "device": null }),
        json!({ "device": {} }),
        json!({ "device": [] }),
        json!({ "device": { "phoneNumber": "+34 600000002" } }),
        json!({ "device": { "phoneNumber": 34600000002_u64 } }),
        json!({ "device": { "phoneNumber": null } }),
        json!({ "device": { "networkAccessIdentifier": 1 } }),
        json!({ "device": { "ipv4Address": "84.125.93.10" } }),
        json!({ "device": { "ipv4Address": { "publicAddress": "84.125.93.10" } } }),
        json!({ "device": { "ipv4Address": { "publicAddress": "x", "publicPort": 1 } } }),
        json!({ "device": { "ipv4Address": { "publicAddress": "84.125.93.10", "publicPort": 65536 } } }),
        json!({ "device": { "ipv6Address": "84.125.93.10" } }),
        json!({ "ueId": null }),
        json!({ "ueId": {} }),
        json!({ "ueId": { "msisdn": "1" } }),
        json!({ "ueId": { "msisdn": "+34600000002" }, "uePort": -1 }),
    ];
    for row in ROWS {
        let (sandbox, file) = speaking(row).await;
        let (name, path, scope, ..) = row;
        let token = token(&sandbox, "+34600000002", &whole(scope)).await;
        let forbidden = bodies.iter().filter(|body| !file.faults_of_request(body).is_empty());
        for body in forbidden {
            let answer = call(&sandbox, path, &token, &body.to_string()).await;
            assert_eq!(answer.status, 400, "{name}: {body}");
        }
    }
}

#[tokio::test]
async fn every_answer_is_one_of_the_file_of_its_version() {
    for row in ROWS {
        let (sandbox, file) = speaking(row).await;
        let (name, path, scope, body, beyond) = row;
        // Those who get no token at once, and the answer that is meant to be malformed.
        let reached = |rule: &&roamgate::sandbox::NumberRule| {
            !rule.ending.ends_with('3') && rule.ending != "0014"
        };
        for rule in SCENARIOS.iter().filter(reached) {
            let token = token(&sandbox, rule.example, &whole(scope)).await;
            for sent in [body(rule.example), "{\"x\":1}".to_owned(), String::new()] {
                let answer = call(&sandbox, path, &token, &sent).await;
                if beyond.contains(&answer.status) {
                    continue;
                }
                let faults = file.faults_of_answer(answer.status, &answer.json());
                assert_eq!(faults, [""; 0], "{name} {}: {answer:?}", rule.example);
            }
        }
    }
}

#[tokio::test]
async fn answers_to_a_token_that_names_no_line_are_of_the_file_too() {
    for row in ROWS {
        let (sandbox, file) = speaking(row).await;
        let (name, path, scope, _, beyond) = row;
        let asked = format!("grant_type=client_credentials&scope={scope}");
        let answer = form(&sandbox, "/token", &asked).await.json();
        let token = answer["access_token"].as_str().unwrap();
        for rule in SCENARIOS.iter().filter(|rule| rule.ending != "0014") {
            let bodies = [
                json!({ "device": { "phoneNumber": rule.example } }),
                json!({ "ueId": { "msisdn": rule.example } }),
                json!({ "device": { "ipv6Address": "2001:db8::1" } }),
                json!({}),
            ];
            for body in bodies {
                let answer = call(&sandbox, path, token, &body.to_string()).await;
                if beyond.contains(&answer.status) {
                    continue;
                }
                let faults = file.faults_of_answer(answer.status, &answer.json());
                assert_eq!(faults, [""; 0], "{name} {body}: {answer:?}");
            }
        }
    }
}
