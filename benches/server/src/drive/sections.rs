//! The comparisons, one after the other, so that few servers are there at a time.

use std::pin::Pin;

use super::Options;
use super::agreement::{BARE, Protocol, REGORUS};
use super::child::is_there;
use super::comparison::{Comparison, Row};
use super::contest::Contest;
use super::load::Load;
use super::nginx::{Behind, Nginx};
use crate::Outcome;

/// A comparison that is going on.
type Going<'a> = Pin<Box<dyn Future<Output = Outcome<Comparison>> + 'a>>;

/// What begins one.
type Begin = fn(&Options) -> Going<'_>;

/// The comparisons by their names.
pub const COMPARISONS: &[(&str, Begin)] = &[
    ("axum", |options| Box::pin(axum(options))),
    ("latency", |options| Box::pin(latency(options))),
    ("tonic", |options| Box::pin(tonic(options))),
    ("nginx", |options| Box::pin(nginx(options))),
    ("parts", |options| Box::pin(parts(options))),
];

const GATED: &str = "axum gated";

/// At saturation, beside what any layer costs, and the gate without its decision log.
async fn axum(options: &Options) -> Outcome<Comparison> {
    if !is_there("wrk") {
        return Ok(Comparison::left_out("axum", "wrk is not installed"));
    }
    let mut contest = Contest::new(options)?;
    contest.add(BARE, &["axum-bare"]).await?;
    contest.add("empty from_fn", &["axum-from-fn"]).await?;
    contest.add(GATED, &["axum-gated"]).await?;
    if !options.smoke {
        contest.add("gated, no log", &["axum-gated", "--without", "audit"]).await?;
    }
    if cfg!(feature = "peers") {
        contest.add(REGORUS, &["axum-regorus"]).await?;
    }
    let load = Load::wrk(&contest.folder(), options.load_core, options.connections, 0.0)?;
    contest.agree(Protocol::Http).await?;
    let rows = aiming(options, contest.run(&load).await?, &[GATED]);
    let how = format!("wrk, {} connections, at saturation", options.connections);
    ended("axum", how, contest, rows).await
}

/// At about half the load that the bare service bears.
async fn latency(options: &Options) -> Outcome<Comparison> {
    if !is_there("wrk") {
        return Ok(Comparison::left_out("latency", "wrk is not installed"));
    }
    let mut contest = Contest::new(options)?;
    let bare = contest.add(BARE, &["axum-bare"]).await?;
    contest.add(GATED, &["axum-gated"]).await?;
    let (folder, connections) = (contest.folder(), 2 * options.connections);
    let full = Load::wrk(&folder, options.load_core, connections, 0.0)?;
    contest.agree(Protocol::Http).await?;
    let most = full.run(&contest.address(bare), 2).await?.rate;
    let rest = f64::from(connections) / (most / 2.0) * 1e3;
    let load = Load::wrk(&folder, options.load_core, connections, rest)?;
    let rows = aiming(options, contest.run(&load).await?, &[GATED]);
    let how = format!("wrk, {connections} connections that rest {rest:.1} ms before a request");
    ended("latency", how, contest, rows).await
}

async fn tonic(options: &Options) -> Outcome<Comparison> {
    if !is_there("h2load") {
        return Ok(Comparison::left_out("tonic", "h2load is not installed"));
    }
    let mut contest = Contest::new(options)?;
    contest.add("tonic bare", &["tonic-bare"]).await?;
    contest.add("tonic gated", &["tonic-gated"]).await?;
    let load = Load::h2load(&contest.folder(), options.load_core, options.connections)?;
    contest.agree(Protocol::Grpc).await?;
    let rows = aiming(options, contest.run(&load).await?, &["tonic gated"]);
    let how = format!("h2load, {} calls under way, at saturation", options.connections);
    ended("tonic", how, contest, rows).await
}

/// A proxy that asks before it forwards, beside one that does not have to.
async fn nginx(options: &Options) -> Outcome<Comparison> {
    if !(is_there("wrk") && is_there("nginx")) {
        return Ok(Comparison::left_out("nginx", "nginx or wrk is not installed"));
    }
    let mut contest = Contest::new(options)?;
    let bare = contest.help(&["axum-bare"]).await?;
    let answers = contest.help(&["axum-answer"]).await?;
    let gated = contest.help(&["axum-gated"]).await?;
    let [bare, answers, gated] = [bare, answers, gated].map(|server| contest.address(server));
    let behind = Behind { bare, answers, gated };
    let nginx = Nginx::start(&contest.folder(), options.server_core, &behind).await?;
    contest.join("nginx, bare", nginx.bare.clone(), &[nginx.pid()]);
    contest.join("nginx asks first", nginx.asking.clone(), &[nginx.pid()]);
    contest.join("nginx, gated", nginx.gated.clone(), &[nginx.pid()]);
    let load = Load::wrk(&contest.folder(), options.load_core, options.connections, 0.0)?;
    contest.agree(Protocol::Http).await?;
    let rows = contest.run(&load).await?;
    nginx.stop().await?;
    let how = format!("wrk, {} connections, at saturation", options.connections);
    ended("nginx", how, contest, rows).await
}

/// The gate, with one part after the other left out.
async fn parts(options: &Options) -> Outcome<Comparison> {
    if !is_there("wrk") {
        return Ok(Comparison::left_out("parts", "wrk is not installed"));
    }
    let mut contest = Contest::new(options)?;
    contest.add(BARE, &["axum-bare"]).await?;
    contest.add("empty from_fn", &["axum-from-fn"]).await?;
    contest.add(GATED, &["axum-gated"]).await?;
    for (name, without) in [
        ("-key", "key"),
        ("-audit", "audit"),
        ("-metrics", "metrics"),
        ("-permit", "permit"),
        ("-header", "header"),
        ("-clock", "clock"),
        ("-all of these", "audit,metrics,permit,header,clock"),
        ("-all and routes", "audit,metrics,permit,header,clock,route"),
    ] {
        contest.add(name, &["axum-gated", "--without", without]).await?;
    }
    let load = Load::wrk(&contest.folder(), options.load_core, options.connections, 0.0)?;
    contest.agree(Protocol::Http).await?;
    let rows = contest.run(&load).await?;
    let how = format!("wrk, {} connections, at saturation", options.connections);
    ended("parts", how, contest, rows).await
}

/// A trial aims at nothing.
fn aiming(options: &Options, rows: Vec<Row>, names: &[&str]) -> Vec<Row> {
    let aims = |row: &Row| !options.smoke && names.contains(&row.name.as_str());
    rows.into_iter().map(|row| if aims(&row) { row.aiming() } else { row }).collect()
}

async fn ended(
    name: &'static str,
    how: String,
    contest: Contest,
    mut rows: Vec<Row>,
) -> Outcome<Comparison> {
    contest.end(&mut rows).await?;
    Ok(Comparison { name, how, rows, left_out: None })
}
