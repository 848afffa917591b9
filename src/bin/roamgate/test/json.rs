//! The results for programs.

use roamgate::policy::suite::{CoverageKind, SuiteReport, TestResult};
use serde::Serialize;

use super::Outcome;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    passed: usize,
    failed: usize,
    cases: Vec<Case<'a>>,
    coverage: Percentages,
}

/// A case, or a proof: that of its counterexample, where there is one.
#[derive(Serialize)]
struct Case<'a> {
    name: &'a str,
    file: &'a str,
    ok: bool,
    expected: &'a str,
    got: Option<&'a str>,
    rule: Option<&'a str>,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Percentages {
    rules: usize,
    atoms: usize,
    reasons: usize,
}

impl<'a> Document<'a> {
    pub(super) fn new(outcome: &'a Outcome) -> Self {
        let cases: Vec<_> = outcome.results().map(|(suite, test)| Case::new(suite, test)).collect();
        let percent = |kind| outcome.coverage.share(kind).percent();
        let coverage = Percentages {
            rules: percent(CoverageKind::Rules),
            atoms: percent(CoverageKind::Atoms),
            reasons: percent(CoverageKind::Reasons),
        };
        let failed = outcome.failed();
        Self { passed: cases.len() - failed, failed, cases, coverage }
    }
}

impl<'a> Case<'a> {
    fn new(suite: &'a SuiteReport, test: &'a TestResult) -> Self {
        Self {
            name: &test.name,
            file: &suite.file,
            ok: test.is_ok(),
            expected: &test.expected,
            got: test.got.map(|effect| effect.name()),
            rule: test.rule.as_deref(),
            reason: test.reason.map(|reason| reason.name()),
        }
    }
}
