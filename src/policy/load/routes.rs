//! `routes`: names for what clients ask.

use std::sync::Arc;

use crate::document::{Fields, Finding, Known, Node, NodeKind, Place, Report, nearest};
use crate::policy::route::{Methods, Template};

/// A route of a file.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
    pub(crate) entries: Vec<RouteEntry>,
}

/// What belongs to a route.
#[derive(Debug)]
pub(crate) struct RouteEntry {
    pub(crate) template: Template,
    pub(crate) methods: Methods,
    /// The path, or the gRPC method, and where it stands.
    pub(crate) written: Box<str>,
    pub(crate) place: Place,
}

const ENTRY: Known =
    Known { what: "a route entry", keys: &["method", "path", "grpc"], unbuilt: &[] };

pub(super) fn load(node: &Node, report: &mut Report) -> Vec<Route> {
    let entries = node.expect_map("routes", report).unwrap_or_default();
    entries.iter().filter_map(|(key, value)| route(key, value, report)).collect()
}

fn route(key: &Node, value: &Node, report: &mut Report) -> Option<Route> {
    let name = key.text()?;
    super::identifier::check("route name", key, name, report);
    let items = value.expect_list(name, report).unwrap_or_default();
    if items.is_empty() && matches!(value.kind, NodeKind::List(_)) {
        let help = "add an entry: `- { method: POST, path: \"/v1/payments\" }`";
        report.add(
            Finding::error("E018", value.place, format!("the route `{name}` has no entries"))
                .help(help),
        );
    }
    let entries = items.iter().filter_map(|item| entry(item, report)).collect();
    Some(Route { name: name.into(), place: key.place, entries })
}

/// The position of the route with this name, or a report with the nearest name.
pub(super) fn find(
    node: &Node,
    name: &str,
    routes: &[Route],
    report: &mut Report,
) -> Option<usize> {
    let found = routes.iter().position(|route| *route.name == *name);
    if found.is_none() {
        let near = nearest(name, routes.iter().map(|route| route.name.as_ref()));
        let finding = Finding::error("E008", node.place, format!("there is no route `{name}`"));
        report.add(match near {
            Some(_) => finding.did_you_mean(near),
            None => finding.help("name a route of this file, or add it to `routes`"),
        });
    }
    found
}

fn entry(node: &Node, report: &mut Report) -> Option<RouteEntry> {
    let fields = Fields::of(node, ENTRY, report)?;
    match (fields.get("path"), fields.get("grpc")) {
        (Some(path), None) => {
            let methods =
                fields.get("method").map_or(Some(Methods::Any), |node| methods(node, report));
            let template = template(path, "path", Template::parse, report)?;
            RouteEntry::of(path, template, methods?)
        }
        (None, Some(grpc)) => {
            if let Some((key, _)) = fields.entry("method") {
                let message = "a `grpc` entry has no `method`";
                report.add(
                    Finding::error("E016", key.place, message)
                        .help("gRPC calls are always POST: remove it"),
                );
            }
            RouteEntry::of(grpc, template(grpc, "grpc", Template::grpc, report)?, Methods::post())
        }
        (Some(_), Some(grpc)) => {
            let help = "write two entries, one with `path` and one with `grpc`";
            report.add(
                Finding::error("E016", grpc.place, "an entry has either `path` or `grpc`")
                    .help(help),
            );
            None
        }
        (None, None) => {
            let help = "write `path: \"/v1/payments\"` or `grpc: \"pkg.Service/Method\"`";
            report.add(
                Finding::error("E018", fields.place(), "a route entry needs `path` or `grpc`")
                    .help(help),
            );
            None
        }
    }
}

impl RouteEntry {
    fn of(node: &Node, template: Template, methods: Methods) -> Option<Self> {
        Some(Self { template, methods, written: node.text()?.into(), place: node.place })
    }
}

fn template(
    node: &Node,
    key: &str,
    parse: impl Fn(&str) -> Result<Template, crate::policy::route::TemplateError>,
    report: &mut Report,
) -> Option<Template> {
    let text = node.expect_text(key, report)?;
    match parse(text) {
        Ok(template) => Some(template),
        Err(error) => {
            report.add(
                Finding::error("E016", node.place, format!("`{text}` {}", error.message))
                    .help(error.help),
            );
            None
        }
    }
}

fn methods(node: &Node, report: &mut Report) -> Option<Methods> {
    let items = match &node.kind {
        NodeKind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if items.is_empty() {
        let help = "name a method, or leave the key away for every method but OPTIONS";
        report.add(Finding::error("E018", node.place, "`method` is an empty list").help(help));
    }
    let names: Vec<_> = items.iter().filter_map(|item| named(item, report)).collect();
    (!names.is_empty()).then_some(Methods::Named(names))
}

fn named(node: &Node, report: &mut Report) -> Option<Box<str>> {
    let text = node.expect_text("method", report)?;
    method(text).map_err(|problem| report.add(problem.at(node.place))).ok()
}

/// A text that is no method.
pub(crate) struct NoMethod<'a>(&'a str);

/// The HTTP method of this name.
pub(crate) fn method(text: &str) -> Result<Box<str>, NoMethod<'_>> {
    let is_token = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'));
    if is_token { Ok(text.into()) } else { Err(NoMethod(text)) }
}

impl NoMethod<'_> {
    pub(crate) fn at(&self, place: Place) -> Finding {
        let Self(text) = self;
        let finding = Finding::error("E003", place, format!("`{text}` is not an HTTP method"));
        let upper = text.to_ascii_uppercase();
        finding.help(if upper == *text {
            "write `GET`, `POST`, …".to_owned()
        } else {
            format!("methods are upper case: `{upper}`")
        })
    }
}
