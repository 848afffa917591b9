//! A provider of your own: here an operator that knows its lines from its own network.
//!
//! ```console
//! $ cargo run --example custom_provider --no-default-features
//! ```
//!
//! Without the feature `camara` the crate has no HTTP client. Implement one method, say honestly
//! why a lookup failed, and leave caching and coalescing to [`CachedProvider`].

use std::collections::HashMap;

use async_trait::async_trait;
use http::{Request, Response, StatusCode};
use roamgate::country::Mcc;
use roamgate::status::{Answer, Visited};
use roamgate::{
    CachedProvider, Clock, Line, Policy, ProviderError, Query, RoamingLayer, RoamingProvider,
    RoamingStatus, UnknownReason,
};
use tower::{BoxError, Layer, Service, ServiceExt, service_fn};

/// The operator's own register: the network code each line was last seen in.
#[derive(Debug)]
struct Register {
    home: Mcc,
    seen_in: HashMap<Line, Mcc>,
}

#[async_trait]
impl RoamingProvider for Register {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        let seen_in = self.seen_in.get(&query.line);
        let code = seen_in.ok_or_else(|| {
            ProviderError::new(UnknownReason::IdentifierNotFound, "not in the register")
        })?;
        let status = match *code == self.home {
            true => RoamingStatus::Home,
            false => RoamingStatus::Roaming(Visited::network(*code)),
        };
        Ok(Answer::new(status, Clock::system().now()))
    }
}

/// A service that pays, gated by where the line was last seen.
///
/// # Errors
///
/// If the policy does not load.
pub fn app()
-> Result<impl Service<Request<()>, Response = Response<()>, Error = BoxError>, BoxError> {
    let code = |digits| Mcc::from_digits(digits).ok_or("no such network code");
    let seen_in = HashMap::from([
        ("+34600000002".parse()?, code("214")?),
        ("+34600000001".parse()?, code("724")?),
    ]);
    let register = Register { home: code("214")?, seen_in };
    let policy =
        Policy::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/payments-eea.yaml"))?;
    let gate = RoamingLayer::new(policy, CachedProvider::new(register));
    let pay = service_fn(async |_: Request<()>| Ok::<_, BoxError>(Response::new(())));
    Ok(gate.layer(pay).map_response(|response| response.map(drop)))
}

/// What happens to a payment of this line.
async fn pay(number: &str) -> Result<StatusCode, BoxError> {
    let line: Line = number.parse()?;
    let request = Request::post("/v1/payments").extension(line).body(())?;
    Ok(app()?.oneshot(request).await?.status())
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    for (who, number) in
        [("at home", "+34600000002"), ("in Brazil", "+34600000001"), ("unheard of", "+34600000003")]
    {
        println!("{who:>10}: {}", pay(number).await?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn home_pays_brazil_is_refused_and_the_unheard_of_step_up() {
        assert_eq!(pay("+34600000002").await.unwrap(), StatusCode::OK);
        assert_eq!(pay("+34600000001").await.unwrap(), StatusCode::FORBIDDEN);
        assert_eq!(pay("+34600000003").await.unwrap(), StatusCode::UNAUTHORIZED);
    }
}
