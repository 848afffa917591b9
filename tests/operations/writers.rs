//! P3: a file that is being written is not a policy.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::time::Duration;

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
    let held_back = "only 9 of 20 rules are left: if that is meant, accept fewer rules, or start the service again";
    assert_eq!(desk.look().await.error.unwrap().to_string(), held_back);
    assert_eq!(desk.refusing().await, "edition-1-000");

    assert_eq!(desk.reload.accept_fewer_rules().await.rules, Some(9));
    assert_eq!(desk.refusing().await, "edition-2-000");
    desk.write(edition(3, 4));
    assert!(desk.look().await.error.unwrap().starts_with("only 4 of 9 rules are left"));
}

#[tokio::test(start_paused = true)]
async fn p3_where_losses_are_allowed_nothing_is_held_back() {
    let desk = Desk::watching(&edition(1, 20), |files| files.may_shrink()).await;
    desk.write(edition(2, 1));
    assert_eq!(desk.look().await.rules, Some(1));
}
