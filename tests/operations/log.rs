//! What is told of reloads: one line for each change, and the words of `roamgate check`.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::desk::{Desk, edition, hash};

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static SPANS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The events of reloads on this thread, each in a line. One subscriber for the whole process: those
/// that come and go race for the interest that callsites remember.
pub(crate) struct Log;

impl Log {
    pub(crate) fn start() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| tracing::subscriber::set_global_default(Self).unwrap());
        Self
    }

    pub(crate) fn taken(&self) -> Vec<String> {
        LINES.with_borrow_mut(std::mem::take)
    }

    /// The spans that began on this thread, each with all that it was told.
    pub(crate) fn spans(&self) -> Vec<String> {
        SPANS.with_borrow_mut(std::mem::take)
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span()
            || ["roamgate::reload", "roamgate::override"].contains(&metadata.target())
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields(span.metadata().name().to_owned());
        span.record(&mut fields);
        SPANS.with_borrow_mut(|spans| {
            // Other tests are not interested in theirs.
            if spans.len() < 100 {
                spans.push(fields.0);
            }
            Id::from_u64(spans.len() as u64)
        })
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut fields = Fields(String::new());
        values.record(&mut fields);
        SPANS.with_borrow_mut(|spans| {
            let span = spans.get_mut(id.into_u64() as usize - 1);
            span.into_iter().for_each(|span| span.push_str(&fields.0));
        });
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().level().to_string());
        event.record(&mut fields);
        LINES.with_borrow_mut(|lines| lines.push(fields.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn p2_each_change_is_one_line_with_the_hash_and_the_rules_that_are_active() {
    let log = Log::start();
    let desk = Desk::with(&edition(1, 3)).await;
    assert_eq!(log.taken(), Vec::<String>::new());

    desk.write(edition(2, 4));
    desk.look().await;
    desk.look().await;
    let line = format!("hash=\"{}\" rules=4", hash(&edition(2, 4)));
    let lines = log.taken();
    assert!(
        lines.len() == 1 && lines[0].starts_with("INFO ") && lines[0].contains(&line),
        "{lines:?}"
    );

    desk.write("nothing of ours");
    desk.look().await;
    let error = desk.look().await.error.unwrap();
    let lines = log.taken();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("ERROR ") && lines[0].contains(&line), "{lines:?}");
    assert!(lines[0].contains(&format!("error={error}")), "{lines:?}");

    desk.write(edition(2, 4));
    desk.look().await;
    let lines = log.taken();
    assert!(lines.len() == 1 && lines[0].contains("in order again"), "{lines:?}");
}

#[cfg(feature = "cli")]
#[tokio::test(start_paused = true)]
async fn p2_the_words_are_those_of_check() {
    let desk = Desk::with(&edition(1, 3)).await;
    desk.write(edition(2, 3).replace("BR", "UK").replacen("effect", "efect", 1));
    let told = desk.look().await.error.unwrap();
    let check = std::process::Command::new(env!("CARGO_BIN_EXE_roamgate"))
        .arg("check")
        .arg(desk.file())
        .output()
        .unwrap();
    let check = String::from_utf8(check.stdout).unwrap();
    let (problems, count) = told.rsplit_once('\n').unwrap();
    assert_eq!(count, "3 errors in the policy");
    for problem in problems.split("\n\n").filter(|problem| problem.starts_with("error[")) {
        assert!(check.contains(problem.trim_end()), "{check}\ndoes not say\n{problem}");
    }
}

#[cfg(all(unix, feature = "signal"))]
#[tokio::test]
async fn a_hangup_is_a_look() {
    let desk = Desk::with(&edition(1, 3)).await;
    desk.reload.on_hangup().unwrap();
    desk.write(edition(2, 3));
    let mut kill = std::process::Command::new("kill");
    kill.args(["-HUP", &std::process::id().to_string()]);
    assert!(kill.status().unwrap().success());
    while desk.reload.status().reloads == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(desk.active(), hash(&edition(2, 3)));
}
