//! HTTP as we want it: nothing is followed, proxied, retried, buffered without end, or printed.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ::http::{HeaderMap, HeaderName, HeaderValue, header};
use reqwest::{Certificate, Method, Url, redirect, retry};
use secrecy::ExposeSecret;

use super::aggregator::Aggregator;
use super::calls::{Calls, Counters};
use super::failure::{self, Endpoint};
use super::manners::{Judgement, Manners, Pass};
use super::transcript::Transcript;
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::provider::{Correlator, ProviderError};
use crate::status::UnknownReason;

/// Sends requests and counts them.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    headers: HeaderMap,
    counters: Arc<Counters>,
    manners: Arc<Manners>,
    transcript: Transcript,
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
    /// Does its type say that it is JSON?
    pub(super) is_json: bool,
    /// `Retry-After`, within bounds.
    pub(super) retry_after: Option<Duration>,
    /// The server's clock, if it tells.
    pub(super) date: Option<SystemTime>,
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
        let transcript = Transcript::new(aggregator.listener.clone(), &aggregator.clock);
        Ok(Self { client, headers, counters: Arc::default(), manners, transcript })
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
        self.send(request, pass).await.map_err(|lapse| lapse.error)
    }

    /// The same with a pass that was given before.
    pub(super) async fn send(&self, request: Request<'_>, mut pass: Pass) -> Result<Reply, Lapse> {
        self.transcript
            .refused(request.correlator, pass.begin())
            .map_err(|error| Lapse { error, is_repeatable: false })?;
        let endpoint = request.endpoint;
        match self.exchange(request).await {
            Ok(reply) => {
                pass.judge(Judgement::Replied {
                    status: reply.status,
                    retry_after: reply.retry_after,
                    is_quota: failure::code(&reply) == Some("QUOTA_EXCEEDED"),
                });
                Ok(reply)
            }
            Err(error) => {
                // A request that could not be written says nothing of the endpoint.
                if !error.is_builder() {
                    let is_connect = error.is_connect();
                    pass.judge(if is_connect { Judgement::Unconnected } else { Judgement::Failed });
                }
                let is_repeatable = is_repeatable(&error);
                Err(Lapse { error: transport(endpoint, &error), is_repeatable })
            }
        }
    }

    async fn exchange(&self, request: Request<'_>) -> Result<Reply, reqwest::Error> {
        let Request { endpoint, url, authorization, correlator, body } = request;
        self.counters.count(endpoint);
        let method = if matches!(body, Body::None) { Method::GET } else { Method::POST };
        let mut builder = self
            .client
            .request(method, url.clone())
            .headers(self.headers.clone())
            .header(header::ACCEPT, JSON)
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
            read(response).await
        };
        let outcome = outcome.await;
        recording.ended(&outcome, |error| transport(endpoint, error).to_string());
        outcome
    }
}

impl Reply {
    /// The body, if this is a 200 with JSON of a bearable size.
    pub(super) fn json(&self) -> Result<&[u8], &'static str> {
        let body = self.body.as_deref().ok_or("a body of more than 64 KiB")?;
        if self.is_json { Ok(body) } else { Err("a body that is not declared as JSON") }
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
    if !urls.iter().any(encrypted) {
        // Roots that nobody will look at; where the system has none, loading them fails.
        builder = builder.tls_certs_only([]);
    } else if let Some(path) = &aggregator.extra_root {
        let name = path.display();
        let pem = fs::read(path)
            .map_err(|cause| ConfigError::message(format!("cannot read `{name}`: {cause}")))?;
        let roots = Certificate::from_pem_bundle(&pem).ok().filter(|roots| !roots.is_empty());
        builder = builder.tls_certs_merge(roots.ok_or_else(|| {
            ConfigError::message(format!("`{name}` holds no certificate in PEM form"))
        })?);
    }
    builder.build().map_err(|_| {
        ConfigError::message(
            "cannot set up TLS: the system has no root certificates, or those given are broken; \
             name one with `tls: { ca: { file } }`",
        )
    })
}

async fn read(mut response: reqwest::Response) -> Result<Reply, reqwest::Error> {
    let mut reply = Reply {
        status: response.status().as_u16(),
        is_json: response.headers().get(header::CONTENT_TYPE).is_some_and(is_json),
        retry_after: response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| retry_after(value.to_str().ok()?, Clock::system().now())),
        date: response
            .headers()
            .get(header::DATE)
            .and_then(|value| http_date(value.to_str().ok()?)),
        body: None,
    };
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

/// `application/json` or `application/…+json`, in UTF-8 if it says.
fn is_json(value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default().to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().and_then(|kind| kind.strip_prefix("application/"));
    let charset = parts.find_map(|part| part.strip_prefix("charset="));
    kind.is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
        && charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8")
}

/// Seconds or an HTTP date; what is neither is ignored, what is absurd is bounded.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        http_date(text)?.duration_since(now).unwrap_or_default()
    };
    Some(wait.clamp(MIN_RETRY_AFTER, MAX_RETRY_AFTER))
}

fn http_date(text: &str) -> Option<SystemTime> {
    let date = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text).ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().into())
}

/// What went wrong below HTTP, in our own words: the library's would print the URL.
fn transport(endpoint: Endpoint, error: &reqwest::Error) -> ProviderError {
    let (reason, what) = if error.is_connect() {
        (UnknownReason::Unavailable, "could not be reached")
    } else if error.is_timeout() {
        (UnknownReason::Timeout, "did not answer in time")
    } else if error.is_builder() {
        (UnknownReason::Misconfigured, "cannot be asked: the request is not valid")
    } else {
        (UnknownReason::Unavailable, "broke the connection")
    };
    let cause = cause(error).map(|cause| format!(" ({cause})")).unwrap_or_default();
    ProviderError::new(reason, format!("{endpoint} {what}{cause}"))
}

/// Nobody was there, or the connection broke. What fails in the handshake of TLS is never tried again,
/// and what timed out took its time.
fn is_repeatable(error: &reqwest::Error) -> bool {
    use std::io::ErrorKind as Kind;
    const TCP: [Kind; 4] =
        [Kind::ConnectionRefused, Kind::TimedOut, Kind::HostUnreachable, Kind::NetworkUnreachable];
    if error.is_connect() {
        return io_error(error).is_none_or(|io| TCP.contains(&io.kind()));
    }
    !error.is_timeout() && !error.is_builder()
}

/// What lies at the bottom, if it can be said in fixed words, such as `connection refused`.
fn cause(error: &reqwest::Error) -> Option<String> {
    let io = io_error(error)?;
    if let Some(fault) = io.to_string().strip_prefix("invalid peer certificate: ") {
        let known = CERTIFICATE_FAULTS.iter().find(|(start, _)| fault.starts_with(start));
        return Some(known.map_or("its certificate is not trusted", |(_, words)| words).to_owned());
    }
    let kind = io.kind();
    (kind != std::io::ErrorKind::Other).then(|| kind.to_string())
}

fn io_error(error: &reqwest::Error) -> Option<&std::io::Error> {
    let first: &dyn std::error::Error = error;
    let mut causes = std::iter::successors(Some(first), |cause| cause.source());
    causes.find_map(|cause| cause.downcast_ref::<std::io::Error>())
}

/// What rustls says of a certificate, by its beginning: the rest may quote the server.
const CERTIFICATE_FAULTS: [(&str, &str); 4] = [
    ("certificate expired", "its certificate has expired"),
    ("certificate not valid yet", "its certificate is not valid yet"),
    ("certificate not valid for name", "its certificate is for another name"),
    ("Other(OtherError(CaUsedAsEndEntity", "its certificate is that of an authority, `CA:TRUE`"),
];
/// Some gateways refuse a request that does not say who asks.
const USER_AGENT: &str = concat!("roamgate/", env!("CARGO_PKG_VERSION"));
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const MAX_BODY: usize = 64 * 1024;
const MIN_RETRY_AFTER: Duration = Duration::from_secs(1);
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_is_bounded() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let rows = [
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("0", Some(1)),
            ("1000000000000", Some(300)),
            ("99999999999999999999999999", Some(300)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(1)),
            ("Sat, 06 Nov 2094 08:49:37 GMT", Some(300)),
            ("-1", None),
            ("1.5", None),
            ("", None),
            ("soon", None),
            ("Mon, 06 Nov 1994 08:49:47 GMT", None),
        ];
        for (text, seconds) in rows {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text:?}");
        }
    }

    #[test]
    fn json_is_declared_as_json_in_utf8() {
        let rows = [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json;charset=\"utf-8\"", true),
            ("application/problem+json", true),
            ("application/json; charset=latin1", false),
            ("application/jsonp", false),
            ("text/html", false),
            ("text/json", false),
            ("", false),
        ];
        for (text, expected) in rows {
            assert_eq!(is_json(&HeaderValue::from_static(text)), expected, "{text:?}");
        }
    }
}
