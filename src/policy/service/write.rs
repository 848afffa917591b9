//! A manifest as its file has it.

use std::fmt;

use super::Manifest;
use super::route::ServiceRoute;
use crate::policy::fact::FactKind;

impl fmt::Display for Manifest {
    /// The whole file, one line for each route and attribute, so that a review shows what changed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "apiVersion: roamgate/v1\nkind: Service")?;
        let owner = self.owner.as_ref().map(|owner| format!(", owner: {}", scalar(owner)));
        writeln!(f, "metadata: {{ name: {}{} }}", scalar(&self.name), owner.unwrap_or_default())?;
        match self.routes.as_deref() {
            None => {}
            Some([]) => writeln!(f, "routes: []")?,
            Some(routes) => {
                writeln!(f, "routes:")?;
                for route in routes.iter().map(ServiceRoute::text) {
                    writeln!(f, "  - {}", quoted(route))?;
                }
            }
        }
        if !self.attributes.is_empty() {
            writeln!(f, "attributes:")?;
        }
        for (name, kind) in &self.attributes {
            writeln!(f, "  {}: {}", scalar(name), Kind(kind))?;
        }
        if !self.trusted_headers.is_empty() {
            writeln!(f, "trustedHeaders: {}", list(self.trusted_headers.iter()))?;
        }
        writeln!(f, "assurance: {}", self.assurance)
    }
}

/// A type by its name, or an enum by its words.
pub(super) struct Kind<'a>(pub(super) &'a FactKind);

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            FactKind::Enum(words) => f.write_str(&list(words.iter())),
            kind => f.write_str(kind.name()),
        }
    }
}

pub(super) fn list(words: impl Iterator<Item = impl AsRef<str>>) -> String {
    let words: Vec<_> = words.map(|word| scalar(word.as_ref())).collect();
    format!("[{}]", words.join(", "))
}

/// In quotes, unless every reader takes it for a text without.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.@/".contains(&byte))
        // `no`, `off`, `null`, `inf`: what some reader takes for something else is short.
        && text.len() > 5;
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// A JSON string is one of YAML too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
