//! Whatever an aggregator file holds: it is understood or refused with a place, it is written in one
//! canonical form, and no secret stands in it.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use roamgate::camara::Aggregator;
use roamgate::policy::{Problems, Severity};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    // So that the fuzzer need not find out how a file begins.
    let text = format!("apiVersion: roamgate/v1\nkind: Aggregator\n{text}");
    let problems = Aggregator::check("fuzz.yaml", &text);
    told(&problems, &text);
    let (is_refused, formatted) = (has_errors(&problems), Aggregator::format("fuzz.yaml", &text));
    let loaded = Aggregator::from_yaml("fuzz.yaml", &text);
    assert_eq!(loaded.is_err(), is_refused, "loads exactly where there is no error");
    let Ok(loaded) = loaded else { return Corpus::Keep };
    let formatted = formatted.expect("what loads can be written");
    let again = Aggregator::from_yaml("fuzz.yaml", &formatted);
    let again = again.unwrap_or_else(|problems| panic!("{problems}\n{formatted}"));
    assert_eq!(format!("{loaded:?}"), format!("{again:?}"), "{formatted}");
    assert_eq!(Aggregator::format("fuzz.yaml", &formatted).as_ref().ok(), Some(&formatted));
    Corpus::Keep
});

/// Every problem can be printed, says something, and stands where the text is.
fn told(problems: &Problems, text: &str) {
    let lines = text.split('\n').count();
    for problem in problems {
        assert!(problem.line as usize <= lines, "{problem}");
        assert!(!problem.message.is_empty() && problem.to_string().contains(problem.code));
    }
}

fn has_errors(problems: &Problems) -> bool {
    problems.count(Severity::Error) > 0
}
