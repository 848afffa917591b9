//! The same question, answered by regorus in the process: what somebody has who writes policies in Rego.
//!
//! The rule is that of `payments-eea.yaml`, the cache is the same, and the line is where the layer looks for it.
//! There is no record, no metric and no permit, which the gate has.

use axum::Router;
use roamgate::country::{Country, GroupMember, GroupsEdition};
use roamgate::{CachedProvider, Effect};
use roamgate_peers::rego_layer::RegoLayer;
use roamgate_peers::rules::{Rule, Side};

use crate::authentication::Authentication;
use crate::{Outcome, lines, payments};

/// Payments behind regorus.
///
/// # Errors
///
/// None that is known.
pub async fn service() -> Outcome<Router> {
    let cache = CachedProvider::new(lines::provider()?).capacity(2 * u64::from(lines::LINES));
    lines::warm(&cache).await?;
    let groups = ["eea", "eu-outermost"].into_iter();
    let members = groups.filter_map(|group| GroupsEdition::OLDEST.members(group)).flatten();
    let countries = members.filter_map(|member| match member {
        GroupMember::Country(country) => Some(country),
        GroupMember::Mcc(_) => None,
    });
    let countries = countries.chain(Country::from_code("CH")).collect();
    let (path, side, effect) = (payments::PATH.to_owned(), Side::Outside, Effect::Deny);
    let layer = RegoLayer::new(&[Rule { path, side, countries, effect }], cache);
    // Boxed once by axum, as the gate is.
    let service = tower::ServiceBuilder::new().layer(Authentication::by_header()).layer(layer);
    Ok(payments::service().layer(service))
}
