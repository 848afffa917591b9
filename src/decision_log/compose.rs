//! From a decision to its record, on the request's path: nothing here waits, and next to nothing
//! is allocated. The members of a record stand here in the order of
//! [`DecisionRecord`](super::DecisionRecord), by which they are read.

use std::sync::Arc;

use super::sheet::Sheet;
use super::subject_key::SubjectKey;
use super::time::moment;
use super::{SCHEMA, seen};
use crate::audit::{Evidence, Record};
use crate::line::{Identifier, Line};
use crate::policy::{Decision, Effect, Policy, RequestClass};

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
    /// Writes the record, without its beginning: number and run.
    pub(super) fn write(&self, sheet: &mut Sheet, record: &Record<'_>) {
        let Record { decision, observed, evidence, .. } = record;
        name(sheet, record);
        aim(sheet, evidence);
        judgement(sheet, decision, *observed);
        sheet.raw(r#","line":"#);
        match decision.line() {
            Some(state) => seen::write(sheet, state, evidence),
            None => sheet.raw("null"),
        };
        self.facts(sheet, evidence);
        self.subject(sheet, evidence);
        sheet.raw("}");
    }

    /// The facts that the rules of the class ask for, those that the record leaves out, and where
    /// the customer stands in rollouts.
    fn facts(&self, sheet: &mut Sheet, evidence: &Evidence<'_>) {
        let Evidence { policy, class, facts, .. } = *evidence;
        let asked = class.map(|class| &policy.asked_by(class).facts);
        let mut left_out = Vec::new();
        sheet.raw(r#","facts":{"#);
        for asked in asked.into_iter().flatten() {
            let before = sheet.len();
            if !self.fact(sheet, evidence, asked) {
                sheet.cut(before);
                left_out.push(&*asked.name);
            }
        }
        left_out.extend(self.kept_acr(evidence).is_err().then_some(ACR));
        sheet.raw(r#"},"leftOut":"#).texts(left_out);
        let standings = class.map(|class| policy.standings(class, facts)).unwrap_or_default();
        sheet.raw(r#","rollouts":"#).texts(standings.iter().map(AsRef::as_ref));
    }

    /// The authentication context class, if the record is to say it.
    fn kept_acr<'a>(&self, evidence: &Evidence<'a>) -> Result<Option<&'a str>, LeftOut> {
        let Some(acr) = evidence.subject.and_then(|it| it.details().acr.as_deref()) else {
            return Ok(None);
        };
        let is_kept = acr.len() <= LONGEST && !self.leaves_out(ACR);
        if is_kept { Ok(Some(acr)) } else { Err(LeftOut) }
    }

    pub(super) fn leaves_out(&self, name: &str) -> bool {
        self.left_out.iter().any(|left_out| **left_out == *name)
    }

    /// How the subject authenticated, and whom it was about.
    fn subject(&self, sheet: &mut Sheet, evidence: &Evidence<'_>) {
        let (subject, acr) = (evidence.subject, self.kept_acr(evidence).unwrap_or_default());
        sheet.raw(r#","assurance":{"acr":"#).text_or_null(acr).raw(r#","authTime":"#);
        match subject.and_then(|subject| subject.details().auth_time).and_then(moment) {
            Some(time) => sheet.moment(time),
            None => sheet.raw("null"),
        };
        sheet.raw(r#"},"subject":"#);
        match (subject, &self.subject_key) {
            (Some(subject), Some(key)) => key.write(sheet, subject.line),
            _ => sheet.raw("null"),
        };
        let digits = subject.filter(|_| self.has_digits).and_then(|it| last_digits(it.line));
        sheet.raw(r#","digits":"#).text_or_null(digits.as_deref());
    }
}

/// A record does not say it although a rule may ask for it.
struct LeftOut;

const ACR: &str = "acr";

/// Which decision it is.
fn name(sheet: &mut Sheet, record: &Record<'_>) {
    sheet.raw(r#""schema":""#).raw(SCHEMA).raw(r#"","time":"#);
    match moment(record.evidence.now()) {
        Some(time) => sheet.moment(time),
        None => sheet.text(""),
    };
    sheet.raw(r#","id":""#).hex(record.decision.id().bits());
    sheet.raw(r#"","correlator":""#).uuid(record.correlator().bits()).raw("\"");
}

/// By which policy the request was judged, and where it aimed.
fn aim(sheet: &mut Sheet, evidence: &Evidence<'_>) {
    let Evidence { policy, class, target, deferred, .. } = *evidence;
    sheet.bytes(&policy.alike(class, || alike(policy, class)));
    match target {
        Some(target) => {
            let template = class.and_then(|class| policy.template_of(class, &target));
            sheet.raw(r#"{"method":"#).text(short(target.method));
            sheet.raw(r#","template":"#).text_or_null(template);
            sheet.raw(r#","preflight":"#).truth(target.preflight).raw("}")
        }
        None => sheet.raw("null"),
    };
    sheet.raw(r#","deferred":"#).texts(deferred.iter().map(AsRef::as_ref));
}

/// What all records of a class say.
fn alike(policy: &Policy, class: Option<RequestClass>) -> Vec<u8> {
    let mut sheet = Sheet::default();
    let route = class.and_then(|class| policy.class_name(class)).map(|name| short(name));
    sheet.raw(r#","policy":"#).text(&policy.hash().to_string());
    sheet.raw(r#","routing":"#).text(policy.routing());
    sheet.raw(r#","route":"#).text_or_null(route).raw(r#","request":"#);
    sheet.into_bytes()
}

/// What was decided, and by what.
fn judgement(sheet: &mut Sheet, decision: &Decision, observed: bool) {
    let reason = decision.reason().map(|reason| reason.name());
    let fault = decision.fault().map(|fault| fault.name());
    sheet.raw(r#","effect":"#).word(decision.effect().name());
    sheet.raw(r#","rule":"#).text_or_null(decision.rule().map(short));
    sheet.raw(r#","reason":"#).word_or_null(reason);
    sheet.raw(r#","satisfied":"#).truth(decision.is_satisfied());
    sheet.raw(r#","projected":"#).word_or_null(decision.projected().map(Effect::name));
    sheet.raw(r#","fault":"#).word_or_null(fault).raw(r#","observed":"#).truth(observed);
    sheet.raw(r#","overrides":"#).texts(decision.overrides().iter().map(|name| short(name)));
}

/// The end of a number. None where the line has no number.
fn last_digits(line: Line) -> Option<String> {
    let Some(Identifier::PhoneNumber(_)) = line.identifier() else { return None };
    let number = line.expose().to_string();
    number.get(number.len().checked_sub(2)?..).map(str::to_owned)
}

/// The text, as far as a record has room for it.
pub(super) fn short(text: &str) -> &str {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}
