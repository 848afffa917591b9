//! N116: an exception that ends soon, or has ended.

use std::time::{Duration, SystemTime};

use super::Lints;
use crate::document::Finding;
use crate::policy::load::ExceptionDraft;

/// So long before its end somebody should think of what comes then.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

pub(super) fn check(
    at: usize,
    exception: &ExceptionDraft,
    now: Option<SystemTime>,
    lints: &mut Lints,
) {
    let ExceptionDraft { reduction, expires, .. } = exception;
    let (id, end) = (&reduction.id, &expires.written);
    let (message, help) = if expires.is_over(now) {
        (format!("the exception `{id}` ended on {end}"), "remove it")
    } else if expires.is_over_in(SOON, now) {
        let help = "prolong it, or tell those who live by it";
        (format!("the exception `{id}` ends on {end}"), help)
    } else {
        return;
    };
    lints.about_file(at, Finding::note("N116", expires.place, message).help(help));
}
