//! HTTP as we want it: nothing is followed, proxied, retried, buffered without end, or printed.

mod fault;
mod head;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ::http::{HeaderMap, HeaderName, HeaderValue, header};
use reqwest::{Certificate, Method, Url, redirect, retry};
use secrecy::ExposeSecret;
use tokio::time::Instant;
use tracing::Instrument;

use super::aggregator::Aggregator;
use super::calls::{Calls, Counters};
use super::failure::{self, Endpoint};
use super::manners::{Judgement, Manners, Pass, Seen, TroubleKind};
use super::moment::apart;
use super::transcript::Transcript;
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::metrics::Call;
use crate::provider::{Correlator, ProviderError};
use fault::{is_repeatable, kind, transport};

/// Sends requests and counts them.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    /// Those of the file, which are for the host of the roaming endpoint alone.
    headers: HeaderMap,
    home: Url,
    counters: Arc<Counters>,
    manners: Arc<Manners>,
    clock: Clock,
    transcript: Transcript,
    attempt: Duration,
}

/// A request.
pub(super) struct Request<'a> {
    pub(super) endpoint: Endpoint,
    pub(super) url: &'a Url,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) correlator: Correlator,
    pub(super) body: Body<'a>,
}

pub(super) enum Body<'a> {
    Form(Vec<(&'a str, &'a str)>),
    Json(String),
    /// A GET.
    None,
}

/// A reply, read to its end or to the limit.
pub(super) struct Reply {
    pub(super) status: u16,
    /// Why the body cannot be read, by what its headers say of it.
    pub(super) unreadable: Option<&'static str>,
    /// `Retry-After`, within bounds.
    pub(super) retry_after: Option<Duration>,
    /// How far the server's clock is from ours, if that is far.
    pub(super) skew: Option<Duration>,
    /// `None` where the body was too large.
    pub(super) body: Option<Vec<u8>>,
}

/// No whole reply came.
pub(super) struct Lapse {
    pub(super) error: ProviderError,
    /// May a read that ended so be tried once more?
    pub(super) is_repeatable: bool,
}

impl Http {
    pub(super) fn new(aggregator: &Aggregator) -> Result<Self, ConfigError> {
        let client = client(aggregator)?;
        let mut headers = HeaderMap::new();
        for (name, reference) in &aggregator.headers {
            let secret = reference.fetch()?;
            headers.insert(name.clone(), sensitive(secret.expose_secret(), name)?);
        }
        let manners = Arc::new(Manners::new(aggregator.limits));
        let clock = aggregator.clock.clone();
        let transcript = Transcript::new(aggregator.listener.clone(), &clock);
        let (home, counters) = (aggregator.endpoints.roaming.clone(), Arc::default());
        let attempt = aggregator.timeouts.attempt;
        Ok(Self { client, headers, home, counters, manners, clock, transcript, attempt })
    }

    pub(super) fn calls(&self) -> Calls {
        self.counters.read()
    }

    pub(super) fn manners(&self) -> &Arc<Manners> {
        &self.manners
    }

    pub(super) fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Sends one request, once, if manners allow it.
    pub(super) async fn ask(&self, request: Request<'_>) -> Result<Reply, ProviderError> {
        let pass = self.manners.pass(request.endpoint, request.url);
        let pass = self.transcript.refused(request.correlator, pass)?;
        self.send(request, pass, None).await.map_err(|lapse| lapse.error)
    }

    /// The same with a pass that was given before. It ends in time: what is cut off from without is nobody's
    /// failure.
    pub(super) async fn send(
        &self,
        request: Request<'_>,
        mut pass: Pass,
        until: Option<Instant>,
    ) -> Result<Reply, Lapse> {
        self.transcript
            .refused(request.correlator, pass.begin(self.attempt))
            .map_err(|error| Lapse { error, is_repeatable: false })?;
        let endpoint = request.endpoint;
        let call = Call::begun(endpoint.name());
        let span = tracing::info_span!(
            target: "roamgate::camara",
            "call",
            endpoint = endpoint.name(),
            "x-correlator" = %request.correlator,
        );
        let outcome = in_time(until, self.exchange(request)).instrument(span).await;
        let (kind, lapse) = match outcome {
            Some(Ok(reply)) => {
                call.ended(self.replied(endpoint, &reply, pass));
                return Ok(reply);
            }
            Some(Err(error)) => {
                let is_repeatable = is_repeatable(&error);
                (kind(&error), Lapse { error: transport(endpoint, &error), is_repeatable })
            }
            None => {
                let error = failure::out_of_time();
                (Some(TroubleKind::Timeout), Lapse { error, is_repeatable: false })
            }
        };
        call.ended(true);
        if let Some(kind) = kind {
            self.manners.trouble(Seen { endpoint, kind, code: None }, &lapse.error);
            pass.judge(kind.judgement(), || lapse.error.to_string());
        }
        Err(lapse)
    }

    /// Learns from a whole reply. Was it one of trouble?
    fn replied(&self, endpoint: Endpoint, reply: &Reply, pass: Pass) -> bool {
        let (status, code) = (reply.status, failure::code(reply));
        let error = || failure::of_reply(endpoint, reply).to_string();
        self.manners.replied(status, endpoint, reply.skew);
        let kind = TroubleKind::of(status, code).or_else(|| reply.unread());
        if let Some(kind) = kind {
            self.manners.trouble(Seen { endpoint, kind, code }, &error());
        }
        let is_quota = code == Some("QUOTA_EXCEEDED");
        let retry_after = reply.retry_after;
        pass.judge(Judgement::Replied { status, retry_after, is_quota }, error);
        kind.is_some()
    }

    /// The keys of an aggregator are none of another host's business, whoever names it.
    fn headers_for(&self, url: &Url) -> HeaderMap {
        let is_home = url.origin() == self.home.origin();
        if is_home { self.headers.clone() } else { HeaderMap::new() }
    }

    async fn exchange(&self, request: Request<'_>) -> Result<Reply, reqwest::Error> {
        let Request { endpoint, url, authorization, correlator, body } = request;
        self.counters.count(endpoint);
        let method = if matches!(body, Body::None) { Method::GET } else { Method::POST };
        let mut builder = self
            .client
            .request(method, url.clone())
            .headers(self.headers_for(url))
            .header(header::ACCEPT, JSON)
            // Left out, it would allow every coding.
            .header(header::ACCEPT_ENCODING, IDENTITY)
            .header("x-correlator", correlator.to_string());
        if let Some(authorization) = authorization {
            builder = builder.header(header::AUTHORIZATION, authorization);
        }
        let (builder, pairs) = match body {
            Body::Form(pairs) => (builder.form(&pairs), pairs),
            Body::Json(text) => (builder.header(header::CONTENT_TYPE, JSON).body(text), Vec::new()),
            Body::None => (builder, Vec::new()),
        };
        let request = builder.build()?;
        let mut recording = self.transcript.record(endpoint, correlator, &request, &pairs);
        let is_lookup = matches!(endpoint, Endpoint::Roaming(_));
        let outcome = async {
            let response = self.client.execute(request).await?;
            recording.answered(response.status().as_u16(), response.headers());
            if is_lookup {
                notice_echo(response.headers(), correlator);
            }
            read(response, self.clock.now()).await
        };
        let outcome = outcome.await;
        recording.ended(&outcome, |error| transport(endpoint, error).to_string());
        outcome
    }
}

impl Reply {
    /// What a reply is before its body is read.
    pub(super) fn beginning(status: u16, headers: &HeaderMap, now: SystemTime) -> Self {
        let text = |name| headers.get(name)?.to_str().ok();
        let date = text(header::DATE).and_then(head::date);
        Self {
            status,
            unreadable: head::unreadable(headers),
            // A moment is one of the server's clock.
            retry_after: text(header::RETRY_AFTER)
                .and_then(|text| head::retry_after(text, date.unwrap_or(now))),
            skew: date.map(|date| apart(date, now)).filter(|skew| *skew > MAX_SKEW),
            body: None,
        }
    }

    /// The body, if this is a 200 with JSON of a bearable size.
    pub(super) fn json(&self) -> Result<&[u8], &'static str> {
        let body = self.body.as_deref().ok_or("a body of more than 64 KiB")?;
        self.unreadable.map_or(Ok(body), Err)
    }

    /// Why a 200 is of no use, as far as its headers and its size tell.
    fn unread(&self) -> Option<TroubleKind> {
        match (self.status, &self.body, self.unreadable) {
            (200, None, _) => Some(TroubleKind::Oversized),
            (200, _, Some(_)) => Some(TroubleKind::ContentType),
            _ => None,
        }
    }

    /// What is to be said after a failure that a wrong clock may be to blame for.
    pub(super) fn blame(&self) -> String {
        let apart =
            self.skew.map(|skew| format!("; its clock and ours are {} s apart", skew.as_secs()));
        apart.unwrap_or_default()
    }
}

/// What `work` brings, unless it ends too late.
pub(super) async fn in_time<T>(until: Option<Instant>, work: impl Future<Output = T>) -> Option<T> {
    match until {
        Some(until) => tokio::time::timeout_at(until, work).await.ok(),
        None => Some(work.await),
    }
}

/// An echo that is missing or wrong says nothing about the answer; it makes the aggregator's log
/// harder to search.
fn notice_echo(headers: &HeaderMap, correlator: Correlator) {
    let echo = headers.get("x-correlator").map(HeaderValue::as_bytes);
    let fault = match echo {
        Some(echo) if echo == correlator.to_string().as_bytes() => return,
        Some(_) => "another",
        None => "no",
    };
    tracing::debug!(%correlator, "the roaming endpoint answered under {fault} x-correlator");
}

/// A header value that is kept out of logs.
pub(super) fn sensitive(value: &str, name: &HeaderName) -> Result<HeaderValue, ConfigError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        ConfigError::message(format!("the value of the header `{name}` cannot stand in a header"))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn client(aggregator: &Aggregator) -> Result<reqwest::Client, ConfigError> {
    let (endpoints, timeouts) = (&aggregator.endpoints, aggregator.timeouts);
    let urls = endpoints.all();
    let encrypted = |url: &&Url| url.scheme() == "https";
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .https_only(urls.iter().all(encrypted))
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.attempt);
    let roots = aggregator.extra_root.as_deref().map(roots).transpose()?.unwrap_or_default();
    if !urls.iter().any(encrypted) {
        // Without the roots of the system: where it has none, loading them fails.
        builder = builder.tls_certs_only(roots);
    } else if !roots.is_empty() {
        builder = builder.tls_certs_merge(roots);
    }
    builder.build().map_err(|_| {
        ConfigError::message(
            "cannot set up TLS: the system has no root certificates, or those given are broken; \
             name one with `tls: { ca: { file } }`",
        )
    })
}

/// The certificates of a PEM file.
fn roots(path: &Path) -> Result<Vec<Certificate>, ConfigError> {
    let name = path.display();
    let pem = fs::read(path)
        .map_err(|cause| ConfigError::message(format!("cannot read `{name}`: {cause}")))?;
    let roots = Certificate::from_pem_bundle(&pem).ok().filter(|roots| !roots.is_empty());
    roots.ok_or_else(|| ConfigError::message(format!("`{name}` holds no certificate in PEM form")))
}

async fn read(mut response: reqwest::Response, now: SystemTime) -> Result<Reply, reqwest::Error> {
    let mut reply = Reply::beginning(response.status().as_u16(), response.headers(), now);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_BODY {
            return Ok(reply);
        }
        body.extend_from_slice(&chunk);
    }
    reply.body = Some(body);
    Ok(reply)
}

/// Some gateways refuse a request that does not say who asks.
const USER_AGENT: &str = concat!("roamgate/", env!("CARGO_PKG_VERSION"));
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const IDENTITY: HeaderValue = HeaderValue::from_static("identity");
const MAX_BODY: usize = 64 * 1024;
/// How far a server's clock may be from ours before it is worth a word.
const MAX_SKEW: Duration = Duration::from_secs(30);
