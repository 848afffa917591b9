//! What all contestants are asked before they have load: nobody is to be fast by another answer.

use super::client;
use crate::{Outcome, lines};

/// What is compared, with expectations of its own.
pub const BARE: &str = "axum bare";
/// As above.
pub const REGORUS: &str = "axum regorus";

/// A number that nobody knows.
const STRANGER: &str = "+34699999999";

/// How a contestant is spoken to.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "they are what they are called")]
#[non_exhaustive]
pub enum Protocol {
    Http,
    Grpc,
}

/// All let customers pass, and all but open ones ask strangers who they are. How many of these
/// requests were refused.
///
/// # Errors
///
/// It answers something else, or nothing.
pub async fn refused_by(name: &str, address: &str, protocol: Protocol) -> Outcome<u64> {
    let (welcome, refusal) = (protocol.welcome(), protocol.refusal_by(name));
    let expected = (welcome, if is_open(name) { welcome } else { refusal });
    let mut refused = 0;
    for customer in [1, 10, lines::LINES - 1] {
        let known = protocol.ask(address, &lines::number(customer)).await?;
        let said = (known, protocol.ask(address, STRANGER).await?);
        if said != expected {
            return Err(format!("{name} answers {said:?} instead of {expected:?}").into());
        }
        refused += u64::from(said.1 != welcome);
    }
    Ok(refused)
}

/// Without a gate, or with one that does not see whose request it is.
fn is_open(name: &str) -> bool {
    let is_blind = matches!(name, "-header" | "-all of these" | "-all and routes");
    is_blind || matches!(name, BARE | "empty from_fn" | "nginx, bare" | "tonic bare")
}

impl Protocol {
    /// The status of HTTP, or the code of gRPC.
    async fn ask(self, address: &str, line: &str) -> Outcome<i32> {
        Ok(match self {
            Self::Http => client::pay(address, line).await?.into(),
            Self::Grpc => client::transfer(address, line).await?.into(),
        })
    }

    fn welcome(self) -> i32 {
        match self {
            Self::Http => 200,
            Self::Grpc => tonic::Code::Ok.into(),
        }
    }

    fn refusal_by(self, name: &str) -> i32 {
        match self {
            // The engine has no step-up for a line that nobody knows: it refuses.
            Self::Http if name == REGORUS => 403,
            Self::Http => 401,
            Self::Grpc => tonic::Code::Unauthenticated.into(),
        }
    }
}
