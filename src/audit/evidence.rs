//! [`Evidence`]: what a decision was made from.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::moment::Moment;
use crate::policy::{Facts, Policy, RequestClass, Target};
use crate::status::Answer;
use crate::subject::Subject;

/// What a decision was made from, borrowed: reading it costs something, carrying it nothing.
///
/// `Debug` shows none of it.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    pub(crate) now: Moment,
    pub(crate) policy: &'a Policy,
    pub(crate) class: Option<RequestClass>,
    pub(crate) target: Option<Target<'a>>,
    pub(crate) deferred: &'a [Arc<str>],
    pub(crate) subject: Option<&'a Subject>,
    pub(crate) facts: &'a dyn Facts,
    pub(crate) answer: Option<&'a Answer>,
    pub(crate) waited: Option<Duration>,
}

/// Both ages of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Ages {
    /// Since the network confirmed the status, by its own time; where it does not say, since we asked.
    pub confirmed: Duration,
    /// Since we asked, by our own time.
    pub asked: Duration,
}

impl<'a> Evidence<'a> {
    /// When it was decided.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.now.into()
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
        self.answer.copied()
    }

    /// How old the answer that decided was: since the network confirmed the status, and since we asked.
    #[must_use]
    pub fn ages(&self) -> Option<Ages> {
        let answer = self.answer?;
        let now = self.now();
        let (confirmed, asked) = (answer.confirmed_ago(now), answer.asked_ago(now));
        Some(Ages { confirmed, asked })
    }
}

impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence").field("policy", &self.policy.hash()).finish_non_exhaustive()
    }
}
