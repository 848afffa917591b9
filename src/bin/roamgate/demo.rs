//! `roamgate demo`: a sandbox, a gated service, and a guided tour of real requests.

mod picture;
mod service;
mod stops;
mod tour;

use std::net::SocketAddr;

use clap::Args;

use crate::exit::{Exit, Failure};
use crate::{runtime, screen};
use tour::Tour;

/// Start a sandbox and a gated service, walk through a dozen lines, then keep serving
///
/// Every row is a real HTTP request to the service, whose gate asks the sandbox over real HTTP.
#[derive(Args)]
pub(crate) struct Demo {
    /// Exit after the tour: 0 where every row was as expected, else 1.
    #[arg(long)]
    once: bool,
    /// Where the gated service listens; port 0 is a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

impl Demo {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        runtime::block_on(self.show())
    }

    async fn show(self) -> Result<Exit, Failure> {
        let mut tour = Tour::start(self.listen).await?;
        screen::print(&tour.introduction())?;
        let surprises = tour.walk().await?;
        if surprises > 0 {
            let rows = if surprises == 1 { "row was" } else { "rows were" };
            return Err(Failure::failed(format!("{surprises} {rows} not as expected")));
        }
        screen::print(&tour.conclusion())?;
        if !self.once {
            screen::print(&tour.invitation())?;
            runtime::until_interrupted(tour.keep_serving()).await?;
        }
        tour.end().await?;
        Ok(Exit::Fine)
    }
}
