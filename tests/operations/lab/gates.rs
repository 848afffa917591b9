//! One gate, with decision logs of several kinds: all share policy, cache and history.

use std::sync::{Arc, OnceLock};

use rand::RngExt;
use rand::rngs::StdRng;
use roamgate::decision_log::{DecisionLog, OnFull};
use roamgate::{Gate, Policy};

pub(super) struct Gates {
    plain: Gate,
    /// Its records find no room, and are lost.
    dropping: Gate,
    /// Its records find no room, and nothing happens off the record.
    denying: Gate,
}

impl Gates {
    pub(super) fn of(gate: Gate) -> Self {
        let plain = gate.audit(|_: &roamgate::audit::Record<'_>| ());
        let [dropping, denying] =
            full_logs().each_ref().map(|log| plain.clone().audit(log.clone()));
        Self { plain, dropping, denying }
    }

    pub(super) fn one_of(&self, random: &mut StdRng) -> Gate {
        match random.random_range(0..40) {
            0 => self.denying.clone(),
            1..6 => self.dropping.clone(),
            _ => self.plain.clone(),
        }
    }

    pub(super) fn replace(&self, policy: Arc<Policy>) {
        self.plain.replace(policy, "the lab").unwrap();
    }
}

/// Logs on a full disk, which all labs share: none is ever dropped, as that waits for the disk.
fn full_logs() -> &'static [DecisionLog; 2] {
    static LOGS: OnceLock<[DecisionLog; 2]> = OnceLock::new();
    LOGS.get_or_init(|| {
        [OnFull::Drop, OnFull::Deny].map(|on_full| {
            DecisionLog::to("/dev/full").queue(16, 32 * 1024).on_full(on_full).start().unwrap()
        })
    })
}
