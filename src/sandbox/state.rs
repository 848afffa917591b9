//! [`State`]: what the sandbox remembers. Plain data and methods that take the moment.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::calls::{Calls, Endpoint};
use super::scenario::Scenario;
use super::scope::Scope;
use super::settings::Settings;
use super::sign_in::id_token::Signer;
use crate::line::Line;

/// What a `slow_down` adds to the interval, for all later polls (CIBA Core §11).
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// How much closer than the interval two polls may arrive, because the network shifts them.
const JITTER: Duration = Duration::from_millis(100);

/// Lines, authorisations, tokens, counters.
pub(super) struct State {
    pub(super) settings: Arc<Settings>,
    pub(super) outage: bool,
    pub(super) calls: Calls,
    pub(super) calls_by_line: HashMap<Line, Calls>,
    scenarios: HashMap<Line, Scenario>,
    granted: HashSet<Line>,
    refused_once: HashSet<Line>,
    requests: HashMap<String, AuthRequest>,
    assertions: HashSet<String>,
    codes: HashMap<String, SignedIn>,
    refreshes: HashMap<String, (Option<Line>, Scope)>,
    tokens: HashMap<String, Token>,
    pub(super) signer: Signer,
}

impl State {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self {
            settings,
            outage: false,
            calls: Calls::default(),
            calls_by_line: HashMap::new(),
            scenarios: HashMap::new(),
            granted: HashSet::new(),
            refused_once: HashSet::new(),
            requests: HashMap::new(),
            assertions: HashSet::new(),
            codes: HashMap::new(),
            refreshes: HashMap::new(),
            tokens: HashMap::new(),
            signer: Signer::new(),
        }
    }

    pub(super) fn scenario(&self, line: Line) -> Scenario {
        self.scenarios.get(&line).cloned().unwrap_or_else(|| Scenario::of(line))
    }

    /// Gives the line a scenario, which begins anew.
    pub(super) fn set(&mut self, line: Line, scenario: Scenario) {
        self.granted.remove(&line);
        self.refused_once.remove(&line);
        self.scenarios.insert(line, scenario);
    }

    pub(super) fn grant(&mut self, line: Line) {
        self.granted.insert(line);
    }

    pub(super) fn count_line(&mut self, line: Line, endpoint: Endpoint) {
        self.calls_by_line.entry(line).or_default().count(endpoint);
    }

    /// Opens an authorisation and gives it an `auth_req_id`.
    pub(super) fn begin(&mut self, line: Line, scope: Scope, now: Instant) -> String {
        let id = random_id();
        let request = AuthRequest {
            line,
            scope,
            begun: now,
            interval: self.settings.interval,
            last_poll: None,
            polls: 0,
        };
        self.requests.insert(id.clone(), request);
        id
    }

    pub(super) fn line_of(&self, auth_req_id: &str) -> Option<Line> {
        self.requests.get(auth_req_id).map(|request| request.line)
    }

    /// Answers a poll. An authorisation that was granted or refused is spent.
    pub(super) fn poll(&mut self, auth_req_id: &str, now: Instant) -> Result<Grant, Refused> {
        let line = self.line_of(auth_req_id).ok_or(Refused::Unknown)?;
        let scenario = self.scenario(line);
        let granted = self.granted.contains(&line);
        let lifetime = self.settings.request_lifetime;
        let request = self.requests.get_mut(auth_req_id).ok_or(Refused::Unknown)?;
        if now.duration_since(request.begun) >= lifetime {
            return Err(Refused::Expired);
        }
        if !request.pace(now) {
            return Err(Refused::TooFast);
        }
        if !granted && request.is_pending(&scenario, now) {
            return Err(Refused::Pending);
        }
        let request = self.requests.remove(auth_req_id).ok_or(Refused::Unknown)?;
        match scenario {
            Scenario::ConsentRefused => Err(Refused::Denied),
            Scenario::NarrowScope => Ok(self.issue(Some(line), request.scope.narrowed(), now)),
            _ => Ok(self.issue(Some(line), request.scope, now)),
        }
    }

    /// The line and the scope of a token that lives, and counts the use.
    pub(super) fn redeem(&mut self, token: &str, now: Instant) -> Option<(Option<Line>, Scope)> {
        let lifetime = self.settings.token_lifetime;
        let alive = |token: &&mut Token| now.duration_since(token.issued) < lifetime;
        let found = self.tokens.get_mut(token).filter(alive)?;
        let (line, uses, scope) = (found.line, found.uses, found.scope.clone());
        found.uses += 1;
        let refused = line.is_some_and(|line| match self.scenario(line) {
            Scenario::TokenRefusedOnce => self.refused_once.insert(line),
            Scenario::TokenLives(calls) => uses >= calls,
            _ => false,
        });
        if refused {
            self.tokens.remove(token);
        }
        (!refused).then_some((line, scope))
    }

    pub(super) fn line_of_token(&self, token: &str) -> Option<Line> {
        self.tokens.get(token).and_then(|token| token.line)
    }

    /// Notes an assertion by its `jti`; false if it was seen before.
    pub(super) fn is_first(&mut self, jti: &str) -> bool {
        self.assertions.insert(jti.to_owned())
    }

    pub(super) fn is_granted(&self, line: Line) -> bool {
        self.granted.contains(&line)
    }

    /// Gives out a code.
    pub(super) fn sign_in(&mut self, signed_in: SignedIn) -> String {
        let code = random_id();
        self.codes.insert(code.clone(), signed_in);
        code
    }

    /// Takes a code, which then is spent, whether it fits or not.
    pub(super) fn redeem_code(
        &mut self,
        code: &str,
        redirect_uri: &str,
        challenge: &str,
        now: Instant,
    ) -> Option<Grant> {
        let known = self.codes.remove(code)?;
        let fits = known.redirect_uri == redirect_uri && known.challenge == challenge;
        let id_token = known.nonce.and_then(|nonce| self.signer.sign(&nonce, &self.settings));
        fits.then(|| Grant { id_token, ..self.issue(Some(known.line), known.scope, now) })
    }

    /// Takes a refresh token, which then is spent.
    pub(super) fn refresh(&mut self, refresh: &str, now: Instant) -> Option<Grant> {
        let (line, scope) = self.refreshes.remove(refresh)?;
        Some(self.issue(line, scope, now))
    }

    /// A token for the line, or for the client itself.
    pub(super) fn issue(&mut self, line: Option<Line>, scope: Scope, now: Instant) -> Grant {
        let refresh = scope.is_offline().then(random_id);
        if let Some(refresh) = &refresh {
            self.refreshes.insert(refresh.clone(), (line, scope.clone()));
        }
        let grant = Grant { token: random_id(), scope: scope.clone(), refresh, id_token: None };
        self.tokens.insert(grant.token.clone(), Token { line, scope, issued: now, uses: 0 });
        grant
    }
}

/// A token and the scope it was granted for.
pub(super) struct Grant {
    pub(super) token: String,
    pub(super) scope: Scope,
    pub(super) refresh: Option<String>,
    pub(super) id_token: Option<String>,
}

/// A customer who has signed in, and what the code must come back with.
pub(super) struct SignedIn {
    pub(super) line: Line,
    pub(super) scope: Scope,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    /// What the ID token repeats.
    pub(super) nonce: Option<String>,
}

/// Why a poll brings no token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refused {
    Unknown,
    Expired,
    TooFast,
    Pending,
    Denied,
}

struct AuthRequest {
    line: Line,
    scope: Scope,
    begun: Instant,
    interval: Duration,
    last_poll: Option<Instant>,
    polls: u32,
}

impl AuthRequest {
    /// Takes note of a poll; false if it came too early, which widens the interval for good.
    fn pace(&mut self, now: Instant) -> bool {
        let early = |last: Instant| now.duration_since(last) + JITTER < self.interval;
        let too_fast = self.last_poll.is_some_and(early);
        self.last_poll = Some(now);
        if too_fast {
            self.interval += SLOW_DOWN;
        } else {
            self.polls += 1;
        }
        !too_fast
    }

    fn is_pending(&self, scenario: &Scenario, now: Instant) -> bool {
        match scenario {
            Scenario::PendingUntilGranted => true,
            Scenario::PendingPolls(polls) => self.polls <= *polls,
            Scenario::PendingFor(wait) => now.duration_since(self.begun) < *wait,
            _ => false,
        }
    }
}

struct Token {
    line: Option<Line>,
    scope: Scope,
    issued: Instant,
    uses: u32,
}

/// 128 random bits, in characters that an `auth_req_id` and a Bearer token may have.
fn random_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}
