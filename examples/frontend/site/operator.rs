//! The client of the operator. Outside an example, this is a file: `Aggregator::from_path`.

use roamgate::camara::{Aggregator, Client};
use roamgate::sandbox::Sandbox;

/// Where the operator sends the browser back to. Registered there, letter by letter.
pub(crate) fn callback(origin: &str) -> String {
    format!("{origin}/line-check/callback")
}

pub(super) fn client(
    origin: &str,
    operator: &Sandbox,
) -> Result<Client, Box<dyn std::error::Error>> {
    let (issuer, id) = (operator.base_url(), operator.client_id());
    let file = format!(
        r#"
apiVersion: roamgate/v1
kind: Aggregator
baseUrl: "{issuer}"
discovery: {{ issuer: "{issuer}" }}
client: {{ id: {id}, authentication: {{ basic: {{ secret: {{ env: OPERATOR_SECRET }} }} }} }}
grant:
  authorizationCode:
    redirectUri: "{}"
    scope: "openid dpv:FraudPreventionAndDetection device-roaming-status:read"
api: {{ dialect: device-roaming-status-1 }}
"#,
        callback(origin)
    );
    let aggregator = Aggregator::from_yaml("operator.yaml", &file)?;
    Ok(Client::new(aggregator.client_secret(operator.client_secret()))?)
}
