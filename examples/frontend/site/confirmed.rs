//! Who has confirmed that it is them, and when: what a bank's strong authentication knows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use roamgate::frontend::FromLineCheck;
use roamgate::subject::{NoSubject, SubjectSource};
use roamgate::{Clock, Head, Line, Subject};

/// By the line of the session. It is never emptied: this is an example.
#[derive(Clone, Default)]
pub(super) struct Confirmed(Arc<Mutex<HashMap<Line, SystemTime>>>);

impl Confirmed {
    pub(super) fn note(&self, line: Line) {
        let now = Clock::system().now();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(line, now);
    }

    fn moment(&self, line: Line) -> Option<SystemTime> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&line).copied()
    }

    /// The subject of the line check, with what it has confirmed.
    pub(super) fn subject(self, proved: FromLineCheck) -> impl SubjectSource {
        move |head: &Head<'_>| -> Result<Subject, NoSubject> {
            let subject = proved.subject(head)?.into_owned();
            Ok(match self.moment(subject.line) {
                Some(moment) => subject.acr(STRONG).auth_time(moment),
                None => subject,
            })
        }
    }
}

/// What the policy asks for.
const STRONG: &str = "urn:bank:acr:sca";
