//! [`Review`]: what an author's files are judged by, beside what they say.

use std::time::SystemTime;

use super::CHECKS_NOT_RUN;
use super::service::Manifest;
use super::suite::Coverage;

/// What [`Policy::review`](super::Policy::review) is given beside the files. What is missing leaves
/// checks out, and [`not_run`](Self::not_run) says which.
#[derive(Clone, Copy, Debug)]
pub struct Review<'a> {
    pub(super) now: SystemTime,
    pub(super) service: Option<&'a Manifest>,
    pub(super) tests: Option<&'a Coverage>,
}

impl<'a> Review<'a> {
    /// A review at a moment. It decides which warnings are given, never what is decided.
    #[must_use]
    pub fn at(now: SystemTime) -> Self {
        Self { now, service: None, tests: None }
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

    /// Those of [`CHECKS_NOT_RUN`] for which something is missing. Silence about them means nothing.
    #[must_use]
    pub fn not_run(&self) -> Vec<&'static str> {
        CHECKS_NOT_RUN.iter().copied().filter(|code| !self.makes(code)).collect()
    }

    fn makes(&self, code: &str) -> bool {
        match code {
            "E019" | "E020" | "E021" => self.service.is_some(),
            "W112" => self.service.is_some_and(Manifest::has_routes),
            "W119" => self.tests.is_some(),
            _ => false,
        }
    }
}
