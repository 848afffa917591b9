//! [`Review`]: what an author's files are judged by, beside what they say.

use std::time::SystemTime;

use super::CHECKS_NOT_RUN;
use super::Observed;
use super::service::Manifest;
use super::suite::Coverage;

/// What [`Policy::review`](super::Policy::review) is given beside the files. What is missing leaves
/// checks out, and [`not_run`](Self::not_run) says which.
#[derive(Clone, Copy, Debug)]
pub struct Review<'a> {
    pub(super) now: SystemTime,
    pub(super) service: Option<&'a Manifest>,
    pub(super) tests: Option<&'a Coverage>,
    pub(super) log: Option<&'a Observed>,
}

impl<'a> Review<'a> {
    /// A review at a moment. It decides which warnings are given, never what is decided.
    #[must_use]
    pub fn at(now: SystemTime) -> Self {
        Self { now, service: None, tests: None, log: None }
    }

    /// For a service that supplies what its manifest says: what it lacks is refused (E019–E021),
    /// routes that one side lacks are warned of (W112).
    #[must_use]
    pub fn service(self, service: impl Into<Option<&'a Manifest>>) -> Self {
        Self { service: service.into(), ..self }
    }

    /// With what tests try: rules that they leave untried are warned of (W119). Tests count for the
    /// files that they were run over, compared by their text.
    #[must_use]
    pub fn tests(self, tests: impl Into<Option<&'a Coverage>>) -> Self {
        Self { tests: tests.into(), ..self }
    }

    /// With what a log says of requests that waited: times that do not fit the provider's are warned
    /// of (W113), and rules for every route are told what they cost (N114).
    #[must_use]
    pub fn log(self, log: impl Into<Option<&'a Observed>>) -> Self {
        Self { log: log.into(), ..self }
    }

    /// Those of [`CHECKS_NOT_RUN`] for which something is missing. Silence about them means nothing.
    #[must_use]
    pub fn not_run(&self) -> Vec<&'static str> {
        CHECKS_NOT_RUN.iter().copied().filter(|code| !self.makes(code)).collect()
    }

    fn makes(&self, code: &str) -> bool {
        match code {
            "E019" | "E020" | "E021" => self.service.is_some(),
            "W112" => self.service.is_some_and(Manifest::has_routes),
            "W113" => self.log.is_some(),
            "W119" => self.tests.is_some(),
            _ => false,
        }
    }
}
