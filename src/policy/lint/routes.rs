//! W112: routes of the policies and of the service that nobody has on the other side.

use std::time::SystemTime;

use super::{Found, Lints};
use crate::document::{Finding, Place, Problem};
use crate::policy::load::File;
use crate::policy::service::Manifest;

impl Lints {
    /// Compares the routes. What is left are those of the service that no file accepts.
    pub(crate) fn compare_routes(
        &mut self,
        files: &[File],
        service: &Manifest,
        now: Option<SystemTime>,
    ) -> Vec<Problem> {
        for (at, finding) in service.lacks(files) {
            self.about_file(at, finding);
        }
        let unmatched = service.unmatched(files);
        if unmatched.is_empty() {
            return unmatched;
        }
        // It stands in no policy, so that each file may accept it.
        for file in 0..files.len() {
            let finding = Finding::warning("W112", Place::default(), "");
            self.found.push(Found { file, rule: None, is_told: false, finding });
        }
        let mut accepts = files.iter().flat_map(|file| &file.accepts);
        let is_accepted = accepts.any(|accept| {
            let is_over = accept.until.as_ref().is_some_and(|until| until.is_over(now));
            accept.code == "W112" && !is_over
        });
        if is_accepted { Vec::new() } else { unmatched }
    }
}
