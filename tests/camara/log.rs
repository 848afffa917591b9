//! What is logged. One subscriber for the whole process: those that come and go race for the interest
//! that callsites remember. It reads what every thread logs, and what panics say, and ends the
//! process where it finds what nobody may read.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::field::{Field, Visit};
use tracing::span;

thread_local! {
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// How much was read.
static READ: AtomicUsize = AtomicUsize::new(0);

/// What tests call secret, the beginnings of the numbers that they ask about, and those of JWTs, keys
/// and `Authorization` headers.
const CANARIES: [&str; 9] = [
    "canary",
    "s3cr3t",
    "+34",
    "%2B34",
    "34600000001",
    "eyJhbGci",
    "eyJhdWQi",
    "-----BEGIN",
    "Basic ",
];

/// Every event and span of this thread since [`Log::start`], fields and all.
pub(crate) struct Log(());

impl Log {
    pub(crate) fn start() -> Self {
        watch();
        TEXT.with_borrow_mut(String::clear);
        Self(())
    }

    pub(crate) fn text(&self) -> String {
        TEXT.with_borrow(String::clone)
    }
}

/// Reads from now on what this process logs, on whatever thread, and how the code under test panics.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(Everything).unwrap();
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            tell(panic);
            if is_under_test(panic) {
                let (text, payload) = (panic.payload().downcast_ref::<String>(), panic.payload());
                let fixed = payload.downcast_ref::<&str>().copied();
                read(text.map(String::as_str).or(fixed).unwrap_or_default());
            }
        }));
    });
}

/// What a test says of its own failure is for whoever mends it.
fn is_under_test(panic: &PanicHookInfo<'_>) -> bool {
    panic.location().is_some_and(|location| !location.file().starts_with("tests/"))
}

/// A test could catch a panic or drop a task: nothing of that helps here.
fn read(text: &str) {
    READ.fetch_add(1, Ordering::Relaxed);
    if let Some(canary) = canary(text) {
        let _ = writeln!(std::io::stderr(), "`{canary}` can be read in a log or a panic: {text}");
        std::process::abort();
    }
}

fn canary(text: &str) -> Option<&'static str> {
    CANARIES.into_iter().find(|canary| text.contains(canary))
}

struct Everything;

#[derive(Default)]
struct Fields(String);

impl Fields {
    fn end(self) {
        read(&self.0);
        TEXT.with_borrow_mut(|text| text.push_str(&self.0));
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl tracing::Subscriber for Everything {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        fields.end();
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        fields.end();
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let level = event.metadata().level();
        let mut fields = Fields(format!("\n{level} "));
        event.record(&mut fields);
        fields.end();
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[test]
fn what_other_threads_log_is_read_too() {
    watch();
    let before = READ.load(Ordering::Relaxed);
    std::thread::spawn(|| tracing::debug!("nothing of interest")).join().unwrap();
    assert!(READ.load(Ordering::Relaxed) > before);
}

#[test]
fn what_nobody_may_read_is_found() {
    let found =
        ["token=canary-1", "tel:+34600000001", "login_hint=tel%3A%2B34", "eyJhbGciOi", "Basic bXk"];
    assert!(found.into_iter().all(|text| canary(text).is_some()));
    assert_eq!(canary("a lookup gave no status reason=unavailable line=Line(#1)"), None);
}
