//! The load generators.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use super::child::pinned;
use super::patience::within;
use crate::{Outcome, grpc, lines, payments};

/// What a load generator has seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    /// Requests answered,
    pub requests: f64,
    /// and how many of them each second.
    pub rate: f64,
    /// Half of all requests were answered within so many microseconds,
    pub p50: f64,
    /// ninety-nine of a hundred within so many,
    pub p99: f64,
    /// and all but one of a thousand within so many.
    pub p999: f64,
    /// Requests that failed.
    pub failures: f64,
    /// The CPU time of the servers for each request, in microseconds.
    pub cpu: f64,
}

/// Which one, and how.
#[derive(Clone, Debug)]
pub struct Load {
    tool: Tool,
    folder: PathBuf,
    core: usize,
    connections: u32,
}

#[derive(Clone, Debug)]
enum Tool {
    Wrk,
    H2load,
}

impl Load {
    /// `wrk`: payments. Before each request a connection rests, so many milliseconds on average.
    ///
    /// # Errors
    ///
    /// The script cannot be written.
    pub fn wrk(folder: &Path, core: usize, connections: u32, rest: f64) -> Outcome<Self> {
        let (header, lines) = (lines::HEADER, lines::LINES);
        let (path, body) = (payments::PATH, payments::PAYMENT);
        let delay = match rest > 0.0 {
            true => format!(
                "function delay() return math.floor(math.random() * {} + 0.5) end",
                2.0 * rest
            ),
            false => String::new(),
        };
        let script = format!(
            r#"
local requests, at = {{}}, 0
function init()
  for customer = 0, {lines} - 1 do
    requests[customer] = wrk.format("POST", "{path}", {{ ["content-type"] = "application/json",
      ["{header}"] = string.format("+34600%06d", customer) }}, '{body}')
  end
end
function request()
  at = (at + 48271) % {lines}
  return requests[at]
end
{delay}
function done(summary, latency)
  local errors = summary.errors
  local failures = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("\nRESULT %f %f %f %f %f %f\n", summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), failures))
end
"#
        );
        std::fs::write(folder.join("payments.lua"), script)?;
        Ok(Self { tool: Tool::Wrk, folder: folder.to_owned(), core, connections })
    }

    /// `h2load`: transfers, four at a time on each connection.
    ///
    /// # Errors
    ///
    /// Its files cannot be written.
    pub fn h2load(folder: &Path, core: usize, connections: u32) -> Outcome<Self> {
        let uris = (0..lines::LINES).map(|customer| {
            let customer = u64::from(customer) * 48271 % u64::from(lines::LINES);
            let customer = u32::try_from(customer).unwrap_or_default();
            format!("{}?{}\n", grpc::PATH, lines::number(customer))
        });
        std::fs::write(folder.join("uris"), uris.collect::<String>())?;
        std::fs::write(folder.join("transfer"), grpc::body())?;
        Ok(Self { tool: Tool::H2load, folder: folder.to_owned(), core, connections })
    }

    /// Puts load on a server for so many seconds.
    ///
    /// # Errors
    ///
    /// The generator fails, or does not end.
    pub async fn run(&self, address: &str, seconds: u32) -> Outcome<Sample> {
        let mut command = match self.tool {
            Tool::Wrk => self.wrk_command(address, seconds),
            Tool::H2load => self.h2load_command(address, seconds),
        };
        let deadline = Duration::from_secs(u64::from(seconds) + 60);
        let output = within(deadline, "the load generator", command.output()).await??;
        let text = String::from_utf8_lossy(&output.stdout);
        let sample = match self.tool {
            Tool::Wrk => seen_by_wrk(&text),
            Tool::H2load => self.seen_by_h2load(seconds)?,
        };
        sample.ok_or_else(|| {
            format!("the load generator failed: {text}{}", String::from_utf8_lossy(&output.stderr))
                .into()
        })
    }

    fn wrk_command(&self, address: &str, seconds: u32) -> Command {
        let mut command = pinned(self.core, "wrk");
        command.args(["-t1", &format!("-c{}", self.connections), &format!("-d{seconds}s"), "-s"]);
        command.arg(self.folder.join("payments.lua")).arg(format!("http://{address}"));
        command
    }

    fn h2load_command(&self, address: &str, seconds: u32) -> Command {
        let mut command = pinned(self.core, "h2load");
        let clients = (self.connections / STREAMS).max(1);
        command.args(["-t1", "-c", &clients.to_string(), "-m", &STREAMS.to_string()]);
        command.args(["-D", &seconds.to_string(), "-H", "content-type: application/grpc"]);
        command.args(["-H", "te: trailers", "-B", &format!("http://{address}")]);
        command.arg("-d").arg(self.folder.join("transfer"));
        command.arg("-i").arg(self.folder.join("uris"));
        command.arg(format!("--log-file={}", self.h2load_log().display()));
        command
    }

    fn h2load_log(&self) -> PathBuf {
        self.folder.join("h2load.log")
    }

    /// Start, status and duration of each request.
    fn seen_by_h2load(&self, seconds: u32) -> Outcome<Option<Sample>> {
        let log = std::fs::read_to_string(self.h2load_log())?;
        std::fs::remove_file(self.h2load_log())?;
        let (mut took, mut failures) = (Vec::new(), 0.0);
        for line in log.lines() {
            let mut fields = line.split('\t').skip(1);
            match (fields.next(), fields.next().and_then(|field| field.parse::<f64>().ok())) {
                (Some("200"), Some(micros)) => took.push(micros),
                _ => failures += 1.0,
            }
        }
        took.sort_by(f64::total_cmp);
        let (Some(p50), Some(p99), Some(p999)) =
            (percentile(&took, 0.5), percentile(&took, 0.99), percentile(&took, 0.999))
        else {
            return Ok(None);
        };
        let requests = took.len() as f64;
        let rate = requests / f64::from(seconds);
        Ok(Some(Sample { requests, rate, p50, p99, p999, failures, cpu: 0.0 }))
    }
}

/// How many calls a connection has under way.
const STREAMS: u32 = 4;

fn seen_by_wrk(text: &str) -> Option<Sample> {
    let line = text.lines().find_map(|line| line.strip_prefix("RESULT "))?;
    let numbers: Vec<f64> = line.split(' ').filter_map(|number| number.parse().ok()).collect();
    let &[requests, rate, p50, p99, p999, failures] = numbers.as_slice() else { return None };
    Some(Sample { requests, rate, p50, p99, p999, failures, cpu: 0.0 })
}

/// The value that this share of all sorted values does not exceed.
#[must_use]
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let position = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(position.saturating_sub(1)).copied()
}
