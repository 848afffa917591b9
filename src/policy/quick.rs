//! Maps over what a policy is compiled from, numbers and names, hashed a word at a time.
//!
//! Nobody but the author has a say in the keys: clients only look them up, and cannot make them collide. So
//! the hash need not withstand an attack.

#![warn(clippy::arithmetic_side_effects)]

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

pub(crate) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<Words>>;

/// Rotates, mixes in and multiplies, word by word.
#[derive(Debug, Default)]
pub(crate) struct Words(u64);

impl Words {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0xf135_7aea_2e62_a9c5);
    }
}

impl Hasher for Words {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.mix(u64::from_le_bytes(*word)));
        match bytes.last_chunk() {
            _ if rest.is_empty() => {}
            // Some of it once more: that is faster than byte by byte. Keys of one byte again and again have
            // one hash then, which costs time alone.
            Some(last) => self.mix(u64::from_le_bytes(*last)),
            None => self.mix(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))),
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.mix(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }

    /// Multiplying mixes upwards, and maps look at the lowest bits.
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
