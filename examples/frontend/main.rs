//! A shop whose customers prove their line with their own phone before they pay.
//!
//! ```console
//! $ cargo run --example frontend --features frontend,sandbox            # a free port
//! $ cargo run --example frontend --features frontend,sandbox -- 3000
//! ```
//!
//! It says which address to open. The operator is the sandbox: its page lets you pick a line, and
//! whether the phone is on mobile data. Pay from home, from Germany, from Brazil.
//!
//! The cookie of the flow is `Secure`. Chromium and Firefox take it from `http://localhost` too;
//! Safari needs `https`.

mod site;

use std::net::Ipv4Addr;

use roamgate::sandbox::Sandbox;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse::<u16>())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let operator = Sandbox::builder().redirect_uri(site::callback(&origin)).start().await?;
    let site = site::app(&origin, &operator)?;
    println!("open {origin}/ in a browser; the operator is {}", operator.base_url());
    axum::serve(listener, site).await?;
    Ok(())
}
