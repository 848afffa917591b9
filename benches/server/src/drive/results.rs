//! [`Results`]: what runs have brought, as JSON. A section that runs again takes the place of its
//! earlier figures, and no other's.

use std::path::Path;

use roamgate::Clock;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::Outcome;

/// The sections that have run, by their names.
#[derive(Debug, Default)]
pub struct Results(Map<String, Value>);

impl Results {
    /// Adds what a section has brought, now and on this machine.
    ///
    /// # Errors
    ///
    /// None that is known: whatever is added are fields with names.
    pub fn add(&mut self, name: &str, figures: &impl Serialize) -> Outcome<()> {
        let now = Clock::system().now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
        let mut section =
            json!({ "ended": now, "machine": machine(), "loadAverage": load_average() });
        if let (Some(section), Value::Object(figures)) =
            (section.as_object_mut(), serde_json::to_value(figures)?)
        {
            section.extend(figures);
        }
        self.0.insert(name.to_owned(), section);
        Ok(())
    }

    /// Writes them to a file, beside what it holds of other sections.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(self, path: &Path) -> Outcome<()> {
        let text = std::fs::read(path).unwrap_or_default();
        let earlier = serde_json::from_slice::<Value>(&text).unwrap_or_default();
        let earlier = earlier.get("sections").and_then(Value::as_object).cloned();
        let mut sections = earlier.unwrap_or_default();
        sections.extend(self.0);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, serde_json::to_string_pretty(&json!({ "sections": sections }))?)?;
        Ok(())
    }
}

/// The processor, and how many cores there are.
#[must_use]
pub fn machine() -> String {
    let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let processor = name.map_or("unknown processor", |(_, name)| name);
    format!("{processor}, {} cores", std::thread::available_parallelism().map_or(0, usize::from))
}

/// Of the last minutes. At the end of a run, it should be about that of the run itself.
#[must_use]
pub fn load_average() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_that_runs_again_takes_its_own_place_and_no_others() -> Outcome<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("target/server.json");
        for (name, rate) in [("axum", 1), ("tonic", 2), ("axum", 3)] {
            let mut results = Results::default();
            results.add(name, &json!({ "rate": rate }))?;
            results.write(&path)?;
        }
        let written: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
        let rate =
            |name| written.pointer(&format!("/sections/{name}/rate")).and_then(Value::as_u64);
        assert_eq!((rate("axum"), rate("tonic")), (Some(3), Some(2)));
        Ok(())
    }
}
