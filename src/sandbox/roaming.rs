//! The roaming API, in all its versions.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::Reply;
use super::body::{self, Asked};
use super::call::{Call, X_CORRELATOR};
use super::calls::Endpoint;
use super::device;
use super::fault::{Fault, Version};
use super::scenario::Scenario;
use super::settings::V0Body;
use super::state::State;
use crate::line::Line;
use crate::status::Visited;

pub(super) fn v0(call: &Call<'_>, state: &mut State) -> Reply {
    let version = match state.settings.v0_body {
        V0Body::UeId | V0Body::PhoneNumber => Version::V0_4,
        V0Body::Device => Version::V0_5,
    };
    answer(version, call, state)
}

pub(super) fn v0_6(call: &Call<'_>, state: &mut State) -> Reply {
    answer(Version::V0_6, call, state)
}

pub(super) fn v1(call: &Call<'_>, state: &mut State) -> Reply {
    answer(Version::V1, call, state)
}

fn answer(version: Version, call: &Call<'_>, state: &mut State) -> Reply {
    state.calls.count(Endpoint::Roaming);
    let reply = admit(version, call, state).and_then(|asked| {
        let stage = Stage { version, named: asked.named, now: state.settings.clock.now() };
        stage.play(state.scenario(asked.line))
    });
    reply.unwrap_or_else(|fault| fault.in_words_of(version))
}

/// What the call asks about, if it may.
fn admit(version: Version, call: &Call<'_>, state: &mut State) -> Result<Asked, Fault> {
    if state.outage {
        return Err(Fault::Unavailable);
    }
    check_headers(version, call)?;
    let token = call.authorization("Bearer");
    let token =
        token.ok_or(Fault::Unauthenticated("send one Authorization header with a Bearer token"))?;
    if let Some(line) = state.line_of_token(token) {
        state.count_line(line, Endpoint::Roaming);
    }
    let (line, scope) = state
        .redeem(token, call.now)
        .ok_or(Fault::Unauthenticated("the access token is unknown, expired or revoked"))?;
    if !scope.covers(version) {
        return Err(Fault::ScopeMissing);
    }
    if !call.is("application/json") {
        return Err(Fault::MediaType);
    }
    match version {
        Version::V0_4 => body::v0_4(call.body, state.settings.v0_body, line),
        Version::V0_5 => body::v0_5(call.body, line),
        Version::V0_6 => body::v0_6(call.body, line),
        Version::V1 => body::v1(call.body, line),
    }
}

/// What is refused whoever asks.
fn check_headers(version: Version, call: &Call<'_>) -> Result<(), Fault> {
    let has_correlator = call.headers.contains_key(X_CORRELATOR);
    match version {
        Version::V1 if has_correlator && call.correlator().is_none() => {
            Err(Fault::Invalid("x-correlator has not the form that the API allows"))
        }
        Version::V0_6 if !call.accepts_json() => Err(Fault::NotAcceptable),
        _ => Ok(()),
    }
}

/// Where and when a scenario is played.
struct Stage {
    version: Version,
    /// The line, if the request named it and the answer may, too.
    named: Option<Line>,
    now: SystemTime,
}

impl Stage {
    fn play(&self, scenario: Scenario) -> Result<Reply, Fault> {
        match scenario {
            Scenario::Roaming(visited) => Ok(self.seen(country(visited), Duration::ZERO)),
            Scenario::Contradiction => {
                let country = json!({ "roaming": true, "countryCode": 262, "countryName": ["FR"] });
                Ok(self.seen(country, Duration::ZERO))
            }
            Scenario::Stale(age) => Ok(self.home(age)),
            Scenario::Delayed(delay) => Ok(self.home(Duration::ZERO).after(delay)),
            Scenario::Malformed => Ok(Reply::text(StatusCode::OK, "{\"roaming\":tr")),
            Scenario::Verbatim { status, body } => Ok(Reply::text(status, body)),
            Scenario::PermissionDenied => Err(Fault::PermissionDenied),
            Scenario::IdentifierNotFound => Err(Fault::IdentifierNotFound),
            Scenario::NotApplicable => Err(Fault::NotApplicable),
            Scenario::RateLimited { retry_after } => Err(Fault::RateLimited(retry_after)),
            Scenario::Outage => Err(Fault::Unavailable),
            Scenario::Home
            | Scenario::PendingUntilGranted
            | Scenario::PendingPolls(_)
            | Scenario::PendingFor(_)
            | Scenario::ConsentRefused
            | Scenario::UnknownUser
            | Scenario::NarrowScope
            | Scenario::TokenRefusedOnce
            | Scenario::TokenLives(_) => Ok(self.home(Duration::ZERO)),
        }
    }

    fn home(&self, age: Duration) -> Reply {
        self.seen(json!({ "roaming": false }), age)
    }

    /// An answer that the network confirmed `age` ago, as 0.6 and 1.x tell. 1.1 says of whom, where
    /// the request did.
    fn seen(&self, mut body: Value, age: Duration) -> Reply {
        let confirmed = self.now.checked_sub(age).and_then(|at| Timestamp::try_from(at).ok());
        let tells = matches!(self.version, Version::V0_6 | Version::V1);
        if let (true, Value::Object(members)) = (tells, &mut body) {
            let at = confirmed.map(|at| format!("{at:.3}").into());
            members.extend(at.map(|at| ("lastStatusTime".to_owned(), at)));
            let named = self.named.filter(|_| self.version == Version::V1);
            let device = named.and_then(device::named);
            members.extend(device.map(|device| ("device".to_owned(), device)));
        }
        Reply::json(StatusCode::OK, &body)
    }
}

/// A network that is known by its code has a list of names, if need be an empty one.
fn country(visited: Visited) -> Value {
    let names: Vec<&str> = visited.countries.iter().map(|country| country.code()).collect();
    match visited.mcc {
        Some(mcc) => json!({ "roaming": true, "countryCode": mcc.get(), "countryName": names }),
        None if names.is_empty() => json!({ "roaming": true }),
        None => json!({ "roaming": true, "countryName": names }),
    }
}
