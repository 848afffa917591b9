//! The same question, answered by regorus in the process: what somebody has who writes policies in Rego.
//!
//! The rule is that of `payments-eea.yaml`, the cache is the same, and the line is where the layer looks for it.
//! There is no record, no metric and no permit, which the gate has.

use std::convert::Infallible;

use axum::extract::Request;
use axum::response::Response;
use roamgate::country::{Country, GroupMember, GroupsEdition};
use roamgate::{CachedProvider, Effect};
use roamgate_peers::rego_layer::RegoLayer;
use roamgate_peers::rules::{Rule, Side};
use tower::util::BoxCloneService;

use crate::authentication::Authentication;
use crate::{Outcome, lines, payments};

/// What is behind the layer, boxed as its future is.
type Service = BoxCloneService<Request, Response, Infallible>;

/// Payments behind regorus.
///
/// # Errors
///
/// None that is known.
pub async fn service() -> Outcome<Service> {
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
    // Around the router, as the gate is. The layer boxes its future.
    let service = tower::ServiceBuilder::new().layer(Authentication::by_header()).layer(layer);
    Ok(BoxCloneService::new(service.service(payments::service())))
}
