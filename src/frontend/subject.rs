//! [`FromLineCheck`]: the session as the subject of the gate.

use std::borrow::Cow;

use super::LineCheck;
use crate::head::Head;
use crate::subject::{FromExtensions, NoSubject, Proof, Subject, SubjectSource};

/// Reads the line that a session proved. Made by [`LineCheck::subject`].
#[derive(Clone, Debug)]
pub struct FromLineCheck(LineCheck);

impl FromLineCheck {
    pub(super) fn new(check: LineCheck) -> Self {
        Self(check)
    }
}

impl SubjectSource for FromLineCheck {
    fn subject<'h>(&self, head: &'h Head<'_>) -> Result<Cow<'h, Subject>, NoSubject> {
        let named = FromExtensions.subject(head);
        let Some(line) = self.0.line(head) else { return named };
        let mut subject = named.map_or_else(|_| Subject::from(line), Cow::into_owned);
        subject.line = line;
        // A number that the dialect could not do without is claimed as before.
        let is_proved = line.is_recognised();
        Ok(Cow::Owned(if is_proved { subject.proof(Proof::Network) } else { subject }))
    }
}
