//! "Roaming? … Country: …", for one line, against a real aggregator.
//!
//! ```console
//! $ export ROAMGATE_CLIENT_SECRET=mock_sandbox_app_secret
//! $ cargo run --example is_roaming -- +34600000001 examples/aggregators/telefonica-sandbox.yaml
//! ```

use roamgate::camara::{Aggregator, Client};
use roamgate::{Line, Query, RoamingProvider, RoamingStatus};

/// Asks the aggregator of this file where the line is, and says so in one sentence.
///
/// # Errors
///
/// If the line or the file is malformed, or the lookup fails.
pub async fn app(line: &str, aggregator: Aggregator) -> Result<String, Box<dyn std::error::Error>> {
    let line: Line = line.parse()?;
    let client = Client::new(aggregator)?;
    let answer = client.roaming_status(&Query::new(line)).await?;
    Ok(match answer.status() {
        RoamingStatus::Home => "Roaming? no".to_owned(),
        // None, one, or several: a ship has no country, some network codes are shared.
        RoamingStatus::Roaming(visited) => {
            let countries: Vec<_> =
                visited.countries.iter().map(|country| country.code()).collect();
            let named =
                if countries.is_empty() { "unknown".to_owned() } else { countries.join(" or ") };
            format!("Roaming? yes. Country: {named}")
        }
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(line), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: is_roaming +34600000001 aggregator.yaml".into());
    };
    println!("{}", app(&line, Aggregator::from_path(file)?).await?);
    Ok(())
}

#[cfg(feature = "sandbox")]
#[cfg(test)]
mod tests {
    use roamgate::sandbox::Sandbox;

    use super::*;

    async fn ask(line: &str) -> String {
        let sandbox = Sandbox::start().await.unwrap();
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), sandbox.client_secret()).unwrap();
        let text = std::fs::read_to_string("examples/aggregators/telefonica-sandbox.yaml").unwrap();
        let secret = format!("file: {:?}", secret.path());
        let text = text.replace("env: ROAMGATE_CLIENT_SECRET", &secret);
        let text = text.replace("my-app-id", sandbox.client_id());
        let text = format!("{text}baseUrl: {}\n", sandbox.base_url());
        app(line, Aggregator::from_yaml("aggregator.yaml", &text).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn it_says_where_the_line_is() {
        assert_eq!(ask("+34600000002").await, "Roaming? no");
        assert_eq!(ask("+34600002621").await, "Roaming? yes. Country: DE");
        assert_eq!(ask("+34600009011").await, "Roaming? yes. Country: unknown");
    }
}
