//! The table for programs: `{"rows":[{"route","line","facts","effect","rule","reason"}],"policyHash"}`.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use super::listing::{Listing, Row};

/// Written as it is decided.
pub(super) struct Document<'a>(pub(super) &'a Listing<'a>);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Document", 2)?;
        document.serialize_field("rows", &Rows(self.0))?;
        document.serialize_field("policyHash", &self.0.policy.hash().to_string())?;
        document.end()
    }
}

struct Rows<'a>(&'a Listing<'a>);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(None)?;
        self.0.each(|row| rows.serialize_element(&row))?;
        rows.end()
    }
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_struct("Row", 6)?;
        row.serialize_field("route", self.route)?;
        row.serialize_field("line", self.line)?;
        row.serialize_field("facts", &Cells(self))?;
        row.serialize_field("effect", self.verdict.effect.name())?;
        row.serialize_field("rule", &self.verdict.rule.as_deref())?;
        row.serialize_field("reason", &self.verdict.reason.map(|reason| reason.name()))?;
        row.end()
    }
}

/// The cells of the free facts, by name.
struct Cells<'a>(&'a Row<'a>);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut cells = serializer.serialize_map(None)?;
        for (name, label) in self.0.facts.labels() {
            cells.serialize_entry(&**name, &**label)?;
        }
        cells.end()
    }
}
