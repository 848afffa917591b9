//! The document as a whole.

use std::sync::Arc;
use std::time::Duration;

use super::accepts;
use super::attributes::{Declared, FactTable};
use super::condition::{Conditions, Reader};
use super::defaults::{self, Defaults};
use super::exceptions::ExceptionDraft;
use super::groups::Groups;
use super::routes::{self, Route};
use super::rules::{self, RuleDraft};
use super::{exceptions, mode, route_settings};
use crate::country::GroupsEdition;
use crate::document::{Fields, Finding, Known, Node, NodeKind, Place, Report, Source, nearest};
use crate::policy::asking::Asking;
use crate::policy::effect::Effect;
use crate::policy::lint::Accept;
use crate::policy::rule::Mode;

/// A policy file, lowered.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) source: Source,
    pub(crate) metadata: Metadata,
    pub(crate) unmatched: Effect,
    pub(crate) answers: Answers,
    pub(crate) edition: GroupsEdition,
    pub(crate) routes: Vec<Route>,
    /// How each route asks about lines, by its position.
    pub(crate) askings: Vec<Asking>,
    pub(crate) groups: Vec<(Arc<str>, Place, bool)>,
    pub(crate) conditions: Vec<(Arc<str>, Place, bool)>,
    pub(crate) facts: Vec<Declared>,
    pub(crate) rules: Vec<RuleDraft>,
    /// Every rule could be read.
    pub(crate) is_whole: bool,
    pub(crate) exceptions: Vec<ExceptionDraft>,
    pub(crate) mode: Mode,
    /// Where `onUnknown` of the defaults stands.
    pub(crate) on_unknown_place: Place,
    pub(crate) accepts: Vec<Accept>,
}

/// Whose file it is.
#[derive(Debug)]
pub(crate) struct Metadata {
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
    pub(crate) owner: Option<Arc<str>>,
    /// `severity: high`.
    pub(crate) is_severe: bool,
}

/// What refusals tell the client.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Answers {
    /// 503, or 403 where load balancers eject what answers 503.
    pub(crate) try_again_status: u16,
    pub(crate) retry_after: Duration,
    /// The client is told the rule and the reason.
    pub(crate) exposes_rule: bool,
}

impl Answers {
    pub(crate) const STANDARD: Self =
        Self { try_again_status: 503, retry_after: Duration::from_secs(5), exposes_rule: false };
}

impl Default for Answers {
    fn default() -> Self {
        Self::STANDARD
    }
}

const DOCUMENT: Known = Known {
    what: "a policy",
    keys: &[
        "apiVersion",
        "kind",
        "metadata",
        "defaults",
        "countryGroups",
        "attributes",
        "freshness",
        "routes",
        "routeSettings",
        "groupsVersion",
        "conditions",
        "rules",
        "exceptions",
        "mode",
        "lint",
    ],
    unbuilt: &[],
};

const METADATA: Known =
    Known { what: "`metadata`", keys: &["name", "owner", "severity", "version"], unbuilt: &[] };

/// Lowers a document. What could be read is returned even where something is wrong, so that
/// checks over several files see it; the caller asks the report whether the file stands.
pub(crate) fn load_file(root: &Node, source: &Source, report: &mut Report) -> Option<File> {
    if matches!(root.kind, NodeKind::Map(_))
        && DOCUMENT.keys.iter().all(|key| root.get(key).is_none())
    {
        report.add(Finding::foreign(root.place));
        return None;
    }
    let fields = Fields::of(root, DOCUMENT, report)?;
    check_kind(&fields, report);
    let metadata = metadata(&fields, report);
    let edition = edition(&fields, report);
    let mode = mode::of_file(&fields, report);
    let mut groups = Groups::load(fields.get("countryGroups"), edition, report);
    let mut conditions = Conditions::load(fields.get("conditions"), report);
    let mut facts = FactTable::load(fields.get("attributes"), report);
    let mut reader = Reader { groups: &mut groups, conditions: &mut conditions, facts: &mut facts };
    reader.check_conditions(report);
    // The lists of a condition are those of the rules that name it.
    reader.groups.take_written();
    let defaults =
        fields.required("defaults", report).and_then(|node| defaults::load(node, report));
    let Defaults { unmatched, on_unknown, step_up, answers } = defaults.unwrap_or_default();
    let routes = fields
        .required("routes", report)
        .map(|node| routes::load(node, report))
        .unwrap_or_default();
    let askings = route_settings::load(&fields, &routes, report);
    let mut context =
        rules::Context { routes: &routes, reader, on_unknown, step_up, file_mode: mode };
    let (rules, is_whole) = rules(&fields, &mut context, report);
    let exceptions = exceptions::load(&fields, &mut context.reader, report);
    route_settings::check(&askings, &routes, &rules, report);
    let (groups, conditions) = (groups.usage(), conditions.usage());
    Some(File {
        source: source.clone(),
        metadata: metadata?,
        unmatched,
        answers,
        edition,
        routes,
        askings,
        groups,
        conditions,
        facts: facts.finish(),
        rules,
        is_whole,
        exceptions,
        mode,
        on_unknown_place: place_of_on_unknown(&fields),
        accepts: accepts::load(&fields, report),
    })
}

/// The rules, and whether every one could be read.
fn rules(
    fields: &Fields<'_>,
    context: &mut rules::Context<'_>,
    report: &mut Report,
) -> (Vec<RuleDraft>, bool) {
    let nodes = fields.required("rules", report).and_then(|node| node.expect_list("rules", report));
    let nodes = nodes.unwrap_or_default();
    let rules: Vec<_> =
        nodes.iter().filter_map(|node| rules::load(node, context, report)).collect();
    let is_whole = rules.len() == nodes.len();
    (rules, is_whole)
}

fn place_of_on_unknown(fields: &Fields<'_>) -> Place {
    let on_unknown = fields.get("defaults").and_then(|defaults| defaults.get("onUnknown"));
    on_unknown.map_or(fields.place(), |node| node.place)
}

fn check_kind(fields: &Fields<'_>, report: &mut Report) {
    for (key, expected) in [("apiVersion", "roamgate/v1"), ("kind", "RoamingPolicy")] {
        let (code, place, message) = match fields.get(key) {
            Some(node) if node.text() == Some(expected) => continue,
            Some(node) => {
                ("E004", node.place, format!("{} is not the `{key}` of a policy", node.quoted()))
            }
            // Without the version it is somebody else's file.
            None => {
                let code = if key == "apiVersion" { "E004" } else { "E018" };
                (code, fields.place(), format!("a policy needs the key `{key}`"))
            }
        };
        let help = format!("write `{key}: {expected}`");
        report.add(Finding::error(code, place, message).help(help));
    }
}

fn metadata(fields: &Fields<'_>, report: &mut Report) -> Option<Metadata> {
    let metadata = Fields::of(fields.required("metadata", report)?, METADATA, report)?;
    let severities = [("normal", false), ("high", true)];
    let severity = metadata.get("severity");
    let is_severe = severity.and_then(|node| node.expect_word("severity", &severities, report));
    metadata.text("version", report);
    let owner = metadata.text("owner", report);
    let name = metadata.required_text("name", report)?;
    let node = metadata.get("name")?;
    super::identifier::check("policy name", node, name, report);
    let (name, owner) = (name.into(), owner.map(Into::into));
    Some(Metadata { name, place: node.place, owner, is_severe: is_severe.unwrap_or_default() })
}

fn edition(fields: &Fields<'_>, report: &mut Report) -> GroupsEdition {
    let Some(node) = fields.get("groupsVersion") else { return GroupsEdition::OLDEST };
    let written = node.written().unwrap_or_default();
    let found = GroupsEdition::from_date(written);
    if found.is_none() {
        let message = format!("{} is not an edition of the country groups", node.quoted());
        let editions: Vec<_> = GroupsEdition::all().map(GroupsEdition::date).collect();
        let near = nearest(written, editions.iter().copied());
        let help = near.map_or_else(
            || format!("the editions are {}", editions.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        report.add(Finding::error("E007", node.place, message).help(help));
    }
    found.unwrap_or(GroupsEdition::OLDEST)
}
