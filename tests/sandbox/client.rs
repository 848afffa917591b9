//! A client without manners: it sends what it is told, byte by byte.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roamgate::Line;
use roamgate::sandbox::Sandbox;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const V0: &str = "/device-status/v0/roaming";
pub const V1: &str = "/device-roaming-status/v1/retrieve";
pub const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
pub const JSON: &str = "Content-Type: application/json";
pub const V0_SCOPE: &str = "dpv%3AFraudPreventionAndDetection%23device-status-roaming-read";
pub const V1_SCOPE: &str = "openid+dpv%3AFraudPreventionAndDetection+device-roaming-status%3Aread";

/// An answer, as it came over the wire.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The status and the code: `400 invalid_request`, `403 FORBIDDEN`, `200`.
    pub fn verdict(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        match body.get("error").or(body.get("code")).and_then(Value::as_str) {
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }
}

/// Sends a POST with exactly these header lines and this body.
pub async fn post(sandbox: &Sandbox, path: &str, headers: &[&str], body: &str) -> Answer {
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    let length = body.len();
    let mut request = format!("POST {path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n");
    headers.iter().for_each(|header| request.push_str(&format!("{header}\r\n")));
    request.push_str(&format!("Content-Length: {length}\r\n\r\n{body}"));
    stream.write_all(request.as_bytes()).await.unwrap();

    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

pub fn line(number: &str) -> Line {
    number.parse().unwrap()
}

pub fn basic(sandbox: &Sandbox) -> String {
    basic_of(&format!("{}:{}", sandbox.client_id(), sandbox.client_secret()))
}

pub fn basic_of(credentials: &str) -> String {
    format!("Authorization: Basic {}", STANDARD.encode(credentials))
}

/// A form body from a client with the right credentials.
pub async fn form(sandbox: &Sandbox, path: &str, body: &str) -> Answer {
    post(sandbox, path, &[FORM, &basic(sandbox)], body).await
}

/// A correct authorisation.
pub async fn authorize(sandbox: &Sandbox, number: &str, scope: &str) -> Answer {
    let hint = number.replace('+', "%2B");
    form(sandbox, "/bc-authorize", &format!("login_hint=tel%3A{hint}&scope={scope}")).await
}

pub async fn auth_req_id(sandbox: &Sandbox, number: &str) -> String {
    let answer = authorize(sandbox, number, V1_SCOPE).await;
    answer.json()["auth_req_id"].as_str().unwrap().to_owned()
}

/// A correct poll.
pub async fn poll(sandbox: &Sandbox, id: &str) -> Answer {
    let grant = "urn%3Aopenid%3Aparams%3Agrant-type%3Aciba";
    form(sandbox, "/token", &format!("grant_type={grant}&auth_req_id={id}")).await
}

pub async fn token(sandbox: &Sandbox, number: &str, scope: &str) -> String {
    let answer = authorize(sandbox, number, scope).await;
    let answer = poll(sandbox, answer.json()["auth_req_id"].as_str().unwrap()).await;
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

/// A call of the API with the right headers.
pub async fn call(sandbox: &Sandbox, path: &str, token: &str, body: &str) -> Answer {
    post(sandbox, path, &[JSON, &format!("Authorization: Bearer {token}")], body).await
}

/// The whole way of a line, in the 0.4 API.
pub async fn ask_v0(sandbox: &Sandbox, number: &str) -> Answer {
    let token = token(sandbox, number, V0_SCOPE).await;
    call(sandbox, V0, &token, &format!(r#"{{"ueId":{{"msisdn":"{number}"}}}}"#)).await
}

/// The whole way of a line, in the 1.x API.
pub async fn ask_v1(sandbox: &Sandbox, number: &str) -> Answer {
    let token = token(sandbox, number, V1_SCOPE).await;
    call(sandbox, V1, &token, "{}").await
}
