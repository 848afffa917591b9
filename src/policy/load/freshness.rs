//! `freshness`: how old an answer may be, and how long a request may wait for one.

use std::time::Duration;

use crate::document::{Fields, Finding, Known, Node, Report};
use crate::policy::asking::{Asking, Places, Purpose};
use crate::policy::freshness::Freshness;

const FRESHNESS: Known = Known {
    what: "`freshness`",
    keys: &["maxAge", "maxStatusAge", "staleWhileRevalidate", "staleIfError", "maxWait", "purpose"],
    unbuilt: &[],
};

/// Reads a block over what holds without it: keys that it does not name stay as they were.
pub(super) fn load(node: Option<&Node>, base: Asking, report: &mut Report) -> Asking {
    let Some(fields) = node.and_then(|node| Fields::of(node, FRESHNESS, report)) else {
        return base;
    };
    let mut duration = |key| fields.get(key).and_then(|node| node.expect_duration(key, report));
    let Freshness { max_age, stale_while_revalidate, stale_if_error, .. } = base.freshness;
    let freshness = Freshness {
        max_age: duration("maxAge").unwrap_or(max_age),
        stale_while_revalidate: duration("staleWhileRevalidate").unwrap_or(stale_while_revalidate),
        stale_if_error: duration("staleIfError").unwrap_or(stale_if_error),
        ..base.freshness
    };
    let status_age = fields.get("maxStatusAge").and_then(|node| max_status_age(node, report));
    let wait = fields.get("maxWait").and_then(|node| max_wait(node, report));
    let freshness = Freshness {
        max_status_age: status_age.unwrap_or(freshness.max_status_age),
        max_wait: wait.unwrap_or(freshness.max_wait),
        ..freshness
    };
    let purpose = fields.get("purpose").and_then(|node| purpose(node, report));
    let place = |key| fields.get(key).map(|node| node.place);
    let places = Places {
        max_wait: place("maxWait").or(base.places.max_wait),
        stale_if_error: place("staleIfError").or(base.places.stale_if_error),
    };
    Asking { freshness, purpose: purpose.or(base.purpose), places, ..base }
}

/// A duration, or `none` for any age.
fn max_status_age(node: &Node, report: &mut Report) -> Option<Option<Duration>> {
    const HELP: &str = "write how long ago the network may have confirmed the status, such as `1d`, or `none` for any time";
    if node.text() == Some("none") {
        return Some(None);
    }
    let age = node.expect_duration_or("maxStatusAge", HELP, report)?;
    if age.is_zero() {
        let message = format!("{} as `maxStatusAge` believes no answer at all", node.quoted());
        report.add(Finding::error("E023", node.place, message).help(HELP));
    }
    Some(Some(age))
}

fn max_wait(node: &Node, report: &mut Report) -> Option<Duration> {
    let wait = node.expect_duration("maxWait", report)?;
    if wait.is_zero() {
        let message = format!("{} as `maxWait` leaves no time for any answer", node.quoted());
        let help = "write how long a request may wait, such as `800ms`; where none shall wait, write `lookup: cachedOnly` in `routeSettings`";
        report.add(Finding::error("E023", node.place, message).help(help));
    }
    Some(wait)
}

fn purpose(node: &Node, report: &mut Report) -> Option<Purpose> {
    let name = node.expect_text("purpose", report)?;
    let fits = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    if !fits {
        let message = format!("`{}` is not a purpose", name.escape_debug());
        let help = "write the name under which the service asks, without spaces: `dpv:FraudPreventionAndDetection`";
        report.add(Finding::error("E009", node.place, message).help(help));
    }
    fits.then(|| Purpose { name: name.into(), place: node.place })
}
