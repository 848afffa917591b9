//! Getting a token.

mod authority;
mod basic;
mod ciba;
mod direct;
mod discovery;
#[cfg(fuzzing)]
pub(super) mod fuzzing;
mod grant;
mod id_token;
mod identity;
mod naming;
mod pending;
mod polling;
mod renewal;
mod signer;
mod token;

pub(super) use authority::{Authority, Place, SignInPlace};
pub(super) use ciba::Ciba;
pub(super) use direct::{Code, Direct};
pub(super) use discovery::Issuer;
pub(super) use grant::{Grant, Kind, Registration};
pub(super) use naming::{Naming, Untaken};
pub(super) use pending::Pending;
pub(super) use polling::Next;
pub(super) use renewal::{Renewal, Renewed};
pub(super) use signer::Signature;
pub(super) use token::{Stage, Token};
