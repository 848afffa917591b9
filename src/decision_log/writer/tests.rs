use std::cell::RefCell;
use std::sync::{Condvar, MutexGuard};

use super::*;
use crate::decision_log::queue::{Bounds, State};
use crate::decision_log::settings::INTERVAL;

thread_local! {
    /// How long the writer would have waited.
    static NAPS: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

/// Time that passes at once, unless there is work.
fn nap<'a>(
    _: &Condvar,
    mut state: MutexGuard<'a, State>,
    patience: Duration,
    waits: &mut dyn FnMut(&mut State) -> bool,
) -> MutexGuard<'a, State> {
    let passed = if waits(&mut state) { patience } else { Duration::ZERO };
    NAPS.with_borrow_mut(|naps| naps.push(passed));
    state
}

fn writer(path: &std::path::Path) -> Writer {
    writer_with(path, Bounds { records: 10, bytes: 1 << 20, is_prompt: false })
}

fn writer_with(path: &std::path::Path, bounds: Bounds) -> Writer {
    let queue = Arc::new(Queue::new(bounds, "run".to_owned()).with_nap(nap));
    let file = LogFile::new(path.to_owned());
    Writer { queue, file, interval: INTERVAL, is_synced: false }
}

#[test]
fn l4_no_record_waits_for_more_than_200_ms_to_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let mut writer = writer(&path);
    for number in 1..=3 {
        writer.queue.push(format!("\"number\":{number}}}").as_bytes()).unwrap();
        assert!(!writer.turn());
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), number);
    }
    assert_eq!(NAPS.take(), [Duration::from_millis(200); 3]);
    // Half a queue is not waited with.
    for _ in 0..5 {
        writer.queue.push(b"}").unwrap();
    }
    assert!(!writer.turn());
    assert_eq!(NAPS.take(), [Duration::ZERO]);
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 8);
}

/// On one core requests stand still while the writer works: it works often and briefly.
#[test]
fn a_full_chunk_is_written_before_the_interval_ends() {
    let folder = tempfile::tempdir().unwrap();
    let bounds = Bounds { records: 10_000, bytes: 16 << 20, is_prompt: false };
    let mut writer = writer_with(&folder.path().join("log"), bounds);
    let record = [b' '; 1024];
    for (records, passed) in [(63, INTERVAL), (64, Duration::ZERO)] {
        for _ in 0..records {
            writer.queue.push(&record).unwrap();
        }
        assert!(!writer.turn());
        assert_eq!(NAPS.take(), [passed], "{records} records of a kilobyte");
    }
}
