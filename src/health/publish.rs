//! What the parts of a service know, told to the recorder.

use std::collections::HashMap;
#[cfg(feature = "camara")]
use std::sync::{Arc, Weak};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::Health;
#[cfg(feature = "camara")]
use crate::camara::Client;
use crate::metrics::publish::{Metric, counter, gauge, table};
use crate::reload::ReloadStatus;

#[cfg(feature = "camara")]
mod aggregator;

/// What was told last. Parts begin anew, such as clients whose file has changed; counters do not.
#[derive(Debug, Default)]
pub(super) struct Published {
    told: Mutex<Told>,
    publishing: Mutex<()>,
}

#[derive(Debug, Default)]
struct Told {
    counts: HashMap<String, u64>,
    #[cfg(feature = "camara")]
    clients: HashMap<String, Weak<Client>>,
}

impl Health {
    /// Tells the recorder of `metrics` what the parts of the service know. Call it before each
    /// scrape, or every few seconds.
    ///
    /// What happens to requests is counted at once, and needs no call.
    pub fn publish(&self) {
        let parts = &*self.0;
        // Two scrapes at once would take each other's readings for counters that begin anew.
        let _one_at_a_time =
            parts.published.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        self.publish_policy();
        for (name, reload) in &parts.files {
            self.publish_files(name, &reload.status());
        }
        #[cfg(feature = "camara")]
        for (name, tell) in &parts.aggregators {
            let client = tell();
            self.notice(name, &client);
            self.publish_aggregator(name, &client.state());
        }
        for (name, tell) in &parts.caches {
            let entries = tell();
            for (what, count) in [("answers", entries.answers), ("failures", entries.failures)] {
                gauge(&table::ENTRIES, &[&format!("{name} {what}")]).set(count as f64);
            }
        }
        if let Some(counts) = parts.log.as_ref().map(|log| log.counts()) {
            self.raise(&table::LOG_RECORDS, &["written"], counts.written);
            self.raise(&table::LOG_RECORDS, &["lost"], counts.lost);
            gauge(&table::LOG_QUEUE, &[]).set(counts.queued as f64);
            gauge(&table::LOG_FAILING, &[]).set(f64::from(u8::from(counts.failure.is_some())));
        }
    }

    fn publish_policy(&self) {
        let gate = &self.0.gate;
        gate.begin_counting();
        let (active, _) = gate.active_and_former();
        gauge(&table::POLICY, &[]).set(active.hash.as_number());
        gauge(&table::RULES, &[]).set(active.rules as f64);
        gauge(&table::ACTIVE_SINCE, &[]).set(seconds(Some(active.since)));
        gauge(&table::OVERRIDES, &[]).set(gate.overrides().len() as f64);
        let waiting = gate.waiting();
        gauge(&table::CHECKS_WAITING, &[]).set(waiting.now as f64);
        self.raise(&table::NOT_WAITED, &["shed"], waiting.shed);
        self.raise(&table::NOT_WAITED, &["cancelled"], waiting.cancelled);
    }

    fn publish_files(&self, name: &str, status: &ReloadStatus) {
        self.raise(&table::RELOADS, &[name], status.reloads);
        self.raise(&table::RELOAD_FAILURES, &[name], status.failures);
        gauge(&table::STALE_SINCE, &[name]).set(seconds(status.stale_since));
        gauge(&table::CHECKED, &[name]).set(seconds(status.checked));
    }

    /// Raises a counter to what is counted elsewhere, where it may begin anew.
    fn raise(&self, metric: &Metric, values: &[&str], now: u64) {
        let first = metric.labels.first().map_or("", |label| label.name);
        let key = [&[first], values, &[metric.name]].concat().join("\n");
        let last = self.told().counts.insert(key, now).unwrap_or_default();
        counter(metric, values).increment(now.checked_sub(last).unwrap_or(now));
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.published.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What another client has counted is new, even where it is as much.
    #[cfg(feature = "camara")]
    fn notice(&self, name: &str, client: &Arc<Client>) {
        let (mut told, client) = (self.told(), Arc::downgrade(client));
        let former = told.clients.insert(name.to_owned(), Weak::clone(&client));
        if former.is_some_and(|former| !former.ptr_eq(&client)) {
            let own = format!("aggregator\n{name}\n");
            told.counts.retain(|key, _| !key.starts_with(&own));
        }
    }
}

/// A moment as Prometheus writes it. Zero: there is none.
fn seconds(moment: Option<SystemTime>) -> f64 {
    let since = moment.and_then(|moment| moment.duration_since(SystemTime::UNIX_EPOCH).ok());
    since.unwrap_or_default().as_secs_f64()
}
