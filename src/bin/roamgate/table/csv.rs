//! The table as CSV.

use super::Sheet;

/// The header, then one row for each cell. No field needs quotes: names and ids are made of
/// letters, digits and dashes, and the states of the table list no countries.
pub(super) fn write(sheet: &Sheet) -> String {
    let rows = sheet.sorted().into_iter().map(|(route, cell)| {
        let rule = cell.rule.as_deref().unwrap_or_default();
        let reason = cell.reason.map_or("", |reason| reason.name());
        format!("{},{},{},{rule},{reason}\n", route.name, cell.state, cell.effect)
    });
    format!("route,line,effect,rule,reason\n{}", rows.collect::<String>())
}
