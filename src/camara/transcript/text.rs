//! Texts that somebody else wrote, made fit for a terminal, and what in them has the shape of a secret.

use std::ops::Range;

/// One line without what moves the cursor, turns the direction of writing or looks like our marks.
pub(super) fn in_one_line(text: &str) -> String {
    let shown = text.chars().filter(|found| !is_invisible(*found));
    shown.map(|found| if found.is_control() { ' ' } else { found }).collect()
}

/// The same for a text of a remote side, which must not write our marks.
pub(super) fn sanitised(text: &str) -> String {
    in_one_line(text).replace('‹', "<").replace('›', ">")
}

/// At most so many characters.
pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text.split_at(end).0),
        None => text.to_owned(),
    }
}

/// The words: what tokens, secrets and their encodings are written in.
pub(super) fn words(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let is_word = |found: char| found.is_alphanumeric() || "_-+%~".contains(found);
    let words = text.split(move |found| !is_word(found)).filter(|word| !word.is_empty());
    words.map(move |word| {
        let start = word.as_ptr().addr() - text.as_ptr().addr();
        (start..start + word.len(), word)
    })
}

/// Long, and letters among digits: as tokens are, and words are not.
pub(super) fn is_token(word: &str) -> bool {
    word.len() >= MIN_TOKEN && word.contains(char::is_numeric) && word.contains(char::is_alphabetic)
}

/// The digits that could be one number, whatever separates them.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut is_apart = true;
    for (at, found) in text.char_indices() {
        let end = at + found.len_utf8();
        if !found.is_numeric() {
            is_apart |= found.is_alphabetic();
            continue;
        }
        let digit = found.to_digit(10).and_then(|digit| char::from_digit(digit, 10));
        let digit = digit.unwrap_or('?');
        match runs.last_mut().filter(|run| !is_apart && at - run.end <= MAX_GAP) {
            Some(run) => run.grow(digit, at..end),
            None => runs.push(Run {
                start: at,
                end,
                digits: digit.into(),
                parts: std::iter::once(at..end).collect(),
            }),
        }
        is_apart = false;
    }
    runs
}

/// Digits with little between them.
pub(super) struct Run {
    start: usize,
    end: usize,
    pub(super) digits: String,
    /// Where they stand without anything between them.
    parts: Vec<Range<usize>>,
}

impl Run {
    fn grow(&mut self, digit: char, place: Range<usize>) {
        self.digits.push(digit);
        match self.parts.last_mut().filter(|part| part.end == place.start) {
            Some(part) => part.end = place.end,
            None => self.parts.push(place.clone()),
        }
        self.end = place.end;
    }

    pub(super) fn place(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The parts that are as long as the numbers of lines.
    pub(super) fn long_parts(&self) -> impl Iterator<Item = Range<usize>> {
        self.parts.iter().filter(|part| part.len() >= MIN_NUMBER).cloned()
    }
}

fn is_invisible(found: char) -> bool {
    matches!(
        found,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
    )
}

const MIN_TOKEN: usize = 16;
const MIN_NUMBER: usize = 7;
const MAX_GAP: usize = 3;
