//! [`Calls`]: how often each endpoint was called.

/// How many requests arrived at each endpoint, the refused ones included.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Calls {
    /// `POST /bc-authorize`.
    pub bc_authorize: u64,
    /// `GET /authorize`: the page for customers who sign in.
    pub authorize: u64,
    /// `POST /token`.
    pub token: u64,
    /// The roaming API, in either version.
    pub roaming: u64,
}

impl Calls {
    /// The requests of all endpoints together.
    #[must_use]
    pub fn total(self) -> u64 {
        self.bc_authorize + self.authorize + self.token + self.roaming
    }

    pub(super) fn count(&mut self, endpoint: Endpoint) {
        match endpoint {
            Endpoint::BcAuthorize => self.bc_authorize += 1,
            Endpoint::Authorize => self.authorize += 1,
            Endpoint::Token => self.token += 1,
            Endpoint::Roaming => self.roaming += 1,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Endpoint {
    BcAuthorize,
    Authorize,
    Token,
    Roaming,
}
