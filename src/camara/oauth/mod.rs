//! Getting a token.

mod basic;
mod ciba;
mod grant;
mod pending;
mod polling;

pub(super) use basic::authorization;
pub(super) use ciba::{Ciba, CibaSettings};
pub(super) use grant::Token;
pub(super) use pending::Pending;
pub(super) use polling::Next;
