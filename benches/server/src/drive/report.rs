//! What is told: a table of 80 columns, and JSON.

use std::path::Path;

use roamgate::Clock;
use serde::Serialize;

use super::Options;
use super::comparison::{Comparison, Row, Spread};
use super::storm::{Storm, Wave};
use super::zipf::Zipf;
use crate::Outcome;

/// All that a run has brought.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// When it began, in seconds since 1970.
    begun: u64,
    machine: Machine,
    rounds: usize,
    seconds: u32,
    is_smoke: bool,
    comparisons: Vec<Comparison>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storm: Option<Storm>,
    zipf: Vec<Zipf>,
    /// The machine's load at the end, which should be about that of the run itself.
    load_average: String,
}

#[derive(Debug, Serialize)]
struct Machine {
    processor: String,
    cores: usize,
}

impl Report {
    /// Nothing yet.
    #[must_use]
    pub fn begin(options: &Options) -> Self {
        let begun = Clock::system().now().duration_since(std::time::UNIX_EPOCH);
        let report = Self {
            begun: begun.map_or(0, |since| since.as_secs()),
            machine: Machine::this(),
            rounds: options.rounds,
            seconds: options.seconds,
            is_smoke: options.smoke,
            comparisons: Vec::new(),
            storm: None,
            zipf: Vec::new(),
            load_average: String::new(),
        };
        let Machine { processor, cores } = &report.machine;
        println!("{processor}, {cores} cores");
        println!("{} rounds of {} s for each server, in turns", options.rounds, options.seconds);
        if options.smoke {
            println!("only a trial: the figures mean nothing");
        }
        report
    }

    /// Tells a comparison.
    ///
    /// # Errors
    ///
    /// Requests have failed.
    pub fn add(&mut self, comparison: Comparison) -> Outcome<()> {
        println!();
        match &comparison.left_out {
            Some(why) => println!("{}: left out: {why}", comparison.name),
            None => table(&comparison),
        }
        let failures: f64 = comparison.rows.iter().map(|row| row.failures).sum();
        let name = comparison.name;
        self.comparisons.push(comparison);
        // Whoever refuses is fast.
        if failures > 0.0 {
            return Err(format!("{name}: {failures} requests failed").into());
        }
        Ok(())
    }

    /// Tells what came of a cold start.
    pub fn storm(&mut self, storm: Storm) {
        println!(
            "\ncold start: {} requests at once for {} lines; an answer takes 50 ms",
            storm.requests, storm.lines
        );
        for (name, wave) in [("cold", &storm.cold), ("warm", &storm.warm)] {
            let Wave { p50, p99, max, refused, authorizations, tokens, questions } = wave;
            println!(
                "  {name}  p50 {p50:.0} ms, p99 {p99:.0} ms, all within {max:.0} ms; {refused} refused"
            );
            println!(
                "        calls: {authorizations} authorizations, {tokens} tokens, {questions} questions"
            );
        }
        self.storm = Some(storm);
    }

    /// Tells how many lookups are avoided.
    pub fn zipf(&mut self, all: Vec<Zipf>) {
        println!("\na million lines by Zipf's law, room for 100,000 of them");
        println!("     s   requests/s   lookups avoided   at best   calls in 1,000 requests");
        for Zipf { s, rate, avoided, limit, calls, .. } in &all {
            let rate = rate.map_or_else(|| "time stops".to_owned(), |rate| rate.to_string());
            let (avoided, limit) = (avoided * 100.0, limit * 100.0);
            println!("{s:6.1}   {rate:>10}   {avoided:13.1} %   {limit:5.1} %   {calls:23.0}");
        }
        self.zipf = all;
    }

    /// Writes it to a file.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(mut self, path: &Path) -> Outcome<()> {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        self.load_average = load.trim().to_owned();
        println!("\nload average at the end: {}", self.load_average);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, serde_json::to_string_pretty(&self)?)?;
        println!("written to {}", path.display());
        Ok(())
    }
}

impl Machine {
    fn this() -> Self {
        let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name =
            information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let processor = name.map_or("unknown processor", |(_, name)| name).to_owned();
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        Self { processor, cores }
    }
}

fn table(Comparison { name, how, rows, .. }: &Comparison) {
    println!("{name}: {how}");
    println!("{:<19}{:>9}{:>8}{:>8}{:>9}{:>9}", "", "requests", "p50", "p99", "p99.9", "CPU");
    println!("{:<19}{:>9}{:>8}{:>8}{:>9}{:>9}", "", "/s", "us", "us", "us", "us each");
    for row in rows {
        let Row { name, rate, p50, p99, p999, cpu, .. } = row;
        println!("{:<19.19}{rate:>9.0}{p50:>8.0}{p99:>8.0}{p999:>9.0}{cpu:>9.2}", name);
    }
    let others = || rows.iter().skip(1);
    for row in others() {
        println!("{} by {}:", row.name, row.of);
        let ratios = &row.ratios;
        println!("    throughput {}    p50   {}", spread(ratios.rate), spread(ratios.p50));
        println!("    CPU        {}    p99   {}", spread(ratios.cpu), spread(ratios.p99));
        println!("{:43}p99.9 {}", "", spread(ratios.p999));
    }
    for row in others() {
        let met = |is_met| if is_met { "met" } else { "NOT MET" };
        if let Some(aims) = row.aims {
            println!(
                "aims: {}: throughput >= 0.95: {}; p99 <= 1.1 x: {}",
                row.name,
                met(aims.rate),
                met(aims.p99)
            );
        }
    }
    for row in rows.iter().filter(|row| row.failures > 0.0 || row.lost() > 0) {
        println!("{}: {} requests failed; records: {}", row.name, row.failures, row.records);
    }
}

/// The median, and between what the rounds were.
fn spread(Spread { median, min, max }: Spread) -> String {
    format!("{median:6.3} ({min:6.3} .. {max:6.3})")
}
