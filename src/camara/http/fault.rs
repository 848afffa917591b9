//! What went wrong below HTTP, in our own words: the library's would print the URL.

use std::error::Error;
use std::io::ErrorKind as Kind;

use crate::camara::failure::Endpoint;
use crate::camara::manners::TroubleKind;
use crate::provider::ProviderError;
use crate::status::UnknownReason;

/// The failure that an error of the library stands for.
pub(super) fn transport(endpoint: Endpoint, error: &reqwest::Error) -> ProviderError {
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

/// The kind of trouble that an error of the library is. `None`: the request could not be written, which says
/// nothing of the endpoint.
pub(super) fn kind(error: &reqwest::Error) -> Option<TroubleKind> {
    if error.is_builder() {
        return None;
    }
    if !error.is_connect() {
        return Some(if error.is_timeout() { TroubleKind::Timeout } else { TroubleKind::Broken });
    }
    let is_encrypted = error.url().is_some_and(|url| url.scheme() == "https");
    Some(match io_error(error).map(std::io::Error::kind) {
        _ if is_nameless(error) => TroubleKind::Dns,
        Some(Kind::TimedOut) => TroubleKind::ConnectTimeout,
        Some(kind) if is_encrypted && !TCP.contains(&kind) => TroubleKind::Tls,
        _ if error.is_timeout() => TroubleKind::ConnectTimeout,
        _ => TroubleKind::Connect,
    })
}

/// Nobody was there, or the connection broke. What fails in the handshake of TLS is never tried again,
/// and what timed out took its time.
pub(super) fn is_repeatable(error: &reqwest::Error) -> bool {
    if error.is_connect() {
        return io_error(error).is_none_or(|io| TCP.contains(&io.kind()));
    }
    !error.is_timeout() && !error.is_builder()
}

/// What lies at the bottom, if it can be said in fixed words, such as `connection refused`.
fn cause(error: &reqwest::Error) -> Option<String> {
    if is_nameless(error) {
        return Some("its host name cannot be resolved".to_owned());
    }
    let Some(io) = io_error(error) else {
        // Two timers watch over a connection, and only one of them speaks of it as the system would.
        return (error.is_connect() && error.is_timeout()).then(|| Kind::TimedOut.to_string());
    };
    let told = io.to_string();
    let known = TLS_FAULTS.iter().find(|(start, _)| told.starts_with(start));
    let is_vague = [Kind::Other, Kind::InvalidData].contains(&io.kind());
    known.map(|(_, words)| (*words).to_owned()).or((!is_vague).then(|| io.kind().to_string()))
}

fn is_nameless(error: &reqwest::Error) -> bool {
    let is_name = |told: String| told.starts_with("dns error") || told == "invalid dns name";
    causes(error).any(|cause| is_name(cause.to_string()))
}

fn io_error(error: &reqwest::Error) -> Option<&std::io::Error> {
    causes(error).find_map(|cause| cause.downcast_ref::<std::io::Error>())
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: Option<&(dyn Error + 'static)> = Some(error);
    std::iter::successors(first, |cause: &&(dyn Error + 'static)| (*cause).source())
}

/// What happens to a connection before anybody says who he is.
const TCP: [Kind; 4] =
    [Kind::ConnectionRefused, Kind::TimedOut, Kind::HostUnreachable, Kind::NetworkUnreachable];

/// What rustls says, by its beginning: the rest may quote the server.
const TLS_FAULTS: [(&str, &str); 13] = [
    ("invalid peer certificate: certificate expired", "its certificate has expired"),
    ("invalid peer certificate: certificate not valid yet", "its certificate is not valid yet"),
    (
        "invalid peer certificate: certificate not valid for name",
        "its certificate is for another name",
    ),
    (
        "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity",
        "its certificate is that of an authority, `CA:TRUE`",
    ),
    ("invalid peer certificate: ", "its certificate is not trusted"),
    ("received corrupt message of type InvalidContentType", "it does not speak TLS"),
    ("received fatal alert: ProtocolVersion", "it speaks neither TLS 1.2 nor TLS 1.3"),
    ("peer is incompatible: ", "it speaks TLS in a way that we do not"),
    ("received fatal alert: CertificateRequired", "it asks for a client certificate"),
    ("received fatal alert: BadCertificate", "it asks for a client certificate"),
    ("received fatal alert: UnrecognisedName", "it does not know its host name"),
    ("received fatal alert: UnrecognizedName", "it does not know its host name"),
    ("received fatal alert: ", "it refuses the handshake of TLS"),
];
