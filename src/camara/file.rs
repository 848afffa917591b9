//! From an aggregator file to an [`Aggregator`], with every problem at its place.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ::http::{HeaderName, header};

use super::aggregator::{Aggregator, Timeouts};
use super::answer::{Compatibility, Deviation};
use super::dialect::Dialect;
use super::oauth::{Grant, Kind};
use super::redact::redacted;
use super::secret::Reference;
use crate::clock::Clock;
use crate::document::{
    Fields, Finding, Known, Node, Place, Problem, Problems, Report, Source, advise, parse,
    written_duration,
};

mod client;
mod grant;
mod keys;
mod limits;
mod preset;
mod urls;

pub(super) use keys::AGGREGATOR;
pub(super) use limits::LIMITS;
use urls::Urls;

/// Reads a source. Relative paths in it start at `directory`.
pub(super) fn read(source: &Source, directory: &Path) -> Result<Aggregator, Problems> {
    // Messages speak of a copy in which no secret can be read; what is meant is what is written.
    let shown = redacted(source);
    lower(&shown, directory)?;
    lower(source, directory).map_err(|problems| unrepeated(&shown, &problems))
}

fn lower(source: &Source, directory: &Path) -> Result<Aggregator, Problems> {
    let mut report = Report::new(source);
    let aggregator = parse(source, &mut report).and_then(|root| {
        let root = preset::complete(root, &mut report)?;
        let mut lowering = Lowering { directory, has_issuer: false, report: &mut report };
        let read = lowering.aggregator(&root);
        advise(&root, &AGGREGATOR, &mut report);
        read
    });
    match aggregator {
        Some(aggregator) if !report.has_errors() => Ok(aggregator),
        _ => Err(report.finish().into_iter().collect()),
    }
}

/// Problems of values that the copy hides, so that their messages cannot be shown.
fn unrepeated(shown: &Source, problems: &Problems) -> Problems {
    let mut report = Report::new(shown);
    for &Problem { code, line, column, .. } in problems {
        let message = "this value does not belong here; it is not repeated, as it may be a secret";
        let place = Place { line, column, width: 1 };
        report.add(Finding::error(code, place, message).help("write texts in quotes"));
    }
    report.finish().into_iter().collect()
}

/// The block `api`.
struct Api {
    dialect: Dialect,
    path: Option<String>,
    compatibility: Compatibility,
}

struct Lowering<'a> {
    directory: &'a Path,
    has_issuer: bool,
    report: &'a mut Report,
}

impl Lowering<'_> {
    fn aggregator(&mut self, root: &Node) -> Option<Aggregator> {
        let fields = Fields::of(root, FILE, self.report)?;
        self.kind(&fields, "apiVersion", "roamgate/v1");
        self.kind(&fields, "kind", "Aggregator");
        // All parts are read before the first missing one ends it, so that all problems are told.
        let api = fields.required("api", self.report).and_then(|node| self.api(node));
        self.has_issuer = fields.get("discovery").is_some();
        let client = fields.get("client").map(|node| self.client(node));
        let grant = fields.required("grant", self.report).and_then(|node| self.grant(node));
        if let Some(grant) = &grant {
            let client = client.as_ref().and_then(Option::as_ref);
            self.agree(&fields, grant.as_ref(), client);
        }
        let headers = fields.get("headers").map_or(Some(Vec::new()), |node| self.headers(node));
        let timeouts =
            fields.get("timeouts").map_or(Some(Timeouts::default()), |node| self.timeouts(node));
        let limits = limits::read(&fields, self.report);
        let extra_root = fields.get("tls").map(|node| self.extra_root(node));
        let path = api.as_ref().map(|api| api.path.as_deref().unwrap_or(api.dialect.path()));
        let needed = needed(grant.as_ref(), self.has_issuer);
        let endpoints = Urls { report: self.report }.endpoints(&fields, path, needed);
        let Api { dialect, compatibility, .. } = api?;
        self.versions(&fields, dialect);
        Some(Aggregator {
            endpoints: endpoints?,
            client: client.flatten(),
            headers: headers?,
            grant: grant?,
            dialect,
            compatibility,
            timeouts: timeouts?,
            limits: limits?,
            extra_root: extra_root.flatten(),
            clock: Clock::system(),
            listener: None,
        })
    }

    fn kind(&mut self, fields: &Fields<'_>, key: &str, expected: &str) {
        let found = fields.get(key);
        if found.and_then(Node::text) == Some(expected) {
            return;
        }
        let place = found.map_or(fields.place(), |node| node.place);
        let message = match found {
            Some(node) => {
                let written = node.written().unwrap_or_else(|| node.describe());
                format!("`{key}` is `{written}`, this build reads `{expected}`")
            }
            None => format!("an aggregator file begins with `{key}: {expected}`"),
        };
        self.report.add(Finding::error("E004", place, message));
    }

    fn api(&mut self, node: &Node) -> Option<Api> {
        let fields = Fields::of(node, API, self.report)?;
        let path = fields.get("path").map(|node| Urls { report: self.report }.path(node));
        let compatibility = fields
            .get("compatibility")
            .map_or(Some(Compatibility::default()), |node| self.compatibility(node));
        let dialect = fields.required("dialect", self.report)?;
        let dialect = dialect.expect_word("dialect", &Dialect::NAMES, self.report)?;
        Some(Api { dialect, path: path.flatten(), compatibility: compatibility? })
    }

    /// A path that another version of the API has: its body would be another too.
    fn versions(&mut self, file: &Fields<'_>, dialect: Dialect) {
        let below = |block: &str, key| file.get(block).and_then(|block| block.get(key));
        for node in [below("api", "path"), below("endpoints", "roaming")].into_iter().flatten() {
            let Some(other) = node.text().and_then(|path| dialect.other_of(path)) else { continue };
            let message = format!("{} is where `{other}` is spoken", node.quoted());
            let help = format!("write `dialect: {other}`, or the path of the version you speak");
            self.report.add(Finding::error("E014", node.place, message).help(help));
        }
    }

    fn compatibility(&mut self, node: &Node) -> Option<Compatibility> {
        let mut compatibility = Compatibility::default();
        for word in node.expect_list("compatibility", self.report)? {
            if let Some(word) = word.expect_word("compatibility", &DEVIATIONS, self.report) {
                compatibility = compatibility.with(word);
            }
        }
        Some(compatibility)
    }

    fn headers(&mut self, node: &Node) -> Option<Vec<(HeaderName, Reference)>> {
        let mut headers = Vec::new();
        for (key, value) in node.expect_map("headers", self.report)? {
            let written = key.text().unwrap_or_default();
            let name = HeaderName::from_bytes(written.as_bytes()).ok();
            let name = name.filter(|name| !OURS.contains(name));
            if name.is_none() {
                let message = format!("`{written}` is not a header that a file may set");
                let help = "leave it out: what the connection needs is set, and `client` and \
                            `grant` prove who we are";
                self.report.add(Finding::error("E014", key.place, message).help(help));
            }
            if headers.iter().any(|(other, _)| name.as_ref() == Some(other)) {
                let message = format!("the header `{written}` is there twice");
                let help = "remove one: names of headers do not mind how they are written";
                self.report.add(Finding::error("E014", key.place, message).help(help));
            }
            let value = {
                let key = format!("headers.{written}");
                Reference::lower(value, &key, self.directory, self.report)
            };
            headers.extend(name.zip(value));
        }
        Some(headers)
    }

    fn timeouts(&mut self, node: &Node) -> Option<Timeouts> {
        let fields = Fields::of(node, TIMEOUTS, self.report)?;
        let default = Timeouts::default();
        let connect = self.timeout(&fields, "connect", default.connect);
        let attempt = self.timeout(&fields, "attempt", default.attempt);
        let total = self.timeout(&fields, "total", default.total);
        let timeouts = Timeouts { connect: connect?, attempt: attempt?, total: total? };
        let Timeouts { connect, attempt, total } = timeouts;
        self.within(&fields, ("connect", connect), ("attempt", attempt));
        self.within(&fields, ("attempt", attempt), ("total", total));
        Some(timeouts)
    }

    /// A part that is longer than the whole would never come to its end. Defaults may be: what the
    /// whole cuts off needs no number of its own.
    fn within(&mut self, fields: &Fields<'_>, part: (&str, Duration), whole: (&str, Duration)) {
        let Some(node) = fields.get(part.0).filter(|_| part.1 > whole.1) else { return };
        let (longest, key) = (written_duration(whole.1), whole.0);
        let message = format!("`{}` is longer than `{key}`, which is {longest}", part.0);
        let help = format!("write at most {longest}, or a longer `{key}`");
        self.report.add(Finding::error("E023", node.place, message).help(help));
    }

    fn timeout(&mut self, fields: &Fields<'_>, key: &str, default: Duration) -> Option<Duration> {
        let Some(node) = fields.get(key) else { return Some(default) };
        let duration = node.expect_duration(key, self.report)?;
        if duration.is_zero() {
            let message = format!("`{key}` is zero, so that nothing could ever answer");
            self.report.add(Finding::error("E023", node.place, message));
        }
        Some(duration)
    }

    fn extra_root(&mut self, node: &Node) -> Option<PathBuf> {
        let tls = Fields::of(node, TLS, self.report)?;
        let ca = Fields::of(tls.required("ca", self.report)?, CA, self.report)?;
        Some(self.directory.join(ca.required_text("file", self.report)?))
    }

    /// A text that must be there and say something.
    fn filled(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        let node = fields.required(key, self.report)?;
        let text = node.expect_text(key, self.report)?;
        let bare = text.trim();
        if bare.is_empty() {
            self.report.add(Finding::error("E018", node.place, format!("`{key}` is empty")));
        } else if bare.starts_with('<') && bare.ends_with('>') {
            let message = format!("`{key}` still is the example");
            let help = "write a value of your own, without the brackets";
            self.report.add(Finding::error("E018", node.place, message).help(help));
        }
        Some(text.to_owned())
    }

    /// The word `none`, where a block with one of these keys may stand too.
    fn none(&mut self, key: &str, node: &Node, blocks: Known) -> Option<()> {
        if node.text() == Some("none") {
            return Some(());
        }
        let message = format!("{} is not a value of `{key}`", node.quoted());
        let keys: Vec<_> = blocks.keys.iter().map(|key| format!("`{key}`")).collect();
        let help = format!("write `none`, or a block that holds one of {}", keys.join(", "));
        self.report.add(Finding::error("E003", node.place, message).help(help));
        None
    }

    /// The one choice of a block that holds one of several, with its settings.
    fn only<'n>(
        &mut self,
        block: &str,
        fields: &Fields<'n>,
        choices: Known,
    ) -> Option<(&'static str, &'n Node)> {
        let mut made = choices.keys.iter().filter_map(|key| Some((*key, fields.get(key)?)));
        let (first, second) = (made.next(), made.next());
        if let (Some(_), None) = (first, second) {
            return first;
        }
        let listed: Vec<_> = choices.keys.iter().map(|key| format!("`{key}`")).collect();
        let message = format!("`{block}` holds exactly one of {}", listed.join(", "));
        self.report.add(Finding::error("E018", fields.place(), message));
        None
    }
}

/// The endpoints that the file must say, one way or the other.
fn needed(grant: Option<&Option<Grant>>, has_issuer: bool) -> &'static [&'static str] {
    match grant {
        Some(None) => &["roaming"],
        _ if has_issuer => &["roaming"],
        Some(Some(Grant { kind: Kind::Ciba { .. }, .. })) | None => {
            &["bcAuthorize", "token", "roaming"]
        }
        Some(Some(Grant { kind: Kind::AuthorizationCode(_), .. })) => {
            &["token", "authorize", "roaming"]
        }
        Some(Some(_)) => &["token", "roaming"],
    }
}

const FILE: Known = Known {
    what: "an aggregator file",
    keys: &[
        "apiVersion",
        "kind",
        "preset",
        "baseUrl",
        "endpoints",
        "discovery",
        "tls",
        "client",
        "headers",
        "grant",
        "api",
        "timeouts",
        "limits",
    ],
    unbuilt: &[],
};
const BASIC: Known = Known { what: "`basic`", keys: &["secret", "encoding"], unbuilt: &[] };
pub(super) const API: Known =
    Known { what: "`api`", keys: &["dialect", "path", "compatibility"], unbuilt: &[] };
const DEVIATIONS: [(&str, Deviation); 2] =
    [("stringCode", Deviation::StringCode), ("trustNames", Deviation::TrustNames)];
pub(super) const TIMEOUTS: Known =
    Known { what: "`timeouts`", keys: &["connect", "attempt", "total"], unbuilt: &[] };
const TLS: Known = Known { what: "`tls`", keys: &["ca"], unbuilt: &[] };
const CA: Known = Known { what: "`ca`", keys: &["file"], unbuilt: &[] };
/// The headers that the client or the connection sets.
const OURS: [HeaderName; 11] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::HOST,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("x-correlator"),
];
