//! Tests of policies (`kind: RoamingPolicyTest`): cases, and proofs over the whole domain.
//!
//! 1. [`Suite::read`] reads a test file; [`Suite::policy`] loads the policies it names.
//! 2. A *case* names a route, a line and the effect that is expected, perhaps also the rule that
//!    decides (`by`), one that does not (`notBy`), and the reason. A case that names a rule which
//!    does not judge its requests proves nothing, and fails.
//! 3. A *proof* (`forAll`) holds for every point of the domain that its `where` selects, on every
//!    request class of its route; or there is a counterexample, written as a case. A `where` that
//!    selects nothing proves nothing, and fails.
//! 4. [`Coverage`] says what the cases leave untried: rules that never applied, tests of the line
//!    that were never true or never false, reasons for which no rule was undecided.
//!
//! # Example
//!
//! ```
//! use std::time::SystemTime;
//! use roamgate::policy::suite::Suite;
//! use roamgate::policy::{Policy, SourceFile};
//!
//! let policy = Policy::from_path("policies/payments-eea.yaml")?;
//! let file = SourceFile::new("payments.test.yaml", r#"
//! apiVersion: roamgate/v1
//! kind: RoamingPolicyTest
//! metadata: { name: payments, policies: ["payments-eea.yaml"] }
//! cases:
//!   - { name: Brazil, route: payments, line: "roaming:BR", expect: deny, by: payments-outside-eea }
//!   - { name: Norway, route: payments, line: "roaming:NO", expect: deny }
//! forAll:
//!   - { name: who is not known confirms, route: payments, where: { line: unknown }, expectAtLeast: stepUp }
//! "#);
//!
//! let report = Suite::read(&file).unwrap().run(&policy, SystemTime::UNIX_EPOCH).unwrap();
//! let failed: Vec<_> = report.results.iter().filter(|result| !result.is_ok()).collect();
//! assert_eq!(failed.len(), 1);
//! assert_eq!(failed[0].mistakes[0].message, "expected deny, got allow");
//! # Ok::<(), roamgate::PolicyError>(())
//! ```

mod case;
mod coverage;
mod load;
mod proof;
mod report;
mod selection;
mod skeleton;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

pub(crate) use coverage::reasons;
pub use coverage::{Coverage, CoverageKind, Gap, Share};
pub use report::{Aspect, Mistake, SuiteReport, TestKind, TestResult};
pub(crate) use skeleton::Skeleton;

use super::effect::{Assurance, Circumstances};
use super::fact::Attributes;
use super::files::{SourceFile, find};
use super::keys::SUITE;
use super::{Policy, RequestClass};
use crate::document::{self, Finding, Place, Problem, Problems, Report, Severity, Source};
use case::Case;
use proof::Proof;

/// A test file, read.
#[derive(Debug)]
pub struct Suite {
    source: Source,
    name: Arc<str>,
    policies: Vec<Named>,
    now: Option<SystemTime>,
    cases: Vec<Case>,
    proofs: Vec<Proof>,
}

/// A name of something else, and where it is written.
#[derive(Clone, Debug)]
struct Named {
    text: Arc<str>,
    place: Place,
}

impl Suite {
    /// Reads a test file.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(file: &SourceFile) -> Result<Self, Problems> {
        load::load(&file.source()).map_err(Problems::from_iter)
    }

    /// The JSON Schema (draft 7) of a test file, for editors.
    ///
    /// ```
    /// assert!(roamgate::policy::suite::Suite::schema().contains("\"expectAtLeast\""));
    /// ```
    #[must_use]
    pub fn schema() -> String {
        let description = "Cases for policies, and proofs over all of them.";
        document::schema(&SUITE, "roamgate test", description)
    }

    /// Every problem of a test file: its own, and names that its policies do not have.
    #[must_use]
    pub fn check(file: &SourceFile) -> Problems {
        let suite = match Self::read(file) {
            Ok(suite) => suite,
            Err(problems) => return problems,
        };
        match suite.policy() {
            Ok(policy) => suite.misfits(&policy).into_iter().collect(),
            Err(problems) if problems.iter().any(|problem| problem.file == file.name) => problems,
            // The problems of a policy are told where it is checked itself.
            Err(_) => std::iter::once(suite.broken_policy()).flatten().collect(),
        }
    }

    /// The name of the suite.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Loads the policies that the file names, relative to itself, as one set.
    ///
    /// # Errors
    ///
    /// The problems of the policies, or the names of files that cannot be read.
    pub fn policy(&self) -> Result<Policy, Problems> {
        let mut report = Report::new(&self.source);
        let mut files = Vec::new();
        for named in &self.policies {
            match find([self.beside(&named.text)]) {
                Ok(found) => files.extend(found),
                Err(error) => report.add(Finding::error("E008", named.place, error.to_string())),
            }
        }
        if report.has_errors() {
            return Err(report.finish().into_iter().collect());
        }
        match Policy::check(&files) {
            (Some(policy), _) => Ok(policy),
            (None, problems) if problems.is_empty() => Err(self.nothing_to_test(report)),
            (None, problems) => Err(problems
                .iter()
                .filter(|problem| problem.severity == Severity::Error)
                .cloned()
                .collect()),
        }
    }

    /// The moment that counts as now, if the file says.
    #[must_use]
    pub fn now(&self) -> Option<SystemTime> {
        self.now
    }

    /// Runs every case and every proof at one moment.
    ///
    /// # Errors
    ///
    /// Routes and facts that the policy does not have.
    pub fn run(&self, policy: &Policy, now: SystemTime) -> Result<SuiteReport, Problems> {
        let coverage = self.coverage(policy, now)?;
        let assurance = Assurance { now, ..Assurance::NONE };
        let around = Circumstances::from(&assurance);
        let mut results: Vec<_> = self
            .asked(policy)
            .map(|(case, class, facts)| case.run(policy, class, &around.facts(&facts)))
            .collect();
        for proof in &self.proofs {
            let classes = policy.classes_by_name(&proof.route.text).unwrap_or_default();
            results.push(proof.run(&self.source, (policy, &classes), &around));
        }
        let (name, file) = (Arc::clone(&self.name), Arc::clone(&self.source.name));
        Ok(SuiteReport { name, file, results, coverage })
    }

    /// What the cases try at one moment, whether they pass or not.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn coverage(&self, policy: &Policy, now: SystemTime) -> Result<Coverage, Problems> {
        let misfits = self.misfits(policy);
        if !misfits.is_empty() {
            return Err(misfits.into_iter().collect());
        }
        let assurance = Assurance { now, ..Assurance::NONE };
        let around = Circumstances::from(&assurance);
        let mut coverage = Coverage::of(policy);
        for (case, class, facts) in self.asked(policy) {
            coverage.observe(policy, class, case.state, &around.facts(&facts));
        }
        Ok(coverage)
    }

    /// The cases, with the class and the facts that each asks about.
    fn asked<'a>(
        &'a self,
        policy: &'a Policy,
    ) -> impl Iterator<Item = (&'a Case, RequestClass, Attributes)> {
        self.cases.iter().filter_map(|case| {
            let class = policy.class_by_name(&case.route.text).ok()?;
            Some((case, class, case.facts(policy)))
        })
    }

    fn beside(&self, path: &str) -> PathBuf {
        let folder = Path::new(&*self.source.name).parent().unwrap_or(Path::new(""));
        folder.join(path)
    }

    /// Names that the policies do not have, and values that do not fit.
    fn misfits(&self, policy: &Policy) -> Vec<Problem> {
        let routes = self.cases.iter().map(|case| &case.route);
        let routes = routes.chain(self.proofs.iter().map(|proof| &proof.route));
        let mut report = Report::new(&self.source);
        for route in routes {
            if let Err(unknown) = policy.class_by_name(&route.text) {
                report.add(unknown.at(route.place));
            }
        }
        for setting in self.cases.iter().flat_map(|case| &case.set) {
            setting.check(policy, &mut report);
        }
        for proof in &self.proofs {
            proof.selection(policy, &mut report);
        }
        report.finish()
    }

    fn nothing_to_test(&self, mut report: Report) -> Problems {
        if let Some(named) = self.policies.first() {
            report.add(Finding::error("E008", named.place, "there is no policy in these files"));
        }
        report.finish().into_iter().collect()
    }

    fn broken_policy(&self) -> Vec<Problem> {
        let mut report = Report::new(&self.source);
        if let Some(named) = self.policies.first() {
            let message = "the policies of this test do not load";
            let help = "`roamgate check` on them says why";
            report.add(Finding::error("E008", named.place, message).help(help));
        }
        report.finish()
    }
}

/// The name of a class, as a test would write it.
fn route_name(policy: &Policy, class: RequestClass) -> Arc<str> {
    policy.class_name(class).cloned().unwrap_or_default()
}
