//! What a reviewer would not see, what is too much, and what is cut off.

use proptest::prelude::*;
use roamgate::policy::{Policy, SourceFile};

use crate::generate::config;
use crate::problems::{answer, answers, document, errors};

/// A whole document that loads, as three lines of a text editor of another system would.
fn plain() -> String {
    document("top", "mode: enforce")
}

#[test]
fn a_byte_order_mark_moves_nothing() {
    assert_eq!(answer(&format!("\u{feff}{}", plain())), "loads\n");
    let broken = format!("\u{feff}{}", plain()).replace("apiVersion: roamgate/v1", "apiVersion: 2");
    let expected = "error[E004]: `2` is not the `apiVersion` of a policy\n --> p.yaml:1:13\n  |\n\
                    1 | apiVersion: 2\n  |             ^\n  = help: write `apiVersion: roamgate/v1`\n";
    assert_eq!(answer(&broken), expected);
}

#[test]
fn windows_line_endings_move_nothing() {
    assert_eq!(answer(&plain().replace('\n', "\r\n")), "loads\n");
    let broken = document("list", "\"UK\"");
    assert_eq!(answer(&broken.replace('\n', "\r\n")), answer(&broken));
}

#[test]
fn hidden_characters_are_refused_and_shown_as_such() {
    let hidden = [
        '\0',
        '\u{1}',
        '\u{7}',
        '\u{1b}',
        '\u{7f}',
        '\u{85}',
        '\u{9b}',
        '\u{ad}',
        '\u{61c}',
        '\u{180e}',
        '\u{200b}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202e}',
        '\u{2060}',
        '\u{2066}',
        '\u{2069}',
        '\u{feff}',
        '\u{fff9}',
        '\u{e0041}',
        '\u{3164}',
    ];
    for found in hidden {
        let text = plain().replace("description: d", &format!("description: d{found}d"));
        let answer = answer(&text);
        let code = u32::from(found);
        let first = format!(
            "error[E001]: the character U+{code:04X} is invisible and is refused\n --> p.yaml:8:28\n"
        );
        assert!(answer.starts_with(&first), "{answer:?}");
        assert!(!answer.contains(found), "{answer:?}");
    }
}

#[test]
fn a_carriage_return_alone_hides_a_line() {
    let text = plain().replace("mode: enforce", "# nothing to see\rmode: off");
    assert_eq!(errors(&text), [("E001", 6)]);
}

#[test]
fn what_an_escape_stands_for_does_not_reach_a_terminal() {
    let answer = answer(&document("list", r#""\u001b[2J""#));
    assert!(!answer.contains('\u{1b}'), "{answer:?}");
}

#[test]
fn several_documents_are_refused_at_the_second() {
    let text = format!("{0}---\n{0}", plain());
    assert!(
        answer(&text).starts_with("error[E001]: several documents in one file are refused\n"),
        "{}",
        answer(&text)
    );
    assert_eq!(
        answer(&format!("---\n{}", plain())),
        "loads\n",
        "a marker at the beginning is YAML's own"
    );
}

#[test]
fn nesting_ends_at_32_levels() {
    let nested = |depth: usize| format!("mode: {}a{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(errors(&document("top", &nested(31))), [("E003", 6)]);
    assert_eq!(errors(&document("top", &nested(33))), [("E024", 6)]);
}

#[test]
fn templates_that_combine_without_end_are_refused() {
    let template = |at: usize| -> String {
        let segment = |place: usize| {
            if (at * 7).is_multiple_of(place + 2) {
                format!("/a{place}")
            } else {
                "/{x}".to_owned()
            }
        };
        (0..18).map(segment).collect()
    };
    let entries: Vec<_> =
        (0..2_000).map(|at| format!("{{ path: \"{}/{at}\" }}", template(at))).collect();
    let text = document("top", "mode: enforce\n")
        .replace("routes: {", &format!("routes: {{ many: [{}],", entries.join(", ")));
    assert!(errors(&text).iter().any(|(code, _)| *code == "E024"));
}

#[test]
fn conditions_that_unfold_without_end_are_refused() {
    let doubled = |at: usize| format!("c-{at}: {{ anyOf: [c-{0}, c-{0}] }}", at + 1);
    let chain: Vec<_> = (0..40).map(doubled).collect();
    let text = document(
        "top",
        &format!("conditions: {{ {}, c-40: {{ line: home }} }}\n", chain.join(", ")),
    );
    assert!(errors(&text).contains(&("E024", 6)));
}

#[test]
fn a_file_ends_at_4_mib() {
    let padded = |bytes: usize| format!("{}# {}\n", plain(), "x".repeat(bytes - plain().len() - 3));
    assert_eq!(answer(&padded(4 * 1024 * 1024)), "loads\n");
    let expected = "error[E024]: the file has 4194305 bytes, the limit is 4 MiB\n --> p.yaml\n  = help: split it into several files\n";
    assert_eq!(answer(&padded(4 * 1024 * 1024 + 1)), expected);
}

#[test]
fn a_set_ends_at_20_000_rules() {
    let rules = |from: usize, to: usize| -> String {
        let rule = "match: { routes: [pay] }, when: { line: roaming }, effect: deny }";
        (from..to).map(|at| format!("  - {{ id: r{at}, description: d, {rule}\n")).collect()
    };
    let one = document("rule", &rules(0, 15_000));
    let other = document("rule", &rules(15_000, 20_001)).replace("name: p", "name: q");
    let expected = "error[E024]: the policies have more than 20000 rules\n    --> b.yaml:5007:11\n";
    let told = answers(&[("a.yaml", &one), ("b.yaml", &other)]);
    assert!(told.starts_with(expected), "{told}");
}

#[test]
fn a_bomb_of_aliases_is_refused_at_its_first_anchor() {
    let text = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n";
    assert_eq!(errors(text), [("E001", 1)]);
}

#[test]
fn problems_of_several_files_come_file_by_file() {
    let other = "apiVersion: roamgate/v1\nkind: Override\nmetadata: { name: o }\nall: 1\nset: off\nexpires: 2027-03-01\nticket: t\napprovedBy: a\n";
    let (one, two) =
        (document("list", "\"UK\""), document("list", "\"EL\"").replace("name: p", "name: q"));
    let all = answers(&[("a.yaml", &one), ("o.yaml", other), ("b.yaml", &two)]);
    let places: Vec<_> =
        all.lines().filter_map(|line| line.trim_start().strip_prefix("--> ")).collect();
    assert_eq!(places, ["a.yaml:10:33", "o.yaml:4:6", "b.yaml:7:9", "b.yaml:10:33"]);
}

#[test]
fn names_are_unique_in_a_set() {
    let one = plain();
    let expected = "error[E016]: the policy name `p` is taken\n --> b.yaml:3:19\n  |\n\
                    3 | metadata: { name: p, owner: o }\n  |                   ^\n  = help: it is the name of `a.yaml`\n\n\
                    error[E009]: the rule id `r` is taken\n --> b.yaml:8:11\n  |\n\
                    8 |   - { id: r, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: deny }\n  \
                    |           ^\n  = help: it is first used in a.yaml:8\n";
    assert_eq!(answers(&[("a.yaml", &one), ("b.yaml", &one)]), expected);
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn no_text_makes_the_loader_panic(text in "[-\\[\\]{}:,&*!|>'\"%@`# \n\ta-zA-Z0-9~]{0,80}") {
        let _ = Policy::check(&[SourceFile::new("p.yaml", &text), SourceFile::new("q.yaml", &document("list", &text))]);
    }

    #[test]
    fn no_change_of_a_few_bytes_makes_the_loader_panic(
        at in any::<prop::sample::Index>(), cut in 0_usize..6, put in "[-\\[\\]{}:,&*!|>'\"#\n a-z]{0,4}",
    ) {
        let chars: Vec<char> = include_str!("../../policies/streaming.yaml").chars().collect();
        let (before, after) = chars.split_at(at.index(chars.len()));
        let text: String = before.iter().copied().chain(put.chars()).chain(after.iter().copied().skip(cut)).collect();
        let _ = Policy::check(&[SourceFile::new("p.yaml", &text)]);
    }
}

#[test]
fn of_a_long_line_only_the_surroundings_are_shown() {
    let (before, after) = ("\"NO\", ".repeat(1000), ", \"NO\"".repeat(1000));
    let answer = answer(&document("list", &format!("{before}\"UK\"{after}")));
    assert!(answer.lines().all(|line| line.chars().count() < 220), "{answer}");
    let lines: Vec<_> = answer.lines().collect();
    let [start, end] = [lines[4].find('^').unwrap(), lines[4].len()];
    let pointed: String = lines[3].chars().skip(start).take(end - start).collect();
    assert_eq!((lines[1], pointed.as_str()), ("  --> p.yaml:10:6033", "\"UK\""));
}

#[test]
fn a_word_of_a_mebibyte_is_refused_without_comparing_it() {
    let word = "x".repeat(1024 * 1024);
    assert_eq!(errors(&document("top", &format!("mode: {word}"))), [("E003", 6)]);
    assert_eq!(errors(&document("list", &word)), [("E007", 10)]);
}
