//! The machine on which the report is written, which is the one on which it was measured.

use std::process::Command;
use std::time::SystemTime;

use crate::sources::day;

#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) compiler: String,
    pub(crate) day: String,
}

impl Machine {
    #[expect(clippy::disallowed_methods, reason = "the day of the report")]
    pub(crate) fn here() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            processor: processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores,
            compiler: compiler().unwrap_or_else(|| "a compiler that is not in reach".to_owned()),
            day: day(SystemTime::now()).unwrap_or_default(),
        }
    }

    /// In a few words.
    pub(crate) fn line(&self) -> String {
        let Self { processor, cores, compiler, .. } = self;
        let cores = if *cores == 1 { "one core".to_owned() } else { format!("{cores} cores") };
        format!("{processor}, {cores}, {compiler}")
    }
}

fn processor() -> Option<String> {
    let told = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("model name"))?;
    Some(line.trim_start_matches([':', ' ', '\t']).to_owned())
}

fn compiler() -> Option<String> {
    let told = Command::new("rustc").arg("--version").output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    Some(told.split(" (").next()?.trim().to_owned())
}
