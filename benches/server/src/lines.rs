//! The customers: a hundred thousand lines, nine of ten at home, the others in Germany.
//!
//! All of them pass the policy, so that a gated server does all the work that a bare one does.

use roamgate::country::Country;
use roamgate::status::Visited;
use roamgate::{FixedProvider, Line, Query, RoamingProvider, RoamingStatus};

use crate::Outcome;

/// How many customers there are.
pub const LINES: u32 = 100_000;

/// The header that names the line of a request.
pub const HEADER: &str = "x-line";

/// The number of a customer.
#[must_use]
pub fn number(customer: u32) -> String {
    format!("+34600{customer:06}")
}

/// Knows all customers.
///
/// # Errors
///
/// None that is known: the numbers are numbers, and Germany is a country.
pub fn provider() -> Outcome<FixedProvider> {
    let germany = Country::from_code("DE").ok_or("no such country")?;
    let abroad = RoamingStatus::Roaming(Visited::countries(germany));
    let mut provider = FixedProvider::new();
    for customer in 0..LINES {
        let status = if customer % 10 == 0 { abroad } else { RoamingStatus::Home };
        provider = provider.with(number(customer).parse()?, status);
    }
    Ok(provider)
}

/// Asks once for every customer, so that a cache remembers them all.
///
/// # Errors
///
/// The provider does not know a customer.
pub async fn warm(provider: &impl RoamingProvider) -> Outcome<()> {
    for customer in 0..LINES {
        let line: Line = number(customer).parse()?;
        provider.roaming_status(&Query::new(line)).await?;
    }
    Ok(())
}
