//! [`Limits`]: how much may be asked, as an aggregator file says it.

use std::time::Duration;

/// See the table of keys for what each is.
#[derive(Clone, Copy, Debug)]
pub(in crate::camara) struct Limits {
    pub(in crate::camara) in_flight: u32,
    pub(in crate::camara) line_interval: Duration,
    pub(in crate::camara) line_burst: u32,
    pub(in crate::camara) new_lines_per_caller: u32,
    pub(in crate::camara) lookups_per_minute: u32,
    pub(in crate::camara) lookups_per_day: u32,
    pub(in crate::camara) authorizations_per_minute: u32,
    pub(in crate::camara) quota_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_flight: 128,
            line_interval: Duration::from_secs(30),
            line_burst: 10,
            new_lines_per_caller: 60,
            lookups_per_minute: 6_000,
            lookups_per_day: 1_000_000,
            authorizations_per_minute: 1_000,
            quota_pause: Duration::from_secs(300),
        }
    }
}
