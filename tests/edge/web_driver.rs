//! A real browser, driven over WebDriver (<https://www.w3.org/TR/webdriver2/>): JSON over HTTP.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::installed::{BROWSERS, installed};

/// A browser without scripts: what works here works without JavaScript. It ends with the test,
/// however the test ends.
pub(crate) struct Browser {
    http: reqwest::Client,
    session: String,
    // The fields are dropped in this order: the browser closes before its driver ends.
    _end: End,
    _driver: Driver,
}

/// Closes the browser.
struct End {
    place: SocketAddr,
    id: String,
}

/// The driver, which is killed when it is dropped.
struct Driver {
    _process: Child,
    output: Lines<BufReader<ChildStdout>>,
    _profile: TempDir,
}

impl Browser {
    /// `None` where the machine has no browser or no driver.
    pub(crate) async fn open() -> Option<Self> {
        let (Some(browser), Some(driver)) = (installed(&BROWSERS), installed(&["chromedriver"]))
        else {
            eprintln!("skipped: chromium and chromedriver must be in PATH");
            return None;
        };
        let mut driver = Driver::start(&driver);
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let place = driver.place().await;
        let sessions = format!("http://{place}/session");
        let begun = command(&http, &sessions, Some(wishes(&browser))).await;
        let id = begun["sessionId"].as_str().unwrap().to_owned();
        let session = format!("{sessions}/{id}");
        let browser = Self { http, session, _end: End { place, id }, _driver: driver };
        browser.chromium("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        Some(browser)
    }

    pub(crate) async fn go(&self, address: &str) {
        self.post("url", json!({ "url": address })).await;
    }

    pub(crate) async fn address(&self) -> String {
        let address = command(&self.http, &format!("{}/url", self.session), None).await;
        address.as_str().unwrap().to_owned()
    }

    /// Waits for what this XPath finds, as long as the driver waits.
    pub(crate) async fn find(&self, xpath: &str) -> String {
        let found = self.post("element", json!({ "using": "xpath", "value": xpath })).await;
        let mut ids = found.as_object().unwrap().values();
        ids.next().unwrap().as_str().unwrap().to_owned()
    }

    pub(crate) async fn click(&self, xpath: &str) {
        let element = self.find(xpath).await;
        self.post(&format!("element/{element}/click"), json!({})).await;
    }

    /// What a script of the driver returns; the page's own do not run.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.post("execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Shows the page on a screen as wide as this, to somebody who prefers dark pages or does not.
    pub(crate) async fn on_screen(&self, (width, is_dark): (u32, bool)) {
        let screen = json!({
            "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.chromium("Emulation.setDeviceMetricsOverride", screen).await;
        let scheme = if is_dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.chromium("Emulation.setEmulatedMedia", media).await;
    }

    pub(crate) async fn picture(&self, path: &Path) {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.chromium("Page.captureScreenshot", whole).await;
        let picture = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        std::fs::write(path, picture).unwrap();
    }

    async fn chromium(&self, name: &str, parameters: Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": name, "params": parameters })).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        command(&self.http, &format!("{}/{path}", self.session), Some(body)).await
    }
}

impl Driver {
    fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Command::new(program);
        driver.arg("--port=0").env("TMPDIR", profile.path());
        driver.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = driver.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { _process: process, output, _profile: profile }
    }

    /// Where it listens: it chooses a free port.
    async fn place(&mut self) -> SocketAddr {
        let port = async {
            loop {
                let line = self.output.next_line().await.unwrap();
                let line = line.unwrap_or_else(|| panic!("the driver ended"));
                if let Some((_, port)) = line.split_once("successfully on port ") {
                    return port.trim_end_matches('.').parse().unwrap();
                }
            }
        };
        (Ipv4Addr::LOCALHOST, timeout(PATIENCE, port).await.unwrap()).into()
    }
}

impl Drop for End {
    /// Also when a test has failed, so that nothing may panic here.
    fn drop(&mut self) {
        let request = format!("DELETE /session/{} HTTP/1.1\r\nHost: {}\r\n", self.id, self.place);
        let close = |mut driver: TcpStream| {
            driver.set_read_timeout(Some(PATIENCE))?;
            write!(driver, "{request}Connection: close\r\n\r\n")?;
            // It answers once the browser has closed, and keeps the connection.
            driver.read(&mut [0; 64])
        };
        let closed = TcpStream::connect_timeout(&self.place, PATIENCE).and_then(close);
        if let Err(error) = closed {
            eprintln!("the browser may still run: {error}");
        }
    }
}

/// A GET, or a POST with a body.
async fn command(http: &reqwest::Client, address: &str, body: Option<Value>) -> Value {
    let request = match &body {
        None => http.get(address),
        Some(body) => http.post(address).body(body.to_string()),
    };
    let answer = request.send().await.unwrap();
    let went_well = answer.status().is_success();
    let mut answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert!(went_well, "{address} {}: {}", body.unwrap_or_default(), answer["value"]["message"]);
    answer["value"].take()
}

fn wishes(browser: &Path) -> Value {
    // The pages are our own; a container's root has no sandbox.
    let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"];
    json!({ "capabilities": { "alwaysMatch": {
        "timeouts": { "implicit": 15_000, "pageLoad": 30_000, "script": 15_000 },
        "goog:chromeOptions": { "binary": browser, "args": arguments },
    } } })
}

/// Nothing of the driver takes longer, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);
