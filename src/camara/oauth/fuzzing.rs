//! Doors for the fuzzer: what a token endpoint, `bc-authorize` and an issuer answer.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::grant::{Grant, Kind};
use super::{ciba, discovery, token};
use crate::camara::http::Reply;
use crate::camara::moment::Moment;
use crate::camara::oauth::{Issuer, Stage};
use crate::clock::Clock;
use crate::provider::ProviderError;

/// What is made of a token response: the token, whether it can be used now, and whether it is over
/// after a day.
pub(in crate::camara) fn token(
    reply: &Reply,
    scope: &str,
) -> Result<(String, bool, bool), ProviderError> {
    let (kind, scope) = (Kind::ClientCredentials, scope.to_owned());
    let grant = Grant { kind, scope, scope_parameter: "scope".to_owned(), extra: Vec::new() };
    let sent = Moment::now(&Clock::system());
    let token = token::read(reply, &grant, sent)?;
    let stage = |passed: Duration| {
        token.stage(Moment { instant: sent.instant + passed, wall: sent.wall + passed })
    };
    let is_usable = stage(Duration::ZERO) != Stage::Over;
    let is_over = stage(Duration::from_secs(24 * 60 * 60)) == Stage::Over;
    Ok((token.expose().to_owned(), is_usable, is_over))
}

/// What is made of an authorization that was begun: its id, and where the customer may be sent.
pub(in crate::camara) fn begun(reply: &Reply) -> Result<(String, Option<String>), ProviderError> {
    let (id, _, consent) = ciba::begun(reply)?;
    let consent = consent.map(|url| url.expose_secret().to_owned());
    Ok((id.expose_secret().to_owned(), consent))
}

/// Are these the metadata of the issuer?
pub(in crate::camara) fn metadata(reply: &Reply, issuer: &Issuer) -> Result<(), ProviderError> {
    discovery::read(reply, issuer).map(drop)
}
