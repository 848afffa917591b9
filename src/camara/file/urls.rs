//! The addresses of an aggregator file: `https`, or plain `http` on this very machine.

use reqwest::Url;

use crate::camara::aggregator::Endpoints;
use crate::camara::oauth::Issuer;
use crate::document::{Fields, Finding, Known, Node, Report};

pub(super) struct Urls<'a> {
    pub(super) report: &'a mut Report,
}

impl Urls<'_> {
    /// The endpoints: each as given, or below the base URL. What an issuer's metadata name is not
    /// named a second time.
    pub(super) fn endpoints(
        &mut self,
        file: &Fields<'_>,
        roaming: Option<&str>,
        needed: &[&str],
    ) -> Option<Endpoints> {
        let issuer = file.get("discovery").map(|node| self.discovery(node));
        let overrides = match file.get("endpoints") {
            Some(node) => Some(Fields::of(node, ENDPOINTS, self.report)?),
            None => None,
        };
        let given = |key| overrides.as_ref().and_then(|fields| fields.get(key));
        let base = file.get("baseUrl");
        let complete = needed.iter().all(|key| given(key).is_some());
        if base.is_none() && !complete {
            file.required("baseUrl", self.report);
            return None;
        }
        let base = base.map(|node| self.url("baseUrl", node));
        let mut endpoint = |key, path| match given(key) {
            Some(node) => self.url(key, node),
            None => join(base.as_ref()?.as_ref()?, path),
        };
        let bc_authorize = endpoint("bcAuthorize", "/bc-authorize");
        let token = endpoint("token", "/token");
        let authorize = endpoint("authorize", "/authorize");
        let roaming = endpoint("roaming", roaming.unwrap_or_default())?;
        if let Some(issuer) = issuer {
            for (key, _) in ["bcAuthorize", "token", "authorize"]
                .iter()
                .filter_map(|key| overrides.as_ref().and_then(|fields| fields.entry(key)))
            {
                let message = "this endpoint comes from the metadata of the issuer in `discovery`";
                let help = "remove one of the two";
                self.report.add(Finding::error("E014", key.place, message).help(help));
            }
            return Some(Endpoints {
                issuer: Some(issuer?),
                bc_authorize: None,
                token: None,
                authorize: None,
                roaming,
            });
        }
        let is_there = |key: &str, url: &Option<Url>| !needed.contains(&key) || url.is_some();
        let complete = is_there("bcAuthorize", &bc_authorize)
            && is_there("token", &token)
            && is_there("authorize", &authorize);
        complete.then_some(Endpoints { issuer: None, bc_authorize, token, authorize, roaming })
    }

    fn discovery(&mut self, node: &Node) -> Option<Issuer> {
        let fields = Fields::of(node, DISCOVERY, self.report)?;
        let node = fields.required("issuer", self.report)?;
        let url = self.url("issuer", node)?;
        let name = node.text().unwrap_or_default().to_owned();
        Some(Issuer { name, metadata: join(&url, METADATA)? })
    }

    /// A path below the base URL.
    pub(super) fn path(&mut self, node: &Node) -> Option<String> {
        let path = node.expect_text("path", self.report)?;
        if path.starts_with('/') && !path.contains(['?', '#', ' ']) {
            return Some(path.to_owned());
        }
        let message = format!("`{path}` is not a path below the base URL");
        let help = "write it with a leading slash and without a query";
        self.report.add(Finding::error("E003", node.place, message).help(help));
        None
    }

    pub(super) fn url(&mut self, key: &str, node: &Node) -> Option<Url> {
        let text = node.expect_text(key, self.report)?;
        let (fault, help) = match Url::parse(text).ok().filter(Url::has_host) {
            None => (format!("`{text}` is not a URL for `{key}`"), WHOLE),
            // The text may hold a password, so it is not repeated.
            Some(url) if !url.username().is_empty() || url.password().is_some() => (
                format!("`{key}` carries credentials, which belong to `client`"),
                "leave out what stands before `@`",
            ),
            // Of what is registered for customers to come back to, a query is a part (RFC 6749 §3.1.2).
            Some(url)
                if url.fragment().is_some() || url.query().is_some() && key != "redirectUri" =>
            {
                (
                    format!("`{text}` has a query or a fragment, which `{key}` cannot have"),
                    "leave out what follows `?` or `#`; keys of the aggregator belong to `headers`",
                )
            }
            Some(url) if key == "issuer" && url.path().ends_with(METADATA) => (
                format!("`{text}` is the address of the metadata, and not the issuer"),
                "leave out `/.well-known/openid-configuration`, which is added",
            ),
            Some(url) if url.scheme() == "https" || is_loopback(&url) => return Some(url),
            Some(_) => (format!("`{text}` is not encrypted"), ENCRYPTED),
        };
        self.report.add(Finding::error("E003", node.place, fault).help(help));
        None
    }
}

/// Plain `http` to an address that never leaves this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse();
    let loopback = address.map_or(host == "localhost", |ip: std::net::IpAddr| ip.is_loopback());
    url.scheme() == "http" && loopback
}

fn join(base: &Url, path: &str) -> Option<Url> {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    Some(url)
}

const METADATA: &str = "/.well-known/openid-configuration";
const WHOLE: &str =
    "write a whole URL with `https`; plain `http` is accepted for loopback addresses alone";
const ENCRYPTED: &str = "use `https`; plain `http` is accepted for loopback addresses alone";
const DISCOVERY: Known = Known { what: "`discovery`", keys: &["issuer"], unbuilt: &[] };
const ENDPOINTS: Known = Known {
    what: "`endpoints`",
    keys: &["bcAuthorize", "token", "authorize", "roaming"],
    unbuilt: &[],
};
