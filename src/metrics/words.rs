//! What is counted, as the code that counts says it.

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident { $($word:ident $text:literal,)+ })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug, Eq, PartialEq)]
            pub(crate) enum $name { $($word,)+ }

            impl $name {
                pub(crate) const ALL: [Self; [$($text,)+].len()] = [$(Self::$word,)+];

                pub(crate) fn name(self) -> &'static str {
                    match self { $(Self::$word => $text,)+ }
                }
            }
        )+
    };
}

words! {
    /// Why a lookup was not made.
    Avoided {
        NotNeeded "notNeeded",
        Cached "cached",
        Coalesced "coalesced",
        Remembered "remembered",
    }
    /// Whose code panicked.
    Place {
        Provider "provider",
        Lookup "lookup",
        Cache "cache",
        Subject "subject",
        Audit "audit",
    }
    /// What came of a request to an aggregator.
    CallOutcome {
        Answered "answered",
        Trouble "trouble",
        Abandoned "abandoned",
    }
    /// Where a token came from.
    TokenFrom {
        Reused "reused",
        Fetched "fetched",
        Renewed "renewed",
        Pending "pending",
        Refused "refused",
    }
}
