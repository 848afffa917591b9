//! Warnings and notes: what is probably not what was meant.
//!
//! 1. [`Lints::of`] makes the checks that need one file, a family in a file each.
//! 2. [`Lints::of_decisions`] makes those that need the compiled set.
//! 3. [`Lints::finish`] leaves out what is accepted, and then finds what was accepted for nothing.

mod accepts;
mod annotate;
mod codes;
mod contradiction;
mod cost;
mod decisions;
mod exceptions;
mod high;
mod lists;
mod prefetch;
mod privacy;
mod remarks;
mod routes;
mod sample;
mod shadow;
mod unknown;
mod untested;
mod unused;
mod waits;

pub use codes::CHECKS_NOT_RUN;
pub(crate) use codes::CODES;
pub(crate) use codes::OF_ALL_DECISIONS;
pub(crate) use remarks::{Accept, BuiltIn, Remarks, Told, WrittenList};

use std::sync::Arc;
use std::time::SystemTime;

use super::load::{File, RuleDraft};
use super::rule::Mode;
use super::{Observed, Policy, Review};
use crate::country::CountrySet;
use crate::document::Finding;

/// What the checks have found, each finding with the file, and the rule, that may accept it.
#[derive(Debug, Default)]
pub(crate) struct Lints {
    found: Vec<Found>,
}

#[derive(Debug)]
struct Found {
    /// The position of the file in the set.
    file: usize,
    rule: Option<Arc<str>>,
    is_told: bool,
    finding: Finding,
}

/// What the checks were given beside the files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    pub(crate) now: Option<SystemTime>,
    /// The checks of the compiled set were made.
    pub(crate) is_compiled: bool,
    /// Every decision of every class was looked at.
    pub(crate) is_surveyed: bool,
    /// The routes were compared with those of the service.
    pub(crate) has_routes: bool,
    /// It is known what tests try.
    pub(crate) has_tests: bool,
    /// It is known how requests waited.
    pub(crate) has_log: bool,
}

impl Lints {
    /// Makes the checks that need one file at a time.
    pub(crate) fn of(files: &[File], now: Option<SystemTime>, log: Option<&Observed>) -> Self {
        let mut lints = Self::default();
        for (at, file) in files.iter().enumerate() {
            unused::check(at, file, &mut lints);
            contradiction::check(at, file, &mut lints);
            for exception in &file.exceptions {
                unused::check_exception(at, exception, &mut lints);
                exceptions::check(at, exception, now, &mut lints);
            }
            annotate::check(at, file, &mut lints);
            for rule in &file.rules {
                unused::check_rule(at, rule, &mut lints);
                unknown::check(at, rule, &mut lints);
                lists::check(at, file.edition, rule, &mut lints);
                privacy::check(at, rule, &mut lints);
                shadow::check(at, rule, now, &mut lints);
                high::check(at, file, rule, &mut lints);
                cost::check(at, file, (rule, log), &mut lints);
                prefetch::check(at, file, rule, &mut lints);
            }
        }
        lints
    }

    /// Makes the checks of the compiled set. True where every decision was looked at.
    pub(crate) fn of_decisions(
        &mut self,
        files: &[File],
        policy: &Policy,
        review: Review<'_>,
    ) -> bool {
        let is_surveyed = decisions::check(files, policy, self);
        sample::check(files, policy, self);
        untested::check(files, policy, review, self);
        waits::check(files, policy, review, self);
        is_surveyed
    }

    /// A finding that the file may accept.
    fn about_file(&mut self, file: usize, finding: Finding) {
        self.found.push(Found { file, rule: None, is_told: true, finding });
    }

    /// A finding that the rule or its file may accept.
    fn about_rule(&mut self, file: usize, rule: &Arc<str>, finding: Finding) {
        self.found.push(Found { file, rule: Some(Arc::clone(rule)), is_told: true, finding });
    }

    /// A finding that is told where the rule is in force. Elsewhere an accept is good for it all
    /// the same: a change of mode asks for no other change.
    fn about_effect(&mut self, file: usize, rule: &RuleDraft, finding: Finding) {
        let (is_told, id) = (rule.mode == Mode::Enforce, Some(Arc::clone(&rule.id)));
        self.found.push(Found { file, rule: id, is_told, finding });
    }
}

/// The rules that have an effect.
fn in_force(file: &File) -> impl Iterator<Item = &RuleDraft> {
    file.rules.iter().filter(|rule| rule.mode == Mode::Enforce)
}

/// `BL, GF, GP`.
fn names(countries: CountrySet) -> String {
    countries.iter().map(|country| country.code()).collect::<Vec<_>>().join(", ")
}
