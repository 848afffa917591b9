//! [`Sheet`]: what records are composed on. JSON is written straight into bytes, and the bytes are
//! used again: no field of a record is a text of its own on the way.

use std::cell::Cell;

use super::json;

/// Text that grows at its end.
#[derive(Debug, Default)]
pub(super) struct Sheet(Vec<u8>);

/// Hexadecimal digits of a number, in the order of reading.
pub(super) type Digits = [u8; 16];

impl Sheet {
    /// Writes on an empty sheet, which each thread has.
    pub(super) fn on_own<T>(write: impl FnOnce(&mut Self) -> T) -> T {
        thread_local! {
            static OWN: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
        }
        let mut sheet = Self(OWN.try_with(Cell::take).unwrap_or_default());
        sheet.clear();
        let written = write(&mut sheet);
        // A thread that ends has no sheet any more.
        let _ = OWN.try_with(|own| own.set(sheet.0));
        written
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes back what was written after this length.
    pub(super) fn cut(&mut self, length: usize) {
        self.0.truncate(length);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// What is JSON already.
    #[inline]
    pub(super) fn raw(&mut self, json: &str) -> &mut Self {
        self.bytes(json.as_bytes())
    }

    #[inline]
    pub(super) fn bytes(&mut self, json: &[u8]) -> &mut Self {
        self.0.extend_from_slice(json);
        self
    }

    /// A text, whatever is in it.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        // Without a way out of the loop, many letters are looked at in one step.
        let is_plain = |plain, byte: &u8| {
            plain & (*byte >= b' ') & (*byte < 0x7f) & (*byte != b'"') & (*byte != b'\\')
        };
        if text.as_bytes().iter().fold(true, is_plain) {
            return self.word(text);
        }
        self.value(text)
    }

    /// A word of ours, in which nothing needs an escape.
    #[inline]
    pub(super) fn word(&mut self, word: &str) -> &mut Self {
        self.raw("\"").raw(word).raw("\"")
    }

    pub(super) fn word_or_null(&mut self, word: Option<&'static str>) -> &mut Self {
        match word {
            Some(word) => self.word(word),
            None => self.raw("null"),
        }
    }

    /// A value that does not come by often, or knows best how it is written.
    pub(super) fn value(&mut self, value: &(impl serde::Serialize + ?Sized)) -> &mut Self {
        json::write(&mut self.0, value);
        self
    }

    pub(super) fn text_or_null(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    pub(super) fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> &mut Self {
        self.raw("[");
        for text in texts {
            self.item().text(text);
        }
        self.raw("]")
    }

    /// Before an item of a list, or a member of an object.
    pub(super) fn item(&mut self) -> &mut Self {
        match self.0.last() {
            Some(b'[' | b'{') => self,
            _ => self.raw(","),
        }
    }

    pub(super) fn truth(&mut self, is_true: bool) -> &mut Self {
        self.raw(if is_true { "true" } else { "false" })
    }

    pub(super) fn whole(&mut self, number: u64) -> &mut Self {
        self.value(&number)
    }

    /// 32 digits, without quotes.
    pub(super) fn hex(&mut self, bits: u128) -> &mut Self {
        self.bytes(&digits((bits >> 64) as u64)).bytes(&digits(bits as u64))
    }

    /// The same digits as a UUID has them.
    pub(super) fn uuid(&mut self, bits: u128) -> &mut Self {
        let [start @ .., a, b, c, d, e, f, g, h] = digits((bits >> 64) as u64);
        let [i, j, k, l, end @ ..] = digits(bits as u64);
        self.bytes(&start).bytes(&[b'-', a, b, c, d, b'-', e, f, g, h, b'-', i, j, k, l, b'-']);
        self.bytes(&end)
    }
}

/// A number in 16 hexadecimal digits.
pub(super) fn digits(bits: u64) -> Digits {
    let mut digits = Digits::default();
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(bits.to_be_bytes()) {
        *pair = PAIRS.get(usize::from(byte)).copied().unwrap_or_default();
    }
    digits
}

/// The two hexadecimal digits of each byte.
#[expect(
    clippy::indexing_slicing,
    reason = "a byte is less than 256, and half of one less than 16"
)]
static PAIRS: [[u8; 2]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let (mut pairs, mut byte) = ([[0; 2]; 256], 0);
    while byte < 256 {
        pairs[byte] = [DIGITS[byte / 16], DIGITS[byte % 16]];
        byte += 1;
    }
    pairs
};
