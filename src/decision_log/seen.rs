//! What a record says of the line: [`LineSeen`](super::LineSeen).

use std::time::Duration;

use super::sheet::Sheet;
use crate::audit::Evidence;
use crate::country::Candidates;
use crate::policy::Freshness;
use crate::status::{LineState, RoamingStatus, UnknownReason};

/// Writes what was known of a line in this state.
pub(super) fn write<'s>(
    sheet: &'s mut Sheet,
    state: LineState,
    evidence: &Evidence<'_>,
) -> &'s mut Sheet {
    let Evidence { answer, waited, .. } = *evidence;
    let now = evidence.now();
    let nowhere = (None, Candidates::EMPTY);
    let (status, (mcc, countries), reason) = match state {
        LineState::Known(RoamingStatus::Home) => ("home", nowhere, None),
        LineState::Known(RoamingStatus::Roaming(visited)) => {
            ("roaming", (visited.mcc, visited.countries), None)
        }
        LineState::Unknown(reason) => ("unknown", nowhere, Some(reason)),
    };
    sheet.raw(r#"{"status":"#).word(status);
    sheet.raw(r#","mcc":"#).text_or_null(mcc.map(|mcc| mcc.to_string()).as_deref());
    let codes = countries.iter().map(|country| country.code());
    sheet.raw(r#","countries":"#).texts(codes);
    // Whoever goes by what was cached would go by it again.
    let is_held_against = waited.is_some() || reason.is_some();
    let class = evidence.class.filter(|_| is_held_against);
    let freshness = class.map(|class| evidence.policy.freshness(class));
    let limit = reason.zip(freshness).and_then(|(reason, freshness)| limit(reason, freshness));
    sheet.raw(r#","reason":"#).word_or_null(reason.map(UnknownReason::name));
    sheet.raw(r#","limit":"#).seconds_or_null(limit);
    sheet.raw(r#","age":"#).seconds_or_null(answer.map(|answer| answer.confirmed_ago(now)));
    sheet.raw(r#","asked":"#).seconds_or_null(answer.map(|answer| answer.asked_ago(now)));
    sheet.raw(r#","waited":"#).seconds_or_null(waited);
    let believed = |it: Freshness| it.believed_instead_of(reason, waited.is_some());
    sheet.raw(r#","fresh":"#).seconds_or_null(freshness.map(|it| it.max_age));
    sheet.raw(r#","believed":"#).seconds_or_null(freshness.map(believed));
    let confirmed = freshness.and_then(|it| it.max_status_age);
    sheet.raw(r#","confirmed":"#).seconds_or_null(confirmed).raw("}")
}

/// The limit of the policy that makes a line unknown for this reason.
fn limit(reason: UnknownReason, freshness: Freshness) -> Option<Duration> {
    match reason {
        UnknownReason::Timeout => Some(freshness.max_wait),
        UnknownReason::Stale => freshness.max_status_age,
        _ => None,
    }
}
