//! [`PolicyHash`]: which policy decided; [`FileHash`]: what one file says.

use std::collections::BTreeSet;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::country::GroupsEdition;
use crate::document::Source;

/// SHA-256 over the sorted SHA-256s of the files and the editions of the country groups.
/// Displays as `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct PolicyHash([u8; 32]);

/// SHA-256 of the text of a file, wherever it lies.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct FileHash([u8; 32]);

impl FileHash {
    pub(crate) fn of(source: &Source) -> Self {
        Self(Sha256::digest(source.text.as_bytes()).into())
    }
}

impl PolicyHash {
    pub(crate) fn of(
        files: impl Iterator<Item = FileHash>,
        editions: impl Iterator<Item = GroupsEdition>,
    ) -> Self {
        let digests: BTreeSet<_> = files.collect();
        let editions: BTreeSet<_> = editions.map(GroupsEdition::date).collect();
        let mut hash = Sha256::new();
        digests.iter().for_each(|digest| hash.update(digest.0));
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
