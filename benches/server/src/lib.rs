//! A server under load, bare and gated, beside what else answers the same question.
//!
//! `serve` is a server, and `drive` puts load on several of them by turns:
//!
//! ```console
//! $ cargo run --release --manifest-path benches/server/Cargo.toml --bin drive             # the whole, in less than six minutes
//! $ cargo run --release --manifest-path benches/server/Cargo.toml --bin drive -- --smoke  # only: does it work?
//! ```

/// What goes wrong is told to whoever started the run.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub mod drive;
pub mod gated;
pub mod grpc;
pub mod lines;
pub mod payments;
pub mod serving;
