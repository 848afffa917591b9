//! Reading files into a [`Policy`].

use std::path::Path;
use std::time::SystemTime;

use super::compile::{self, Depth};
use super::service::Manifest;
use super::{FileKind, Policy, PolicyError, Review, SourceFile, find};
use crate::document::Problems;

impl Policy {
    /// Reads a policy file, or all policy files of a folder and its folders as one set.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] holds every problem of every file, or says which file could not be read.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        Self::from_paths([path])
    }

    /// Reads several files and folders as one set.
    ///
    /// # Errors
    ///
    /// As [`from_path`](Self::from_path).
    pub fn from_paths<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
    ) -> Result<Self, PolicyError> {
        Self::from_files(&find(paths)?)
    }

    /// Compiles the policies among these files as one set.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] holds every problem of every file.
    pub fn from_files(files: &[SourceFile]) -> Result<Self, PolicyError> {
        compile::policy(files, None)
    }

    /// The same for a service that starts, or reads its files again, at this moment: an override
    /// that ends later than 24 hours after it is refused. By [`from_files`](Self::from_files) it is
    /// taken, and does not live before its last 24 hours.
    ///
    /// # Errors
    ///
    /// As [`from_files`](Self::from_files).
    pub fn from_files_at(files: &[SourceFile], now: SystemTime) -> Result<Self, PolicyError> {
        compile::policy(files, Some(now))
    }

    /// Reads a policy from a text; `name` stands for the file in messages.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] holds every problem of the text.
    pub fn from_yaml(name: &str, text: &str) -> Result<Self, PolicyError> {
        let file = SourceFile::new(name, text);
        // A text that is handed over as a policy is refused where it is something else.
        compile::policy(&[SourceFile { kind: FileKind::Policy, ..file }], None)
    }

    /// Compiles the policies among these files as one set. The policy is missing where some file
    /// is refused; the problems are errors and warnings alike.
    ///
    /// What every file says by itself: no moment counts as now, and the checks over all decisions
    /// are left to [`check_at`](Self::check_at), so that a service starts quickly.
    #[must_use]
    pub fn check(files: &[SourceFile]) -> (Option<Self>, Problems) {
        compile::check(files, Depth::Load(None))
    }

    /// As [`check`](Self::check), with the checks that need every point of the domain (W101 to
    /// W104), at a moment. It decides which warnings are given, never what is decided.
    #[must_use]
    pub fn check_at(files: &[SourceFile], now: SystemTime) -> (Option<Self>, Problems) {
        Self::review(files, Review::at(now))
    }

    /// As [`check_at`](Self::check_at), for a service that supplies what its manifest says: what
    /// it lacks is refused (E019–E021), routes that one side lacks are warned of (W112).
    #[must_use]
    pub fn check_for(
        files: &[SourceFile],
        service: &Manifest,
        now: SystemTime,
    ) -> (Option<Self>, Problems) {
        Self::review(files, Review::at(now).service(service))
    }

    /// As [`check_at`](Self::check_at), by everything that the review was given.
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use roamgate::policy::suite::Coverage;
    /// use roamgate::policy::{Policy, Review, SourceFile, find};
    ///
    /// let files = find(["policies/streaming.yaml"])?;
    /// let (_, problems) = Policy::check_at(&files, SystemTime::UNIX_EPOCH);
    /// assert!(problems.iter().all(|problem| problem.code != "W119"));
    ///
    /// let nothing_is_tested = Coverage::default();
    /// let review = Review::at(SystemTime::UNIX_EPOCH).tests(&nothing_is_tested);
    /// assert!(!review.not_run().contains(&"W119"));
    /// let (_, problems) = Policy::review(&files, review);
    /// let untested = problems.iter().find(|problem| problem.code == "W119").unwrap();
    /// assert_eq!(untested.message, "no test makes the rule `admin-home-only` apply");
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    #[must_use]
    pub fn review(files: &[SourceFile], review: Review<'_>) -> (Option<Self>, Problems) {
        compile::check(files, Depth::Review(review))
    }

    /// What the policy needs and this service does not have (E019–E021).
    #[must_use]
    pub fn unmet_by(&self, service: &Manifest) -> Problems {
        self.needs.unmet(service).into_iter().collect()
    }
}
