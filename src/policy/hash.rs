//! [`PolicyHash`]: which policy decided.

use std::collections::BTreeSet;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::country::GroupsEdition;
use crate::document::Source;

/// SHA-256 over the sorted SHA-256s of the files and the editions of the country groups.
/// Displays as `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct PolicyHash([u8; 32]);

impl PolicyHash {
    pub(crate) fn of<'a>(files: impl Iterator<Item = (&'a Source, GroupsEdition)>) -> Self {
        let (mut digests, mut editions) = (BTreeSet::new(), BTreeSet::new());
        for (source, edition) in files {
            digests.insert(<[u8; 32]>::from(Sha256::digest(source.text.as_bytes())));
            editions.insert(edition.date());
        }
        let mut hash = Sha256::new();
        digests.iter().for_each(|digest| hash.update(digest));
        editions.iter().for_each(|edition| hash.update(edition.as_bytes()));
        Self(hash.finalize().into())
    }
}

impl fmt::Display for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyHash({self})")
    }
}
