//! What the network said of a line: [`RoamingStatus`], or the [`UnknownReason`] why it said nothing.

use std::fmt;

use crate::country::{Candidates, CountrySet, Mcc};

mod answer;

pub use answer::Answer;

/// Where a line is attached.
///
/// *Roaming is not abroad*: the API counts national roaming as roaming, and gives no country
/// for a line at home.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the API answers with a boolean; a third state cannot appear"
)]
pub enum RoamingStatus {
    /// The line is on its home network.
    Home,
    /// The line is on another network.
    Roaming(Visited),
}

/// What is known of the visited network: its code, if it was told, and the countries it may be in.
///
/// `340` gives five candidates, `901` none; an answer without a country gives neither.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Visited {
    /// The mobile country code, if the network told it.
    pub mcc: Option<Mcc>,
    /// The countries the line may be in. Empty: no country is known, or the network has none.
    pub countries: Candidates,
}

impl Visited {
    /// The network with this code, and the countries the code stands for.
    #[must_use]
    #[inline]
    pub fn network(mcc: Mcc) -> Self {
        Self { mcc: Some(mcc), countries: mcc.countries().unwrap_or_default() }
    }

    /// A network of which the candidate countries are known, but not the code.
    #[must_use]
    #[inline]
    pub fn countries(countries: impl Into<Candidates>) -> Self {
        Self { mcc: None, countries: countries.into() }
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $group:ident,)+) => {
        /// Why something is unknown. The list is closed: every failure maps to exactly one reason,
        /// and the policy answers it (`onUnknown`).
        ///
        /// The order is the order of precedence between reasons of equal effect.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[expect(clippy::exhaustive_enums, reason = "the list is closed, so that every `match` answers every reason")]
        pub enum UnknownReason { $($(#[doc = $doc])+ $variant,)+ }

        impl UnknownReason {
            /// Every reason, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name in policies, logs and JSON.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii_start(),)+ }
            }

            /// The group the reason belongs to.
            #[must_use]
            pub fn group(self) -> ReasonGroup {
                match self { $(Self::$variant => ReasonGroup::$group,)+ }
            }
        }
    };
}

reasons! {
    /// No answer within the deadline.
    Timeout "timeout" Outage,
    /// The aggregator could not be reached or could not answer: 5xx, transport, an internal fault.
    Unavailable "unavailable" Outage,
    /// The aggregator answered 429, or its `Retry-After` has not passed.
    RateLimited "rateLimited" Outage,
    /// Our own ceiling on paid calls is reached.
    OverBudget "overBudget" Outage,
    /// The lookup may not wait, and nothing is cached.
    NotCached "notCached" Outage,
    /// The network confirmed the status too long ago.
    Stale "stale" Outage,
    /// The aggregator refuses how we ask: wrong dialect, credentials or scope.
    Misconfigured "misconfigured" Broken,
    /// The answer is malformed, oversized, contradictory, or for another device.
    InvalidAnswer "invalidAnswer" Broken,
    /// The request names no line.
    NoIdentifier "noIdentifier" NoLine,
    /// A verified source names what can be no line: not an E.164 number, not a public address.
    IdentifierInvalid "identifierInvalid" NoLine,
    /// The operator does not know the line (404).
    IdentifierNotFound "identifierNotFound" NoLine,
    /// The operator does not offer this service for the line (422).
    NotCovered "notCovered" NoLine,
    /// The customer refused, or has not consented (403).
    NoConsent "noConsent" Consent,
    /// The customer was asked and has not answered yet.
    ConsentPending "consentPending" Consent,
    /// The network may be in several countries, some of them listed and some not.
    CountryAmbiguous "countryAmbiguous" Imprecise,
    /// The answer names no country.
    CountryUnresolved "countryUnresolved" Imprecise,
    /// We have no earlier answer to compare with.
    NoHistory "noHistory" Missing,
    /// The request lacks a declared fact.
    MissingAttribute "missingAttribute" Missing,
}

impl UnknownReason {
    /// The reasons in which a lookup ends or cannot begin: the first fourteen.
    pub fn line_reasons() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|reason| reason.is_line_reason())
    }

    /// Can a lookup end in this reason?
    #[must_use]
    pub fn is_line_reason(self) -> bool {
        self <= Self::ConsentPending
    }

    /// The reason with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.name() == name)
    }
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A group of reasons, which a policy may name wherever it may name a reason.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "closed, as the list of reasons is")]
pub enum ReasonGroup {
    /// The provider cannot answer now.
    Outage,
    /// The conversation with the provider is broken.
    Broken,
    /// There is no line to ask about.
    NoLine,
    /// The customer's consent is missing.
    Consent,
    /// The answer is known, but not precise enough.
    Imprecise,
    /// A fact other than the line is missing.
    Missing,
}

impl ReasonGroup {
    /// Every group, in order.
    pub const ALL: &[Self] =
        &[Self::Outage, Self::Broken, Self::NoLine, Self::Consent, Self::Imprecise, Self::Missing];

    /// The name in policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Broken => "broken",
            Self::NoLine => "noLine",
            Self::Consent => "consent",
            Self::Imprecise => "imprecise",
            Self::Missing => "missing",
        }
    }

    /// The group with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|group| group.name() == name)
    }
}

/// What is known of a line when a decision is made: its status, or why there is none.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "known or unknown, there is no third")]
pub enum LineState {
    /// The network answered.
    Known(RoamingStatus),
    /// It did not, or could not be asked.
    Unknown(UnknownReason),
}

impl LineState {
    /// The line is on its home network.
    pub const HOME: Self = Self::Known(RoamingStatus::Home);

    /// The line is on this visited network.
    #[must_use]
    pub fn roaming(visited: Visited) -> Self {
        Self::Known(RoamingStatus::Roaming(visited))
    }
}

impl From<Result<RoamingStatus, UnknownReason>> for LineState {
    fn from(answer: Result<RoamingStatus, UnknownReason>) -> Self {
        answer.map_or_else(Self::Unknown, Self::Known)
    }
}

/// What a decision knows of a line: its state, and the countries its number belongs to.
///
/// The place of a line at home is the country of its number: the API names none.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct LineFacts {
    /// Where the line is attached, or why that is not known.
    pub state: LineState,
    /// See [`Line::number_countries`](crate::Line::number_countries). Empty where it is not known.
    pub number_countries: CountrySet,
}

impl LineFacts {
    /// The countries the line can be in (its *place*), and the code of the network if it is roaming.
    /// `Err` where its state is not known.
    pub(crate) fn place(self) -> Result<LinePlace, UnknownReason> {
        match self.state {
            LineState::Known(RoamingStatus::Roaming(visited)) => Ok(visited.into()),
            LineState::Known(RoamingStatus::Home) => {
                Ok(LinePlace { mcc: None, countries: self.number_countries })
            }
            LineState::Unknown(reason) => Err(reason),
        }
    }
}

/// The place of a line: as a [`Visited`] network, and for a line at home the countries of its number, of
/// which a prefix can have more than a network (`+1`).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LinePlace {
    pub(crate) mcc: Option<Mcc>,
    pub(crate) countries: CountrySet,
}

impl From<Visited> for LinePlace {
    fn from(Visited { mcc, countries }: Visited) -> Self {
        Self { mcc, countries: countries.into() }
    }
}

impl From<LineState> for LineFacts {
    /// Nothing is known of the number.
    fn from(state: LineState) -> Self {
        Self { state, number_countries: CountrySet::EMPTY }
    }
}
