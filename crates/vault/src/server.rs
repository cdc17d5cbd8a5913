//! Connections: how many, how long they may be silent, and how they end.

use std::{
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use anyhow::Context as _;
use axum::{Router, serve::Listener};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{Instant, Sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::bounds::Bounds;

/// Most that one read of a connection gives, bytes.
pub const PIECE: usize = 128 * 1024;

/// Opens the port.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is the port in use? Port 0 takes a free one"))
}

/// The connections of a vault.
pub struct Server {
    router: Router,
    header_read: Duration,
    write_idle: Duration,
    places: Arc<Semaphore>,
    running: TaskTracker,
    /// Connections end after their current request.
    ending: CancellationToken,
    /// Connections end now.
    cut: CancellationToken,
}

impl Server {
    /// Serves a router within bounds.
    pub fn new(router: Router, bounds: &Bounds) -> Self {
        Self {
            router,
            header_read: bounds.header_read,
            write_idle: bounds.write_idle,
            places: Arc::new(Semaphore::new(bounds.connections.min(Semaphore::MAX_PERMITS))),
            running: TaskTracker::new(),
            ending: CancellationToken::new(),
            cut: CancellationToken::new(),
        }
    }

    /// Takes connections for ever. Above the bound, they wait in the system's queue.
    pub async fn accept(&self, mut listener: TcpListener) {
        loop {
            // Closed is what this semaphore never is.
            let Ok(place) = self.places.clone().acquire_owned().await else { return };
            let (stream, _) = Listener::accept(&mut listener).await;
            let connection = self.connection(stream);
            self.running.spawn(async move {
                connection.await;
                drop(place);
            });
        }
    }

    fn connection(&self, stream: TcpStream) -> impl Future<Output = ()> + Send + use<> {
        let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.header_read).max_buf_size(PIECE);
        let stream = TokioIo::new(Impatient::new(stream, self.write_idle));
        let service = TowerToHyperService::new(self.router.clone());
        let (ending, cut) = (self.ending.clone(), self.cut.clone());
        async move {
            let mut connection = pin!(builder.serve_connection(stream, service));
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = cut.cancelled() => return,
                () = ending.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    tokio::select! {
                        ended = connection => ended,
                        () = cut.cancelled() => return,
                    }
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke");
            }
        }
    }

    /// Ends all connections: each after its current request, and when the time is up, at once. What a body was made of
    /// has been dropped when this returns.
    pub async fn end(&self, within: Duration) {
        self.ending.cancel();
        self.running.close();
        if tokio::time::timeout(within, self.running.wait()).await.is_err() {
            tracing::warn!(
                transfers = self.running.len(),
                "transfers are broken off, because they take too long"
            );
            self.cut.cancel();
            self.running.wait().await;
        }
    }
}

/// A connection whose writes fail once the other side has taken nothing for a while.
struct Impatient {
    stream: TcpStream,
    idle: Duration,
    /// When it fails, if a write waits.
    limit: Pin<Box<Sleep>>,
    waits: bool,
}

impl Impatient {
    fn new(stream: TcpStream, idle: Duration) -> Self {
        Self { stream, idle, limit: Box::pin(tokio::time::sleep(idle)), waits: false }
    }

    fn limited<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waits = false;
            return written;
        }
        if !self.waits {
            self.waits = true;
            let limit = Instant::now() + self.idle;
            self.limit.as_mut().reset(limit);
        }
        ready!(self.limit.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")))
    }
}

impl AsyncRead for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.limited(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.limited(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
