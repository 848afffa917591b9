//! What a test's thread logs. One subscriber for the whole process: those that come and go race for
//! the interest that callsites remember.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span;

thread_local! {
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Every event and span of this thread since [`Log::start`], fields and all.
pub(crate) struct Log(());

impl Log {
    pub(crate) fn start() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| tracing::subscriber::set_global_default(Everything).unwrap());
        TEXT.with_borrow_mut(String::clear);
        Self(())
    }

    pub(crate) fn text(&self) -> String {
        TEXT.with_borrow(String::clone)
    }
}

struct Everything;

struct Fields;

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        TEXT.with_borrow_mut(|text| write!(text, "{field}={value:?} ").unwrap());
    }
}

impl tracing::Subscriber for Everything {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut Fields);
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Fields);
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let level = event.metadata().level();
        TEXT.with_borrow_mut(|text| write!(text, "\n{level} ").unwrap());
        event.record(&mut Fields);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}
