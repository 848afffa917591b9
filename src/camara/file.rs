//! From an aggregator file to an [`Aggregator`], with every problem at its place.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ::http::{HeaderName, header};

use super::aggregator::{Aggregator, Credentials, Encoding, Timeouts};
use super::dialect::Dialect;
use super::oauth::CibaSettings;
use super::redact::redacted;
use super::secret::Reference;
use crate::document::{Fields, Finding, Known, Node, Problems, Report, Source, advise, parse};

mod keys;
mod urls;

pub(super) use keys::AGGREGATOR;
use urls::Urls;

/// Reads a source. Relative paths in it start at `directory`.
pub(super) fn read(source: &Source, directory: &Path) -> Result<Aggregator, Problems> {
    let source = redacted(source);
    let mut report = Report::new(&source);
    let aggregator = parse(&source, &mut report).and_then(|root| {
        let read = Lowering { directory, report: &mut report }.aggregator(&root);
        advise(&root, &AGGREGATOR, &mut report);
        read
    });
    match aggregator {
        Some(aggregator) if !report.has_errors() => Ok(aggregator),
        _ => Err(report.finish().into_iter().collect()),
    }
}

struct Lowering<'a> {
    directory: &'a Path,
    report: &'a mut Report,
}

impl Lowering<'_> {
    fn aggregator(&mut self, root: &Node) -> Option<Aggregator> {
        let fields = Fields::of(root, FILE, self.report)?;
        self.kind(&fields, "apiVersion", "roamgate/v1");
        self.kind(&fields, "kind", "Aggregator");
        // All parts are read before the first missing one ends it, so that all problems are told.
        let api = fields.required("api", self.report).and_then(|node| self.api(node));
        let client = fields.required("client", self.report).and_then(|node| self.client(node));
        let ciba = fields.required("grant", self.report).and_then(|node| self.grant(node));
        let headers = fields.get("headers").map_or(Some(Vec::new()), |node| self.headers(node));
        let timeouts =
            fields.get("timeouts").map_or(Some(Timeouts::default()), |node| self.timeouts(node));
        let extra_root = fields.get("tls").map(|node| self.extra_root(node));
        let path = api.as_ref().map(|(dialect, path)| path.as_deref().unwrap_or(dialect.path()));
        let endpoints = Urls { report: self.report }.endpoints(&fields, path);
        let (dialect, _) = api?;
        Some(Aggregator {
            endpoints: endpoints?,
            client: client?,
            headers: headers?,
            ciba: ciba?,
            dialect,
            timeouts: timeouts?,
            extra_root: extra_root.flatten(),
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

    fn api(&mut self, node: &Node) -> Option<(Dialect, Option<String>)> {
        let fields = Fields::of(node, API, self.report)?;
        let path = fields.get("path").map(|node| Urls { report: self.report }.path(node));
        let dialect = fields.required("dialect", self.report)?;
        if dialect.text().is_some_and(|name| UNBUILT_DIALECTS.contains(&name)) {
            self.unbuilt(dialect);
            return None;
        }
        let dialect = dialect.expect_word("dialect", &Dialect::NAMES, self.report)?;
        Some((dialect, path.flatten()))
    }

    fn client(&mut self, node: &Node) -> Option<Credentials> {
        let fields = Fields::of(node, CLIENT, self.report)?;
        let id = self.filled(&fields, "id");
        let authentication = fields.required("authentication", self.report)?;
        let authentication = self.one_of(authentication, AUTHENTICATION)?;
        let basic = authentication.required("basic", self.report)?;
        let basic = Fields::of(basic, BASIC, self.report)?;
        let encoding = basic.get("encoding").map_or(Some(Encoding::Form), |node| {
            node.expect_word("encoding", &ENCODINGS, self.report)
        });
        let secret = basic.required("secret", self.report)?;
        let secret = Reference::lower(secret, self.directory, self.report);
        Some(Credentials { id: id?, secret: secret?, encoding: encoding? })
    }

    fn grant(&mut self, node: &Node) -> Option<CibaSettings> {
        let grant = self.one_of(node, GRANT)?;
        let ciba = grant.required("ciba", self.report)?;
        let fields = Fields::of(ciba, CIBA, self.report)?;
        let login_hint = self.login_hint(&fields);
        let scope = self.filled(&fields, "scope");
        let scope_parameter = match fields.get("scopeParameter") {
            Some(_) => self.filled(&fields, "scopeParameter")?,
            None => "scope".to_owned(),
        };
        let extra = fields
            .get("extra")
            .map_or(Some(Vec::new()), |node| self.extra(node, &["login_hint", &scope_parameter]));
        Some(CibaSettings {
            login_hint: login_hint?,
            scope: scope?,
            scope_parameter,
            extra: extra?,
        })
    }

    fn login_hint(&mut self, fields: &Fields<'_>) -> Option<String> {
        let node = fields.required("loginHint", self.report)?;
        let template = node.expect_text("loginHint", self.report)?;
        if template.contains("{e164}") && !template.replace("{e164}", "").contains(['{', '}']) {
            return Some(template.to_owned());
        }
        let message = format!("`{template}` does not say where the number goes");
        let help = "write `{e164}`, which carries the plus sign: `tel:{e164}`";
        self.report.add(Finding::error("E003", node.place, message).help(help));
        None
    }

    fn extra(&mut self, node: &Node, taken: &[&str]) -> Option<Vec<(String, String)>> {
        let mut extra = Vec::new();
        for (key, value) in node.expect_map("extra", self.report)? {
            let name = key.text().unwrap_or_default();
            if taken.contains(&name) {
                let message = format!("the parameter `{name}` is already sent by the grant");
                self.report.add(Finding::error("E003", key.place, message));
            }
            if let Some(text) = value.expect_text(name, self.report) {
                extra.push((name.to_owned(), text.to_owned()));
            }
        }
        Some(extra)
    }

    fn headers(&mut self, node: &Node) -> Option<Vec<(HeaderName, Reference)>> {
        let mut headers = Vec::new();
        for (key, value) in node.expect_map("headers", self.report)? {
            let written = key.text().unwrap_or_default();
            let name = HeaderName::from_bytes(written.as_bytes()).ok();
            let name = name.filter(|name| !OURS.contains(name));
            if name.is_none() {
                let message = format!("`{written}` is not a header that a file may set");
                self.report.add(Finding::error("E014", key.place, message));
            }
            let value = Reference::lower(value, self.directory, self.report);
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
        Some(Timeouts { connect: connect?, attempt: attempt?, total: total? })
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
        if text.trim().is_empty() {
            self.report.add(Finding::error("E018", node.place, format!("`{key}` is empty")));
        }
        Some(text.to_owned())
    }

    /// A block that holds one of several choices; a choice without settings may be a bare word.
    fn one_of<'n>(&mut self, node: &'n Node, choices: Known) -> Option<Fields<'n>> {
        if node.text().is_some_and(|word| choices.unbuilt.contains(&word)) {
            self.unbuilt(node);
            return None;
        }
        let fields = Fields::of(node, choices, self.report)?;
        let unbuilt = choices.unbuilt.iter().any(|key| fields.get(key).is_some());
        (!unbuilt).then_some(fields)
    }

    fn unbuilt(&mut self, node: &Node) {
        let written = node.written().unwrap_or_default();
        let message =
            format!("`{written}` is part of the language, but this build does not have it yet");
        let help = "remove it; it is refused rather than ignored";
        self.report.add(Finding::error("E000", node.place, message).help(help));
    }
}

const FILE: Known = Known {
    what: "an aggregator file",
    keys: &[
        "apiVersion",
        "kind",
        "baseUrl",
        "endpoints",
        "tls",
        "client",
        "headers",
        "grant",
        "api",
        "timeouts",
    ],
    unbuilt: &["discovery", "preset", "budgets"],
};
const CLIENT: Known = Known { what: "`client`", keys: &["id", "authentication"], unbuilt: &[] };
const AUTHENTICATION: Known = Known {
    what: "`authentication`",
    keys: &["basic"],
    unbuilt: &["privateKeyJwt", "bearerJwt", "none"],
};
const BASIC: Known = Known { what: "`basic`", keys: &["secret", "encoding"], unbuilt: &[] };
const ENCODINGS: [(&str, Encoding); 2] = [("form", Encoding::Form), ("raw", Encoding::Raw)];
const GRANT: Known = Known {
    what: "`grant`",
    keys: &["ciba"],
    unbuilt: &["jwtBearer", "clientCredentials", "authorizationCode", "none"],
};
const CIBA: Known = Known {
    what: "`ciba`",
    keys: &["loginHint", "scope", "scopeParameter", "extra"],
    unbuilt: &[],
};
const API: Known = Known { what: "`api`", keys: &["dialect", "path"], unbuilt: &["compatibility"] };
const UNBUILT_DIALECTS: [&str; 2] = ["device-status-0.5", "device-roaming-status-0.6"];
const TIMEOUTS: Known =
    Known { what: "`timeouts`", keys: &["connect", "attempt", "total"], unbuilt: &[] };
const TLS: Known = Known { what: "`tls`", keys: &["ca"], unbuilt: &[] };
const CA: Known = Known { what: "`ca`", keys: &["file"], unbuilt: &[] };
/// The headers that the client or the connection sets.
const OURS: [HeaderName; 10] = [
    header::ACCEPT,
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
