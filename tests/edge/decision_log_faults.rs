//! Decision logs when everything around them breaks: pipes that nobody reads, full disks, files that
//! are moved away, and processes that are killed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use roamgate::decision_log::{Builder, DecisionLog, OnFull, Undone};
use roamgate::policy::Fault;
use roamgate::{Attributes, Decision, Effect, FixedProvider, Gate, RoamingStatus, Subject};
use serde_json::Value;

use crate::decision_log::Book;
use crate::support::*;

const MOMENT: Duration = Duration::from_millis(20);
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) fn gate(log: &DecisionLog) -> Gate {
    let provider = FixedProvider::new().with(line(1), RoamingStatus::Home);
    Gate::new(policy(STRICT), provider).audit(log.clone())
}

pub(crate) async fn decide(gate: &Gate) -> Decision {
    gate.check_route("payments", &Subject::from(line(1)), &Attributes::new()).await.unwrap()
}

pub(crate) async fn decided(gate: &Gate, count: usize) -> Vec<Effect> {
    let mut effects = Vec::new();
    for _ in 0..count {
        effects.push(decide(gate).await.effect());
    }
    effects
}

/// The numbers of records and of gaps. Fails where one is there twice, or missing between.
pub(crate) fn numbers(text: &str) -> (u64, u64) {
    let (mut all, mut records, mut lost) = (BTreeSet::new(), 0, 0);
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let number = |name: &str| line[name].as_u64();
        let (from, to) = match (number("seq"), number("from"), number("to")) {
            (Some(number), ..) => (number, number),
            (_, Some(from), Some(to)) => (from, to),
            _ => panic!("{line}"),
        };
        match number("gap") {
            Some(count) => lost += count,
            None => records += 1,
        }
        assert!((from..=to).all(|number| all.insert(number)), "{line} is there twice");
    }
    let last = all.last().copied().unwrap_or_default();
    assert_eq!(all.len() as u64, last, "an undeclared gap");
    (records, lost)
}

/// A pipe that nobody reads until the test does.
pub(crate) fn pipe(settings: impl FnOnce(Builder) -> Builder) -> Book {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let log = settings(DecisionLog::to(&path)).start().unwrap();
    Book { log, path, folder }
}

/// Reads a pipe to its end.
pub(crate) fn read(path: &Path) -> std::thread::JoinHandle<String> {
    let path = path.to_owned();
    std::thread::spawn(move || {
        let mut text = String::new();
        File::open(path).unwrap().read_to_string(&mut text).unwrap();
        text
    })
}

#[tokio::test]
async fn l1_a_pipe_that_nobody_reads_holds_nobody_up_and_the_gap_is_declared() {
    let book = pipe(|log| log.queue(3, 1 << 20));
    assert_eq!(decided(&gate(&book.log), 10).await, [Effect::Allow; 10]);
    let counts = book.log.counts();
    assert_eq!((counts.queued, counts.lost), (3, 7));
    let reader = read(&book.path);
    book.log.flush(LONG).unwrap();
    decided(&gate(&book.log), 1).await;
    book.log.shutdown_within(LONG).unwrap();
    let text = reader.join().unwrap();
    assert_eq!(numbers(&text), (4, 7), "{text}");
    let gap: Value = serde_json::from_str(text.lines().nth(3).unwrap()).unwrap();
    // In one gap or in several, as the writer comes by.
    assert_eq!(gap["from"], 4, "{text}");
}

#[tokio::test(start_paused = true)]
async fn l1_where_it_blocks_a_request_waits_for_50_ms_and_is_then_refused() {
    let book = pipe(|log| log.queue(2, 1 << 20).on_full(OnFull::Block));
    let gate = gate(&book.log);
    assert_eq!(decided(&gate, 2).await, [Effect::Allow; 2]);
    let begun = tokio::time::Instant::now();
    let refused = decide(&gate).await;
    assert!((50..=51).contains(&begun.elapsed().as_millis()));
    assert_eq!((refused.effect(), refused.fault()), (Effect::Deny, Some(Fault::AuditUnavailable)));
    let reader = read(&book.path);
    book.log.flush(LONG).unwrap();
    assert_eq!(decided(&gate, 1).await, [Effect::Allow]);
    book.log.shutdown_within(LONG).unwrap();
    assert_eq!(numbers(&reader.join().unwrap()), (3, 1));
}

#[tokio::test]
async fn l1_where_it_blocks_a_request_goes_on_as_soon_as_there_is_room() {
    let book = pipe(|log| log.queue(1, 1 << 20).on_full(OnFull::Block));
    let gate = gate(&book.log);
    assert_eq!(decided(&gate, 1).await, [Effect::Allow]);
    let mut waiting = tokio_test::task::spawn(decide(&gate));
    assert!(waiting.poll().is_pending());
    let reader = read(&book.path);
    book.log.flush(LONG).unwrap();
    assert_eq!(waiting.await.effect(), Effect::Allow);
    book.log.shutdown_within(LONG).unwrap();
    assert_eq!(numbers(&reader.join().unwrap()), (2, 0));
}

#[tokio::test]
async fn l1_where_nothing_may_happen_off_the_record_a_client_is_told_to_try_again() {
    let book = pipe(|log| log.queue(1, 1 << 20).on_full(OnFull::Deny));
    let (line, provider) = line_in(roamgate::LineState::HOME);
    let layer = layer(provider).audit(book.log.clone());
    allowed(&layer, http(line)).await;
    let answer = refused(&layer, http(line)).await;
    assert_eq!(told(&answer), "503 try-again 5");
    let decision = answer.extensions().get::<Decision>().unwrap();
    assert_eq!(decision.fault().map(Fault::name), Some("auditUnavailable"));
    let answer = refused(&layer, grpc(line)).await;
    assert_eq!(header(&answer, "grpc-status"), "14");
    // Whoever only looks on stops nobody.
    allowed(&layer.observe_only(), http(line)).await;
    let reader = read(&book.path);
    book.log.shutdown_within(LONG).unwrap();
    assert_eq!(numbers(&reader.join().unwrap()), (1, 3));
}

/// Makes the path mean another file.
fn link(target: &Path, path: &Path) {
    let aside = path.with_extension("new");
    std::os::unix::fs::symlink(target, &aside).unwrap();
    fs::rename(aside, path).unwrap();
}

#[tokio::test]
async fn l2_a_full_disk_holds_nobody_up_and_what_waited_is_written_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    link(Path::new("/dev/full"), &path);
    let log = DecisionLog::to(&path).queue(5, 1 << 20).start().unwrap();
    assert_eq!(decided(&gate(&log), 8).await, [Effect::Allow; 8]);
    assert_eq!(log.flush(MOMENT), Err(Undone(8)));
    assert!(log.counts().failure.unwrap().contains("No space left"), "{:?}", log.counts());
    let room = folder.path().join("room");
    link(&room, &path);
    log.flush(LONG).unwrap();
    assert_eq!(numbers(&fs::read_to_string(room).unwrap()), (5, 3));
    assert_eq!(log.counts().failure, None);
}

/// A disk of 64 KiB, where the test may mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: PathBuf) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(&at).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then_some(Self(at))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[tokio::test]
async fn l2_a_disk_that_fills_up_tears_no_line_apart_and_repeats_none() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path().join("disk")) else { return };
    let path = disk.0.join("log");
    let log = DecisionLog::to(&path).queue(200, 1 << 20).start().unwrap();
    decided(&gate(&log), 150).await;
    assert!(log.flush(MOMENT).is_err());
    let first = fs::read_to_string(&path).unwrap();
    // `copytruncate`, as an operator in need would do it.
    File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    log.flush(LONG).unwrap();
    let rest = fs::read_to_string(&path).unwrap();
    let whole = first.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok());
    let all: Vec<_> = whole.chain(rest.lines()).collect();
    assert_eq!(numbers(&all.join("\n")), (150, 0));
}

#[tokio::test]
async fn l2_files_may_be_renamed_truncated_and_deleted_at_any_time() {
    let book = Book::open(|log| log.flush_every(Duration::from_millis(1)));
    let gate = gate(&book.log);
    let (mut text, mut made) = (String::new(), 0);
    for round in 0..60 {
        decided(&gate, 7).await;
        made += 7;
        let aside = book.folder.path().join(format!("aside-{round}"));
        match round % 3 {
            // Nobody tells the writer, and it may be writing.
            0 if fs::rename(&book.path, &aside).is_ok() => {
                book.log.flush(LONG).unwrap();
                decided(&gate, 1).await;
                made += 1;
                text += &fs::read_to_string(aside).unwrap();
            }
            0 => {}
            1 => {
                text += &book.text();
                File::options().write(true).open(&book.path).unwrap().set_len(0).unwrap();
            }
            _ => {
                text += &book.text();
                fs::remove_file(&book.path).unwrap();
            }
        }
    }
    assert_eq!(numbers(&text), (made, 0));
}

#[tokio::test]
async fn l2_a_folder_that_vanishes_and_comes_back_loses_nothing_that_is_not_declared() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("logs");
    fs::create_dir(&inner).unwrap();
    let log = DecisionLog::to(inner.join("log")).queue(4, 1 << 20).start().unwrap();
    fs::remove_dir_all(&inner).unwrap();
    decided(&gate(&log), 6).await;
    assert_eq!(log.flush(MOMENT), Err(Undone(6)));
    fs::create_dir(&inner).unwrap();
    log.flush(LONG).unwrap();
    assert_eq!(numbers(&fs::read_to_string(inner.join("log")).unwrap()), (4, 2));
}

#[test]
fn l2_a_log_that_cannot_be_opened_does_not_begin() {
    let error = DecisionLog::to("/no/such/folder/log").start().map(drop).unwrap_err();
    let told = "cannot open the decision log `/no/such/folder/log`: No such file or directory (os error 2)";
    assert_eq!(error.to_string(), told);
}

#[tokio::test]
async fn l3_ten_thousand_queued_records_are_written_before_the_end() {
    let book = Book::open(|log| log.queue(20_001, 1 << 26).flush_every(Duration::from_secs(3_600)));
    let gate = gate(&book.log);
    decided(&gate, 10_000).await;
    book.log.shutdown().unwrap();
    assert_eq!(numbers(&fs::read_to_string(&book.path).unwrap()), (10_000, 0));
    // What comes too late is not silently on record.
    decided(&gate, 1).await;
    assert_eq!((book.log.counts().written, book.log.counts().lost), (10_000, 1));
}

#[tokio::test]
async fn l3_a_shutdown_ends_in_time_and_says_what_it_could_not_do() {
    let book = pipe(|log| log);
    decided(&gate(&book.log), 3).await;
    let undone = book.log.shutdown_within(MOMENT).unwrap_err();
    assert_eq!(undone.to_string(), "3 records of decisions could not be written");
    // Somebody has to read, or the end of this test waits five seconds.
    let reader = read(&book.path);
    book.log.shutdown_within(LONG).unwrap();
    assert_eq!(numbers(&reader.join().unwrap()), (3, 0));
}

/// The process that is killed: it decides for ever, and tells of each decision.
#[tokio::test]
#[ignore = "a part of the next test"]
async fn a_process_that_decides_until_it_is_killed() {
    let Ok(path) = std::env::var("ROAMGATE_LOG_TO_KILL") else { return };
    let is_synced = std::env::var("ROAMGATE_LOG_SYNC").is_ok();
    let log = DecisionLog::to(path).sync(is_synced).flush_every(Duration::from_millis(1));
    let gate = gate(&log.on_full(OnFull::Deny).start().unwrap());
    loop {
        let decision = decide(&gate).await;
        if decision.effect() == Effect::Allow {
            println!("decided {}", decision.id());
        }
    }
}

/// Runs that process until it has told of so many decisions, and kills it.
fn killed_after(count: usize, path: &Path, is_synced: bool) -> Vec<String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture"]);
    command.arg("decision_log_faults::a_process_that_decides_until_it_is_killed");
    command.env("ROAMGATE_LOG_TO_KILL", path).stdout(Stdio::piped()).stderr(Stdio::null());
    if is_synced {
        command.env("ROAMGATE_LOG_SYNC", "1");
    }
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let ids = lines.filter_map(|line| line.split_once("decided ").map(|(_, id)| id.to_owned()));
    let ids: Vec<_> = ids.take(count).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(ids.len(), count);
    ids
}

/// Twelve times in the short setting.
fn kills() -> usize {
    let times = std::env::var("ROAMGATE_CASES").ok().and_then(|times| times.parse().ok());
    12 * times.unwrap_or(1)
}

#[test]
fn l4_a_killed_process_tears_at_most_one_line_and_the_next_one_writes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    for _ in 0..kills() {
        killed_after(40, &path, false);
    }
    let text = fs::read_to_string(&path).unwrap();
    let torn = text.lines().filter(|line| serde_json::from_str::<Value>(line).is_err());
    assert!(torn.count() <= kills());
    assert!(text.lines().count() > kills());
}

#[test]
fn l4_what_is_synced_before_it_is_answered_is_never_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let answered: Vec<_> = (0..kills()).flat_map(|_| killed_after(10, &path, true)).collect();
    let text = fs::read_to_string(&path).unwrap();
    let recorded: BTreeSet<_> = text
        .lines()
        .filter_map(|line| {
            serde_json::from_str::<Value>(line).ok()?["id"].as_str().map(str::to_owned)
        })
        .collect();
    assert!(answered.iter().all(|id| recorded.contains(id)));
}
