//! Counting nothing.

use tokio::time::Instant;

use super::words::{Avoided, Place};
use crate::moment::Moment;
use crate::policy::{Decision, Effect, Policy};
use crate::status::{Answer, RoamingStatus, UnknownReason};

pub(crate) fn avoided(_: Avoided) {}
pub(crate) fn looked_up(_: Result<RoamingStatus, UnknownReason>) {}
pub(crate) fn waited(_: Instant, _: bool) {}
pub(crate) fn panicked(_: Place) {}
pub(crate) fn unrecorded() {}

#[derive(Debug, Default)]
pub(crate) struct Meters(Counters);

#[derive(Debug, Default)]
pub(crate) struct Counters;

impl Meters {
    pub(crate) fn next(&self) -> Self {
        Self::default()
    }

    pub(crate) fn of(&self, _: &Policy, _: bool) -> &Counters {
        &self.0
    }
}

impl Counters {
    pub(crate) fn decided(&self, _: Option<usize>, _: &Decision, _: Option<&Answer>, _: Moment) {}
    pub(crate) fn projected(&self, _: Effect, _: Effect) {}
    pub(crate) fn cached(&self) {}
}

#[cfg(feature = "camara")]
pub(crate) use calls::{Call, token};

#[cfg(feature = "camara")]
mod calls {
    use crate::metrics::words::TokenFrom;

    pub(crate) fn token(_: TokenFrom) {}

    #[derive(Debug)]
    pub(crate) struct Call;

    impl Call {
        pub(crate) fn begun(_: &'static str) -> Self {
            Self
        }

        pub(crate) fn ended(self, _: bool) {}
    }
}
