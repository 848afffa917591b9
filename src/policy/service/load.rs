//! From nodes to a manifest: every problem of the file at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Manifest;
use super::route::ServiceRoute;
use crate::document::{
    Fields, Finding, Known, Node, NodeKind, Problem, Report, Source, advise, parse, visible,
};
use crate::policy::fact::FactKind;
use crate::policy::keys::SERVICE;
use crate::policy::load::{check_identifier, header_name, is_attribute_name, words};

const DOCUMENT: Known = Known {
    what: "a service file",
    keys: &[
        "apiVersion",
        "kind",
        "metadata",
        "routes",
        "attributes",
        "trustedHeaders",
        "assurance",
    ],
    unbuilt: &[],
};
const METADATA: Known = Known { what: "`metadata`", keys: &["name", "owner"], unbuilt: &[] };
pub(super) fn load(source: &Source) -> Result<Manifest, Vec<Problem>> {
    let mut report = Report::new(source);
    let read = parse(source, &mut report).and_then(|root| {
        let manifest = document(&root, source, &mut report);
        advise(&root, &SERVICE, &mut report);
        manifest
    });
    match read.filter(|_| !report.has_errors()) {
        Some(manifest) => Ok(manifest),
        None => Err(report.finish()),
    }
}

fn document(root: &Node, source: &Source, report: &mut Report) -> Option<Manifest> {
    let fields = Fields::of(root, DOCUMENT, report)?;
    fields.expect_kind("Service", report);
    let metadata = fields.required("metadata", report);
    let metadata = metadata.and_then(|node| Fields::of(node, METADATA, report));
    let owner = metadata.as_ref().and_then(|metadata| metadata.text("owner", report));
    let name = metadata.and_then(|metadata| name(&metadata, report));
    let routes = fields.get("routes").map(|node| routes(node, report));
    let attributes = fields.get("attributes").map(|node| attributes(node, report));
    let headers = fields.get("trustedHeaders").map(|node| headers(node, report));
    let assurance = fields.get("assurance").and_then(|node| assurance(node, report));
    Some(Manifest {
        name: name?,
        owner: owner.map(|owner| visible(owner).into()),
        routes,
        attributes: attributes.unwrap_or_default(),
        trusted_headers: headers.unwrap_or_default(),
        assurance: assurance.unwrap_or_default(),
        source: source.clone(),
    })
}

fn name(metadata: &Fields<'_>, report: &mut Report) -> Option<Arc<str>> {
    let node = metadata.required("name", report)?;
    let name = node.expect_text("name", report)?;
    check_identifier("service name", node, name, report).then(|| name.into())
}

fn routes(node: &Node, report: &mut Report) -> Vec<ServiceRoute> {
    let items = node.expect_list("routes", report).unwrap_or_default();
    items.iter().filter_map(|item| route(item, report)).collect()
}

fn route(node: &Node, report: &mut Report) -> Option<ServiceRoute> {
    let text = node.expect_item("routes", report)?;
    ServiceRoute::read(text, node.place).map_err(|finding| report.add(finding)).ok()
}

fn attributes(node: &Node, report: &mut Report) -> BTreeMap<Arc<str>, FactKind> {
    let entries = node.expect_map("attributes", report).unwrap_or_default();
    let read = entries.iter().filter_map(|(key, value)| {
        let name = key.text()?;
        let is_name = is_attribute_name(key, name, report);
        let kind = kind(name, value, report)?;
        is_name.then(|| (name.into(), kind))
    });
    read.collect()
}

/// The name of a type, or the words of an enum.
fn kind(name: &str, node: &Node, report: &mut Report) -> Option<FactKind> {
    match &node.kind {
        NodeKind::List(_) => words(node, name, report).map(FactKind::Enum),
        NodeKind::Map(_) => {
            let message = "the type of an attribute is a word, or the list of an enum's words; this is a block of keys";
            let help = format!("write `{name}: number`, or `{name}: [retail, private]`");
            report.add(Finding::error("E022", node.place, message).help(help));
            None
        }
        NodeKind::Text(word) if word == "enum" => {
            let help = format!("list its words: `{name}: [retail, private]`");
            let message = format!("`enum` is not a value of `{name}`");
            report.add(Finding::error("E003", node.place, message).help(help));
            None
        }
        _ => {
            let names: Vec<_> = FactKind::plain_names().map(|name| (name, name)).collect();
            FactKind::from_name(node.expect_word(name, &names, report)?)
        }
    }
}

fn headers(node: &Node, report: &mut Report) -> BTreeSet<Arc<str>> {
    let items = node.expect_list("trustedHeaders", report).unwrap_or_default();
    let read = items.iter().filter_map(|item| {
        let text = item.expect_item("trustedHeaders", report)?;
        header_name(item, text, report)
    });
    read.collect()
}

fn assurance(node: &Node, report: &mut Report) -> Option<bool> {
    let NodeKind::Bool(is, _) = node.kind else {
        let message = format!("`assurance` is `true` or `false`, this is {}", node.describe());
        let help = "write `assurance: true` where `acr` and `auth_time` are supplied";
        report.add(Finding::error("E022", node.place, message).help(help));
        return None;
    };
    Some(is)
}
