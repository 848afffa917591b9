//! The free facts of a record.

use super::cells::{Cell, cell};
use super::compose::{Contents, LONGEST, MOST};
use super::record::MISFIT;
use super::sheet::Sheet;
use crate::audit::Evidence;
use crate::policy::{AskedFact, FactValue, NUMBER_COUNTRY};

impl Contents {
    /// Writes a fact that some rule asks for. False where the record leaves it out: what was
    /// written does not count.
    pub(super) fn fact(
        &self,
        sheet: &mut Sheet,
        evidence: &Evidence<'_>,
        asked: &AskedFact,
    ) -> bool {
        if self.leaves_out(&asked.name) {
            return false;
        }
        sheet.item().text(&asked.name).raw(":");
        match value(evidence, &asked.name) {
            Some(Ok(value)) => return self.is_written(sheet, &value, evidence, asked),
            // Another policy may declare another type, and have a value.
            Some(Err(Misfit)) => sheet.raw("{").text(MISFIT).raw(":true}"),
            None => sheet.raw("null"),
        };
        true
    }

    /// Writes a value as records have it. False for one that is too long to be kept.
    fn is_written(
        &self,
        sheet: &mut Sheet,
        value: &FactValue,
        evidence: &Evidence<'_>,
        asked: &AskedFact,
    ) -> bool {
        let kind = || evidence.policy.fact(&asked.name).map(|fact| &fact.kind);
        match self.in_cells.then(|| cell(value, kind(), asked)) {
            Some(Cell::Cut(cell)) => {
                sheet.value(&cell);
                true
            }
            Some(Cell::TooLong) => false,
            Some(Cell::Own) | None => is_written_in_full(sheet, value),
        }
    }
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

/// False for a value that is too long to be kept.
fn is_written_in_full(sheet: &mut Sheet, value: &FactValue) -> bool {
    match value {
        FactValue::Number(number) if number.is_finite() => sheet.value(number),
        FactValue::Number(number) => sheet.text(&number.to_string()),
        FactValue::Boolean(is_true) => sheet.truth(*is_true),
        FactValue::Text(text) if text.len() <= LONGEST => sheet.text(text),
        FactValue::Texts(texts) if texts.len() <= MOST => {
            let total: usize = texts.iter().map(|text| text.len()).sum();
            if total > LONGEST {
                return false;
            }
            sheet.texts(texts.iter().map(AsRef::as_ref))
        }
        FactValue::Text(_) | FactValue::Texts(_) => return false,
        FactValue::Country(country) => sheet.text(country.code()),
        FactValue::Countries(countries) => {
            sheet.texts(countries.iter().map(|country| country.code()))
        }
        FactValue::Age(age) => sheet.seconds(*age),
        FactValue::Never => sheet.text("never"),
    };
    true
}
