//! Files that are read again while the service runs: policies, aggregator files, and the secrets and
//! keys that these name.
//!
//! 1. Every two seconds, and when somebody asks ([`Reload::now`], or `SIGHUP` with the feature
//!    `signal`), the files are read. What counts is their content, never their times, so that links
//!    that Kubernetes turns to another folder are seen too.
//! 2. What has changed is read again until it is the same twice, half a second apart: a file that is
//!    being written is not a policy, even where it could be read as one.
//! 3. It is judged as at the start. A set of policies that holds less than half of the rules that
//!    decide, or no rule that refuses where some do, or has lost a file whose rules are in no other,
//!    is held back until somebody says that it is meant ([`Reload::accept_fewer_rules`]). Rules in
//!    shadow decide nothing.
//! 4. What is good takes the place of the former: for policies with [`Gate::replace`](crate::Gate),
//!    for an aggregator as another `camara::Client`.
//! 5. **Whatever is wrong, the last good one stays.** The error is in [`Reload::status`], in the words
//!    of `roamgate check`, and in the log once.
//!
//! A writer that pauses for longer than half a second in the middle of a file can still be caught in
//! the act. Replace files by renaming, as Kubernetes, package managers and most editors do; or end
//! each policy file with the line `# end`, and demand it: [`PolicyFiles::end_mark`]. Several files that
//! belong together but are written more than half a second apart are taken one after the other: put
//! them into a folder that is replaced as a whole, or into one file.
//!
//! The environment cannot change while a process runs: secrets that shall are in files.
//!
//! # Example
//!
//! ```
//! use roamgate::reload::PolicyFiles;
//! use roamgate::{FixedProvider, RoamingLayer};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let files = PolicyFiles::new(["policies/payments-eea.yaml"]);
//! let layer = RoamingLayer::new(files.load()?, FixedProvider::new());
//! let reload = files.watch(&layer.gate());
//!
//! let status = reload.now().await;
//! assert_eq!((status.error, status.reloads), (None, 0));
//! # Ok::<(), roamgate::PolicyError>(())
//! # }).unwrap();
//! ```

#[cfg(feature = "camara")]
mod client;
mod fingerprint;
mod policies;
mod shrink;
mod status;
mod watched;
mod watcher;

#[cfg(feature = "camara")]
pub use client::LiveClient;
pub use policies::PolicyFiles;
pub use status::ReloadStatus;
pub use watcher::Reload;
