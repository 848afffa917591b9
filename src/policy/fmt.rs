//! The canonical form of a policy file.

use super::keys::POLICY;
use super::{Policy, SourceFile};
use crate::country::{Country, GroupsEdition, Mcc};
use crate::document::{self, Node, Problems};

impl Policy {
    /// A policy file in its canonical form: codes in upper case and in quotes, names of groups in
    /// lower case and without, durations in their largest whole unit, no whitespace at the end of
    /// lines, one line break at the end.
    ///
    /// Nothing is moved, what comments say stays, and every decision stays what it was. The one
    /// mistake that is mended is a code or a built-in group in the wrong case, which has one
    /// reading alone.
    ///
    /// ```
    /// use roamgate::Policy;
    /// use roamgate::policy::SourceFile;
    ///
    /// let text = "apiVersion: roamgate/v1\nkind: RoamingPolicy\ncountryGroups: { near: [ch, 'eea'] }";
    /// let formatted = Policy::format(&SourceFile::new("near.yaml", text)).unwrap();
    /// assert!(formatted.ends_with("countryGroups: { near: [\"CH\", eea] }\n"));
    /// ```
    ///
    /// # Errors
    ///
    /// The problems of a file whose syntax is broken, or that is none of ours.
    pub fn format(file: &SourceFile) -> Result<String, Problems> {
        let source = file.source();
        let formatted = document::format(&source, &source, &POLICY)?;
        let (_, problems) = Self::check(std::slice::from_ref(file));
        let refused: Problems =
            problems.iter().filter(|problem| problem.code == "E004").cloned().collect();
        if refused.is_empty() { Ok(formatted) } else { Err(refused) }
    }

    /// The JSON Schema (draft 7) of a policy file, for editors: it completes and explains every
    /// key that this build reads.
    ///
    /// ```
    /// assert!(roamgate::Policy::schema().contains("\"unmatchedRoute\""));
    /// ```
    #[must_use]
    pub fn schema() -> String {
        let description = "Routes, and rules over where a customer's mobile line is.";
        document::schema(&POLICY, "roamgate policy", description)
    }
}

/// A code in quotes, the name of a group without.
pub(super) fn place(text: &str, file: &Node) -> Option<String> {
    let group =
        |name: &str| is_group(name, file).then(|| name.to_owned()).filter(|_| is_bare(name));
    let upper = text.to_ascii_uppercase();
    if is_code(text) || !is_group(text, file) && Country::from_code(&upper).is_some() {
        let code = if is_code(text) { text } else { &upper };
        return Some(format!("\"{code}\""));
    }
    group(text).or_else(|| group(&text.to_ascii_lowercase()))
}

/// A code in quotes; any other text may mean something else.
pub(super) fn code(text: &str, _: &Node) -> Option<String> {
    is_code(text).then(|| format!("\"{text}\""))
}

fn is_code(text: &str) -> bool {
    let digits = text.strip_prefix("mcc:");
    Country::from_code(text).is_some() || digits.is_some_and(|it| Mcc::from_digits(it).is_some())
}

/// Is it a built-in group of the file's edition, or one of the file's own?
fn is_group(name: &str, file: &Node) -> bool {
    let date = file.get("groupsVersion").and_then(Node::written);
    let edition = date.and_then(GroupsEdition::from_date).unwrap_or(GroupsEdition::OLDEST);
    edition.members(name).is_some()
        || file.get("countryGroups").is_some_and(|groups| groups.get(name).is_some())
}

/// Is it a text without quotes too, whoever reads it?
fn is_bare(name: &str) -> bool {
    let label = |found: char| found.is_ascii_lowercase() || found.is_ascii_digit() || found == '-';
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(label)
        && !["null", "true", "false", "yes", "off", "nan", "inf"].contains(&name)
}
