//! The document about every part of the service: `roamgate.status/v1`.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::Health;
use crate::decision_log::{Counts, DecisionLog};
use crate::gate::{Revision, Waiting};
use crate::policy::Override;
use crate::reload::{Reload, ReloadStatus};

#[cfg(feature = "camara")]
mod aggregator;

pub(super) fn of(health: &Health) -> Value {
    let parts = &*health.0;
    let files: Vec<_> = parts.files.iter().map(|(name, it)| watched(name, it)).collect();
    let caches = parts.caches.iter().map(|(name, tell)| {
        let entries = tell();
        json!({ "name": **name, "answers": entries.answers, "failures": entries.failures })
    });
    json!({
        "schema": SCHEMA,
        "version": env!("CARGO_PKG_VERSION"),
        "now": moment(parts.gate.now()),
        "ready": health.is_ready(),
        "mode": if parts.gate.observes() { "observed" } else { "enforced" },
        "revisions": parts.gate.revisions().iter().map(revision).collect::<Vec<_>>(),
        "overrides": parts.gate.overrides().iter().map(overriding).collect::<Vec<_>>(),
        "waiting": waiting(parts.gate.waiting()),
        "files": files,
        "aggregators": aggregators(health),
        "caches": caches.collect::<Vec<_>>(),
        "decisionLog": parts.log.as_ref().map(log),
    })
}

/// A policy that decides or decided; the first of them decides.
fn revision(revision: &Revision) -> Value {
    json!({
        "hash": revision.hash.to_string(),
        "rules": revision.rules,
        "source": *revision.source,
        "since": moment(revision.since),
        "active": revision.is_active,
        "withdrawn": revision.is_withdrawn,
    })
}

/// An override that lives.
fn overriding(one: &Override) -> Value {
    json!({
        "name": *one.name,
        "set": one.set,
        "rules": one.rules.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
        "expires": moment(one.expires),
        "ticket": *one.ticket,
        "approvedBy": *one.approved_by,
    })
}

/// The checks that wait for the network.
fn waiting(waiting: Waiting) -> Value {
    let Waiting { now, capacity, shed, cancelled } = waiting;
    json!({ "now": now, "capacity": capacity, "shed": shed, "cancelled": cancelled })
}

fn watched(name: &str, reload: &Reload) -> Value {
    let ReloadStatus {
        source,
        active,
        rules,
        since,
        error,
        stale_since,
        checked,
        reloads,
        failures,
        ..
    } = reload.status();
    json!({
        "name": name,
        "source": *source,
        "active": active,
        "rules": rules,
        "since": moment(since),
        "error": error.as_deref(),
        "staleSince": stale_since.and_then(moment),
        "checked": checked.and_then(moment),
        "reloads": reloads,
        "failures": failures,
    })
}

fn log(log: &DecisionLog) -> Value {
    let Counts { written, lost, queued, failure } = log.counts();
    json!({ "written": written, "lost": lost, "queued": queued, "failure": failure })
}

#[cfg(feature = "camara")]
fn aggregators(health: &Health) -> Vec<Value> {
    let aggregators = health.0.aggregators.iter();
    aggregators.map(|(name, tell)| aggregator::of(name, &tell())).collect()
}

#[cfg(not(feature = "camara"))]
fn aggregators(_: &Health) -> Vec<Value> {
    Vec::new()
}

fn moment(moment: SystemTime) -> Option<String> {
    let moment = jiff::Timestamp::try_from(moment).ok()?;
    Some(format!("{moment:.3}"))
}

const SCHEMA: &str = "roamgate.status/v1";
