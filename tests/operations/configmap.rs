//! P5: folders that Kubernetes fills, and swaps by a link.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use roamgate::reload::PolicyFiles;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::desk::{Desk, edition, hash, keeps_pace, times};

/// A volume as the kubelet writes it: `policy.yaml -> ..data/policy.yaml`, `..data -> ..EDITION`.
struct Volume {
    folder: PathBuf,
    last: usize,
}

impl Volume {
    fn new(folder: &Path) -> Self {
        let mut volume = Self { folder: folder.to_owned(), last: 0 };
        volume.swap(0);
        symlink("..data/policy.yaml", folder.join("policy.yaml")).unwrap();
        volume
    }

    /// Another edition: a folder of its own, a link that is renamed over the old one, and then the
    /// former folder goes.
    fn swap(&mut self, next: usize) {
        let payload = self.payload(next);
        fs::create_dir(&payload).unwrap();
        fs::write(payload.join("policy.yaml"), edition(next, 3)).unwrap();
        let link = self.folder.join("..data_tmp");
        symlink(payload.file_name().unwrap(), &link).unwrap();
        fs::rename(link, self.folder.join("..data")).unwrap();
        if next != self.last {
            fs::remove_dir_all(self.payload(self.last)).unwrap();
        }
        self.last = next;
    }

    fn payload(&self, edition: usize) -> PathBuf {
        self.folder.join(format!("..2026_11_23_{edition:05}"))
    }
}

async fn mounted(files: impl FnOnce(&Path) -> PolicyFiles) -> (Volume, Desk) {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let volume = Volume::new(folder.path());
    (volume, Desk::over(folder, files).await)
}

/// How long the gate decides by something else.
async fn until_active(desk: &Desk, edition: usize) -> Duration {
    let (begun, expected) = (Instant::now(), hash(&crate::desk::edition(edition, 3)));
    while desk.active() != expected {
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", desk.reload.status());
        sleep(Duration::from_millis(50)).await;
    }
    begun.elapsed()
}

const SOON: Duration = Duration::from_secs(3);

/// A thousand with `ROAMGATE_CASES=10`.
#[tokio::test(start_paused = true)]
async fn p5_each_of_a_thousand_swaps_is_active_within_three_seconds() {
    let (mut volume, desk) = mounted(|folder| PolicyFiles::new([folder.join("policy.yaml")])).await;
    let mut longest = Duration::ZERO;
    for next in 1..=times(100) {
        volume.swap(next);
        longest = longest.max(until_active(&desk, next).await);
        sleep(Duration::from_millis(next as u64 * 7 % 2_000)).await;
    }
    assert!(longest <= SOON, "{longest:?}");
    assert_eq!(desk.reload.status().failures, 0);
}

/// A thousand, in 200 seconds, with `ROAMGATE_CASES=5 ROAMGATE_PACE=real`.
#[tokio::test]
async fn p5_the_last_of_many_swaps_at_five_a_second_is_active_within_three_seconds() {
    if !keeps_pace() {
        tokio::time::pause();
    }
    let (mut volume, desk) = mounted(|folder| PolicyFiles::new([folder])).await;
    let swaps = times(200);
    for next in 1..=swaps {
        sleep(Duration::from_millis(200)).await;
        volume.swap(next);
    }
    let waited = until_active(&desk, swaps).await;
    println!(
        "{swaps} swaps; {} of them were active, the last one {waited:?} later",
        desk.reload.status().reloads
    );
    assert!(waited <= SOON, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn p5_what_kubernetes_prepares_in_hidden_folders_is_not_read() {
    let (volume, desk) = mounted(|folder| PolicyFiles::new([folder])).await;
    let payload = volume.payload(7);
    fs::create_dir(&payload).unwrap();
    fs::write(payload.join("policy.yaml"), "half of a pol").unwrap();
    let status = desk.look().await;
    assert_eq!((status.error, status.reloads), (None, 0));
    assert_eq!(desk.refusing().await, "edition-0-000");
}
