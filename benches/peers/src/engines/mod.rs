//! One engine a file: how it is given the rules, and how it is asked.

pub mod casbin;
pub mod cedar;
pub mod limit;
pub mod regorus;
pub mod roamgate;
pub mod wirefilter;

use ::roamgate::policy::Effect;

use crate::rules::Asked;

/// What decides about requests. Whatever it needs to be fast it has made ahead of time; from one
/// request to the next it keeps buffers, but no answers.
pub trait Engine<'a> {
    /// What becomes of the request.
    fn effect(&mut self, asked: &'a Asked) -> Effect;
}
