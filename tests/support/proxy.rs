//! A TCP proxy on loopback that does to its connections what networks do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// What happens to a connection. Requests always reach the server behind, unless it says otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Every part of the reply comes so much later.
    Delay(Duration),
    /// The reply comes byte by byte, so far apart.
    Drip(Duration),
    /// So many bytes of the reply come, then the connection is reset.
    ResetAfter(usize),
    /// So many bytes of the reply come, then it ends.
    Truncate(usize),
    /// The connection is reset before anything is read.
    Reset,
    /// Our side is closed at once; what comes is read, and nobody sees it.
    HalfClose,
    /// What comes is read; nobody sees it, and nobody answers.
    BlackHole,
}

/// The proxy. It is gone when dropped.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: AbortHandle,
}

impl Proxy {
    /// A proxy before `behind` (`127.0.0.1:1`), whose n-th connection, from 1, has the fault of `script`.
    pub(crate) async fn start(
        behind: impl Into<String>,
        script: impl Fn(usize) -> Fault + Send + 'static,
    ) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), behind, script).await
    }

    /// The same at an address.
    pub(crate) async fn at(
        address: SocketAddr,
        behind: impl Into<String>,
        script: impl Fn(usize) -> Fault + Send + 'static,
    ) -> Self {
        let behind = behind.into();
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(address).unwrap();
        let listener = socket.listen(1024).unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let task = tokio::spawn(async move { accept(listener, &behind, &count, script).await });
        Self { address, connections, task: task.abort_handle() }
    }

    /// How many connections came.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    behind: &str,
    count: &AtomicUsize,
    script: impl Fn(usize) -> Fault,
) {
    // The connections end with the proxy.
    let mut tasks = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        tasks.spawn(serve(stream, behind.to_owned(), script(number)));
    }
}

async fn serve(stream: TcpStream, behind: String, fault: Fault) {
    match fault {
        Fault::Reset => reset(&stream),
        Fault::HalfClose => {
            let (read, mut write) = stream.into_split();
            let _ = write.shutdown().await;
            swallow(read).await;
        }
        Fault::BlackHole => {
            let (read, _write) = stream.into_split();
            swallow(read).await;
        }
        _ => forward(stream, &behind, fault).await,
    }
}

async fn forward(mut stream: TcpStream, behind: &str, fault: Fault) {
    let Ok(server) = TcpStream::connect(behind).await else { return reset(&stream) };
    let (mut replies, mut requests) = server.into_split();
    let is_cut = {
        let (mut from, mut to) = stream.split();
        tokio::select! {
            // A client that has said all still waits for the reply.
            _ = async { let _ = tokio::io::copy(&mut from, &mut requests).await; std::future::pending::<()>().await } => false,
            is_cut = reply(&mut replies, &mut to, fault) => is_cut,
        }
    };
    match is_cut {
        true if matches!(fault, Fault::ResetAfter(_)) => reset(&stream),
        _ => drop(stream.shutdown().await),
    }
}

/// Hands the reply on as the fault has it. Was it cut off?
async fn reply(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    fault: Fault,
) -> bool {
    let mut buffer = vec![0; 16 * 1024];
    let mut left = match fault {
        Fault::ResetAfter(bytes) | Fault::Truncate(bytes) => bytes,
        _ => usize::MAX,
    };
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let part = &buffer[..count.min(left)];
        let parts = match fault {
            Fault::Drip(_) => part.chunks(1),
            _ => part.chunks(part.len().max(1)),
        };
        for part in parts {
            if let Fault::Delay(time) | Fault::Drip(time) = fault {
                tokio::time::sleep(time).await;
            }
            if to.write_all(part).await.is_err() {
                return true;
            }
        }
        left = left.saturating_sub(count);
        if left == 0 {
            return true;
        }
    }
    false
}

async fn swallow(mut read: impl AsyncReadExt + Unpin) {
    let mut buffer = [0; 1024];
    while let Ok(1..) = read.read(&mut buffer).await {}
    std::future::pending::<()>().await;
}

/// The other side is told at once, and not in good order.
fn reset(stream: &TcpStream) {
    stream.set_zero_linger().unwrap();
}
