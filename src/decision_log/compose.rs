//! From a decision to its record, on the request's path: nothing here waits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::cells::{Cell, cell};
use super::record::{Aim, AssuranceSeen, DecisionRecord, LineSeen, MISFIT};
use super::subject_key::SubjectKey;
use crate::audit::{Evidence, Record};
use crate::country::CountrySet;
use crate::line::{Identifier, Line};
use crate::policy::{AskedFact, Effect, FactValue, Freshness, NUMBER_COUNTRY};
use crate::status::{LineState, RoamingStatus, UnknownReason};

/// What records say, and what they leave out.
#[derive(Clone, Debug)]
pub(super) struct Contents {
    pub(super) left_out: Vec<Arc<str>>,
    pub(super) subject_key: Option<SubjectKey>,
    pub(super) has_digits: bool,
    pub(super) in_cells: bool,
}

/// No text of a record is longer.
pub(super) const LONGEST: usize = 256;
/// No list of a fact has more items.
pub(super) const MOST: usize = 64;

impl Contents {
    pub(super) fn record(&self, record: &Record<'_>) -> DecisionRecord {
        let Record { decision, observed, evidence, .. } = record;
        let (facts, mut left_out) = self.facts(evidence);
        let (subject, class) = (evidence.subject, evidence.class);
        let acr = subject.and_then(|subject| subject.acr.as_deref());
        let is_unwanted = self.left_out.iter().any(|name| **name == *"acr");
        let is_kept = acr.is_none_or(|acr| acr.len() <= LONGEST && !is_unwanted);
        left_out.extend((!is_kept).then(|| "acr".to_owned()));
        let name = |effect: Effect| effect.name().to_owned();
        DecisionRecord {
            time: moment(evidence.now).unwrap_or_default(),
            id: decision.id().to_string(),
            correlator: record.correlator().to_string(),
            policy: decision.policy_hash().to_string(),
            routing: evidence.policy.routing().to_string(),
            route: class.and_then(|class| evidence.policy.class_name(class)).map(|it| short(it)),
            request: evidence.target.map(|target| Aim {
                method: short(target.method),
                template: class.and_then(|class| evidence.policy.template_of(class, &target)),
                preflight: target.preflight,
            }),
            deferred: evidence.deferred.iter().map(ToString::to_string).collect(),
            effect: name(decision.effect()),
            rule: decision.rule().map(short),
            reason: decision.reason().map(|reason| reason.name().to_owned()),
            satisfied: decision.is_satisfied(),
            projected: decision.projected().map(name),
            fault: decision.fault().map(|fault| fault.name().to_owned()),
            observed: *observed,
            overrides: decision.overrides().iter().map(|name| short(name)).collect(),
            line: decision.line().map(|line| line_seen(line, evidence)),
            facts,
            left_out,
            rollouts: class
                .map(|class| evidence.policy.standings(class, evidence.facts))
                .unwrap_or_default(),
            assurance: AssuranceSeen {
                acr: acr.filter(|_| is_kept).map(str::to_owned),
                auth_time: subject.and_then(|subject| subject.auth_time).and_then(moment),
            },
            subject: subject
                .and_then(|subject| Some(self.subject_key.as_ref()?.name(subject.line))),
            digits: subject.filter(|_| self.has_digits).and_then(|it| last_digits(it.line)),
        }
    }

    /// The facts that the rules of the class ask for, and those among them that the record leaves
    /// out.
    fn facts(&self, evidence: &Evidence<'_>) -> (BTreeMap<String, Value>, Vec<String>) {
        let (mut facts, mut left_out) = (BTreeMap::new(), Vec::new());
        let Some(class) = evidence.class else { return (facts, left_out) };
        for asked in &evidence.policy.asked_by(class).facts {
            let name = &asked.name;
            let value = match value(evidence, name) {
                _ if self.left_out.contains(name) => None,
                Some(Ok(value)) => self.written(&value, evidence, asked),
                // Another policy may declare another type, and have a value.
                Some(Err(Misfit)) => Some(json!({ MISFIT: true })),
                None => Some(Value::Null),
            };
            match value {
                Some(value) => drop(facts.insert(name.to_string(), value)),
                None => left_out.push(name.to_string()),
            }
        }
        (facts, left_out)
    }

    /// A value as records have it. None for one that is too long to be kept.
    fn written(
        &self,
        value: &FactValue,
        evidence: &Evidence<'_>,
        asked: &AskedFact,
    ) -> Option<Value> {
        let kind = evidence.policy.fact(&asked.name).map(|fact| &fact.kind);
        match self.in_cells.then(|| cell(value, kind, asked)) {
            Some(Cell::Cut(cell)) => Some(cell),
            Some(Cell::TooLong) => None,
            Some(Cell::Own) | None => written(value),
        }
    }
}

/// The end of a number. None where the line has no number.
fn last_digits(line: Line) -> Option<String> {
    let Some(Identifier::PhoneNumber(_)) = line.identifier() else { return None };
    let number = line.expose().to_string();
    number.get(number.len().checked_sub(2)?..).map(str::to_owned)
}

/// A value of another kind than its fact, which counts as missing.
struct Misfit;

/// The value of a fact.
fn value(evidence: &Evidence<'_>, name: &str) -> Option<Result<FactValue, Misfit>> {
    let fact = evidence.policy.fact(name);
    // What the number of a line says, the line says, whether or not a rule asks for it by name.
    let number = || {
        let countries = evidence.subject?.line.number_countries();
        let is_known = name == NUMBER_COUNTRY && !countries.is_empty();
        is_known.then_some(FactValue::Countries(countries))
    };
    let value = evidence.facts.get(name).or_else(number)?;
    let is_fit = fact.is_none_or(|fact| fact.kind.admits(&value));
    Some(if is_fit { Ok(value) } else { Err(Misfit) })
}

/// A value in full. None for one that is too long to be kept.
fn written(value: &FactValue) -> Option<Value> {
    Some(match value {
        FactValue::Number(number) => match serde_json::Number::from_f64(*number) {
            Some(number) => Value::Number(number),
            None => Value::String(number.to_string()),
        },
        FactValue::Boolean(is_true) => Value::Bool(*is_true),
        FactValue::Text(text) if text.len() <= LONGEST => Value::String(text.to_string()),
        FactValue::Texts(texts) if texts.len() <= MOST => {
            let total: usize = texts.iter().map(|text| text.len()).sum();
            let texts = (total <= LONGEST).then(|| texts.iter().map(|text| text.as_ref().into()));
            Value::Array(texts?.collect())
        }
        FactValue::Text(_) | FactValue::Texts(_) => return None,
        FactValue::Country(country) => Value::String(country.code().to_owned()),
        FactValue::Countries(countries) => {
            Value::Array(codes(*countries).into_iter().map(Value::String).collect())
        }
        FactValue::Age(age) => Value::String(seconds(*age)),
        FactValue::Never => Value::String("never".to_owned()),
    })
}

fn line_seen(state: LineState, evidence: &Evidence<'_>) -> LineSeen {
    let Evidence { answer, waited, .. } = *evidence;
    let freshness = evidence.class.map(|class| evidence.policy.freshness(class));
    let (has_waited, reason) = match state {
        LineState::Known(_) => (waited.is_some(), None),
        LineState::Unknown(reason) => (waited.is_some(), Some(reason)),
    };
    // Whoever goes by what was cached would go by it again.
    let instead = freshness.filter(|_| has_waited || reason.is_some());
    let nothing = LineSeen {
        status: "home".to_owned(),
        mcc: None,
        countries: Vec::new(),
        reason: reason.map(|reason| reason.name().to_owned()),
        limit: reason.zip(freshness).and_then(|(reason, freshness)| limit(reason, freshness)),
        age: answer.map(|answer| seconds(answer.confirmed_ago(evidence.now))),
        asked: answer.map(|answer| seconds(answer.asked_ago(evidence.now))),
        waited: waited.map(seconds),
        fresh: instead.map(|it| seconds(it.max_age)),
        believed: instead.map(|it| seconds(it.believed_instead_of(reason, has_waited))),
        confirmed: instead.and_then(|it| it.max_status_age).map(seconds),
    };
    match state {
        LineState::Known(RoamingStatus::Home) => nothing,
        LineState::Known(RoamingStatus::Roaming(visited)) => LineSeen {
            status: "roaming".to_owned(),
            mcc: visited.mcc.map(|mcc| mcc.to_string()),
            countries: codes(visited.countries),
            ..nothing
        },
        LineState::Unknown(_) => LineSeen { status: "unknown".to_owned(), ..nothing },
    }
}

/// The limit of the policy that makes a line unknown for this reason.
fn limit(reason: UnknownReason, freshness: Freshness) -> Option<String> {
    match reason {
        UnknownReason::Timeout => Some(seconds(freshness.max_wait)),
        UnknownReason::Stale => freshness.max_status_age.map(seconds),
        _ => None,
    }
}

fn codes(countries: CountrySet) -> Vec<String> {
    countries.iter().map(|country| country.code().to_owned()).collect()
}

/// A duration to the nanosecond: `12.5s`.
fn seconds(duration: Duration) -> String {
    let (whole, nanos) = (duration.as_secs(), duration.subsec_nanos());
    let digits = format!("{whole}.{nanos:09}");
    format!("{}s", digits.trim_end_matches('0').trim_end_matches('.'))
}

pub(super) fn moment(moment: SystemTime) -> Option<String> {
    jiff::Timestamp::try_from(moment).ok().map(|moment| moment.to_string())
}

/// The text, as far as a record has room for it.
pub(super) fn short(text: &str) -> String {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default().to_owned()
}
