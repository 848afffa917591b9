//! [`Evidence`]: what a decision was made from.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::policy::{Facts, Policy, RequestClass, Target};
use crate::status::Answer;
use crate::subject::Subject;

/// What a decision was made from, borrowed: reading it costs something, carrying it nothing.
///
/// `Debug` shows none of it.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    pub(crate) now: SystemTime,
    pub(crate) policy: &'a Policy,
    pub(crate) class: Option<RequestClass>,
    pub(crate) target: Option<Target<'a>>,
    pub(crate) deferred: &'a [Arc<str>],
    pub(crate) subject: Option<&'a Subject>,
    pub(crate) facts: &'a dyn Facts,
    pub(crate) answer: Option<Answer>,
}

impl<'a> Evidence<'a> {
    /// When it was decided.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.now
    }

    /// The policy that decided.
    #[must_use]
    pub fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// The class of the request. None where its path could not be judged.
    #[must_use]
    pub fn class(&self) -> Option<RequestClass> {
        self.class
    }

    /// The free facts, `line.age` and `line.changed` among them where the line was asked about.
    /// Not all of them are fit to be kept: `subject.id` names a customer.
    #[must_use]
    pub fn facts(&self) -> &'a dyn Facts {
        self.facts
    }

    /// What the network said, where its answer decided. None where it said nothing.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        self.answer
    }
}

impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence").field("policy", &self.policy.hash()).finish_non_exhaustive()
    }
}
