//! [`Unreplayable`]: why a record does not say what another policy would have decided.

use std::fmt;

/// What a record lacks.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Unreplayable {
    /// The record does not say this fact: no rule asked for it when it was made.
    MissingFact(String),
    /// The record leaves this fact out: its log was told to, or it was too long.
    LeftOut(String),
    /// The record says the fact only as far as its policy told values apart, and this one tells more
    /// of them apart.
    SplitCell(String),
    /// The fact was of another type.
    OtherType(String),
    /// Nobody asked about the line, and this policy would have.
    LineNotAsked,
    /// This policy would not have believed so old an answer, but asked again.
    AskedAgain,
    /// This policy would have waited longer for the answer.
    WaitedLonger,
    /// This policy would not have waited so long for the answer.
    WaitedShorter,
    /// This policy believes older answers, or what the network confirmed longer ago.
    BelievedLonger,
    /// This policy would have waited for the network, instead of going by what was cached.
    WouldHaveWaited,
    /// This policy would have gone by what was cached, instead of waiting for the network.
    WouldNotHaveWaited,
    /// This policy has no such route, as the message says.
    NoRoute(String),
    /// This policy tells requests apart that the template does not.
    SeveralRoutes(String),
    /// A field is not what the schema says.
    Malformed(&'static str),
}

impl Unreplayable {
    /// The kind, for programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::MissingFact(_) => "missingFact",
            Self::LeftOut(_) => "leftOut",
            Self::SplitCell(_) => "splitCell",
            Self::OtherType(_) => "otherType",
            Self::LineNotAsked => "lineNotAsked",
            Self::AskedAgain => "askedAgain",
            Self::WaitedLonger => "waitedLonger",
            Self::WaitedShorter => "waitedShorter",
            Self::BelievedLonger => "believedLonger",
            Self::WouldHaveWaited => "wouldHaveWaited",
            Self::WouldNotHaveWaited => "wouldNotHaveWaited",
            Self::NoRoute(_) => "noRoute",
            Self::SeveralRoutes(_) => "severalRoutes",
            Self::Malformed(_) => "malformed",
        }
    }
}

impl fmt::Display for Unreplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingFact(name) => {
                write!(f, "the record does not say `{name}`, which no rule asked for then")
            }
            Self::LeftOut(name) => write!(f, "the record leaves out `{name}`"),
            Self::SplitCell(name) => {
                write!(f, "the record says `{name}` less exactly than this policy asks")
            }
            Self::OtherType(name) => {
                write!(f, "the record has `{name}` as a value of another type")
            }
            Self::LineNotAsked => {
                f.write_str("nobody asked about the line, and this policy would have")
            }
            Self::AskedAgain => f.write_str("this policy would have asked for a newer answer"),
            Self::WaitedLonger => {
                f.write_str("this policy would have waited longer for the answer")
            }
            Self::WaitedShorter => {
                f.write_str("this policy would not have waited so long for the answer")
            }
            Self::BelievedLonger => {
                f.write_str("this policy would have believed the answer, which the record lacks")
            }
            Self::WouldHaveWaited => {
                f.write_str("this policy would have waited for an answer, which the record lacks")
            }
            Self::WouldNotHaveWaited => f.write_str(
                "this policy would have gone by what was cached, which the record lacks",
            ),
            Self::NoRoute(message) => f.write_str(message),
            Self::SeveralRoutes(template) => {
                write!(f, "this policy tells requests apart that the record calls `{template}`")
            }
            Self::Malformed(field) => write!(f, "`{field}` of the record is not what it should be"),
        }
    }
}

impl std::error::Error for Unreplayable {}
