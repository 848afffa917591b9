//! Processes that do not outlive the run: a server ends when its input does, so also where the driver
//! is killed.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::patience::within;
use crate::Outcome;
use crate::serving::Farewell;

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: String,
    child: Child,
    output: BufReader<ChildStdout>,
}

/// A command on one core, as far as the machine has `taskset`.
#[must_use]
pub fn pinned(core: usize, program: &str) -> Command {
    let mut command = match is_there("taskset") {
        true => Command::new("taskset"),
        false => Command::new(program),
    };
    if is_there("taskset") {
        command.args(["-c", &core.to_string(), program]);
    }
    command.kill_on_drop(true);
    command
}

/// Is this program where programs are looked for?
#[must_use]
pub fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

impl Server {
    /// Starts `serve` with these arguments.
    ///
    /// # Errors
    ///
    /// It does not say where it listens.
    pub async fn start(core: usize, arguments: &[String]) -> Outcome<Self> {
        let serve = std::env::current_exe()?.with_file_name("serve");
        if !serve.is_file() {
            return Err(format!("{} is not built: build all bins", serve.display()).into());
        }
        let mut command = pinned(core, &serve.to_string_lossy());
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut address = String::new();
        within(PATIENCE, "the start of a server", output.read_line(&mut address)).await??;
        if address.is_empty() {
            return Err(format!("`serve {}` does not start", arguments.join(" ")).into());
        }
        Ok(Self { address: address.trim().to_owned(), child, output })
    }

    /// The process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// Ends it. What it says of itself.
    ///
    /// # Errors
    ///
    /// It does not end, or not as it should.
    pub async fn stop(mut self) -> Outcome<Farewell> {
        drop(self.child.stdin.take());
        let mut farewell = String::new();
        within(PATIENCE, "the farewell of a server", self.output.read_to_string(&mut farewell))
            .await??;
        within(PATIENCE, "the end of a server", self.child.wait()).await??;
        Ok(serde_json::from_str(&farewell)?)
    }
}

/// A program that ends when its input does, whatever it thinks of that itself.
///
/// # Errors
///
/// It cannot be started.
pub fn leashed(core: usize, arguments: &[&str]) -> Outcome<Child> {
    let mut command = pinned(core, "sh");
    command.args(["-c", r#""$@" & trap 'kill $!' TERM; read -r _; kill $!; wait"#, "sh"]);
    command.kill_on_drop(false); // or the shell could not end what it has started
    Ok(command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?)
}

/// The CPU time that processes and their children have had, in microseconds.
#[must_use]
pub fn cpu_time(pids: &[u32]) -> f64 {
    pids.iter().flat_map(|pid| family(*pid)).map(own_cpu_time).sum()
}

fn family(pid: u32) -> Vec<u32> {
    let children = format!("/proc/{pid}/task/{pid}/children");
    let children = std::fs::read_to_string(children).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|pid| pid.parse().ok());
    children.flat_map(family).chain([pid]).collect()
}

fn own_cpu_time(pid: u32) -> f64 {
    let tasks = std::fs::read_dir(Path::new("/proc").join(pid.to_string()).join("task"));
    let nanoseconds = |task: std::io::Result<std::fs::DirEntry>| -> Option<f64> {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    tasks.into_iter().flatten().filter_map(nanoseconds).sum::<f64>() / 1e3
}
