//! Listeners of the web: accept, handshake, serve, drain. One loop for HTTP, HTTPS and the admin endpoint.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// Connections a listener holds at once; more wait in the kernel's queue.
pub const MAX_CONNECTIONS: usize = 4_096;

/// TLS handshakes in flight; more wait, so that a flood of them cannot starve who is connected.
pub const MAX_HANDSHAKES: usize = 128;

/// How long a client may take for its TLS handshake.
pub const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);

/// How long a client may take to send the head of a request.
pub const HEAD_DEADLINE: Duration = Duration::from_secs(10);

/// Streams on one HTTP/2 connection.
pub const MAX_STREAMS: u32 = 100;

/// Bytes of all headers of a request.
pub const MAX_HEADER_BYTES: usize = 32 * 1024;

/// How long requests under way may take once the hub shuts down.
pub const DRAIN_DEADLINE: Duration = Duration::from_secs(10);

/// How long to wait after the system refused a connection, for example because files ran out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Where a request came from, as a request extension.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// A bound endpoint.
pub struct Endpoint {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({:?})", self.listener)
    }
}

impl Endpoint {
    /// An endpoint on a bound listener; with TLS if an acceptor is given.
    pub fn new(listener: TcpListener, tls: Option<TlsAcceptor>, router: Router) -> Self {
        Self {
            listener,
            tls,
            router,
        }
    }

    /// Serves until `stop`, then lets requests under way finish, [`DRAIN_DEADLINE`] at most.
    pub async fn run(self, stop: CancellationToken) {
        let (listener, graceful) = (self.listener, GracefulShutdown::new());
        let shared = Arc::new(Shared {
            tls: self.tls,
            router: self.router,
            handshakes: Semaphore::new(MAX_HANDSHAKES),
        });
        let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            let (stream, peer, slot) = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(_) = connections.join_next() => continue,
                accepted = accept(&listener, &slots) => match accepted {
                    Ok(accepted) => accepted,
                    Err(problem) => {
                        tracing::warn!(error = %problem, "a connection was not accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                },
            };
            connections.spawn(connection(
                shared.clone(),
                stream,
                Peer(peer),
                graceful.watcher(),
                slot,
            ));
        }
        drop(listener);
        if timeout(DRAIN_DEADLINE, graceful.shutdown()).await.is_err() {
            tracing::warn!(
                "requests that were still under way after the drain deadline are cut off"
            );
        }
        connections.shutdown().await;
    }
}

struct Shared {
    tls: Option<TlsAcceptor>,
    router: Router,
    handshakes: Semaphore,
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = slots
        .clone()
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, slot))
}

async fn connection(
    shared: Arc<Shared>,
    stream: TcpStream,
    peer: Peer,
    watcher: Watcher,
    _slot: OwnedSemaphorePermit,
) {
    let Some(tls) = &shared.tls else {
        return serve(stream, &shared.router, peer, watcher).await;
    };
    let handshake = async {
        let _turn = shared.handshakes.acquire().await;
        tls.accept(stream).await
    };
    match timeout(HANDSHAKE_DEADLINE, handshake).await {
        Ok(Ok(stream)) => serve(stream, &shared.router, peer, watcher).await,
        Ok(Err(problem)) => tracing::debug!(error = %problem, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: &Router,
    peer: Peer,
    watcher: Watcher,
) {
    let answer = service_fn(|request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            Ok::<_, Infallible>(
                router
                    .oneshot(request)
                    .await
                    .unwrap_or_else(|never| match never {}),
            )
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .max_buf_size(MAX_HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES as u32);
    let connection = builder
        .serve_connection(TokioIo::new(stream), answer)
        .into_owned();
    if let Err(problem) = watcher.watch(connection).await {
        tracing::debug!(error = %problem, "a connection ended early");
    }
}
