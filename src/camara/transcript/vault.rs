//! [`Vault`]: the secrets of a conversation, so that they are recognised where the aggregator repeats
//! them.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::zeroize::Zeroizing;

use super::marks::{NUMBER, REDACTED};
use super::text::{self, Run, runs, words};

/// What was sent or received and must not be shown: the latest of it.
#[derive(Default)]
pub(super) struct Vault(Mutex<VecDeque<Known>>);

/// A secret in the forms in which it could come back, in lower case.
struct Known {
    forms: Vec<Zeroizing<String>>,
    /// The digits, if it is a number.
    digits: Option<Zeroizing<String>>,
}

type Hidden = (Range<usize>, &'static str);

impl Vault {
    /// Remembers a secret. What is shorter than any secret would only spoil what is shown.
    pub(super) fn learn(&self, secret: &str) {
        if secret.chars().count() < MIN_SECRET {
            return;
        }
        let known = Known::of(secret);
        let mut held = self.held();
        held.retain(|other| other.forms.first() != known.forms.first());
        held.push_back(known);
        while held.len() > MAX_KNOWN {
            held.pop_front();
        }
    }

    /// A text of the remote side: in one line, bounded, and without what is or could be a secret.
    pub(super) fn told(&self, text: &str) -> String {
        let text = text::sanitised(text);
        let words = words(&text).filter(|(_, word)| text::is_token(word));
        let numbers = runs(&text).into_iter().flat_map(|run| run.long_parts().collect::<Vec<_>>());
        let mut hidden = self.found(&text);
        hidden.extend(numbers.map(|place| (place, NUMBER)));
        hidden.extend(words.map(|(place, _)| (place, REDACTED)));
        text::cut(&masked(&text, hidden), MAX_TEXT)
    }

    /// A text without the secrets that are known.
    pub(super) fn without_secrets(&self, text: &str) -> String {
        masked(text, self.found(text))
    }

    fn found(&self, text: &str) -> Vec<Hidden> {
        let (lower, runs) = (text.to_ascii_lowercase(), runs(text));
        let words: Vec<_> = words(&lower).filter(|(_, word)| word.len() >= MIN_PART).collect();
        let held = self.held();
        held.iter().flat_map(|known| known.found(&lower, &runs, &words)).collect()
    }

    fn held(&self) -> MutexGuard<'_, VecDeque<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn of(secret: &str) -> Self {
        let digits = secret.strip_prefix('+').unwrap_or(secret);
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let encoded = percent_encoded(secret);
        let forms = [
            secret.to_owned(),
            form_decoded(secret),
            encoded.replace("%20", "+"),
            encoded,
            STANDARD_NO_PAD.encode(secret),
            URL_SAFE_NO_PAD.encode(secret),
        ];
        let lower = |form: String| Zeroizing::new(Zeroizing::new(form).to_ascii_lowercase());
        Self {
            forms: forms.into_iter().map(lower).collect(),
            digits: is_number.then(|| Zeroizing::new(digits.to_owned())),
        }
    }

    /// Where the secret stands in a text: as a whole, as a number without its prefix or with separators, or as
    /// a part that is no mere word.
    fn found(&self, lower: &str, runs: &[Run], words: &[(Range<usize>, &str)]) -> Vec<Hidden> {
        let label = if self.digits.is_some() { NUMBER } else { REDACTED };
        let mut found: Vec<Hidden> = Vec::new();
        for form in &self.forms {
            let matches = lower.match_indices(form.as_str());
            found.extend(matches.map(|(at, hit)| (at..at + hit.len(), label)));
        }
        if let Some(digits) = &self.digits {
            let end = digits.split_at(digits.len().saturating_sub(SUBSCRIBER)).1;
            let meant = runs.iter().filter(|run| run.digits.contains(end));
            found.extend(meant.map(|run| (run.place(), NUMBER)));
            return found;
        }
        let is_part = |word: &str| self.forms.first().is_some_and(|secret| secret.contains(word));
        let parts = words.iter().filter(|(_, word)| is_part(word));
        found.extend(parts.map(|(place, _)| (place.clone(), REDACTED)));
        found
    }
}

/// The text with marks in the place of what is hidden. A plus sign before a number stays: it is often what is wrong.
fn masked(text: &str, mut hidden: Vec<Hidden>) -> String {
    hidden.sort_by_key(|(place, _)| (place.start, std::cmp::Reverse(place.end)));
    let (mut shown, mut done) = (String::new(), 0);
    for (place, label) in hidden {
        if place.start >= done {
            let between = text.get(done..place.start).unwrap_or_default();
            let plus = text.get(place.clone()).is_some_and(|hit| hit.starts_with('+'));
            shown += between;
            shown += if plus && label == NUMBER { "+" } else { "" };
            shown += label;
        }
        done = done.max(place.end);
    }
    shown + text.get(done..).unwrap_or_default()
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~*".contains(&byte);
    text.bytes()
        .map(|byte| match byte {
            byte if plain(byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// What a form-encoded text means; a text that is none, as it is.
pub(super) fn form_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.first_chunk::<2>().filter(|_| *byte == b'%');
        let code =
            code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(match (code, byte) {
            (Some(code), _) => code,
            (None, b'+') => b' ',
            (None, byte) => *byte,
        });
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

const MIN_SECRET: usize = 4;
/// A part of a secret that is long enough to be no accident.
const MIN_PART: usize = 8;
/// The digits at the end of a number that are the line's own in every country.
const SUBSCRIBER: usize = 7;
const MAX_KNOWN: usize = 256;
const MAX_TEXT: usize = 300;
