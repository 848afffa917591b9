//! P2, P6 to P9: what is invalid while the service runs changes nothing, and is told.

use roamgate::{Effect, Policy};

use crate::desk::{Desk, edition, hash, times};

#[tokio::test(start_paused = true)]
async fn p2_an_invalid_file_is_told_and_what_was_active_stays() {
    let desk = Desk::with(&edition(1, 3)).await;
    let before = desk.reload.status();
    desk.write(edition(2, 3).replacen("\"BR\"", "\"UK\"", 1));

    let status = desk.look().await;
    let error = status.error.unwrap();
    assert!(error.starts_with("error[E006]: "), "{error}");
    assert!(error.contains(&format!("--> {}:10:33", desk.file().display())), "{error}");
    assert_eq!((status.active, status.rules), (before.active, Some(3)));
    assert_eq!((status.since, status.failures, status.reloads), (before.since, 1, 0));
    assert!(status.stale_since.is_some());
    assert_eq!(desk.refusing().await, "edition-1-000");

    desk.write(edition(2, 3));
    let status = desk.look().await;
    assert_eq!((status.error, status.stale_since, status.failures), (None, None, 1));
    assert_eq!((status.active, status.reloads), (hash(&edition(2, 3)), 1));
    assert_eq!(desk.refusing().await, "edition-2-000");
}

#[tokio::test(start_paused = true)]
async fn p2_an_error_that_stays_counts_once_and_one_that_goes_leaves_no_trace() {
    let desk = Desk::with(&edition(1, 3)).await;
    desk.write("nothing of ours");
    for _ in 0..5 {
        assert_eq!(desk.look().await.failures, 1);
    }
    desk.write("something else");
    assert_eq!(desk.look().await.failures, 2);
    desk.write(edition(1, 3));
    let status = desk.look().await;
    assert_eq!((status.error, status.reloads), (None, 0));
}

/// A cheap sequence of numbers that look random.
fn random(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize
}

fn mutated(text: &str, seed: &mut u64) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + random(seed) % 3 {
        let at = random(seed) % bytes.len();
        match random(seed) % 5 {
            0 => bytes.truncate(at.max(1)),
            1 => drop(bytes.remove(at)),
            2 => bytes[at] = b" \n:{}[],'\"#&*!|>-%@`\x00\xff~"[random(seed) % 23],
            3 => bytes.insert(at, b"\t[{:-#\""[random(seed) % 7]),
            _ => {
                let to = random(seed) % bytes.len();
                bytes.swap(at, to);
            }
        }
    }
    bytes
}

/// 10,000 with `ROAMGATE_CASES=20`.
#[tokio::test(start_paused = true)]
async fn p2_mutated_files_that_are_invalid_change_nothing() {
    let (good, mut seed, mut refused) = (edition(1, 3), 1, 0);
    let desk = Desk::with(&good).await;
    let active = desk.active();
    for case in 0..times(500) {
        let text = mutated(&good, &mut seed);
        let read = String::from_utf8(text.clone()).ok();
        if read.is_some_and(|text| Policy::from_yaml("policy.yaml", &text).is_ok()) {
            continue;
        }
        refused += 1;
        desk.write(text);
        assert!(desk.look().await.error.is_some(), "case {case}");
        assert_eq!(desk.active(), active, "case {case}");
        if case % 50 == 0 {
            assert_eq!(desk.refusing().await, "edition-1-000", "case {case}");
        }
    }
    assert!(refused > times(500) / 4, "{refused} were invalid");
    assert_eq!(desk.reload.status().reloads, 0);
}

/// What each of these does to a running service: nothing.
async fn nothing_changes(texts: impl IntoIterator<Item = (String, &str)>) {
    let desk = Desk::with(&edition(1, 3)).await;
    let active = desk.active();
    for (text, code) in texts {
        desk.write(&text);
        let error = desk.look().await.error.unwrap_or_else(|| panic!("{code} was taken: {text}"));
        assert!(error.contains(&format!("error[{code}]")), "{code}: {error}");
        assert_eq!(desk.active(), active, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn p6_files_that_are_too_much_or_too_clever_are_refused() {
    let good = edition(1, 3);
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    nothing_changes([
        (format!("{good}# {}", "x".repeat(4 * 1024 * 1024)), "E024"),
        (format!("{good}x: {}", "[".repeat(64 * 1024)), "E024"),
        (with("name: bank", "name: &bank bank"), "E001"),
        (with("name: bank", "name: *bank"), "E001"),
        (with("name: bank", "name: !!str bank"), "E001"),
        (format!("{good}---\n{good}"), "E001"),
        (with("    effect", "\teffect"), "E001"),
        (with("edition-1-000", "edition\u{202e}-1-000"), "E001"),
        (with("edition-1-000", "edition\u{200b}-1-000"), "E001"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn p7_a_code_that_yaml_could_take_for_something_else_is_refused() {
    let words = ["no", "on", "false", "024", "1_000", "0x1", "~", "", "1.10", "true", "\"false\""];
    let desk = Desk::with(&edition(1, 3)).await;
    for word in words {
        desk.write(edition(1, 3).replacen("\"BR\"", word, 1));
        assert!(desk.look().await.error.is_some(), "`{word}` was taken");
    }
    for norway in ["NO", "'NO'", "\"NO\""] {
        desk.write(edition(1, 3).replacen("\"BR\"", norway, 1));
        assert_eq!(desk.look().await.error, None, "{norway}");
    }
}

#[tokio::test(start_paused = true)]
async fn p8_what_is_no_assigned_country_is_refused() {
    let words = ["UK", "XX", "br", "BRA", "EL", "EU"];
    let texts = words.map(|word| edition(1, 3).replacen("BR", word, 1));
    nothing_changes(texts.map(|text| (text, "E006"))).await;
}

#[tokio::test(start_paused = true)]
async fn p9_a_set_without_a_rule_that_refuses_is_held_back_until_somebody_means_it() {
    let desk = Desk::with(&edition(1, 3)).await;
    desk.write(edition(2, 3).replace("effect: deny", STEP_UP).replace(RESPOND, ""));
    let status = desk.look().await;
    assert_eq!(
        status.error.unwrap().to_string(),
        "no rule is left that refuses: if that is meant, accept fewer rules, or start the service again"
    );
    assert_eq!(desk.refusing().await, "edition-1-000");

    assert_eq!(desk.reload.accept_fewer_rules().await.error, None);
    assert_eq!(crate::desk::pay(&desk.gate).await.effect(), Effect::StepUp);
}

const STEP_UP: &str = "effect: stepUp\n    stepUp: { acrValues: [sca], maxAge: 5m }";
const RESPOND: &str = "    respond: { headers: { x-edition: \"2\" } }\n";
