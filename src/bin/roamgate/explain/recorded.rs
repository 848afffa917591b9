//! A decision that is on record, spelled out.

use std::path::{Path, PathBuf};

use roamgate::decision_log::DecisionRecord;
use roamgate::policy::Explanation;
use roamgate::replay::{Entry, Replayer, Unreplayable};
use roamgate::{Effect, Policy};
use serde::Serialize;
use serde_json::Value;

use super::{human, json};
use crate::exit::{Exit, Failure};
use crate::paint::{BOLD, DIM, of_effect, paint};
use crate::screen::{self, row};
use crate::{Format, log, policies};

/// The id of a decision, as clients and logs have it.
pub(super) fn parse_id(text: &str) -> Result<String, String> {
    let is_id = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_id {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("it is the `instance` of an answer: 32 hexadecimal digits".to_owned()),
    }
}

/// What a policy says of the record.
struct Judged {
    policy: Policy,
    explanation: Result<Option<Explanation>, Unreplayable>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    record: &'a DecisionRecord,
    /// The policy that explains is the one that decided.
    same_policy: Option<bool>,
    explanation: Option<json::Document<'a>>,
    not_explained: Option<String>,
}

pub(super) fn explain(
    id: &str,
    path: &Path,
    paths: &[PathBuf],
    format: Format,
) -> Result<Exit, Failure> {
    let policy = if paths.is_empty() { None } else { Some(policies::load(paths)?) };
    let record = find(id, path)?;
    let judged = policy.map(|policy| {
        let explanation = Replayer::new(&policy).explain(&record);
        Judged { policy, explanation }
    });
    match format {
        Format::Human => screen::print(&spell_out(&record, judged.as_ref()))?,
        Format::Json => screen::print_json(&document(&record, judged.as_ref()))?,
    }
    Ok(Exit::Fine)
}

fn find(id: &str, path: &Path) -> Result<DecisionRecord, Failure> {
    for entry in log::read(path)? {
        if let (_, Entry::Decision(record)) = entry?
            && record.id == id
        {
            return Ok(*record);
        }
    }
    Err(Failure::new(
        Exit::Usage,
        format!(
            "{}`{}` has no record of this decision",
            crate::paint::error_label(),
            path.display()
        ),
    ))
}

fn document<'a>(record: &'a DecisionRecord, judged: Option<&'a Judged>) -> Document<'a> {
    let explanation = judged.and_then(|it| {
        let explanation = it.explanation.as_ref().ok()?.as_ref()?;
        Some(json::Document::decided(record.route.as_deref(), explanation, it.policy.hash()))
    });
    Document {
        record,
        same_policy: judged.map(|it| is_same(record, &it.policy)),
        explanation,
        not_explained: judged.and_then(|it| it.explanation.as_ref().err().map(ToString::to_string)),
    }
}

fn is_same(record: &DecisionRecord, policy: &Policy) -> bool {
    record.policy == policy.hash().to_string()
}

fn spell_out(record: &DecisionRecord, judged: Option<&Judged>) -> String {
    let effects = [Effect::Allow, Effect::StepUp, Effect::Deny];
    let effect = effects.into_iter().find(|effect| effect.name() == record.effect);
    let effect = paint(of_effect(effect.unwrap_or(Effect::Deny)), &record.effect);
    let heading = paint(BOLD, format_args!("decision {} at {}", record.id, record.time));
    let rules = judged.map(|it| grounds(record, it)).unwrap_or_default();
    format!("{effect}  {heading}\n\n{}{rules}\n{}\n", rows(record), paint(DIM, &record.policy))
}

fn rows(record: &DecisionRecord) -> String {
    let request = record.request.as_ref().map(|aim| {
        let template = aim.template.as_deref().unwrap_or("a path of no route");
        format!("{} {template}", aim.method)
    });
    let mut text = row("request", request.as_deref().unwrap_or("a question of a handler"));
    text +=
        &row("route", record.route.as_deref().unwrap_or("none: the request belongs to no route"));
    text += &row("rule", record.rule.as_deref().unwrap_or("none"));
    text += &row("reason", record.reason.as_deref().unwrap_or("none"));
    text += &row("line", &line(record));
    for (name, value) in &record.facts {
        let value = if value.is_null() { "missing".to_owned() } else { written(value) };
        text += &row("fact", &format!("{name}: {value}"));
    }
    if !record.left_out.is_empty() {
        text += &row("left out", &record.left_out.join(", "));
    }
    if let Some(fault) = &record.fault {
        text += &row("fault", &format!("{fault}: refused whatever the rules say"));
    }
    if !record.overrides.is_empty() {
        text += &row("overrides", &record.overrides.join(", "));
    }
    if record.observed {
        text += &row("observed", "the gate only observed: the request went on");
    }
    if let Some(subject) = &record.subject {
        text += &row("subject", &format!("{} (key {})", subject.hmac, subject.key));
    }
    text + &row("asked as", &record.correlator)
}

fn line(record: &DecisionRecord) -> String {
    let asked = record.line.as_ref().and_then(|line| line.asked.as_ref());
    let asked = asked.map(|ago| format!(", asked {ago} before")).unwrap_or_default();
    format!("{}{asked}", log::line_state(record))
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(written).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn grounds(record: &DecisionRecord, judged: &Judged) -> String {
    let note = match is_same(record, &judged.policy) {
        true => String::new(),
        false => {
            format!("\nanother policy decided; this one is {}, and says:\n", judged.policy.hash())
        }
    };
    match &judged.explanation {
        Ok(Some(explanation)) => note + &human::rules(explanation) + &human::shadows(explanation),
        Ok(None) => note,
        Err(why) => format!("\nthe rules cannot be spelled out: {why}\n"),
    }
}
