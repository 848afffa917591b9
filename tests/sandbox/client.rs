//! A client without manners: it sends what it is told, byte by byte.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roamgate::Line;
use roamgate::sandbox::Sandbox;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const V0: &str = "/device-status/v0/roaming";
pub(crate) const V1: &str = "/device-roaming-status/v1/retrieve";
pub(crate) const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
pub(crate) const JSON: &str = "Content-Type: application/json";
pub(crate) const V0_SCOPE: &str = "dpv%3AFraudPreventionAndDetection%23device-status-roaming-read";
pub(crate) const V1_SCOPE: &str =
    "openid+dpv%3AFraudPreventionAndDetection+device-roaming-status%3Aread";

/// An answer, as it came over the wire.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The status and the code: `400 invalid_request`, `403 FORBIDDEN`, `200`.
    pub(crate) fn verdict(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        match body.get("error").or(body.get("code")).and_then(Value::as_str) {
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }
}

/// Sends a POST with exactly these header lines and this body.
pub(crate) async fn post(sandbox: &Sandbox, path: &str, headers: &[&str], body: &str) -> Answer {
    receive(send(sandbox, path, headers, body).await).await
}

/// Fetches a page.
pub(crate) async fn get(sandbox: &Sandbox, path: &str) -> Answer {
    receive(request(sandbox, &format!("GET {path}"), &[], "").await).await
}

/// The first half of [`post`].
pub(crate) async fn send(sandbox: &Sandbox, path: &str, headers: &[&str], body: &str) -> TcpStream {
    request(sandbox, &format!("POST {path}"), headers, body).await
}

async fn request(sandbox: &Sandbox, what: &str, headers: &[&str], body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    let mut request = format!("{what} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n");
    headers.iter().for_each(|header| request.push_str(&format!("{header}\r\n")));
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// The second half of [`post`].
pub(crate) async fn receive(mut stream: TcpStream) -> Answer {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

pub(crate) fn line(number: &str) -> Line {
    number.parse().unwrap()
}

pub(crate) fn basic(sandbox: &Sandbox) -> String {
    basic_of(&format!("{}:{}", sandbox.client_id(), sandbox.client_secret()))
}

pub(crate) fn basic_of(credentials: &str) -> String {
    format!("Authorization: Basic {}", STANDARD.encode(credentials))
}

/// A form body from a client with the right credentials.
pub(crate) async fn form(sandbox: &Sandbox, path: &str, body: &str) -> Answer {
    post(sandbox, path, &[FORM, &basic(sandbox)], body).await
}

/// A correct authorisation.
pub(crate) async fn authorize(sandbox: &Sandbox, number: &str, scope: &str) -> Answer {
    let hint = number.replace('+', "%2B");
    form(sandbox, "/bc-authorize", &format!("login_hint=tel%3A{hint}&scope={scope}")).await
}

pub(crate) async fn auth_req_id(sandbox: &Sandbox, number: &str) -> String {
    let answer = authorize(sandbox, number, V1_SCOPE).await;
    answer.json()["auth_req_id"].as_str().unwrap().to_owned()
}

/// A correct poll.
pub(crate) async fn poll(sandbox: &Sandbox, id: &str) -> Answer {
    let grant = "urn%3Aopenid%3Aparams%3Agrant-type%3Aciba";
    form(sandbox, "/token", &format!("grant_type={grant}&auth_req_id={id}")).await
}

pub(crate) async fn token(sandbox: &Sandbox, number: &str, scope: &str) -> String {
    let answer = authorize(sandbox, number, scope).await;
    let answer = poll(sandbox, answer.json()["auth_req_id"].as_str().unwrap()).await;
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

/// A call of the API with the right headers.
pub(crate) async fn call(sandbox: &Sandbox, path: &str, token: &str, body: &str) -> Answer {
    post(sandbox, path, &[JSON, &format!("Authorization: Bearer {token}")], body).await
}

/// The whole way of a line, in the 0.4 API.
pub(crate) async fn ask_v0(sandbox: &Sandbox, number: &str) -> Answer {
    let token = token(sandbox, number, V0_SCOPE).await;
    call(sandbox, V0, &token, &format!(r#"{{"ueId":{{"msisdn":"{number}"}}}}"#)).await
}

/// The whole way of a line, in the 1.x API.
pub(crate) async fn ask_v1(sandbox: &Sandbox, number: &str) -> Answer {
    let token = token(sandbox, number, V1_SCOPE).await;
    call(sandbox, V1, &token, "{}").await
}
