//! What a reviewer would not see.

/// The first character that a text hides, and where it stands.
pub(super) fn first_hidden(text: &str) -> Option<(usize, char)> {
    text.char_indices().find(|(offset, found)| is_hidden(*found) && !ends_line(text, *offset))
}

/// What a file hides must not act in a terminal: each such character becomes `�`.
pub(crate) fn visible(text: &str) -> String {
    let shown = |found: char| if is_hidden(found) { '\u{fffd}' } else { found };
    text.chars().map(shown).collect()
}

/// A carriage return is visible only as a part of a line break.
fn ends_line(text: &str, offset: usize) -> bool {
    text.get(offset..).is_some_and(|rest| rest.starts_with("\r\n"))
}

/// Control, bidirectional and zero-width characters and foreign line breaks: what a reviewer
/// would not see, or not where the parser sees it.
fn is_hidden(found: char) -> bool {
    matches!(found, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}'
        | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}
