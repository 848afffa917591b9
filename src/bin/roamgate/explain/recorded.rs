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
use crate::screen::{self, row, shown};
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
    /// The request did not go on: its record was not written in time.
    withdrawn: bool,
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
    let recorded = find(id, path)?;
    let judged = policy.map(|policy| {
        let explanation = Replayer::new(&policy).explain(&recorded.record);
        Judged { policy, explanation }
    });
    match format {
        Format::Human => screen::print(&spell_out(&recorded, judged.as_ref()))?,
        Format::Json => screen::print_json(&document(&recorded, judged.as_ref()))?,
    }
    Ok(Exit::Fine)
}

/// A record, and what later lines say of it.
struct Recorded {
    record: DecisionRecord,
    is_withdrawn: bool,
}

fn find(id: &str, path: &Path) -> Result<Recorded, Failure> {
    let (mut found, mut is_withdrawn) = (None, false);
    let (mut lost, mut unreadable) = (0, 0);
    for entry in log::read(path)? {
        match entry?.1 {
            Entry::Decision(record) if record.id == id => found = Some(*record),
            Entry::Withdrawn(withdrawn) if withdrawn == id => is_withdrawn = true,
            Entry::Gap(count) => lost += count,
            Entry::Unreadable(_) => unreadable += 1,
            _ => {}
        }
    }
    let missing = || {
        let label = crate::paint::error_label();
        let mut told = format!("{label}`{}` has no record of this decision", path.display());
        if lost > 0 || unreadable > 0 {
            told += &format!(
                "; it declares {lost} records lost, and {unreadable} lines of it cannot be read"
            );
        }
        Failure::new(Exit::Usage, told + "; there may be older files of the log")
    };
    found.map(|record| Recorded { record, is_withdrawn }).ok_or_else(missing)
}

fn document<'a>(recorded: &'a Recorded, judged: Option<&'a Judged>) -> Document<'a> {
    let record = &recorded.record;
    let explanation = judged.and_then(|it| {
        let explanation = it.explanation.as_ref().ok()?.as_ref()?;
        Some(json::Document::decided(record.route.as_deref(), explanation, it.policy.hash()))
    });
    Document {
        record,
        withdrawn: recorded.is_withdrawn,
        same_policy: judged.map(|it| is_same(record, &it.policy)),
        explanation,
        not_explained: judged.and_then(|it| it.explanation.as_ref().err().map(ToString::to_string)),
    }
}

fn is_same(record: &DecisionRecord, policy: &Policy) -> bool {
    record.policy == policy.hash().to_string()
}

fn spell_out(recorded: &Recorded, judged: Option<&Judged>) -> String {
    let record = &recorded.record;
    let effects = [Effect::Allow, Effect::StepUp, Effect::Deny];
    let effect = effects.into_iter().find(|effect| effect.name() == record.effect);
    let effect = paint(of_effect(effect.unwrap_or(Effect::Deny)), shown(&record.effect));
    let heading = format!("decision {} at {}", record.id, record.time);
    let heading = paint(BOLD, shown(&heading));
    let rules = judged.map(|it| grounds(record, it)).unwrap_or_default();
    format!(
        "{effect}  {heading}\n\n{}{rules}\n{}\n",
        rows(recorded),
        paint(DIM, shown(&record.policy))
    )
}

/// A row of what the log says.
fn told(name: &str, value: &str) -> String {
    row(name, &shown(value))
}

fn rows(recorded: &Recorded) -> String {
    let record = &recorded.record;
    let request = record.request.as_ref().map(|aim| {
        let template = aim.template.as_deref().unwrap_or("a path of no route");
        format!("{} {template}", aim.method)
    });
    let no_route = "none: the request belongs to no route";
    let mut text = told("request", request.as_deref().unwrap_or("a question of a handler"));
    text += &told("route", record.route.as_deref().unwrap_or(no_route));
    text += &told("rule", record.rule.as_deref().unwrap_or("none"));
    text += &told("reason", record.reason.as_deref().unwrap_or("none"));
    text += &told("line", &line(record));
    for (name, value) in &record.facts {
        text += &told("fact", &format!("{name}: {}", written(value)));
    }
    if !record.left_out.is_empty() {
        text += &told("left out", &record.left_out.join(", "));
    }
    if let Some(fault) = &record.fault {
        text += &told("fault", &format!("{fault}: refused whatever the rules say"));
    }
    if recorded.is_withdrawn {
        text += &row("withdrawn", WITHDRAWN);
    }
    if !record.overrides.is_empty() {
        text += &told("overrides", &record.overrides.join(", "));
    }
    if record.observed {
        text += &row("observed", "the gate only observed: the request went on");
    }
    if let Some(subject) = &record.subject {
        text += &told("subject", &format!("{} (key {})", subject.hmac, subject.key));
    }
    if let Some(digits) = &record.digits {
        text += &told("number", &format!("ends in {digits}"));
    }
    text + &told("asked as", &record.correlator)
}

const WITHDRAWN: &str = "the request did not go on: its record was not written in time, and the client was told to \
    try again (503), or had left";

fn line(record: &DecisionRecord) -> String {
    let asked = record.line.as_ref().and_then(|line| line.asked.as_ref());
    let asked = asked.map(|ago| format!(", asked {ago} before")).unwrap_or_default();
    format!("{}{asked}", log::line_state(record))
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => "missing".to_owned(),
        Value::Object(cell) if cell.contains_key("misfit") => "no value of its type".to_owned(),
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
        Err(why) => format!("\nthe rules cannot be spelled out: {}\n", shown(&why.to_string())),
    }
}
