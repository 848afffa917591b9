//! What is cut off, nested without end, or of the greatest size: refused for what it is.

#[cfg(feature = "camara")]
use roamgate::camara::Aggregator;
use roamgate::policy::suite::Suite;
use roamgate::policy::{FileKind, Policy, Problems, SourceFile};

use crate::generate::one_in;
use crate::kinds::{Garbage, LARGEST, excess, noise, nonsense};
use crate::problems::{answer, document, documents, errors};

/// Reads a file as what it says it is.
fn read(name: &str, text: &str) -> Problems {
    let file = SourceFile::new(name, text);
    match file.kind {
        #[cfg(feature = "camara")]
        FileKind::Aggregator => Aggregator::check(name, text),
        FileKind::Test => Suite::read(&file).err().unwrap_or_default(),
        _ => Policy::check(&[file]).1,
    }
}

/// The beginnings of a text that end behind a word or a sign.
fn beginnings(text: &str, from: usize) -> impl Iterator<Item = &str> {
    let is_in_word = |pair: &[u8]| pair.iter().all(u8::is_ascii_alphanumeric);
    let ends = (from.max(1)..text.len()).filter(|end| text.is_char_boundary(*end));
    ends.filter(move |end| !is_in_word(&text.as_bytes()[end - 1..=*end])).map(|end| &text[..end])
}

#[test]
fn what_is_shipped_is_understood_or_refused_wherever_it_is_cut_off() {
    for folder in ["policies", "examples/aggregators"] {
        let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let text = std::fs::read_to_string(&path).unwrap();
            let ends = (0..text.len()).filter(|end| text.is_char_boundary(*end));
            for end in ends.step_by(one_in(13)) {
                let _ = read(path.to_str().unwrap(), &text[..end]).to_string();
            }
        }
    }
}

/// The cases use every key of the language.
#[test]
fn every_case_is_understood_or_refused_behind_every_word() {
    let folder = format!("{}/tests/policy/problems", env!("CARGO_MANIFEST_DIR"));
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = paths.flat_map(|path| documents(&std::fs::read_to_string(path).unwrap()));
    for (at, text) in texts.enumerate() {
        // What stands before is the same in many cases.
        let shared = text.find("rules:").or_else(|| text.find("cases:")).unwrap_or(0);
        let one_in = one_in(7);
        for beginning in beginnings(&text, shared).skip(at % one_in).step_by(one_in) {
            let _ = read("case.yaml", beginning).to_string();
        }
    }
}

#[test]
fn nesting_without_end_is_refused_where_it_is_too_deep() {
    let levels = 10_000;
    for part in ["[", "{ a: ", "{ not: ", "{ anyOf: [ "] {
        let text = part.repeat(levels);
        assert_eq!(errors(&text), [("E024", 1)], "{part}");
        let inside = document("rule", &format!("  - {{ id: r, when: {text}"));
        assert_eq!(errors(&inside), [("E024", 7)], "{part}");
    }
    for part in ["- ", "? "] {
        assert_eq!(errors(&part.repeat(levels)), [("E024", 1)], "{part}");
    }
    let closed = format!("{}{}", "{ not: ".repeat(levels), " }".repeat(levels));
    assert_eq!(errors(&closed), [("E024", 1)]);
    let block: String = (0..500).map(|level| format!("{}not:\n", " ".repeat(level))).collect();
    assert_eq!(errors(&block), [("E024", 33)]);
}

#[test]
fn four_mebibytes_of_noise_are_refused_for_what_they_are() {
    noise(LARGEST).iter().for_each(|garbage| refused(garbage, garbage.code));
}

#[test]
fn nonsense_is_refused_for_what_it_is() {
    nonsense(LARGEST / 128).iter().for_each(|garbage| refused(garbage, garbage.code));
}

#[test]
fn four_mebibytes_of_nonsense_are_not_read_to_their_end() {
    nonsense(LARGEST).iter().for_each(|garbage| refused(garbage, "E024"));
}

fn refused(garbage: &Garbage, code: &str) {
    let found = errors(&garbage.text);
    let first = found.first().map(|(code, _)| *code);
    assert_eq!(first, Some(code), "{}", garbage.name);
    assert!(found.len() <= 1_001, "{}: {} errors", garbage.name, found.len());
}

#[test]
fn rules_with_one_id_are_refused_for_what_they_are() {
    let rules = excess(LARGEST / 128);
    rules.iter().filter(|rules| rules.code != "E024").for_each(|rules| refused(rules, rules.code));
}

#[test]
fn of_many_mistakes_a_thousand_are_told() {
    let text = document("top", &"mode: enforce\n".repeat(10_000));
    let (_, problems) = Policy::check(&[SourceFile::new("p.yaml", &text)]);
    let told: Vec<_> = problems.iter().collect();
    let [.., before, last] = &told[..] else { panic!("a thousand mistakes are told") };
    assert_eq!((told.len(), before.code, before.line), (1_001, "E002", 1_006));
    let expected = "error[E024]: the file has more than 1000 mistakes\n    --> p.yaml:1007:1\n     |\n\
                    1007 | mode: enforce\n     | ^^^^\n     = help: the others are not listed: mend these first\n";
    assert_eq!(last.to_string(), expected);
}

#[test]
fn a_block_or_a_list_ends_at_20_000_entries() {
    let listed = |count: usize| document("list", &"NO, ".repeat(count));
    assert_eq!(answer(&listed(20_000)), "loads\n");
    let expected = "error[E024]: this block or list has more than 20000 entries\n  --> p.yaml:10:32\n   |\n10 | …\n   | ^\n   \
                    = help: split it, best into several files\n";
    assert_eq!(answer(&listed(20_001)), expected);
}

#[test]
fn a_file_ends_at_419_430_lines() {
    let long = format!("{}{}", document("top", ""), "\n".repeat(419_431));
    assert!(answer(&long).starts_with("error[E024]: the file has 4194"), "{}", answer(&long));
}
