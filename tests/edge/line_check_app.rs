//! An app without cookies, over real HTTP, as the guide tells it to behave: it follows the redirects
//! by itself, so many and no more, and shows its credentials to its own service alone.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use http::{HeaderMap, StatusCode, header};
use regex::Regex;
use reqwest::redirect::Policy;
use reqwest::{Client as Http, RequestBuilder, Response};
use roamgate::camara::{Aggregator, Client};
use roamgate::sandbox::Sandbox;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::guide_page::Page;
use crate::shop::{Shop, allow};

/// A shop at an address of its own, and an aggregator that sends customers on to their operator.
struct Place {
    shop: Shop,
    service: String,
    aggregator: String,
    /// The headers of whoever was sent on.
    passed: Arc<Mutex<Vec<HeaderMap>>>,
}

impl Place {
    /// `operator` says where customers are sent on to, by the addresses of aggregator and sandbox.
    async fn open(operator: fn(&str, &str) -> String) -> Self {
        let (listener, service) = listen().await;
        let (hop, aggregator) = listen().await;
        let back = format!("{service}/back");
        let sandbox = Sandbox::builder().redirect_uri(&back).start().await.unwrap();
        let passed = Arc::default();
        let sends_on = sending_on(operator(&aggregator, &sandbox.base_url()), Arc::clone(&passed));
        tokio::spawn(async { axum::serve(hop, sends_on).await.unwrap() });
        let client = client_of(&sandbox, &aggregator, &back);
        let shop = Shop::of_client(sandbox, client);
        let router = shop.router();
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { shop, service, aggregator, passed }
    }

    fn app(&self, token: &'static str) -> App<'_> {
        let http = Http::builder().redirect(Policy::none()).build().unwrap();
        App { place: self, http, token, told: String::new() }
    }

    /// The same without what is different each time.
    fn as_told(&self, text: &str) -> String {
        let encoded = |text: &str| text.replace(':', "%3A").replace('/', "%2F");
        let operator = self.shop.sandbox.base_url();
        let names = [
            (&self.service, "https://shop.example"),
            (&self.aggregator, "https://aggregator.example"),
            (&operator, "https://operator.example"),
        ];
        let named = names.iter().fold(text.to_owned(), |text, (address, name)| {
            text.replace(*address, name).replace(&encoded(address), &encoded(name))
        });
        let random =
            r#"([?&](?:state|code|code_challenge|nonce)=|/flow/|"flow":")[A-Za-z0-9_-]{22,}"#;
        let random = Regex::new(random).unwrap();
        random.replace_all(&named, "$1…").into_owned()
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    (listener, address)
}

fn sending_on(operator: String, passed: Arc<Mutex<Vec<HeaderMap>>>) -> Router {
    Router::new().fallback(move |request: Request| async move {
        passed.lock().unwrap().push(request.headers().clone());
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        (StatusCode::FOUND, [(header::LOCATION, format!("{operator}{path}"))])
    })
}

fn client_of(sandbox: &Sandbox, aggregator: &str, back: &str) -> Client {
    let text = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {}\n\
         endpoints: {{ authorize: '{aggregator}/authorize' }}\n\
         client: {{ id: {}, authentication: {{ basic: {{ secret: {{ env: UNUSED }} }} }} }}\n\
         grant: {{ authorizationCode: {{ redirectUri: '{back}', \
         scope: 'openid dpv:FraudPreventionAndDetection device-roaming-status:read' }} }}\n\
         api: {{ dialect: device-roaming-status-1 }}\n",
        sandbox.base_url(),
        sandbox.client_id(),
    );
    let aggregator = Aggregator::from_yaml("aggregator.yaml", &text).unwrap();
    Client::new(aggregator.client_secret(sandbox.client_secret())).unwrap()
}

/// The app of a user who is signed in to the shop.
struct App<'a> {
    place: &'a Place,
    http: Http,
    token: &'static str,
    /// What was said, for the guide.
    told: String,
}

/// Where following ends.
#[derive(Debug, PartialEq)]
enum End {
    /// At the callback of the own service.
    Back(String),
    /// On a page that the customer must see.
    Page(String),
    /// Nowhere.
    Lost,
}

impl App<'_> {
    /// Calls the own service, with the own credentials.
    async fn call(&mut self, method: &str, address: &str) -> (u16, Value) {
        let path = address.strip_prefix(&self.place.service).unwrap();
        let request = self.http.request(method.parse().unwrap(), address);
        let request = request.header("accept", "application/json");
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let response = self.send(&format!("{method} {path}"), true, request).await;
        let status = response.status().as_u16();
        let body = response.text().await.unwrap();
        self.tell(&format!("< {body}\n\n"));
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    /// Calls everybody else, with nothing.
    async fn visit(&mut self, what: &str, request: RequestBuilder) -> Response {
        let response = self.send(what, false, request).await;
        match location(&response) {
            Some(next) => self.tell(&format!("< location: {next}\n\n")),
            None => self.tell("< content-type: text/html; charset=utf-8\n\n"),
        }
        response
    }

    async fn send(&mut self, what: &str, is_ours: bool, request: RequestBuilder) -> Response {
        self.tell(&format!("> {what}\n"));
        if is_ours {
            self.tell(&format!(
                "> accept: application/json\n> authorization: Bearer {}\n",
                self.token
            ));
        }
        let response = request.send().await.unwrap();
        self.tell(&format!("< {}\n", response.status()));
        response
    }

    fn tell(&mut self, line: &str) {
        self.told += &self.place.as_told(line).replace('&', "\n    &");
    }

    /// Follows redirects over mobile data. `redirect_uri` is where that ends.
    async fn follow(&mut self, start: &str, redirect_uri: &str) -> End {
        let mut address = start.to_owned();
        for _ in 0..MOST_REDIRECTS {
            if address.split('?').next() == Some(redirect_uri) {
                return End::Back(address);
            }
            let response = self.visit(&format!("GET {address}"), self.http.get(&address)).await;
            match location(&response) {
                Some(next) => address = next,
                None => return End::Page(address),
            }
        }
        End::Lost
    }

    /// What the customer does on the page of the operator, in a web view.
    async fn choose(&mut self, page: &str, choice: &str) -> String {
        let (address, query) = page.split_once('?').unwrap();
        let request = self.http.post(address).body(format!("{query}&{choice}"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let what = format!("POST {address}    (the customer allows it)");
        location(&self.visit(&what, request).await).unwrap()
    }
}

fn location(response: &Response) -> Option<String> {
    let location = response.headers().get(header::LOCATION)?;
    Some(location.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_app_follows_the_redirects_itself_and_the_guide_shows_how() {
    let place = Place::open(|_, sandbox| sandbox.to_owned()).await;
    let back = format!("{}/back", place.service);
    let mut app = place.app("alice");
    let (status, begun) = app.call("POST", &format!("{}/line-check", place.service)).await;
    assert_eq!(status, 200);
    let flow = format!("{}/line-check/flow/{}", place.service, begun["flow"].as_str().unwrap());

    let address = begun["authorizationUrl"].as_str().unwrap();
    let End::Page(page) = app.follow(address, &back).await else { panic!("no page") };
    assert_eq!(app.call("GET", &flow).await.1["status"], "pending");
    let next = app.choose(&page, &allow("+34600002621")).await;
    let End::Back(answer) = app.follow(&next, &back).await else { panic!("not back") };
    assert_eq!(app.call("GET", &answer).await.1["status"], "roaming");
    assert_eq!(app.call("GET", &flow).await.1["countries"], serde_json::json!(["DE"]));
    assert_eq!(app.call("POST", &format!("{}/pay", place.service)).await.0, 200);

    for headers in place.passed.lock().unwrap().iter() {
        assert!(!headers.contains_key("authorization") && !headers.contains_key("cookie"));
    }
    // What was asked once is not written again.
    let (begun, rest) = app.told.trim_end().split_once("\n\n").unwrap();
    let again = Regex::new("response_type=code(\n    &[^\n]*)+").unwrap();
    let told = format!("{begun}\n\n{}", again.replace_all(rest, "…"));
    let guide = Page::read("line_check.md");
    let (before, rest) = guide.text.split_once("<!-- played: app -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let block = format!("<!-- played: app -->\n\n```text\n{told}\n```\n\n");
    guide.hold(&format!("{before}{block}<!-- end -->{after}"));
}

#[tokio::test]
async fn an_app_that_is_sent_round_in_circles_gives_up_and_the_flow_stays_open() {
    let place = Place::open(|aggregator, _| aggregator.to_owned()).await;
    let mut app = place.app("alice");
    let (_, begun) = app.call("POST", &format!("{}/line-check", place.service)).await;
    let address = begun["authorizationUrl"].as_str().unwrap();
    let back = format!("{}/back", place.service);
    assert_eq!(app.follow(address, &back).await, End::Lost);
    assert_eq!(place.passed.lock().unwrap().len(), MOST_REDIRECTS);
    let flow = format!("{}/line-check/flow/{}", place.service, begun["flow"].as_str().unwrap());
    assert_eq!(app.call("GET", &flow).await.1["status"], "pending");
}

/// The app's web view came back by itself, without the app's credentials.
#[tokio::test]
async fn a_web_view_that_comes_back_by_itself_is_nobody_and_spoils_nothing() {
    let place = Place::open(|_, sandbox| sandbox.to_owned()).await;
    let back = format!("{}/back", place.service);
    let mut app = place.app("alice");
    let (_, begun) = app.call("POST", &format!("{}/line-check", place.service)).await;
    let address = begun["authorizationUrl"].as_str().unwrap();
    let End::Page(page) = app.follow(address, &back).await else { panic!("no page") };
    let answer = app.choose(&page, &allow("+34600000002")).await;
    let nobody = app.http.get(&answer).header("accept", "application/json").send().await.unwrap();
    assert_eq!(nobody.status(), 400);
    assert_eq!(app.call("GET", &answer).await.1["status"], "home");
}

const MOST_REDIRECTS: usize = 10;
