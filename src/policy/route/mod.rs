//! Which routes a request belongs to: every one with a matching entry.
//!
//! 1. The path the client sent is split into segments, unreserved percent-encodings decoded once.
//!    A path that two readers could understand differently is [`Hostile`].
//! 2. The segments walk a deterministic automaton built from all templates of all files: one
//!    look-up for each segment, whatever the number of routes.
//! 3. The state at the end and the method name the *request class*: the set of routes.

mod automaton;
mod class;
mod path;
mod template;

pub(crate) use automaton::Automaton;
pub(crate) use class::{Class, Classes, Entry};
pub use path::Hostile;
pub(crate) use template::{Methods, Template, TemplateError};

/// What a request aims at, borrowed from its head.
///
/// # Example
///
/// ```
/// use roamgate::policy::Target;
///
/// let target = Target::new("POST", "/v1/payments");
/// let preflight = Target::new("OPTIONS", "/v1/payments").preflight(true);
/// # let _ = (target, preflight);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) preflight: bool,
}

impl<'a> Target<'a> {
    /// A request with this method for the path as the client sent it, without the query.
    /// A gRPC call is a `POST` for `/pkg.Service/Method`.
    #[must_use]
    pub fn new(method: &'a str, path: &'a str) -> Self {
        Self { method, path, preflight: false }
    }

    /// Says whether this is a CORS preflight, which is never gated unless a route names `OPTIONS`.
    #[must_use]
    pub fn preflight(self, preflight: bool) -> Self {
        Self { preflight, ..self }
    }
}
