//! Whatever a file holds: it is understood or refused, and what is understood decides.
#![no_main]

use std::sync::Arc;
use std::time::SystemTime;

use libfuzzer_sys::{Corpus, fuzz_target};
use roamgate::Country;
use roamgate::camara::Aggregator;
use roamgate::policy::service::Manifest;
use roamgate::policy::suite::Suite;
use roamgate::policy::{
    Assurance, Circumstances, FactKind, FactValue, Facts, FileKind, Policy, Problems, Severity,
    SourceFile, parse_line_state,
};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let file = SourceFile::new("fuzz.yaml", text);
    match file.kind {
        FileKind::Aggregator => aggregator(text),
        FileKind::Test => suite(&file),
        FileKind::Service => told(&Manifest::read(&file).err().unwrap_or_default(), text),
        FileKind::Policy => policy(&file),
        _ => told(&Policy::check(&[file]).1, text),
    }
    Corpus::Keep
});

fn policy(file: &SourceFile) {
    let (policy, problems) = Policy::check(std::slice::from_ref(file));
    told(&problems, &file.text);
    assert_eq!(policy.is_none(), has_errors(&problems), "loads exactly where there is no error");
    let formatted = Policy::format(file);
    let Some(policy) = policy else { return };
    let formatted = SourceFile::new("fuzz.yaml", &formatted.expect("what loads can be written"));
    let (again, problems) = Policy::check(std::slice::from_ref(&formatted));
    let again = again.unwrap_or_else(|| panic!("{problems}\n{}", formatted.text));
    assert_eq!(Policy::format(&formatted).as_deref().ok(), Some(&*formatted.text));
    decides_alike(&policy, &again);
}

fn suite(file: &SourceFile) {
    match Suite::read(file) {
        Err(problems) => told(&problems, &file.text),
        // A proof may visit millions of points.
        Ok(suite) if !file.text.contains("forAll") => {
            let policy = include_str!("../../policies/payments-eea.yaml");
            let policy = Policy::from_yaml("payments-eea.yaml", policy).expect("it is shipped");
            let _ = suite.run(&policy, SystemTime::UNIX_EPOCH);
        }
        Ok(_) => {}
    }
}

fn aggregator(text: &str) {
    let problems = Aggregator::check("fuzz.yaml", text);
    told(&problems, text);
    let formatted = Aggregator::format("fuzz.yaml", text);
    if has_errors(&problems) {
        return;
    }
    let formatted = formatted.expect("what loads can be written");
    assert!(!has_errors(&Aggregator::check("fuzz.yaml", &formatted)));
    assert_eq!(Aggregator::format("fuzz.yaml", &formatted).as_ref().ok(), Some(&formatted));
}

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

/// Some states of the line with some facts on every class: total, and the same after `fmt`.
fn decides_alike(policy: &Policy, again: &Policy) {
    let states = ["home:ES", "roaming", "roaming:BR", "mcc:340", "mcc:901", "unknown:timeout"];
    // Sorted by name: their numbers mean nothing in another policy.
    let classes: Vec<_> = policy.classes().into_iter().zip(again.classes()).collect();
    assert_eq!(policy.classes().len(), again.classes().len());
    for (at, state) in states.iter().enumerate() {
        let line = parse_line_state(state).expect("a line state");
        let facts = Invented { policy, seed: at };
        let around = Circumstances::from(&Assurance::NONE).facts(&facts);
        for (class, other) in classes.iter().copied().take(16) {
            assert_eq!(policy.class_name(class), again.class_name(other));
            let verdict = policy.decide(class, line, around);
            assert_eq!(policy.explain(class, line, around).verdict, *verdict);
            assert_eq!(again.decide(other, line, around), verdict, "{state}");
            assert_eq!(again.needs_line(other, around), policy.needs_line(class, around));
        }
    }
}

/// Every fact has one of a few values of its kind, or is missing.
struct Invented<'a> {
    policy: &'a Policy,
    seed: usize,
}

impl Facts for Invented<'_> {
    fn get(&self, name: &str) -> Option<FactValue> {
        let fact = self.policy.facts().iter().find(|fact| *fact.name == *name)?;
        let country = Country::from_code(if self.seed % 2 == 0 { "ES" } else { "BR" })?;
        let words: Arc<[Arc<str>]> = ["a", "corporate-travel", "vip"].map(Arc::from).into();
        Some(match &fact.kind {
            _ if (self.seed + name.len()) % 5 == 0 => return None,
            FactKind::Number => FactValue::Number(10_f64.powi(self.seed as i32) - 1.0),
            FactKind::Enum(words) => FactValue::Text(words.get(self.seed % words.len())?.clone()),
            FactKind::Text => FactValue::Text(words.get(self.seed % words.len())?.clone()),
            FactKind::Texts => FactValue::Texts(words),
            FactKind::Country => FactValue::Country(country),
            FactKind::Countries => FactValue::Countries(country.into()),
            FactKind::Boolean => FactValue::Boolean(self.seed % 2 == 0),
            _ => return None,
        })
    }
}
