//! The table as CSV.

use std::io::{self, Write};

use super::listing::{Listing, Row};

/// The header with a column for each free fact, then one row for each cell.
pub(super) fn write(out: &mut impl Write, listing: &Listing<'_>) -> io::Result<()> {
    out.write_all(b"route,line,effect,rule,reason")?;
    listing.facts().iter().try_for_each(|fact| field(out, fact))?;
    out.write_all(b"\n")?;
    listing.each(|row| cell(out, &row))
}

fn cell(out: &mut impl Write, Row { route, line, facts, verdict }: &Row<'_>) -> io::Result<()> {
    let rule = verdict.rule.as_deref().unwrap_or_default();
    let reason = verdict.reason.map_or("", |reason| reason.name());
    // Names and ids are made of letters, digits and dashes, and the states list no countries.
    write!(out, "{route},{line},{},{rule},{reason}", verdict.effect)?;
    facts.labels().try_for_each(|(_, label)| field(out, label))?;
    out.write_all(b"\n")
}

/// A field that an author may have written, in quotes where it needs them (RFC 4180).
fn field(out: &mut impl Write, value: &str) -> io::Result<()> {
    match value.contains([',', '"', '\n', '\r']) {
        true => write!(out, ",\"{}\"", value.replace('"', "\"\"")),
        false => write!(out, ",{value}"),
    }
}
