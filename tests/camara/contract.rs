//! The client against the published OpenAPI files: what it sends is what they ask for, what they
//! answer is what it understands. The essential files lie in `tests/data/camara`.

use std::path::{Path, PathBuf};

use roamgate::status::RoamingStatus;
use roamgate::{Line, Query, RoamingProvider, UnknownReason};
use serde_json::Value;

use crate::grants::parameters;
use crate::lines::others;
use crate::openapi::{Example, OpenApi};
use crate::sign_in::{PLAIN, finish, knowing};
use crate::support::aggregator::{
    Aggregator, BC_AUTHORIZE, ROAMING, ROAMING_0_6, ROAMING_1, Seen, TOKEN, json,
};
use crate::{client_of, lookup, yaml};

/// The line of the one example that names a device.
const NUMBER: &str = "+123456789";

/// Each file that describes a roaming endpoint we speak to, and the dialect we speak to it.
const FILES: [(&str, &str); 15] = [
    ("DeviceStatus@v0.4.1_device-status.yaml", "device-status-0.4"),
    ("Telefonica-developers-website@main_devicestatus_openapi.yaml", "device-status-0.4"),
    ("DeviceStatus@v0.5.0-rc_device-status.yaml", "device-status-0.5"),
    ("DeviceStatus@v0.5.0_device-status.yaml", "device-status-0.5"),
    ("DeviceStatus@v0.5.1_device-status.yaml", "device-status-0.5"),
    ("DeviceStatus@r0.6_device-status.yaml", "device-status-0.5"),
    ("DeviceStatus@r1.1_device-roaming-status.yaml", "device-roaming-status-0.6"),
    ("DeviceStatus@r1.2_device-roaming-status.yaml", "device-roaming-status-0.6"),
    ("DeviceStatus@r1.3_device-roaming-status.yaml", "device-roaming-status-0.6"),
    ("DeviceStatus@r2.1_device-roaming-status.yaml", "device-roaming-status-1"),
    ("DeviceStatus@r2.2_device-roaming-status.yaml", "device-roaming-status-1"),
    ("DeviceStatus@main_device-roaming-status.yaml", "device-roaming-status-1"),
    ("DeviceRoamingStatus@r1.1_device-roaming-status.yaml", "device-roaming-status-1"),
    ("DeviceRoamingStatus@r1.2_device-roaming-status.yaml", "device-roaming-status-1"),
    ("DeviceRoamingStatus@main_device-roaming-status.yaml", "device-roaming-status-1"),
];
/// What files describe that this client does not speak: events, tokens, and the first version, whose
/// endpoint asks for an event.
const NOT_SPOKEN: [&str; 3] = ["-subscriptions.yaml", "_authorization_openapi.yaml", "@v0.2.0_"];
/// Released under a path of its own, before the version was final.
const PREVIEWS: [&str; 3] = ["rc", "alpha", "wip"];

/// A grant, as a file writes it, and whether its tokens name a line.
pub(crate) const GRANTS: [(&str, bool); 2] = [
    (
        "ciba: { loginHint: ['tel:{e164}', 'ipport:{ipport}'], scope: device-status-roaming-read }",
        true,
    ),
    ("clientCredentials: { scope: device-status-roaming-read }", false),
];

/// The files in a directory, with their names, each with the dialect that is spoken to it.
fn files(directory: &Path) -> Vec<(String, OpenApi, &'static str)> {
    let names = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".yaml"));
    names.sort();
    let mut files = Vec::new();
    for name in names {
        let file = OpenApi::read(&directory.join(&name));
        let dialect = FILES.iter().find(|(known, _)| *known == name);
        match dialect {
            Some((_, dialect)) => files.push((name, file, *dialect)),
            None => assert!(
                NOT_SPOKEN.iter().any(|part| name.contains(part)),
                "{name} is spoken in no dialect",
            ),
        }
    }
    files
}

fn vendored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/camara")
}

/// An aggregator file with this grant.
pub(crate) fn with_grant(server: &Aggregator, dialect: &str, grant: &str) -> String {
    let text = yaml(server, dialect);
    let (before, _) = text.split_once("grant:").unwrap();
    format!("{before}grant: {{ {grant} }}\napi: {{ dialect: {dialect} }}\n")
}

/// The request that the roaming endpoint gets, if the line has a place in it.
async fn sent(dialect: &str, grant: &str, line: Line) -> Option<Seen> {
    let server = Aggregator::start().await;
    let client = client_of(&with_grant(&server, dialect, grant));
    match client.roaming_status(&Query::new(line)).await {
        Ok(_) => server.seen().pop(),
        Err(error) => {
            assert_eq!(error.reason(), UnknownReason::NotCovered);
            assert!(server.seen().is_empty());
            None
        }
    }
}

/// Every grant with every kind of line, and whether the line has a place in the dialect.
fn questions(dialect: &str) -> Vec<(&'static str, &'static str, Line, bool)> {
    let number = NUMBER.parse().unwrap();
    let mut questions: Vec<_> = GRANTS.map(|(grant, _)| (grant, "a number", number, true)).into();
    for (grant, names_line) in GRANTS {
        for (what, line) in others() {
            let is_external = what.starts_with("an external");
            let is_private = what.starts_with("a private");
            let is_hinted = !names_line || !(is_external || is_private);
            let has_place = match dialect {
                "device-status-0.4" => !is_private,
                "device-status-0.5" => true,
                _ => !is_external,
            };
            questions.push((grant, what, line, is_hinted && has_place));
        }
    }
    questions
}

async fn requests_are_valid(directory: &Path) {
    for (name, file, dialect) in files(directory) {
        for (grant, what, line, has_place) in questions(dialect) {
            let request = sent(dialect, grant, line).await;
            assert_eq!(request.is_some(), has_place, "{name} {grant} {what}");
            let Some(request) = request else { continue };
            let body: Value = serde_json::from_str(&request.body).unwrap();
            let correlator = request.header("x-correlator");
            assert_eq!(file.faults_of_request(&body), [""; 0], "{name} {grant}: {body}");
            assert_eq!(file.faults_of_correlator(correlator), [""; 0], "{name}: {correlator}");
            let path = file.path();
            if !PREVIEWS.iter().any(|preview| path.contains(preview)) {
                assert_eq!(request.path, path, "{name}");
            }
        }
    }
}

/// What a lookup must make of an example, told from the example alone.
fn meaning(dialect: &str, example: &Example, names_line: bool) -> String {
    if example.status != 200 {
        return reason(dialect, example).to_owned();
    }
    let body = &example.body;
    if body.get("device").is_some() && names_line {
        return "invalidAnswer".to_owned();
    }
    if body["roaming"] == false {
        return "home".to_owned();
    }
    let names = body["countryName"].as_array().unwrap();
    let names: Vec<_> = names.iter().map(|name| name.as_str().unwrap()).collect();
    format!("roaming {} {}", body["countryCode"], names.join(","))
}

/// The reason of every code that the files give as an example.
fn reason(dialect: &str, example: &Example) -> &'static str {
    match (example.status, example.body["code"].as_str().unwrap()) {
        (400, "INVALID_INPUT" | "INVALID_ARGUMENT") => "misconfigured",
        (401, "UNAUTHORIZED" | "UNAUTHENTICATED" | "AUTHENTICATION_REQUIRED") => "misconfigured",
        (403, "FORBIDDEN" | "PERMISSION_DENIED") => "noConsent",
        (403, "INVALID_TOKEN_CONTEXT") => "invalidAnswer",
        (404, "NOT_FOUND") if dialect.starts_with("device-status-0.") => "identifierNotFound",
        (404, "NOT_FOUND") => "misconfigured",
        (404, "DEVICE_NOT_FOUND" | "IDENTIFIER_NOT_FOUND") => "identifierNotFound",
        (405, "METHOD_NOT_ALLOWED") => "misconfigured",
        (406, "NOT_ACCEPTABLE") | (415, "UNSUPPORTED_MEDIA_TYPE") => "misconfigured",
        (422, "DEVICE_IDENTIFIERS_MISMATCH" | "IDENTIFIER_MISMATCH") => "misconfigured",
        (422, "MISSING_IDENTIFIER" | "UNNECESSARY_IDENTIFIER") => "misconfigured",
        (422, "DEVICE_NOT_APPLICABLE" | "SERVICE_NOT_APPLICABLE") => "notCovered",
        (422, "UNSUPPORTED_DEVICE_IDENTIFIERS" | "UNSUPPORTED_IDENTIFIER") => "notCovered",
        (422, "UNABLE_TO_PROVIDE_ROAMING_STATUS") => "unavailable",
        (429, "QUOTA_EXCEEDED" | "TOO_MANY_REQUESTS") => "rateLimited",
        (500, "INTERNAL" | "INTERNAL_SERVER_ERROR") | (502, "BAD_GATEWAY") => "unavailable",
        (501, "NOT_IMPLEMENTED") => "misconfigured",
        (503, "UNAVAILABLE" | "SERVICE_UNAVAILABLE") | (504, "TIMEOUT") => "unavailable",
        other => panic!("no reason is written down for {other:?}"),
    }
}

/// What a lookup makes of an answer.
async fn understood(dialect: &str, grant: &str, example: &Example) -> String {
    let server = Aggregator::start().await;
    for path in [ROAMING, ROAMING_0_6, ROAMING_1] {
        server.always(path, json(example.status, example.body.to_string()));
    }
    let client = client_of(&with_grant(&server, dialect, grant));
    let line: Line = NUMBER.parse().unwrap();
    match client.roaming_status(&Query::new(line)).await {
        Err(error) => error.reason().to_string(),
        Ok(answer) => match answer.status() {
            RoamingStatus::Home => "home".to_owned(),
            RoamingStatus::Roaming(visited) => {
                let names: Vec<_> = visited.countries.iter().map(|it| it.code()).collect();
                format!("roaming {} {}", visited.mcc.unwrap(), names.join(","))
            }
        },
    }
}

async fn answers_are_understood(directory: &Path) {
    for (name, file, dialect) in files(directory) {
        let examples = file.examples();
        assert!(examples.iter().any(|example| example.status == 200), "{name}");
        for example in examples {
            let faults = file.faults_of_answer(example.status, &example.body);
            assert_eq!(faults, [""; 0], "{name}: {example:?}");
            for (grant, names_line) in GRANTS {
                let found = understood(dialect, grant, &example).await;
                let expected = meaning(dialect, &example, names_line);
                assert_eq!(found, expected, "{name} {grant} {}: {example:?}", example.name);
            }
        }
    }
}

#[tokio::test]
async fn every_request_is_valid_in_the_file_of_its_dialect() {
    assert_eq!(files(&vendored()).len(), 6);
    requests_are_valid(&vendored()).await;
}

#[tokio::test]
async fn every_example_answer_is_understood() {
    answers_are_understood(&vendored()).await;
}

#[tokio::test]
async fn every_version_since_0_4_1_is_spoken() {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/camara");
    if !all.is_dir() {
        eprintln!("skipped: the collection of all versions is not beside this repository");
        return;
    }
    assert_eq!(files(&all).len(), FILES.len());
    requests_are_valid(&all).await;
    answers_are_understood(&all).await;
}

/// The parameters of each form that went to a path, by name.
fn forms(server: &Aggregator, path: &str) -> Vec<Value> {
    let sent = server.seen().into_iter().filter(|seen| seen.path == path);
    let form = |seen: Seen| {
        assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
        assert!(seen.header("authorization").starts_with("Basic "), "the file knows no other way");
        parameters(&seen).into_iter().map(|(name, value)| (name, value.into())).collect()
    };
    sent.map(form).map(Value::Object).collect()
}

/// Of the grants, the file knows CIBA and codes.
#[tokio::test]
async fn requests_for_tokens_are_valid_in_the_file_of_the_authorization_server() {
    let name = "Telefonica-developers-website@main_authorization_openapi.yaml";
    let file = OpenApi::read(&vendored().join(name));
    let server = Aggregator::start().await;
    lookup(&client_of(&yaml(&server, "device-status-0.4"))).await.unwrap();
    finish(&knowing(&server, PLAIN), "code=c").await.unwrap();
    for (path, count) in [(BC_AUTHORIZE, 1), (TOKEN, 2)] {
        let forms = forms(&server, path);
        assert_eq!(forms.len(), count, "{path}");
        for form in forms {
            assert_eq!(file.faults_of_form(path, &form), [""; 0], "{path}: {form}");
        }
    }
    let strange = serde_json::json!({ "grant_type": "ciba" });
    assert!(!file.faults_of_form(BC_AUTHORIZE, &strange).is_empty());
    assert!(!file.faults_of_form(TOKEN, &strange).is_empty());
}

#[test]
fn the_validator_finds_what_the_files_forbid() {
    let file = |name| OpenApi::read(&vendored().join(name));
    let v0_4 = file("DeviceStatus@v0.4.1_device-status.yaml");
    let v1 = file("DeviceRoamingStatus@r1.2_device-roaming-status.yaml");
    let rows = [
        (&v0_4, r#"{"ueId":{"msisdn":"+34600000001"},"uePort":5060}"#, 0),
        (&v0_4, r#"{"phoneNumber":"+34600000001"}"#, 1),
        (&v0_4, r#"{"ueId":{}}"#, 1),
        (&v0_4, r#"{"ueId":{"msisdn":"+34 600"}}"#, 1),
        (&v0_4, r#"{"ueId":{"msisdn":"+34600000001"},"uePort":65536}"#, 1),
        (&v1, "{}", 0),
        (&v1, r#"{"device":{"phoneNumber":"+34600000001"}}"#, 0),
        (&v1, r#"{"device":{}}"#, 1),
        (&v1, r#"{"device":null}"#, 1),
        (&v1, r#"{"device":{"phoneNumber":"34600000001"}}"#, 1),
        (&v1, r#"{"device":{"ipv4Address":{"publicAddress":"84.125.93.10"}}}"#, 1),
        (&v1, r#"{"device":{"ipv4Address":{"publicAddress":"84.125.93","publicPort":1}}}"#, 1),
        (&v1, "[]", 1),
    ];
    for (file, body, faults) in rows {
        let found = file.faults_of_request(&serde_json::from_str(body).unwrap());
        assert_eq!(found.len(), faults, "{body}: {found:?}");
    }
    assert_eq!(v1.faults_of_correlator("with space").len(), 1);
}
