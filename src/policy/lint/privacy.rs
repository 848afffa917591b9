//! W120: personal data in what a client is told.

use super::{Lints, Told};
use crate::document::Finding;
use crate::policy::load::RuleDraft;

pub(super) fn check(at: usize, rule: &RuleDraft, lints: &mut Lints) {
    for Told { key, place, text } in &rule.remarks.told {
        let Some(what) = personal_data(text) else { continue };
        let message = format!("`{key}` tells the client what looks like {what}");
        let help =
            "leave out what names a person; where it is your own, such as a hotline, accept W120";
        lints.about_rule(at, &rule.id, Finding::warning("W120", *place, message).help(help));
    }
}

fn personal_data(text: &str) -> Option<&'static str> {
    match () {
        () if has_variable(text) => Some("a variable with the customer's number or name"),
        () if text
            .split(|found: char| found.is_whitespace() || "<>()\"',;:".contains(found))
            .any(is_address) =>
        {
            Some("an e-mail address")
        }
        () if has_number(text) => Some("a phone number"),
        () => None,
    }
}

/// `${line.number}` and its like. What the language has, such as `${line.state}`, names nobody.
fn has_variable(text: &str) -> bool {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    let telling = ["number", "phone", "msisdn", "subject", "mail"];
    names.map(str::to_lowercase).any(|name| telling.iter().any(|word| name.contains(word)))
}

fn is_address(word: &str) -> bool {
    let Some((name, domain)) = word.trim_end_matches(['.', '!', '?']).split_once('@') else {
        return false;
    };
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|it| it.is_alphanumeric() || it == '-')
    };
    !name.is_empty() && domain.contains('.') && domain.split('.').all(is_label)
}

/// A plus sign and 7 to 15 digits however they are spaced, or 9 to 15 digits in one piece.
fn has_number(text: &str) -> bool {
    let spaced = text.split('+').skip(1).any(|rest| {
        let is_part = |found: &char| found.is_ascii_digit() || " -./()\u{a0}".contains(*found);
        let digits = rest.chars().take_while(is_part).filter(char::is_ascii_digit).count();
        (7..=15).contains(&digits)
            && rest.starts_with(|first: char| first.is_ascii_digit() || first == '(')
    });
    let pieces = text.split(|found: char| !found.is_alphanumeric());
    let is_number = |piece: &str| {
        (9..=15).contains(&piece.len()) && piece.bytes().all(|byte| byte.is_ascii_digit())
    };
    spaced || pieces.into_iter().any(is_number)
}
