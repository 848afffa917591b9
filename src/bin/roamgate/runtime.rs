//! The runtime of the commands that talk over the network.

use crate::exit::Failure;

/// Runs a future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime
        .map_err(|error| Failure::failed(format!("cannot start the runtime: {error}")))?
        .block_on(future)
}

/// Works until the work ends or ctrl-c is pressed.
pub(crate) async fn until_interrupted(
    work: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    tokio::select! {
        // In this order, so that the signal is awaited before the work says so.
        biased;
        interrupt = tokio::signal::ctrl_c() => {
            interrupt.map_err(|error| Failure::failed(format!("cannot wait for ctrl-c: {error}")))
        }
        outcome = work => outcome,
    }
}
