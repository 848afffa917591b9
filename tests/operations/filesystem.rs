//! P4: what a file system can do to a file.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use roamgate::Clock;
use roamgate::reload::PolicyFiles;

use crate::desk::{Desk, edition, hash};

/// Breaks the way to the file, looks, mends it with another policy, looks again.
async fn survived(what: &str, breaks: impl FnOnce(&Path), mends: impl FnOnce(&Path)) {
    let desk = Desk::with(&edition(1, 3)).await;
    breaks(&desk.file());
    let status = desk.look().await;
    let error = status.error.unwrap();
    assert!(error.contains(what), "{error}");
    assert_eq!(status.failures, 1);
    assert_eq!(desk.refusing().await, "edition-1-000");

    mends(&desk.file());
    desk.write(edition(2, 3));
    assert_eq!(desk.look().await.error, None);
    assert_eq!(desk.refusing().await, "edition-2-000");
}

#[tokio::test(start_paused = true)]
async fn p4_a_file_that_is_deleted_or_renamed_away_leaves_the_last_good_one() {
    survived("No such file", |file| fs::remove_file(file).unwrap(), |_| ()).await;
    let away = |file: &Path| fs::rename(file, file.with_extension("old")).unwrap();
    survived("No such file", away, |_| ()).await;
}

#[tokio::test(start_paused = true)]
async fn p4_a_folder_in_the_place_of_the_file_leaves_the_last_good_one() {
    let breaks = |file: &Path| {
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
    };
    survived("no policy file was given", breaks, |file| fs::remove_dir(file).unwrap()).await;
}

#[tokio::test(start_paused = true)]
async fn p4_a_link_to_itself_leaves_the_last_good_one() {
    let breaks = |file: &Path| {
        fs::remove_file(file).unwrap();
        symlink(file, file).unwrap();
    };
    survived("symbolic links", breaks, |file| fs::remove_file(file).unwrap()).await;
}

#[tokio::test(start_paused = true)]
async fn p4_a_file_without_an_end_leaves_the_last_good_one() {
    let breaks = |file: &Path| {
        fs::remove_file(file).unwrap();
        symlink("/dev/zero", file).unwrap();
    };
    survived("more than 64 MiB", breaks, |file| fs::remove_file(file).unwrap()).await;
}

/// The file system does not answer, or whoever looks has gone.
#[tokio::test(start_paused = true)]
async fn p4_files_that_nobody_looks_at_any_more_are_told() {
    let began = tokio::time::Instant::now();
    let clock = Clock::from_fn(move || SystemTime::UNIX_EPOCH + began.elapsed());
    let desk = Desk::with(&edition(1, 3)).await;
    let gate = desk.gate.clone().clock(clock);
    let reload = PolicyFiles::new([desk.file()]).watch(&gate);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(reload.now().await.error, None);
    reload.stop();
    tokio::time::sleep(Duration::from_secs(40)).await;
    let status = reload.status();
    assert_eq!(status.error.as_deref(), Some("the files were last looked at 40 s ago"));
    assert_eq!(status.stale_since, status.checked);
    assert_eq!(gate.policy().hash(), desk.gate.policy().hash());
}

#[tokio::test(start_paused = true)]
async fn p4_a_folder_that_is_gone_and_comes_back_leaves_the_last_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let mount = folder.path().join("mount");
    fs::create_dir(&mount).unwrap();
    fs::write(mount.join("a.yaml"), edition(1, 3)).unwrap();
    let desk = Desk::over(folder, |folder| PolicyFiles::new([folder.join("mount")])).await;

    let away = mount.with_extension("away");
    fs::rename(&mount, &away).unwrap();
    assert!(desk.look().await.error.unwrap().contains("No such file"));
    assert_eq!(desk.refusing().await, "edition-1-000");
    fs::create_dir(&mount).unwrap();
    assert_eq!(desk.look().await.error.unwrap().to_string(), "no policy file was given");
    fs::remove_dir(&mount).unwrap();
    fs::rename(&away, &mount).unwrap();
    let status = desk.look().await;
    assert_eq!((status.error, status.reloads), (None, 0));
    fs::write(mount.join("a.yaml"), edition(2, 3)).unwrap();
    assert_eq!(desk.look().await.active, hash(&edition(2, 3)));
}

const AS_NOBODY: &str = "ROAMGATE_TEST_AS_NOBODY";
const NOBODY: u32 = 65_534;

/// Root may read everything, so the test runs again as somebody else.
#[test]
fn p4_a_file_that_may_not_be_read_leaves_the_last_good_one() {
    let name = "filesystem::p4_a_file_that_may_not_be_read_leaves_the_last_good_one";
    let folder = tempfile::tempdir().unwrap();
    let may_be_anybody = fs::metadata(folder.path()).is_ok_and(|_| is_root(folder.path()));
    if std::env::var_os(AS_NOBODY).is_none() && may_be_anybody {
        let test = std::env::current_exe().unwrap();
        let copy = folder.path().join("operations");
        fs::copy(test, &copy).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let mut again = Command::new(copy);
        again.args(["--exact", name]).env(AS_NOBODY, "1").current_dir("/").uid(NOBODY).gid(NOBODY);
        let ran = again.output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
        return;
    }
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(async {
        let closed =
            |file: &Path| fs::set_permissions(file, Permissions::from_mode(0o000)).unwrap();
        let opened =
            |file: &Path| fs::set_permissions(file, Permissions::from_mode(0o644)).unwrap();
        survived("Permission denied", closed, opened).await;
    });
}

/// Whose is what we make?
fn is_root(made: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(made).unwrap().uid() == 0
}
