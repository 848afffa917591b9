//! [`Report`]: what is told, a table of 80 columns, and what is kept of it.

use serde_json::json;

use super::Options;
use super::comparison::{Comparison, Row, Spread};
use super::results::{Results, load_average, machine};
use super::storm::{Storm, Wave};
use super::zipf::Zipf;
use crate::Outcome;

/// All that a run brings.
#[derive(Debug)]
pub struct Report(Results);

impl Report {
    /// Nothing yet.
    #[must_use]
    pub fn begin(options: &Options) -> Self {
        println!("{}", machine());
        println!("{} rounds of {} s for each server, in turns", options.rounds, options.seconds);
        if options.smoke {
            println!("only a trial: the figures mean nothing");
        }
        Self(Results::default())
    }

    /// Tells a comparison.
    ///
    /// # Errors
    ///
    /// The figures of a row are worthless.
    pub fn add(&mut self, comparison: &Comparison) -> Outcome<()> {
        println!();
        match &comparison.left_out {
            Some(why) => println!("{}: left out: {why}", comparison.name),
            None => table(comparison),
        }
        let faults: Vec<_> = comparison.rows.iter().filter_map(Row::fault).collect();
        if !faults.is_empty() {
            return Err(faults.join("; ").into());
        }
        self.0.add(comparison.name, comparison)
    }

    /// Tells what came of a cold start.
    ///
    /// # Errors
    ///
    /// None that is known.
    pub fn storm(&mut self, storm: &Storm) -> Outcome<()> {
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
        self.0.add("storm", storm)
    }

    /// Tells how many lookups are avoided.
    ///
    /// # Errors
    ///
    /// None that is known.
    pub fn zipf(&mut self, all: &[Zipf]) -> Outcome<()> {
        println!("\na million lines by Zipf's law, room for 100,000 of them");
        println!("     s   requests/s   lookups avoided   at best   calls in 1,000 requests");
        for Zipf { s, rate, avoided, limit, calls, .. } in all {
            let rate = rate.map_or_else(|| "time stops".to_owned(), |rate| rate.to_string());
            let (avoided, limit) = (avoided * 100.0, limit * 100.0);
            println!("{s:6.1}   {rate:>10}   {avoided:13.1} %   {limit:5.1} %   {calls:23.0}");
        }
        self.0.add("zipf", &json!({ "traffic": all }))
    }

    /// Ends it: a trial leaves nothing, and all else a file.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn end(self, options: &Options) -> Outcome<()> {
        println!("\nload average at the end: {}", load_average());
        if options.smoke {
            println!("it works; nothing is written");
            return Ok(());
        }
        self.0.write(&options.out)?;
        println!("written to {}", options.out.display());
        Ok(())
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
}

/// The median, and between what the rounds were.
fn spread(Spread { median, min, max }: Spread) -> String {
    format!("{median:6.3} ({min:6.3} .. {max:6.3})")
}
