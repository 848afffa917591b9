//! `roamgate schema`: what editors complete and explain.

use clap::{Args, ValueEnum};
use roamgate::Policy;
use roamgate::camara::Aggregator;
use roamgate::policy::Override;
use roamgate::policy::service::Manifest;
use roamgate::policy::suite::Suite;

use crate::exit::{Exit, Failure};
use crate::screen;

/// Print the JSON Schema of a kind of file, for editors
///
/// Save it beside your files and name it in their first line, and editors with
/// yaml-language-server complete and explain every key:
///
/// # yaml-language-server: $schema=roamgate-policy.schema.json
#[derive(Args)]
pub(crate) struct Schema {
    /// The kind of file.
    #[arg(value_enum)]
    kind: Kind,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// `kind: RoamingPolicy`.
    Policy,
    /// `kind: RoamingPolicyTest`.
    Test,
    /// `kind: Aggregator`.
    Aggregator,
    /// `kind: Service`.
    Service,
    /// `kind: Override`.
    Override,
}

impl Schema {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        screen::print(&match self.kind {
            Kind::Policy => Policy::schema(),
            Kind::Test => Suite::schema(),
            Kind::Aggregator => Aggregator::schema(),
            Kind::Service => Manifest::schema(),
            Kind::Override => Override::schema(),
        })?;
        Ok(Exit::Fine)
    }
}
