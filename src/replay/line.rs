//! What a record says of the line, and what another policy would have made of it.

use std::time::Duration;

use super::Unreplayable;
use crate::country::{Candidates, Country, CountrySet, Mcc};
use crate::decision_log::LineSeen;
use crate::policy::{Freshness, Lookup, Policy, RequestClass, Wait};
use crate::status::{LineState, ReasonGroup, UnknownReason, Visited};

const MALFORMED: Unreplayable = Unreplayable::Malformed("line");

/// What was known.
pub(super) fn state(seen: &LineSeen) -> Result<LineState, Unreplayable> {
    match (seen.status.as_str(), &seen.reason) {
        ("home", None) => Ok(LineState::HOME),
        ("roaming", None) => {
            let codes = seen.countries.iter().map(|code| Country::from_code(code));
            let countries: CountrySet = codes.collect::<Option<_>>().ok_or(MALFORMED)?;
            let countries = Candidates::from_countries(countries).ok_or(MALFORMED)?;
            let mcc = match &seen.mcc {
                Some(digits) => Some(Mcc::from_digits(digits).ok_or(MALFORMED)?),
                None => None,
            };
            Ok(LineState::roaming(Visited { mcc, countries }))
        }
        ("unknown", Some(reason)) => {
            UnknownReason::from_name(reason).map(LineState::Unknown).ok_or(MALFORMED)
        }
        _ => Err(MALFORMED),
    }
}

/// What a policy would have believed that did not make the record.
pub(super) fn under(
    policy: &Policy,
    class: RequestClass,
    seen: &LineSeen,
    state: LineState,
) -> Result<LineState, Unreplayable> {
    let (freshness, lookup) = (policy.freshness(class), policy.lookup(class));
    let waited = of(&seen.waited);
    if matches!(state, LineState::Unknown(reason) if reason.group() == ReasonGroup::NoLine) {
        return Ok(state);
    }
    if waited.is_some() && lookup != Lookup::Normal {
        return Err(Unreplayable::WouldNotHaveWaited);
    }
    match state {
        LineState::Known(_) => known(freshness, seen, state),
        LineState::Unknown(reason) => {
            unknown(freshness, lookup, seen, reason)?;
            Ok(state)
        }
    }
}

/// An answer was believed.
fn known(
    freshness: Freshness,
    seen: &LineSeen,
    state: LineState,
) -> Result<LineState, Unreplayable> {
    let (asked, age) = (of(&seen.asked), of(&seen.age));
    let is_older = |most: Duration| asked.is_some_and(|asked| asked > most);
    let is_stale = age.zip(freshness.max_status_age).is_some_and(|(age, most)| age > most);
    let bridged = if is_stale { Duration::ZERO } else { freshness.stale_while_revalidate };
    // What `staleIfError` bridges is asked for again, and nobody knows what comes then.
    if is_older(freshness.max_age.saturating_add(bridged)) {
        return Err(Unreplayable::AskedAgain);
    }
    waited_enough(freshness, seen)?;
    if seen.waited.is_some() && believes_more(freshness, seen, None) {
        return Err(Unreplayable::BelievedLonger);
    }
    Ok(if is_stale { LineState::Unknown(UnknownReason::Stale) } else { state })
}

/// No answer was believed, and none would have been.
fn unknown(
    freshness: Freshness,
    lookup: Lookup,
    seen: &LineSeen,
    reason: UnknownReason,
) -> Result<(), Unreplayable> {
    let (limit, waited) = (of(&seen.limit), of(&seen.waited));
    match reason {
        UnknownReason::Timeout if limit.is_some_and(|limit| freshness.max_wait > limit) => {
            return Err(Unreplayable::WaitedLonger);
        }
        UnknownReason::Timeout => {}
        UnknownReason::NotCached if lookup == Lookup::Normal => {
            return Err(Unreplayable::WouldHaveWaited);
        }
        _ => waited_enough(freshness, seen)?,
    }
    let is_older = |most: Duration| of(&seen.believed).is_some_and(|believed| believed > most);
    match reason {
        UnknownReason::Stale if is_more(freshness.max_status_age, limit) => {
            Err(Unreplayable::BelievedLonger)
        }
        // How long ago the stale answer was asked for, the record does not say.
        UnknownReason::Stale if waited.is_none() && is_older(freshness.max_age) => {
            Err(Unreplayable::AskedAgain)
        }
        UnknownReason::Stale if waited.is_none() => Ok(()),
        _ if believes_more(freshness, seen, Some(reason)) => Err(Unreplayable::BelievedLonger),
        _ => Ok(()),
    }
}

/// Would an answer have been believed instead that was too old for the policy that decided?
fn believes_more(freshness: Freshness, seen: &LineSeen, reason: Option<UnknownReason>) -> bool {
    let believes = freshness.believed_instead_of(reason, seen.waited.is_some());
    let is_longer = of(&seen.believed).is_none_or(|believed| believes > believed);
    let bridges = believes > freshness.max_age;
    // One that was too old, and too long ago confirmed to bridge, would have been stale.
    let is_fresh = of(&seen.fresh).is_none_or(|fresh| freshness.max_age > fresh);
    let was_stale = seen.confirmed.is_some() && is_fresh;
    is_longer || was_stale || bridges && is_more(freshness.max_status_age, of(&seen.confirmed))
}

/// Is the one limit further than the other? None is the furthest.
fn is_more(now: Option<Duration>, then: Option<Duration>) -> bool {
    then.is_some_and(|then| now.is_none_or(|now| now > then))
}

/// The answer, or its failure, came in time for this policy too.
fn waited_enough(freshness: Freshness, seen: &LineSeen) -> Result<(), Unreplayable> {
    let is_late = of(&seen.waited).is_some_and(|waited| waited > freshness.max_wait);
    if is_late { Err(Unreplayable::WaitedShorter) } else { Ok(()) }
}

fn of(text: &Option<String>) -> Option<Duration> {
    text.as_deref().and_then(duration)
}

/// How the request came by that. An answer that is younger than the longest wait came while it
/// waited, or a moment before.
pub(super) fn wait(seen: Option<&LineSeen>, max_wait: Duration) -> Wait {
    let Some(seen) = seen else { return Wait::None };
    let within = |text: &Option<String>| text.as_deref().and_then(duration);
    match seen.reason.as_deref().and_then(UnknownReason::from_name) {
        None if within(&seen.asked).is_some_and(|asked| asked <= max_wait) => Wait::InTime,
        Some(UnknownReason::Timeout) if within(&seen.limit).is_some_and(|it| it >= max_wait) => {
            Wait::InVain
        }
        _ => Wait::None,
    }
}

/// A duration as records have it: `12.5s`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let text = text.strip_suffix('s')?;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if part.len() > 9 || !is_digits(part) || !is_digits(whole) {
        return None;
    }
    let nanos = format!("{part:0<9}").parse().ok()?;
    Some(Duration::new(whole.parse().ok()?, nanos))
}
