//! Who asks for what.

use std::time::Duration;

use http::Request;
use rand::RngExt;
use rand::rngs::StdRng;
use roamgate::policy::Assurance;
use roamgate::{Line, Subject};

use super::Wall;
use crate::model::PATHS;

/// How many lines there are. Few enough to be asked about often.
const LINES: u32 = 120;
/// A request, before it is made.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) line: Line,
    pub(crate) path: &'static str,
    subject: Subject,
}

pub(crate) fn number(at: u32) -> Line {
    let prefix = ["34600", "33600", "12025", "44770"][at as usize % 4];
    format!("+{prefix}{:06}", at + 1).parse().unwrap()
}

pub(super) fn customer(random: &mut StdRng, wall: &Wall) -> Customer {
    let line = number(random.random_range(0..LINES));
    let path = PATHS[random.random_range(0..PATHS.len())];
    let subject = Subject::from(line);
    let subject = match random.random_range(0..8) {
        0 => subject.acr("sca").auth_time(wall.now() - Duration::from_secs(20)),
        1 => subject.acr("pwd").auth_time(wall.now() - Duration::from_secs(20)),
        2 => subject.acr("sca").auth_time(wall.now() - Duration::from_secs(90_000)),
        _ => subject,
    };
    Customer { line, path, subject }
}

impl Customer {
    /// A customer who has shown nothing.
    pub(crate) fn plain(line: Line, path: &'static str) -> Self {
        Self { line, path, subject: Subject::from(line) }
    }

    pub(super) fn request(&self) -> Request<()> {
        Request::get(self.path).extension(self.subject.clone()).body(()).unwrap()
    }

    pub(super) fn assurance(&self, now: std::time::SystemTime) -> Assurance<'_> {
        Assurance {
            acr: self.subject.details().acr.as_deref(),
            auth_time: self.subject.details().auth_time,
            now,
        }
    }
}
