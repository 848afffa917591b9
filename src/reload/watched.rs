//! What can be watched: the leaf on which policies and aggregators differ.

use std::sync::Arc;
use std::time::SystemTime;

use super::fingerprint::Fingerprint;
use crate::gate::Revision;

/// Files, and what becomes of them. Its methods block, and are called where that is allowed.
pub(super) trait Watched: Send + Sync + 'static {
    type Contents: Send + 'static;

    /// What the files hold.
    fn read(&self) -> Result<Self::Contents, String>;

    fn fingerprint(contents: &Self::Contents) -> Fingerprint;

    /// What is to be done as often as the files are looked at.
    fn tick(&self) {}

    /// Judges it, and puts it in the place of the former.
    fn apply(&self, contents: Self::Contents, occasion: Occasion) -> Result<Applied, String>;
}

/// On which occasion something is applied.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Occasion {
    /// Somebody says that fewer rules are meant.
    pub(super) may_shrink: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Applied {
    Replaced,
    Unchanged,
}

/// What is active at the moment.
#[derive(Debug)]
pub(super) struct Active {
    /// Which one it is, for people.
    pub(super) name: String,
    pub(super) rules: Option<usize>,
    pub(super) since: SystemTime,
    /// What was active before, the latest first.
    pub(super) former: Vec<Revision>,
}

/// Tells what is active, at any moment.
pub(super) type Tell = Arc<dyn Fn() -> Active + Send + Sync>;
