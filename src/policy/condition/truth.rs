//! Kleene's truth, and the reasons of what is undecided.

use crate::status::UnknownReason;

/// True, false, or undecided for some reasons.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Truth {
    True,
    False,
    Undecided(Reasons),
}

impl Truth {
    /// False wins over undecided, undecided over true.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::Undecided(a), Self::Undecided(b)) => Self::Undecided(a.union(b)),
            (undecided @ Self::Undecided(_), Self::True) | (Self::True, undecided) => undecided,
        }
    }

    /// True wins over undecided, undecided over false.
    pub(crate) fn or(self, other: Self) -> Self {
        self.negate().and(other.negate()).negate()
    }

    pub(crate) fn negate(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            undecided @ Self::Undecided(_) => undecided,
        }
    }

    pub(crate) fn negate_if(self, negated: bool) -> Self {
        if negated { self.negate() } else { self }
    }

    /// What a test of the line says as long as nobody has asked about the line.
    pub(crate) const WAITS: Self = Self::Undecided(Reasons::WAITS);

    /// Does it depend on a line that nobody has asked about?
    pub(crate) fn waits(self) -> bool {
        matches!(self, Self::Undecided(reasons) if reasons.0 & Reasons::WAITS.0 != 0)
    }

    pub(crate) const fn undecided(reason: UnknownReason) -> Self {
        Self::Undecided(Reasons(1 << reason as u32))
    }
}

impl From<bool> for Truth {
    fn from(is_true: bool) -> Self {
        if is_true { Self::True } else { Self::False }
    }
}

/// A set of reasons, one bit each.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Reasons(u32);

impl Reasons {
    /// No reason of the language: what is missing is the question.
    const WAITS: Self = Self(1 << 31);

    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Is there a reason that both have?
    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn contains(self, reason: UnknownReason) -> bool {
        self.0 & 1 << reason as u32 != 0
    }

    /// The reasons in their order.
    pub(crate) fn iter(self) -> impl Iterator<Item = UnknownReason> + use<> {
        UnknownReason::ALL.iter().copied().filter(move |reason| self.contains(*reason))
    }
}

impl From<UnknownReason> for Reasons {
    fn from(reason: UnknownReason) -> Self {
        Self(1 << reason as u32)
    }
}

impl FromIterator<UnknownReason> for Reasons {
    fn from_iter<I: IntoIterator<Item = UnknownReason>>(reasons: I) -> Self {
        reasons.into_iter().fold(Self::default(), |all, reason| all.union(reason.into()))
    }
}
