//! What a record says of the line, and what another policy would have made of it.

use std::time::Duration;

use super::Unreplayable;
use crate::country::{Country, CountrySet, Mcc};
use crate::decision_log::LineSeen;
use crate::policy::{Lookup, Policy, RequestClass, Wait};
use crate::status::{LineState, UnknownReason, Visited};

const MALFORMED: Unreplayable = Unreplayable::Malformed("line");

/// What was known.
pub(super) fn state(seen: &LineSeen) -> Result<LineState, Unreplayable> {
    match (seen.status.as_str(), &seen.reason) {
        ("home", None) => Ok(LineState::HOME),
        ("roaming", None) => {
            let codes = seen.countries.iter().map(|code| Country::from_code(code));
            let countries: CountrySet = codes.collect::<Option<_>>().ok_or(MALFORMED)?;
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
    let freshness = policy.freshness(class);
    let limit = seen.limit.as_deref().and_then(duration);
    match state {
        LineState::Known(_) => {
            let bridged = freshness.stale_while_revalidate.max(freshness.stale_if_error);
            let asked = seen.asked.as_deref().and_then(duration);
            if asked.is_some_and(|asked| asked > freshness.max_age.saturating_add(bridged)) {
                return Err(Unreplayable::AskedAgain);
            }
            let age = seen.age.as_deref().and_then(duration);
            let is_stale = age.zip(freshness.max_status_age).is_some_and(|(age, most)| age > most);
            Ok(if is_stale { LineState::Unknown(UnknownReason::Stale) } else { state })
        }
        LineState::Unknown(UnknownReason::Timeout) => match limit {
            Some(limit) if freshness.max_wait > limit => Err(Unreplayable::WaitedLonger),
            _ => Ok(state),
        },
        LineState::Unknown(UnknownReason::Stale) => {
            let is_stale =
                limit.zip(freshness.max_status_age).is_some_and(|(then, now)| now <= then);
            if is_stale { Ok(state) } else { Err(Unreplayable::BelievedLonger) }
        }
        LineState::Unknown(UnknownReason::NotCached) if policy.lookup(class) == Lookup::Normal => {
            Err(Unreplayable::WouldHaveWaited)
        }
        LineState::Unknown(_) => Ok(state),
    }
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
