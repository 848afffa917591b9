//! What a round of lookups came to.

use std::time::Duration;

use roamgate::camara::Calls;
use roamgate::status::{Answer, Visited};
use roamgate::{ProviderError, RoamingStatus};
use serde::Serialize;

use crate::moment;
use crate::paint::{BOLD, DIM, paint};

/// One round: the answer, what it cost.
pub(super) struct Round {
    pub(super) outcome: Result<Answer, ProviderError>,
    pub(super) calls: Requests,
    pub(super) elapsed: Duration,
}

/// Requests sent, by endpoint.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Requests {
    bc_authorize: u64,
    token: u64,
    roaming: u64,
}

/// A round for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    status: &'a str,
    mcc: Option<String>,
    countries: Vec<&'a str>,
    confirmed_at: Option<String>,
    reason: Option<&'a str>,
    calls: Requests,
    elapsed_ms: u128,
}

/// The requests between two readings of the counters.
pub(super) fn since(before: Calls, after: Calls) -> Requests {
    Requests {
        bc_authorize: after.bc_authorize.saturating_sub(before.bc_authorize),
        token: after.token.saturating_sub(before.token),
        roaming: after.roaming.saturating_sub(before.roaming),
    }
}

impl Round {
    pub(super) fn document(&self) -> Document<'_> {
        let visited = self.visited();
        Document {
            status: self.status(),
            mcc: visited.mcc.map(|code| code.to_string()),
            countries: visited.countries.iter().map(|country| country.code()).collect(),
            confirmed_at: self.confirmed_at(),
            reason: self.outcome.as_ref().err().map(|error| error.reason().name()),
            calls: self.calls,
            elapsed_ms: self.elapsed.as_millis(),
        }
    }

    /// The round in one line.
    pub(super) fn line(&self, number: u32) -> String {
        let Requests { bc_authorize, token, roaming } = self.calls;
        let cost =
            format!("calls {bc_authorize}+{token}+{roaming}  {} ms", self.elapsed.as_millis());
        format!(
            "{}  {}  {}\n",
            paint(DIM, format_args!("{number:>4}")),
            self.headline(),
            paint(DIM, cost)
        )
    }

    /// The round in a few lines.
    pub(super) fn spelled_out(&self) -> String {
        let row =
            |name, value: &str| format!("  {}  {value}\n", paint(DIM, format_args!("{name:<9}")));
        let grounds = match &self.outcome {
            Ok(_) => row(
                "confirmed",
                self.confirmed_at().as_deref().unwrap_or("the network does not say when"),
            ),
            Err(error) => row("why", &error.to_string()),
        };
        let Requests { bc_authorize, token, roaming } = self.calls;
        let calls = format!("bc-authorize {bc_authorize}, token {token}, roaming {roaming}");
        let time = format!("{} ms", self.elapsed.as_millis());
        format!("{}\n\n{grounds}{}{}", self.headline(), row("calls", &calls), row("time", &time))
    }

    /// The status, and where the line is, or why nobody knows.
    fn headline(&self) -> String {
        let place = self.place();
        format!("{} {place}", paint(BOLD, self.status())).trim_end().to_owned()
    }

    fn status(&self) -> &'static str {
        match self.outcome.as_ref().map(Answer::status) {
            Ok(RoamingStatus::Home) => "home",
            Ok(RoamingStatus::Roaming(_)) => "roaming",
            Err(_) => "unknown",
        }
    }

    fn visited(&self) -> Visited {
        match self.outcome.as_ref().map(Answer::status) {
            Ok(RoamingStatus::Roaming(visited)) => visited,
            _ => Visited::default(),
        }
    }

    fn confirmed_at(&self) -> Option<String> {
        self.outcome.as_ref().ok().and_then(Answer::confirmed_at).and_then(moment::rfc3339)
    }

    fn place(&self) -> String {
        let visited = match self.outcome.as_ref().map(Answer::status) {
            Err(error) => return format!("({})", error.reason()),
            Ok(RoamingStatus::Home) => return String::new(),
            Ok(RoamingStatus::Roaming(visited)) => visited,
        };
        let code = visited.mcc.map(|code| format!(" (network code {code})")).unwrap_or_default();
        let countries: Vec<_> = visited.countries.iter().map(|country| country.code()).collect();
        match countries.as_slice() {
            [] => format!("in no country that is told{code}"),
            [country] => format!("in {country}{code}"),
            several => format!("in one of {}{code}", several.join(", ")),
        }
    }
}
