//! What is told of reloads: one line for each change, and the words of `roamgate check`.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::desk::{Desk, edition, hash};

/// Keeps the events of reloads, each in a line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
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
        metadata.target() == "roamgate::reload"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().level().to_string());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn p2_each_change_is_one_line_with_the_hash_and_the_rules_that_are_active() {
    let log = Log::default();
    let _log = tracing::subscriber::set_default(log.clone());
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
    let problems = told.strip_suffix("\n2 errors in the policy").unwrap();
    assert_eq!(problems.matches("error[").count(), 2, "{told}");
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
