//! A shop whose customers prove their line, the browsers and apps of its customers, and their
//! operator.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use roamgate::camara::{Aggregator, Client};
use roamgate::frontend::{LineCheck, LineCheckBuilder};
use roamgate::sandbox::Sandbox;
use roamgate::{Gate, Line, RoamingLayer, Subject};
use tower::ServiceExt;

use crate::client;
use crate::support::policy;

pub(crate) const BACK: &str = "https://shop.example/back";

const SCOPE: &str = "openid dpv:FraudPreventionAndDetection device-roaming-status:read";

/// Pays for lines that the network recognised, at home or in the EEA.
const PAYMENTS: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: shop, owner: tests@shop.example }
defaults: { unmatchedRoute: allow, onUnknown: stepUp, stepUp: { acrValues: ["urn:shop:sca"] } }
routes: { payments: [{ method: POST, path: /pay }] }
rules:
  - id: proved
    description: The phone itself proves the line.
    match: { routes: [payments] }
    require: { line.proof: { is: network } }
    otherwise: stepUp
  - id: outside
    description: Nothing is paid from outside the EEA.
    match: { routes: [payments] }
    when: { line: { roamingOutside: [eea, eu-outermost] } }
    effect: deny
"#;

/// Who is signed in to the shop itself, by whatever it does about that.
#[derive(Clone)]
struct SignedIn(String);

pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) check: LineCheck,
    pub(crate) gate: Gate,
    app: Router,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let sandbox = Sandbox::builder().redirect_uri(BACK).start().await.unwrap();
        Self::with(sandbox, "").await
    }

    /// A shop whose aggregator file says this, too.
    pub(crate) async fn with(sandbox: Sandbox, grant: &str) -> Self {
        let client = client_of(&sandbox, grant, SCOPE, "device-roaming-status-1");
        Self::of_client(sandbox, client)
    }

    /// A shop that knows the numbers of its customers, where the operator needs them.
    pub(crate) async fn asking_by_number() -> Self {
        let sandbox = Sandbox::builder().redirect_uri(BACK).start().await.unwrap();
        let scope = "dpv:FraudPreventionAndDetection#device-status-roaming-read";
        let client = client_of(&sandbox, "", scope, "device-status-0.4");
        Self::of_client(sandbox, client)
    }

    /// A shop where a proof counts for so long.
    pub(crate) async fn open_for(lifetime: Duration) -> Self {
        let sandbox = Sandbox::builder().redirect_uri(BACK).start().await.unwrap();
        let client = client_of(&sandbox, "", SCOPE, "device-roaming-status-1");
        Self::of(LineCheck::builder(client).session_lifetime(lifetime), sandbox)
    }

    /// A shop with this client.
    pub(crate) fn of_client(sandbox: Sandbox, client: Client) -> Self {
        Self::of(LineCheck::builder(client), sandbox)
    }

    fn of(check: LineCheckBuilder, sandbox: Sandbox) -> Self {
        let who = |head: &roamgate::Head<'_>| Some(head.extensions.get::<SignedIn>()?.0.clone());
        let check = check.caller(who).build().unwrap();
        let layer = RoamingLayer::new(policy(PAYMENTS), check.provider()).subject(check.subject());
        let gate = layer.gate();
        let app = Router::new()
            .route("/pay", post(async || "paid"))
            .layer(layer)
            .merge(check.router())
            .layer(from_fn(authenticate));
        Self { sandbox, check, gate, app }
    }

    /// What the shop serves.
    pub(crate) fn router(&self) -> Router {
        self.app.clone()
    }

    /// A browser that has never been here.
    pub(crate) fn browser(&self) -> Visitor<'_> {
        Visitor { shop: self, cookie: None, others: b"theme=dark".to_vec(), token: None }
    }

    /// An app whose user is signed in. It has no cookies.
    pub(crate) fn app(&self, user: &'static str) -> Visitor<'_> {
        Visitor { shop: self, cookie: None, others: Vec::new(), token: Some(user) }
    }

    /// What the operator sends the phone back with, once its owner has chosen.
    pub(crate) async fn operator(&self, address: &str, choice: &str) -> String {
        let path = address.strip_prefix(&self.sandbox.base_url()).unwrap();
        let page = client::get(&self.sandbox, path).await;
        let (path, query) = path.split_once('?').unwrap();
        let answer = match page.status {
            200 => {
                let body = format!("{query}&{choice}");
                client::post(&self.sandbox, path, &[client::FORM], &body).await
            }
            _ => page,
        };
        let location = answer.header("location").unwrap_or_else(|| panic!("{}", answer.body));
        location.strip_prefix(BACK).unwrap().trim_start_matches('?').to_owned()
    }
}

/// `Authorization: Bearer NAME` signs in as that. A name that is a number is vouched for, too.
async fn authenticate(mut request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION);
    let name = header.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if let Some(name) = name.map(ToOwned::to_owned) {
        if let Ok(line) = name.parse::<Line>() {
            request.extensions_mut().insert(Subject::from(line));
        }
        request.extensions_mut().insert(SignedIn(name));
    }
    next.run(request).await
}

fn client_of(sandbox: &Sandbox, grant: &str, scope: &str, dialect: &str) -> Client {
    let base = sandbox.base_url();
    let text = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {base}\ndiscovery: {{ issuer: '{base}' }}\n\
         client: {{ id: {}, authentication: {{ basic: {{ secret: {{ env: UNUSED }} }} }} }}\n\
         grant: {{ authorizationCode: {{ redirectUri: '{BACK}', {grant} \
         scope: '{scope}' }} }}\n\
         api: {{ dialect: {dialect} }}\n",
        sandbox.client_id(),
    );
    let aggregator = Aggregator::from_yaml("aggregator.yaml", &text).unwrap();
    Client::new(aggregator.client_secret(sandbox.client_secret())).unwrap()
}

/// The choice of a customer on mobile data who says yes.
pub(crate) fn allow(number: &str) -> String {
    let number = number.replace('+', "%2B");
    format!("sandbox.network=mobile&sandbox.consent=allow&sandbox.line={number}")
}

/// Whoever visits the shop, and keeps the one cookie that it gives.
pub(crate) struct Visitor<'a> {
    shop: &'a Shop,
    pub(crate) cookie: Option<String>,
    /// What other cookies the browser sends with it.
    pub(crate) others: Vec<u8>,
    token: Option<&'static str>,
}

/// What they get.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Visitor<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Got {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &str) -> Got {
        self.send("POST", path, &[("sec-fetch-site", "same-origin")], body).await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Got {
        let accept = if self.token.is_some() { "application/json" } else { "text/html,*/*;q=0.8" };
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers.iter().copied().chain([("accept", accept)]) {
            request = request.header(name, value);
        }
        if let Some(cookie) = &self.cookie {
            let all = [self.others.as_slice(), cookie.as_bytes()].join(b"; ".as_slice());
            request = request.header("cookie", all);
        }
        if let Some(token) = self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.shop.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        if let Some(cookie) = parts.headers.get("set-cookie") {
            self.cookie = cookie.to_str().unwrap().split(';').next().map(ToOwned::to_owned);
        }
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap();
        Got { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Begins a check, and comes to the operator's address.
    pub(crate) async fn begin(&mut self, body: &str) -> String {
        let got = self.post("/line-check", body).await;
        match self.token {
            None => got.location(),
            Some(_) => got.json()["authorizationUrl"].as_str().unwrap().to_owned(),
        }
    }

    /// Comes back with what the operator said.
    pub(crate) async fn come_back(&mut self, query: &str) -> Got {
        self.get(&format!("/back?{query}")).await
    }

    /// The whole way, up to where the customer goes on.
    pub(crate) async fn check(&mut self, choice: &str) -> Got {
        let address = self.begin("returnTo=%2Fcheckout").await;
        let query = self.shop.operator(&address, choice).await;
        self.come_back(&query).await
    }
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn location(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.body);
        self.header("location").to_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// What stands in the page's one headline.
    pub(crate) fn headline(&self) -> &str {
        let (_, rest) = self.body.split_once("<h1>").unwrap_or_else(|| panic!("no page: {self:?}"));
        rest.split_once("</h1>").unwrap().0
    }
}
