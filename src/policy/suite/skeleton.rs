//! A point of the domain, written as a case for a test file.

use std::fmt;

use crate::policy::domain::Combination;
use crate::policy::effect::Effect;
use crate::status::ReasonGroup;

/// What somebody copies below `cases`.
#[derive(Debug)]
pub(crate) struct Skeleton<'a> {
    pub(crate) name: String,
    pub(crate) route: &'a str,
    pub(crate) line: &'a str,
    pub(crate) facts: &'a Combination<'a>,
    pub(crate) expect: Effect,
    pub(crate) by: Option<&'a str>,
    pub(crate) reason: Option<ReasonGroup>,
}

impl fmt::Display for Skeleton<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [name, route, line] = [self.name.as_str(), self.route, self.line].map(quoted);
        write!(f, "- {{ name: {name}, route: {route}, line: {line}")?;
        let set: Vec<_> =
            self.facts.written().map(|(name, value)| format!("{name}: {value}")).collect();
        if !set.is_empty() {
            write!(f, ", set: {{ {} }}", set.join(", "))?;
        }
        write!(f, ", expect: {}", self.expect)?;
        if let Some(by) = self.by {
            write!(f, ", by: {}", quoted(by))?;
        }
        if let Some(reason) = self.reason {
            write!(f, ", reason: {}", reason.name())?;
        }
        f.write_str(" }")
    }
}

/// The text as a YAML scalar: plain where that is safe.
fn quoted(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.starts_with(|first: char| first.is_ascii_alphabetic());
    match is_plain {
        true => text.to_owned(),
        false => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}
