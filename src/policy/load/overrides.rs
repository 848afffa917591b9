//! `kind: Override`: for one bad night, rules do not mean what they say.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::unknown;
use crate::document::{
    Fields, Finding, Known, Node, NodeKind, Place, Report, Source, Until, advise, parse, visible,
};
use crate::policy::keys::OVERRIDE;
use crate::policy::rule::{Replies, Setting};

/// An override as its file has it.
#[derive(Debug)]
pub(crate) struct OverrideDraft {
    pub(crate) source: Source,
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
    pub(crate) target: Target,
    pub(crate) set: Setting,
    pub(crate) set_place: Place,
    pub(crate) expires: Until,
    pub(crate) ticket: Arc<str>,
    pub(crate) approved_by: Arc<str>,
}

/// Which rules it is for.
#[derive(Debug)]
pub(crate) enum Target {
    /// Those with these ids.
    Rules(Vec<(Arc<str>, Place)>),
    /// Those of the policies with these names.
    Policies(Vec<(Arc<str>, Place)>),
    All,
}

impl OverrideDraft {
    /// No override lives for longer: whoever needs more time decides again.
    pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

    /// The moment before which it does not live, however early it is written.
    pub(crate) fn begins(&self) -> Option<SystemTime> {
        self.expires.moment().checked_sub(Self::LONGEST)
    }
}

const DOCUMENT: Known = Known {
    what: "an override",
    keys: &[
        "apiVersion",
        "kind",
        "metadata",
        "rules",
        "files",
        "all",
        "set",
        "expires",
        "ticket",
        "approvedBy",
    ],
    unbuilt: &[],
};
const METADATA: Known = Known { what: "`metadata`", keys: &["name", "owner"], unbuilt: &[] };
const SET: Known = Known { what: "`set`", keys: &["onUnknown"], unbuilt: &[] };

/// What can be set by a word.
const SETTINGS: &[(&str, Setting)] = &[("off", Setting::Off), ("shadow", Setting::Shadow)];

/// The keys that say which rules are meant.
const TARGETS: [&str; 3] = ["rules", "files", "all"];

/// What nobody may forget, and what to write.
const LIMITS: [(&str, &str); 3] = [
    ("expires", "write when it ends, at most 24 hours ahead: `expires: 2027-03-01T06:00:00Z`"),
    ("ticket", "write where it was decided, such as `ticket: INC-4711`"),
    ("approvedBy", "write who decided it, such as `approvedBy: ciso@bank.example`"),
];

/// Reads an override. Where a moment counts as now, it must end within a day.
pub(super) fn load(
    source: &Source,
    now: Option<SystemTime>,
    report: &mut Report,
) -> Option<OverrideDraft> {
    let root = parse(source, report)?;
    let draft = document(&root, source, report);
    advise(&root, &OVERRIDE, report);
    let draft = draft?;
    if now.is_some() {
        report_span(&draft, now, report);
    }
    Some(draft)
}

fn document(root: &Node, source: &Source, report: &mut Report) -> Option<OverrideDraft> {
    let fields = Fields::of(root, DOCUMENT, report)?;
    fields.expect_kind("Override", report);
    let name = fields.required("metadata", report).and_then(|node| name(node, report));
    let target = target(&fields, report);
    let set = fields.required("set", report).and_then(|node| Some((setting(node, report)?, node)));
    for (key, help) in LIMITS.iter().filter(|(key, _)| fields.get(key).is_none()) {
        let message = format!("an override needs the key `{key}`");
        report.add(Finding::error("E010", fields.place(), message).help(*help));
    }
    let expires = fields.get("expires").and_then(|node| node.expect_until(report));
    let [ticket, approved_by] = ["ticket", "approvedBy"].map(|key| fields.text(key, report));
    let ((name, place), (set, node)) = (name?, set?);
    Some(OverrideDraft {
        source: source.clone(),
        name,
        place,
        target: target?,
        set,
        set_place: node.place,
        expires: expires?,
        ticket: visible(ticket?).into(),
        approved_by: visible(approved_by?).into(),
    })
}

fn name(node: &Node, report: &mut Report) -> Option<(Arc<str>, Place)> {
    let metadata = Fields::of(node, METADATA, report)?;
    metadata.text("owner", report);
    let node = metadata.required("name", report)?;
    let name = node.expect_text("name", report)?;
    let is_name = super::identifier::check("override name", node, name, report);
    is_name.then(|| (name.into(), node.place))
}

fn target(fields: &Fields<'_>, report: &mut Report) -> Option<Target> {
    let written: Vec<_> = TARGETS.iter().filter_map(|key| fields.entry(key)).collect();
    let (key, node) = match written.as_slice() {
        [one] => *one,
        [] => {
            let message = "an override says for which rules it is, by `rules`, `files` or `all`";
            let help = "add `rules: [RULE]`, `files: [POLICY]` or `all: true`";
            report.add(Finding::error("E013", fields.place(), message).help(help));
            return None;
        }
        [_, (key, _), ..] => {
            let message = "an override has one of `rules`, `files` and `all`";
            let help = "keep one of them; several overrides may live at a time";
            report.add(Finding::error("E013", key.place, message).help(help));
            return None;
        }
    };
    match key.text()? {
        "rules" => names("rules", node, report).map(Target::Rules),
        "files" => names("files", node, report).map(Target::Policies),
        _ if node.expect_bool("all", report)? => Some(Target::All),
        _ => {
            let help = "write `all: true`, or name `rules` or `files` instead";
            let message = "`all: false` means no rule at all";
            report.add(Finding::error("E003", node.place, message).help(help));
            None
        }
    }
}

fn names(key: &str, node: &Node, report: &mut Report) -> Option<Vec<(Arc<str>, Place)>> {
    let items = node.expect_list(key, report)?;
    if items.is_empty() && matches!(node.kind, NodeKind::List(_)) {
        let message = format!("`{key}` of the override names nothing");
        let help = match key {
            "rules" => "list the rules that it is for, by their ids",
            _ => "list the policies that it is for, by the `name` in their `metadata`",
        };
        report.add(Finding::error("E018", node.place, message).help(help));
        return None;
    }
    let named = |item: &Node| Some((item.expect_item(key, report)?.into(), item.place));
    Some(items.iter().filter_map(named).collect())
}

fn setting(node: &Node, report: &mut Report) -> Option<Setting> {
    let NodeKind::Map(_) = node.kind else {
        return node.expect_word("set", SETTINGS, report);
    };
    let fields = Fields::of(node, SET, report)?;
    let answers = unknown::load(fields.required("onUnknown", report)?, false, report)?;
    Some(Setting::OnUnknown(Replies::from_fn(|reason| answers.get(reason))))
}

/// An override that lives for longer than a day is none, and one that is over is no use.
fn report_span(draft: &OverrideDraft, now: Option<SystemTime>, report: &mut Report) {
    let OverrideDraft { name, expires, .. } = draft;
    if expires.is_over(now) {
        let message = format!("the override `{name}` ended on {}", expires.written);
        report.add(Finding::note("N116", expires.place, message).help("remove its file"));
    } else if !expires.is_over_in(OverrideDraft::LONGEST, now) {
        let message = "an override ends at most 24 hours ahead";
        let help =
            "write an earlier `expires`; what holds for longer is an exception, or another policy";
        report.add(Finding::error("E011", expires.place, message).help(help));
    }
}
