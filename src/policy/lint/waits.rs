//! W113: waiting times that do not fit what a log says of the provider.
//!
//! 1. `maxWait` is below the provider's 99th percentile where more than one in a hundred of the
//!    requests that waited got no answer in that time.
//! 2. `staleIfError` on a rule that fails closed: an old answer decides after all.

use std::collections::BTreeMap;

use super::{Lints, in_force};
use crate::document::{Finding, Place, written_duration};
use crate::policy::effect::Effect;
use crate::policy::load::{File, RuleDraft};
use crate::policy::observed::Waits;
use crate::policy::{Lookup, Policy, Review};
use crate::status::UnknownReason;

/// Fewer requests say nothing of one in a hundred.
const ENOUGH: u64 = 100;

pub(super) fn check(files: &[File], policy: &Policy, review: Review<'_>, lints: &mut Lints) {
    let Some(log) = review.log else { return };
    let mut waits: BTreeMap<(usize, Place), (Waits, String)> = BTreeMap::new();
    for class in policy.classes() {
        let max_wait = policy.freshness(class).max_wait;
        let Some((file, place)) = max_wait_of(files, policy, class.0) else { continue };
        if policy.lookup(class) == Lookup::Normal {
            let (all, _) = waits
                .entry((file, place))
                .or_insert((Waits::default(), written_duration(max_wait)));
            *all = all.and(log.waits(policy, class));
        }
    }
    for ((file, place), (waits, max_wait)) in waits {
        if waits.all >= ENOUGH && waits.in_vain * 100 > waits.all {
            lints.about_file(file, too_short(place, waits, &max_wait));
        }
    }
    for (at, file) in files.iter().enumerate() {
        in_force(file).for_each(|rule| decided_by_old_answers(at, file, rule, lints));
    }
}

/// Where the longest wait of a class stands.
fn max_wait_of(files: &[File], policy: &Policy, class: u32) -> Option<(usize, Place)> {
    let class = policy.classes.get(class as usize)?;
    let routes = files.iter().enumerate().flat_map(|(at, file)| {
        file.askings.iter().map(move |asking| (at, file.metadata.place, asking))
    });
    let routes: Vec<_> = routes.collect();
    let own = class.routes.iter().filter_map(|route| routes.get(*route));
    let (file, place, asking) = own.max_by_key(|(_, _, asking)| asking.freshness.max_wait)?;
    Some((*file, asking.places.max_wait.unwrap_or(*place)))
}

fn too_short(place: Place, waits: Waits, max_wait: &str) -> Finding {
    let Waits { all, in_vain } = waits;
    let message = format!(
        "`maxWait` is {max_wait}, and {in_vain} of the {all} requests of the log that waited got no answer in that time"
    );
    let help = "at most 1 in 100 should: wait longer, put `lookup: prefetch` on the route before, or let `onUnknown` say what they get";
    Finding::warning("W113", place, message).help(help)
}

fn decided_by_old_answers(at: usize, file: &File, rule: &RuleDraft, lints: &mut Lints) {
    let fails_closed = rule.on_unknown.get(UnknownReason::Unavailable) == Effect::Deny;
    if !fails_closed || !rule.needs_line() || rule.annotation.is_some() {
        return;
    }
    let askings = rule.routes.iter().filter_map(|route| file.askings.get(*route));
    let lenient = askings.filter(|asking| !asking.freshness.stale_if_error.is_zero());
    let Some(asking) = lenient.max_by_key(|asking| asking.freshness.stale_if_error) else { return };
    let message = format!(
        "`{}` fails closed, and `staleIfError` lets answers decide that are up to {} older than `maxAge`",
        rule.id,
        written_duration(asking.freshness.stale_if_error)
    );
    let help = "write `staleIfError: 0s` for its routes in `routeSettings`, or accept W113 if old answers are good enough there";
    let place = asking.places.stale_if_error.unwrap_or(rule.place);
    lints.about_rule(at, &rule.id, Finding::warning("W113", place, message).help(help));
}
