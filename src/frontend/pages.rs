//! The pages. They need no script, and say what happened and what to do.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::answer::Refusal;
use super::flows::Record;
use crate::status::{Answer, RoamingStatus, UnknownReason, Visited};

/// What became of a flow.
pub(super) fn report(record: &Record, start: &str) -> Markup {
    let (title, words) = match &record.outcome {
        None => ("The check is not finished", AWAY.to_owned()),
        Some(Ok(answer)) => ("Your line was checked", place(answer)),
        Some(Err(reason)) => trouble(*reason),
    };
    let is_done = matches!(record.outcome, Some(Ok(_)));
    let next = record.return_to.as_deref();
    frame(
        title,
        &html! {
            p { (words) }
            @match (is_done, next) {
                (true, Some(next)) => { p { a.button href=(next) { "Continue" } } }
                (true, None) => {}
                (false, next) => {
                    (again(start, next))
                    @if let Some(path) = next { p.aside { a href=(path) { "Go on without the check" } } }
                }
            }
        },
    )
}

/// Why a route did not do what was asked.
pub(super) fn refusal(refusal: Refusal, title: &str, start: &str) -> Markup {
    let words = match refusal {
        Refusal::Foreign => "A check begins on a page of this service, with a button.",
        Refusal::Unusable => {
            "It was used before, is too old, or belongs to another browser. Nothing was changed. \
             Begin again here, in this browser."
        }
        Refusal::NoFlow => "There is no such check, or it belongs to another browser.",
        Refusal::NotBegun(UnknownReason::NoIdentifier) => {
            "We do not know your number. Sign in first, then check your line."
        }
        Refusal::NotBegun(_) => "Your operator cannot be reached. Try again in a moment.",
    };
    frame(title, &html! { p { (words) } (again(start, None)) })
}

/// The policy under which the pages stand: nothing but their own style.
pub(super) fn content_security_policy() -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'"
    )
}

fn again(start: &str, return_to: Option<&str>) -> Markup {
    html! {
        form method="post" action=(start) {
            @if let Some(path) = return_to { input type="hidden" name="returnTo" value=(path); }
            button type="submit" { "Check my line again" }
        }
    }
}

/// Where a line is, for its owner.
fn place(answer: &Answer) -> String {
    let RoamingStatus::Roaming(Visited { countries, .. }) = answer.status() else {
        return "Your phone is on its home network.".to_owned();
    };
    let names: Vec<_> = countries.iter().map(|country| country.name()).collect();
    match names.split_last() {
        None => "Your phone is roaming. The network does not say in which country.".to_owned(),
        Some((only, [])) => format!("Your phone is roaming in {only}."),
        Some((last, others)) => {
            format!("Your phone is roaming in {} or {last}.", others.join(", "))
        }
    }
}

/// Title and words for a check that found nothing out.
fn trouble(reason: UnknownReason) -> (&'static str, String) {
    use UnknownReason::*;
    let (title, words) = match reason {
        NoConsent | ConsentPending => (
            "You did not allow the check",
            "Your operator tells us nothing without your consent. You can change your mind.",
        ),
        NoIdentifier | IdentifierInvalid | IdentifierNotFound => (
            "Your phone was not recognised",
            "Switch off Wi-Fi, so that the check goes over mobile data, and try again.",
        ),
        NotCovered => {
            ("Your operator does not offer this check", "It cannot tell us where this line is.")
        }
        Timeout | Unavailable | RateLimited | OverBudget | NotCached | Stale => (
            "The check did not work this time",
            "Your operator did not answer. Try again in a moment.",
        ),
        Misconfigured | InvalidAnswer | CountryAmbiguous | CountryUnresolved | NoHistory
        | MissingAttribute => (
            "The check did not work",
            "Something is wrong between us and your operator. It is not your fault, and trying \
             again will hardly help before we have mended it.",
        ),
    };
    (title, words.to_owned())
}

fn frame(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { p.topic { "Line check" } h1 { (title) } (content) } }
        }
    }
}

const AWAY: &str = "Finish it on the page of your operator, or begin again.";
const STYLE: &str = include_str!("pages.css");
