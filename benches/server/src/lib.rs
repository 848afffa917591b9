//! A server under load, bare and gated, beside what else answers the same question.
//!
//! `serve` is a server, and `drive` puts load on several of them by turns:
//!
//! ```console
//! $ cargo build --release --manifest-path benches/server/Cargo.toml   # --features peers: with regorus behind the same layer
//! $ benches/server/target/release/drive                               # the whole, in less than six minutes
//! $ benches/server/target/release/drive --smoke                       # only: does it work? Nothing is written
//! $ benches/server/target/release/drive --only parts                  # what each part of the gate costs; the other results stay
//! ```

/// What goes wrong is told to whoever started the run.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub mod authentication;
pub mod drive;
pub mod gated;
pub mod grpc;
pub mod lines;
pub mod payments;
#[cfg(feature = "peers")]
pub mod rego;
pub mod serving;
