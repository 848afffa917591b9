//! What came of a test file.

use std::sync::Arc;

use super::Coverage;
use crate::policy::effect::Effect;
use crate::policy::explain::RuleReport;
use crate::status::UnknownReason;

/// What came of a test file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SuiteReport {
    /// The name of the suite.
    pub name: Arc<str>,
    /// The test file.
    pub file: Arc<str>,
    /// The cases in the order of the file, then the proofs.
    pub results: Vec<TestResult>,
    /// What the cases tried.
    pub coverage: Coverage,
}

/// What came of a case or a proof.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TestResult {
    /// Its name.
    pub name: Arc<str>,
    /// Case or proof.
    pub kind: TestKind,
    /// Where it stands in the file: line and column, from 1.
    pub place: (u32, u32),
    /// The route and the line that were asked about; of a proof those of its counterexample.
    pub asked: Option<(Arc<str>, Arc<str>)>,
    /// The free facts that are set, as they are written.
    pub facts: Vec<(Arc<str>, String)>,
    /// What is expected: `deny`, or `at least stepUp`.
    pub expected: String,
    /// The effect; of a proof that of its counterexample.
    pub got: Option<Effect>,
    /// The deciding rule, if there is one.
    pub rule: Option<Arc<str>>,
    /// Why the deciding rule is undecided, if it is.
    pub reason: Option<UnknownReason>,
    /// What is wrong. Empty where the test passes.
    pub mistakes: Vec<Mistake>,
    /// Of a test that fails: what the rules that matter said, and why.
    pub grounds: Vec<RuleReport>,
    /// Of a proof that fails: a case for the test file, in YAML, that fails for the same cause.
    pub counterexample: Option<String>,
}

/// What kind of test it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TestKind {
    /// One point of the domain.
    Case,
    /// Every point of the domain that `where` selects.
    Proof,
}

/// What is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Mistake {
    /// What of the decision is meant.
    pub aspect: Aspect,
    /// In a sentence.
    pub message: String,
}

/// A part of a decision that a test speaks of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Aspect {
    /// What happens to the request.
    Effect,
    /// Who decides.
    Rule,
    /// Why the rule is undecided.
    Reason,
    /// Whether the test says anything at all.
    Reach,
}

impl Aspect {
    /// The name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Effect => "effect",
            Self::Rule => "rule",
            Self::Reason => "reason",
            Self::Reach => "reach",
        }
    }
}

impl SuiteReport {
    /// How many tests of this kind passed, and how many there are.
    #[must_use]
    pub fn passed(&self, kind: TestKind) -> (usize, usize) {
        let of_kind = || self.results.iter().filter(|result| result.kind == kind);
        (of_kind().filter(|result| result.is_ok()).count(), of_kind().count())
    }
}

impl TestResult {
    /// Did the test pass?
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.mistakes.is_empty()
    }
}

impl Mistake {
    pub(super) fn new(aspect: Aspect, message: impl Into<String>) -> Self {
        Self { aspect, message: message.into() }
    }
}
