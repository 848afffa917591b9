//! What the authors of a policy wrote for people.

use std::sync::Arc;

use super::Policy;
use super::load::{File, RuleDraft};
use super::rule::Mode;

/// A policy file in its author's words.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PolicyDocument {
    /// `metadata.name`.
    pub name: Arc<str>,
    /// `metadata.owner`: whom to ask.
    pub owner: Option<Arc<str>>,
    /// The rules that are not switched off, as they stand in the file.
    pub rules: Vec<RuleSummary>,
}

/// A rule in its author's words.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RuleSummary {
    /// The id, unique in the set.
    pub id: Arc<str>,
    /// What the rule is for.
    pub description: Option<Arc<str>>,
    /// The rule is evaluated without effect.
    pub is_shadow: bool,
    /// The rule is enforced, and refuses when it fires.
    pub denies: bool,
}

impl Policy {
    /// The files of the set, in the order in which they were read.
    ///
    /// # Example
    ///
    /// ```
    /// use roamgate::Policy;
    ///
    /// let policy = Policy::from_path("policies/payments-eea.yaml")?;
    /// let [document] = policy.documents() else { panic!("one file was read") };
    /// assert_eq!((&*document.name, document.owner.as_deref()), ("payments-eea", Some("fraud-ops@bank.example")));
    /// assert_eq!(&*document.rules[0].id, "payments-outside-eea");
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    #[must_use]
    pub fn documents(&self) -> &[PolicyDocument] {
        &self.documents
    }
}

impl PolicyDocument {
    pub(crate) fn of(file: &File) -> Self {
        let rules = file.rules.iter().filter(|rule| rule.mode != Mode::Off);
        Self {
            name: Arc::clone(&file.metadata.name),
            owner: file.metadata.owner.clone(),
            rules: rules.map(RuleSummary::of).collect(),
        }
    }
}

impl RuleSummary {
    fn of(rule: &RuleDraft) -> Self {
        Self {
            id: Arc::clone(&rule.id),
            description: rule.description.clone(),
            is_shadow: rule.mode == Mode::Shadow,
            denies: rule.denies(),
        }
    }
}
