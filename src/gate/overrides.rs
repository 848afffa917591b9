//! Overrides are never silent: while one lives the log says so, and when it has ended too.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Gate;
use super::hearing::{Hearing, around};
use crate::audit::Evidence;
use crate::moment::Moment;
use crate::policy::{Assurance, Decision, Override, Policy};
use crate::status::LineFacts;
use crate::subject::Subject;

/// Tells of the overrides of one policy. Without any, nothing is ever written.
#[derive(Debug, Default)]
pub(super) struct OverrideWatch {
    /// When there is something to tell, in milliseconds since the epoch.
    next: AtomicU64,
    /// When somebody last looked. A clock that has been set back behind it may have revived one.
    looked: AtomicU64,
    /// For each override, whether it lived when it was last looked at.
    lived: Mutex<Vec<bool>>,
}

impl OverrideWatch {
    /// While an override lives, it is told of so often.
    const EVERY: Duration = Duration::from_secs(60);

    pub(super) fn notice(&self, policy: &Policy, now: Moment) {
        let overrides = policy.overrides();
        if overrides.is_empty() {
            return;
        }
        let now = now.into();
        if !self.is_due(now) {
            return;
        }
        let mut lived = self.lived.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have told it meanwhile.
        if !self.is_due(now) {
            return;
        }
        lived.resize(overrides.len(), false);
        let mut next = None;
        for (one, lived) in overrides.iter().zip(lived.iter_mut()) {
            let lives = one.is_live(now);
            if lives {
                tell(one, "an override is in force");
            } else if *lived {
                tell(one, "an override has ended: its rules mean what they say");
            }
            *lived = lives;
            next = [next, due(one, now)].into_iter().flatten().min();
        }
        self.looked.store(millis(now), Ordering::Relaxed);
        self.next.store(next.map_or(u64::MAX, millis), Ordering::Relaxed);
    }

    fn is_due(&self, now: SystemTime) -> bool {
        let (next, looked) = (&self.next, &self.looked);
        !(looked.load(Ordering::Relaxed)..next.load(Ordering::Relaxed)).contains(&millis(now))
    }

    /// The policy decides no longer: what lived, and lives no more by the next one.
    pub(super) fn end(&self, policy: &Policy, next: &Policy, now: SystemTime) {
        let living = policy.overrides().iter().filter(|one| one.is_live(now));
        for gone in living.filter(|one| !next.overrides().contains(one)) {
            tell(gone, "an override is taken away, or changed");
        }
    }
}

/// When there is something to tell of an override again, if ever.
fn due(one: &Override, now: SystemTime) -> Option<SystemTime> {
    if one.is_live(now) {
        return Some(one.expires.min(now + OverrideWatch::EVERY));
    }
    one.begins.filter(|begins| *begins > now)
}

fn millis(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

fn tell(one: &Override, what: &'static str) {
    let moment = |moment: SystemTime| jiff::Timestamp::try_from(moment).unwrap_or_default();
    tracing::warn!(
        target: "roamgate::override",
        name = &*one.name,
        set = one.set,
        rules = one.rules.len(),
        expires = %moment(one.expires),
        ticket = &*one.ticket,
        approved_by = &*one.approved_by,
        "{what}"
    );
}

impl Gate {
    /// The overrides of the policy that live at the moment, sorted by name: whoever watches the
    /// service should see them. The log names them every minute, and names the end of each.
    #[must_use]
    pub fn overrides(&self) -> Vec<Override> {
        let (policy, now) = (self.policy(), self.now());
        policy.overrides().iter().filter(|one| one.is_live(now)).cloned().collect()
    }

    /// Tells of overrides, though there may be no request for hours.
    pub(crate) fn watch_overrides(&self) {
        let snapshot = self.snapshot();
        snapshot.overrides.notice(snapshot.policy(), self.now().into());
    }
}

impl Hearing<'_> {
    /// Names the overrides without which the decision might be another one.
    pub(super) fn name_overrides(&self, decision: &mut Decision, evidence: &Evidence<'_>) {
        if self.policy.overrides().is_empty() {
            return;
        }
        let own = |subject: &'_ Subject| subject.line.number_countries();
        let number_countries = evidence.subject.map(own).unwrap_or_default();
        let line = decision.line().map(|state| LineFacts { state, number_countries });
        let nobody = Assurance { now: evidence.now(), ..Assurance::NONE };
        let assurance = evidence.subject.map_or(nobody, |subject| subject.assurance(evidence.now));
        let names = self.policy.overrides_of(self.class, line, &around(assurance, evidence.facts));
        decision.name_overrides(names);
    }
}
