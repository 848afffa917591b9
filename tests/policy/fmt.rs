//! The canonical form: what is changed, what is left, and that no decision is.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use roamgate::policy::{Assurance, Policy, SourceFile, Target};

use crate::generate::{config, policy, states};
use crate::model::PATHS;
use crate::problems::document;

fn formatted(text: &str) -> String {
    Policy::format(&SourceFile::new("p.yaml", text)).unwrap_or_else(|told| panic!("{told}\n{text}"))
}

/// A list of a rule, written so, is then written so.
fn list(before: &str) -> String {
    let after = formatted(&document("list", before));
    let (_, after) = after.split_once("roamingIn: [").unwrap();
    after.split_once("] } }").unwrap().0.to_owned()
}

#[test]
fn codes_are_quoted_and_groups_are_not() {
    let rows = [
        ("DE", r#""DE""#),
        ("'DE'", r#""DE""#),
        (r#""DE""#, r#""DE""#),
        ("NO", r#""NO""#),
        ("mcc:901", r#""mcc:901""#),
        ("'mcc:340'", r#""mcc:340""#),
        (r#""eea""#, "eea"),
        ("'eu-outermost'", "eu-outermost"),
        ("eea,CH ,  'NO' ", r#"eea,"CH" ,  "NO" "#),
    ];
    for (before, after) in rows {
        assert_eq!(list(before), after, "{before}");
    }
}

#[test]
fn a_wrong_case_is_mended_where_it_has_one_reading() {
    let rows = [
        ("de", r#""DE""#),
        ("'No'", r#""NO""#),
        ("xk", r#""XK""#),
        ("EU", "eu"),
        ("\"EEA\"", "eea"),
        ("Schengen", "schengen"),
    ];
    for (before, after) in rows {
        assert_eq!(list(before), after, "{before}");
    }
}

#[test]
fn what_has_no_one_reading_is_left_for_its_author() {
    for mistake in [
        "UK",
        "uk",
        "EL",
        "DEU",
        "deu",
        "ZZ",
        "false",
        "true",
        "901",
        "mcc:000",
        "mcc:1",
        "MCC:901",
        "'false'",
        "europe",
        "ДE",
        "\"D\\u0045\"",
        "\" DE\"",
        "~",
        "[DE]",
        "{ DE: 1 }",
    ] {
        assert_eq!(list(mistake), mistake);
    }
}

#[test]
fn groups_of_the_file_are_groups_too() {
    let text =
        document("top", "countryGroups:\n  near: [ch, \"far\"]\n  far: ['LI', eu]\n  off: [US]")
            .replace("line: roaming", "line: { roamingIn: [\"near\", 'off', \"elsewhere\"] }");
    let after = formatted(&text);
    assert!(
        after.contains("  near: [\"CH\", far]\n  far: [\"LI\", eu]\n  off: [\"US\"]\n"),
        "{after}"
    );
    // What other tools read as a boolean keeps its quotes.
    assert!(after.contains("roamingIn: [near, 'off', \"elsewhere\"]"), "{after}");
}

#[test]
fn the_durations_of_freshness_are_written_so_too() {
    let before = "freshness: { maxAge: 120s, maxStatusAge: none, maxWait: 1000ms }\n\
                  routeSettings: { pay: { freshness: { maxStatusAge: 48h } } }";
    let after = "freshness: { maxAge: 2m, maxStatusAge: none, maxWait: 1s }\n\
                 routeSettings: { pay: { freshness: { maxStatusAge: 2d } } }";
    assert_eq!(formatted(&document("top", before)), document("top", after));
}

#[test]
fn durations_are_written_in_the_largest_whole_unit() {
    let rows = [
        ("60s", "1m"),
        ("90s", "90s"),
        ("3600s", "1h"),
        ("24h", "1d"),
        ("36h", "36h"),
        ("05m", "5m"),
        ("'5m'", "5m"),
        ("1500ms", "1500ms"),
        ("2000ms", "2s"),
        ("0h", "0s"),
        ("5", "5"),
        ("5 m", "5 m"),
    ];
    for (before, after) in rows {
        let step_up = |age| {
            let step_up = format!("stepUp: {{ acrValues: [60s], maxAge: {age} }}");
            document(
                "defaults",
                &format!("  unmatchedRoute: allow\n  onUnknown: stepUp\n  {step_up}"),
            )
        };
        assert_eq!(formatted(&step_up(before)), step_up(after));
    }
}

#[test]
fn only_whitespace_that_nobody_sees_goes() {
    let clean = document("top", "# A comment.\n\nmode: enforce   # aligned by hand");
    let rows = [
        clean.replace('\n', "\r\n"),
        clean.replace('\n', "  \n"),
        clean.replace('\n', " \t\r\n"),
        format!("\u{feff}{clean}"),
        clean.trim_end().to_owned(),
        format!("{clean}\n\n  \n"),
    ];
    for text in rows {
        assert_eq!(formatted(&text), clean, "{text:?}");
    }
}

#[test]
fn a_file_in_canonical_form_is_left_as_it_is() {
    let own =
        ["payments-eea", "streaming", "group-baseline", "high-value-transfers", "login-shadow"];
    let own = own.map(|name| std::fs::read_to_string(format!("policies/{name}.yaml")).unwrap());
    let odd = document(
        "rule",
        "  # é: \"DE\", de  # 60s\n  - {id: r,   match:   {routes:\n [pay]},\n\n      when: {line: roaming},\n  effect: 'deny'}",
    );
    for text in own.into_iter().chain([odd]) {
        assert_eq!(formatted(&text), text);
    }
}

#[test]
fn words_that_look_like_codes_elsewhere_are_left() {
    let text = document(
        "rule",
        "  - { id: de, description: 60s, match: { routes: [pay] }, when: { line: home }, effect: deny }",
    );
    assert_eq!(formatted(&text), text);
}

#[test]
fn a_file_with_broken_syntax_is_refused_as_by_check() {
    for text in [
        "kind: [\n".to_owned(),
        document("top", "mode: &a off"),
        document("top", "mode: off\nmode: off"),
        document("top", "mode: off\u{200b}"),
        "replicas: 3\n".to_owned(),
        document("top", "").replace("roamgate/v1", "roamgate/v2"),
    ] {
        let file = SourceFile::new("p.yaml", &text);
        let (_, told) = Policy::check(std::slice::from_ref(&file));
        assert_eq!(Policy::format(&file).unwrap_err().to_string(), told.to_string());
    }
}

/// The same text as somebody in a hurry would write it.
fn hurried(text: &str, slips: &[usize]) -> String {
    let mut slips = slips.iter().copied().cycle();
    let mut quoted = text.split('"');
    let mut hurried = quoted.next().unwrap().to_owned();
    while let (Some(word), Some(rest)) = (quoted.next(), quoted.next()) {
        let lower = if word.len() == 2 { word.to_lowercase() } else { word.to_owned() };
        let ways = [format!("\"{word}\""), format!("'{word}'"), word.to_owned(), lower];
        hurried += &ways[slips.next().unwrap() % 4];
        hurried += rest;
    }
    let lines = hurried.lines().map(|line| {
        let ends = ["\n", " \n", "\r\n", "\t \r\n"];
        format!("{line}{}", ends[slips.next().unwrap() % 4])
    });
    lines.collect::<String>() + ["", "\n", " \n\n", "\r\n"][slips.next().unwrap() % 4]
}

proptest! {
    #![proptest_config(config(16))]

    #[test]
    fn no_decision_changes_and_the_form_is_one(
        policy in policy(), slips in vec(any::<usize>(), 1..60),
    ) {
        let plain = policy.compile();
        let files: Vec<_> = policy.files.iter().map(|file| {
            let form = formatted(&hurried(&file.to_string(), &slips));
            assert_eq!(form, formatted(&file.to_string()), "one form for all ways to write it");
            assert_eq!(form, formatted(&form), "formatting twice is formatting once");
            SourceFile::new(&file.name, &form)
        }).collect();
        let compiled = Policy::check(&files).0.unwrap();
        for path in PATHS {
            let [before, after] = [&plain, &compiled].map(|policy| {
                let class = policy.classify(&Target::new("GET", path)).unwrap();
                let decide = |line| policy.decide(class, line, &Assurance::NONE);
                states().into_iter().map(decide).collect::<Vec<_>>()
            });
            prop_assert_eq!(before, after);
        }
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn texts_over_several_lines_keep_every_character(
        head in select(vec!["|", "|-", "|+", ">", ">-", ">+", "|2", "| # text", "\"a", "'a", "a", ""]),
        lines in vec(select(vec!["x", "x  ", "", "    ", "   y ", "# z", "\t", "de", "\\ ", "'", "\"", "- x", "x\u{a0}"]), 0..6),
        tail in select(vec!["", "  effect: deny\n", "# end\n", "\n \n", "  id: r\u{a0}", "  id: |\n    r  "]),
        is_windows in any::<bool>(),
    ) {
        let body: String = lines.iter().map(|line| format!("      {line}\n")).collect();
        let text = document("file", &format!("apiVersion: roamgate/v1\nkind: RoamingPolicy\nrules:\n- description: {head} \n{body}{tail}"));
        let text = if is_windows { text.replace('\n', "\r\n") } else { text };
        let read = |text: &str| serde_yaml::from_str::<serde_json::Value>(text).ok();
        if let Ok(form) = Policy::format(&SourceFile::new("p.yaml", &text)) {
            prop_assert_eq!(read(&form), read(&text), "{:?} became {:?}", text, form);
            prop_assert_eq!(&formatted(&form), &form);
            prop_assert!(form.ends_with('\n') && !form.contains('\r'));
        }
    }
}
