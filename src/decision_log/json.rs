//! JSON that a terminal can be shown: no control character stands in it, whatever it says.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// Writes the value into one line, without the line's end.
pub(super) fn write(line: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // Neither memory nor maps with text keys can fail.
    let _ = value.serialize(&mut Serializer::with_formatter(line, Plain));
}

/// Escapes what a terminal, or a reader by eye, would obey.
struct Plain;

impl Formatter for Plain {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            return writer.write_all(fragment.as_bytes());
        }
        for letter in fragment.chars() {
            if is_obeyed(letter) {
                write!(writer, "\\u{:04x}", u32::from(letter))?;
            } else {
                write!(writer, "{letter}")?;
            }
        }
        Ok(())
    }
}

/// C1 controls and DEL, line separators, and marks that turn the direction of writing.
fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
