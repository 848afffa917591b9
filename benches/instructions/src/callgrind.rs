//! Runs paths under callgrind, and reads what it collected.

use std::io::Error;
use std::path::{Path as File, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use crate::counted::COUNTED;
use crate::paths::Path;

/// The argument that makes this program pass a path, and no more.
pub(crate) const PASS: &str = "--pass";

/// What one pass of a path takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) count: f64,
}

pub(crate) fn is_installed() -> bool {
    let asked = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// Each path in a process of its own, so that none finds what another one left.
pub(crate) fn measure(paths: &[&Path]) -> Result<Vec<Measured>, Error> {
    let (next, threads) = (AtomicUsize::new(0), thread::available_parallelism()?.get());
    let some = || -> Result<Vec<_>, Error> {
        let turns = std::iter::from_fn(|| {
            let at = next.fetch_add(1, Relaxed);
            paths.get(at).map(|path| (at, path))
        });
        turns.map(|(at, path)| Ok((at, one(path)?))).collect()
    };
    let all: Result<Vec<_>, Error> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(some)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut all = all?.concat();
    all.sort_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, measured)| measured).collect())
}

fn one(path: &Path) -> Result<Measured, Error> {
    let program = std::env::current_exe()?;
    let profile = profile(&program, path)?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", &format!("--toggle-collect={COUNTED}")])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(program)
        .args([PASS, path.name])
        .output()?;
    let failed = |why: &str| {
        let told = String::from_utf8_lossy(&output.stderr);
        Error::other(format!("`{}` was not counted: {why}\n{told}", path.name))
    };
    if !output.status.success() {
        return Err(failed("valgrind, or the path itself, failed"));
    }
    let collected = collected(&std::fs::read_to_string(&profile)?);
    let collected = collected.filter(|count| *count > 0).ok_or_else(|| failed("nothing was seen"));
    Ok(Measured { name: path.name, count: collected? as f64 / path.passes() as f64 })
}

/// Where the profile goes: beside what was built.
fn profile(program: &File, path: &Path) -> Result<PathBuf, Error> {
    let target = program.ancestors().nth(2).ok_or_else(|| Error::other("built nowhere"))?;
    let folder = target.join("callgrind");
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{}.out", path.name)))
}

fn collected(profile: &str) -> Option<u64> {
    let totals = profile.lines().find_map(|line| line.strip_prefix("totals: "))?;
    totals.split(' ').next()?.parse().ok()
}
