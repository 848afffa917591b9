//! What a rule and its file say that no decision needs, and some check does.

use crate::document::{Place, Until};
use crate::policy::condition::PlaceList;

/// An item of `lint`.
#[derive(Debug)]
pub(crate) struct Accept {
    pub(crate) code: &'static str,
    pub(crate) place: Place,
    pub(crate) until: Option<Until>,
}

/// What is kept of a rule.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    pub(crate) accepts: Vec<Accept>,
    /// The lists of its verbs, those of the conditions that it names included.
    pub(crate) lists: Vec<WrittenList>,
    /// What its refusals tell the client.
    pub(crate) told: Vec<Told>,
    pub(crate) shadow_until: Option<Until>,
}

/// The list of a verb, as a policy has it.
#[derive(Debug)]
pub(crate) struct WrittenList {
    pub(crate) verb: Box<str>,
    pub(crate) place: Place,
    pub(crate) places: PlaceList,
    /// The built-in groups through which it holds them, each once.
    pub(crate) built_in: Vec<BuiltIn>,
}

impl WrittenList {
    /// Is it asked of the line, not of a free fact?
    pub(crate) fn is_of_line(&self) -> bool {
        !["in", "notIn"].contains(&&*self.verb)
    }
}

/// A built-in group in a list.
#[derive(Clone, Debug)]
pub(crate) struct BuiltIn {
    pub(crate) group: &'static str,
    /// The item of the list that stands for it: itself, or a group that holds it.
    pub(crate) item: Box<str>,
    pub(crate) place: Place,
}

impl BuiltIn {
    pub(crate) fn new(group: &'static str, item: &str, place: Place) -> Self {
        Self { group, item: item.into(), place }
    }
}

/// A text that reaches the client.
#[derive(Debug)]
pub(crate) struct Told {
    /// The key of the rule under which it stands.
    pub(crate) key: &'static str,
    pub(crate) place: Place,
    pub(crate) text: Box<str>,
}
