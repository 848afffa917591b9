//! P3: a file that is being written is not a policy.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::time::Duration;

use roamgate::reload::PolicyFiles;
use tokio::time::sleep;

use crate::desk::{Desk, edition, hash, times};

/// Writes a text over a file, piece by piece, and pauses after each.
async fn written_slowly(
    desk: &Desk,
    text: &str,
    piece: usize,
    pause: impl Fn(usize) -> Duration,
    mut at_each: impl FnMut(usize),
) {
    drop(File::create(desk.file()).unwrap());
    for (at, piece) in text.as_bytes().chunks(piece).enumerate() {
        let mut file = OpenOptions::new().append(true).open(desk.file()).unwrap();
        file.write_all(piece).unwrap();
        sleep(pause(at)).await;
        at_each(at);
    }
}

fn milliseconds(count: usize) -> Duration {
    Duration::from_millis(count as u64)
}

/// Every prefix with `ROAMGATE_CASES=20`.
fn piece() -> usize {
    20_usize.div_ceil(times(1)).max(1)
}

#[tokio::test(start_paused = true)]
async fn p3_no_prefix_of_a_file_that_is_being_written_is_ever_active() {
    let (old, new) = (edition(1, 20), edition(2, 20));
    let desk = Desk::with(&old).await;
    let before = desk.active();
    let pause = |at: usize| milliseconds(100 + at * 37 % 390);
    let mut wrong = 0;
    written_slowly(&desk, &new, piece(), pause, |_| {
        wrong += usize::from(desk.active() != before && desk.active() != hash(&new));
    })
    .await;
    assert_eq!(wrong, 0);
    assert_eq!(desk.look().await.error, None);
    assert_eq!(desk.active(), hash(&new));
}

#[tokio::test(start_paused = true)]
async fn p3_a_file_with_an_end_mark_is_never_active_without_it_however_slow_its_writer() {
    let (old, new) = (edition(1, 200) + "# end\n", edition(2, 200) + "# end\n");
    let desk = Desk::watching(&old, |files| files.end_mark()).await;
    let (before, mut wrong, mut judged) = (desk.active(), 0, 0);
    let whole = new.trim_end().len();
    let piece = piece() * 10;
    written_slowly(
        &desk,
        &new,
        piece,
        |_| milliseconds(3_000),
        |at| {
            let is_whole = (at + 1) * piece >= whole;
            wrong += usize::from(!is_whole && desk.active() != before);
            judged += usize::from(desk.reload.status().error.is_some());
        },
    )
    .await;
    assert_eq!(wrong, 0);
    assert!(judged > 100, "{judged} prefixes were looked at");
    assert_eq!(desk.look().await.active, hash(&new));
}

#[tokio::test(start_paused = true)]
async fn p3_less_than_half_of_the_rules_are_held_back_however_slow_the_writer() {
    let (old, new) = (edition(1, 20), edition(2, 20));
    let desk = Desk::with(&old).await;
    let before = desk.active();
    let half = &new[..new.find("edition-2-010").unwrap() - "  - id: ".len()];
    let mut wrong = 0;
    written_slowly(
        &desk,
        half,
        piece(),
        |_| milliseconds(3_000),
        |at| {
            let rules = half[..((at + 1) * piece()).min(half.len())].matches("- id").count();
            wrong += usize::from(rules < 10 && desk.active() != before);
        },
    )
    .await;
    assert_eq!(wrong, 0);
}

#[tokio::test(start_paused = true)]
async fn p3_a_file_that_never_rests_is_told() {
    let desk = Desk::with(&edition(1, 20)).await;
    let before = desk.active();
    for next in 2..60 {
        desk.write(edition(next, 20));
        sleep(milliseconds(400)).await;
    }
    let told = "the files change again and again while they are read";
    assert_eq!(desk.reload.status().error.as_deref(), Some(told));
    assert_eq!(desk.active(), before);
    assert_eq!(desk.look().await.active, hash(&edition(59, 20)));
}

#[tokio::test(start_paused = true)]
async fn p3_a_loss_that_is_meant_is_taken_once() {
    let desk = Desk::with(&edition(1, 20)).await;
    desk.write(edition(2, 9));
    let held_back = "only 9 of 20 rules that decide are left: if that is meant, accept fewer rules, or start the service again";
    assert_eq!(desk.look().await.error.unwrap().to_string(), held_back);
    assert_eq!(desk.refusing().await, "edition-1-000");

    assert_eq!(desk.reload.accept_fewer_rules().await.rules, Some(9));
    assert_eq!(desk.refusing().await, "edition-2-000");
    desk.write(edition(3, 4));
    assert!(desk.look().await.error.unwrap().starts_with("only 4 of 9 rules that decide are left"));
}

#[tokio::test(start_paused = true)]
async fn p3_where_losses_are_allowed_nothing_is_held_back() {
    let desk = Desk::watching(&edition(1, 20), |files| files.may_shrink()).await;
    desk.write(edition(2, 1));
    assert_eq!(desk.look().await.rules, Some(1));
}

/// A folder with the policies `bank`, of three rules, and `other`, of two.
async fn two_files(settings: impl FnOnce(PolicyFiles) -> PolicyFiles) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.yaml"), edition(1, 3) + "# end\n").unwrap();
    fs::write(folder.path().join("other.yaml"), other()).unwrap();
    let desk = Desk::over(folder, |folder| settings(PolicyFiles::new([folder]))).await;
    assert_eq!(desk.reload.status().rules, Some(5));
    desk
}

fn other() -> String {
    edition(2, 2).replace("name: bank", "name: other").replace("pay", "send") + "# end\n"
}

#[tokio::test(start_paused = true)]
async fn p3_a_file_of_a_folder_that_is_emptied_or_gone_keeps_its_rules() {
    let desk = two_files(|files| files).await;
    let other_file = desk.folder.path().join("other.yaml");
    let held_back = "policy `other` is gone, its file deleted or empty: if that is meant, accept fewer rules, or start the service again";
    let begun = other()[..other().find("kind").unwrap() - 5].to_owned();
    for half in ["", "# Ours.\n", &begun] {
        fs::write(&other_file, half).unwrap();
        let status = desk.look().await;
        assert_eq!((status.rules, status.reloads), (Some(5), 0), "{half:?}");
    }
    fs::remove_file(&other_file).unwrap();
    let status = desk.look().await;
    assert_eq!((status.rules, status.error.as_deref()), (Some(5), Some(held_back)));
    assert_eq!(desk.reload.accept_fewer_rules().await.rules, Some(3));
}

#[tokio::test(start_paused = true)]
async fn p3_a_file_that_is_renamed_or_whose_rules_move_is_no_loss() {
    let desk = two_files(|files| files).await;
    let [other_file, renamed] =
        ["other.yaml", "renamed.yaml"].map(|it| desk.folder.path().join(it));
    fs::rename(&other_file, &renamed).unwrap();
    assert_eq!(desk.look().await.error, None);
    let (_, rules) =
        edition(2, 2).split_once("rules:\n").map(|(_, it)| ((), it.to_owned())).unwrap();
    fs::remove_file(renamed).unwrap();
    desk.write(edition(3, 3) + &rules);
    let status = desk.look().await;
    assert_eq!((status.rules, status.error), (Some(5), None));
}

#[tokio::test(start_paused = true)]
async fn p3_where_ends_are_demanded_a_file_of_which_nothing_is_written_has_none() {
    let desk = two_files(|files| files.end_mark().may_shrink()).await;
    for file in ["other.yaml", "third.yml"] {
        let file = desk.folder.path().join(file);
        fs::write(&file, "").unwrap();
        let status = desk.look().await;
        assert_eq!((status.rules, status.reloads), (Some(5), 0), "{file:?}");
        assert!(status.error.unwrap().contains("the last line is not `# end`"));
        fs::write(&file, if file.ends_with("third.yml") { "# end\n".to_owned() } else { other() })
            .unwrap();
        assert_eq!(desk.look().await.error, None);
    }
}

#[tokio::test(start_paused = true)]
async fn p3_rules_that_are_put_into_shadow_decide_no_more() {
    let desk = Desk::with(&edition(1, 10)).await;
    let shadow = "effect: deny\n    mode: shadow\n    shadow: { until: 2099-01-01, sample: 100% }";
    let text = edition(2, 10);
    let (first, rest) = text.split_once("effect: deny").unwrap();
    desk.write(format!("{first}effect: deny{}", rest.replace("effect: deny", shadow)));
    let error = desk.look().await.error.unwrap();
    assert!(error.starts_with("only 1 of 10 rules that decide are left"), "{error}");
}
