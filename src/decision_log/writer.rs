//! The writer: one thread, which alone knows the file.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::file::LogFile;
use super::queue::Queue;

/// What the thread has.
pub(super) struct Writer {
    pub(super) queue: Arc<Queue>,
    pub(super) file: LogFile,
    pub(super) interval: Duration,
    pub(super) is_synced: bool,
}

impl Writer {
    const RETRY: Duration = Duration::from_secs(1);

    /// Runs until the queue is closed.
    pub(super) fn run(mut self) {
        while !self.turn() {}
    }

    /// Waits for work, and does it. True where it was the last.
    fn turn(&mut self) -> bool {
        let mut batch = self.queue.take(self.interval);
        while let Some(chunk) = batch.chunks.pop_front() {
            self.write(chunk.lines.as_bytes());
            self.queue.note_written(chunk);
        }
        self.queue.finish(&batch)
    }

    /// Writes the lines, however long it takes.
    fn write(&mut self, mut lines: &[u8]) {
        let mut is_told = false;
        loop {
            let (done, outcome) = self.file.write(lines);
            let outcome = outcome.and_then(|()| self.synced());
            let Err(error) = outcome else { return Self::tell_of_recovery(is_told) };
            // What is torn stays alone, and is written again as a whole.
            lines = from_the_torn_line(lines, done);
            if !std::mem::replace(&mut is_told, true) {
                let error = error.to_string();
                tracing::error!(target: "roamgate::decision_log", error, "decisions cannot be written");
            }
            self.queue.fail(error.to_string(), Self::RETRY);
        }
    }

    fn synced(&mut self) -> io::Result<()> {
        if self.is_synced { self.file.sync() } else { Ok(()) }
    }

    fn tell_of_recovery(was_told: bool) {
        if was_told {
            tracing::info!(target: "roamgate::decision_log", "decisions are written again");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Nobody is left to tell: what is written is written.
        let _: io::Result<()> = self.file.sync();
    }
}

/// What is to be written again: from the start of the line that is not whole.
fn from_the_torn_line(lines: &[u8], done: usize) -> &[u8] {
    // A line of which nothing but its end is missing is whole: whoever opens the file ends it.
    let done = if lines.get(done) == Some(&b'\n') { done + 1 } else { done };
    let whole = lines.get(..done).unwrap_or(lines);
    let start = whole.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    lines.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
