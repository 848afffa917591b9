//! What kind of state a line is in.

use roamgate::country::{Candidates, CountrySet, Mcc};
use roamgate::status::LineFacts;
use roamgate::{LineState, RoamingStatus, UnknownReason};

/// The kinds that tables tell apart.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// With the countries of the number, where they matter.
    Home(CountrySet),
    /// Roaming without a country or a code.
    Nowhere,
    Countries(Candidates),
    /// In a network of several countries.
    Shared(Mcc),
    /// In a network of no country.
    International(Mcc),
    Unknown(UnknownReason),
}

impl Kind {
    pub(super) fn of(line: LineFacts) -> Self {
        let visited = match line.state {
            LineState::Known(RoamingStatus::Home) => {
                return Self::Home(line.number_countries);
            }
            LineState::Known(RoamingStatus::Roaming(visited)) => visited,
            LineState::Unknown(reason) => return Self::Unknown(reason),
        };
        match (visited.mcc, visited.countries) {
            (Some(code), _) if code.countries().unwrap_or_default().is_empty() => {
                Self::International(code)
            }
            (Some(code), _) => Self::Shared(code),
            (None, Candidates::EMPTY) => Self::Nowhere,
            (None, countries) => Self::Countries(countries),
        }
    }
}
