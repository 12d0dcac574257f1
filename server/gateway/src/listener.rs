//! The door itself: accepts, performs TLS within bounds, hands streams to connections, drains at the end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use muster_service::Hub;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connection::{self, Shared};
use crate::meters;

mod sources;

use sources::{Allowance, Entry, Sources};

/// Connections the kernel keeps until they are accepted.
const BACKLOG: u32 = 4096;

/// How long a peer may take for its TLS handshake.
const TLS_DEADLINE: Duration = Duration::from_secs(10);

/// TLS handshakes at a time, per core.
const HANDSHAKES_PER_CORE: usize = 64;

/// Peers with a TLS session but without a CONNECT at a time, per core.
const STRANGERS_PER_CORE: usize = 1024;

/// Most plaintext and ciphertext that rustls queues for one connection.
const TLS_BUFFER_BYTES: usize = 16 * 1024;

/// Pause after an accept error that will not go away at once, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections closed per second while draining, so that the fleet does not return all at once.
const DRAIN_PER_SECOND: usize = 2000;

/// What may be set.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GatewayOptions {
    /// Over how long connections are closed at shutdown, at most.
    pub drain: Duration,
    /// Connections per second that one address may open in the long run; loopback is not limited.
    pub accepts_per_second: u32,
    /// Connections that one address may open at once after a rest.
    pub accept_burst: u32,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            drain: Duration::from_secs(10),
            accepts_per_second: 200,
            accept_burst: 2000,
        }
    }
}

/// The device door, bound and ready to run.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    door: Arc<Door>,
    options: GatewayOptions,
}

#[derive(Debug)]
struct Door {
    shared: Arc<Shared>,
    tls: TlsConfig,
    sources: Arc<Sources>,
    handshakes: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    tasks: TaskTracker,
}

struct TlsConfig(TlsAcceptor);

impl std::fmt::Debug for TlsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsConfig(…)")
    }
}

impl Gateway {
    /// Binds the address; connections wait in the kernel until [`Gateway::run`].
    pub fn bind(
        address: SocketAddr,
        tls: Arc<ServerConfig>,
        hub: Hub,
        options: GatewayOptions,
    ) -> io::Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let handshakes = HANDSHAKES_PER_CORE * cores;
        let allowance = Allowance {
            rate: options.accepts_per_second.into(),
            burst: options.accept_burst.into(),
            // No single address can occupy all places.
            handshakes: handshakes / 4,
        };
        Ok(Self {
            listener: socket.listen(BACKLOG)?,
            door: Arc::new(Door {
                shared: Arc::new(Shared::new(hub)),
                tls: TlsConfig(tls.into()),
                sources: Arc::new(Sources::new(allowance)),
                handshakes: Arc::new(Semaphore::new(handshakes)),
                strangers: Arc::new(Semaphore::new(STRANGERS_PER_CORE * cores)),
                tasks: TaskTracker::new(),
            }),
            options,
        })
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `shutdown`, then closes all connections, evenly over the drain time, and returns.
    pub async fn run(self, shutdown: CancellationToken) {
        let door = self.door.clone();
        shutdown
            .run_until_cancelled(accept_all(&self.listener, &door))
            .await;
        drop(self.listener);
        let open = door.shared.open();
        let needed = Duration::from_secs_f64(open as f64 / DRAIN_PER_SECOND as f64);
        let window = needed.min(self.options.drain);
        tracing::info!(
            connections = open,
            over_ms = window.as_millis(),
            "closing device connections"
        );
        door.shared.leave(window);
        door.tasks.close();
        let patience = window + connection::FINISH_DEADLINE;
        if timeout(patience, door.tasks.wait()).await.is_err() {
            tracing::warn!(
                connections = door.tasks.len(),
                "connections did not end in time"
            );
        }
    }
}

async fn accept_all(listener: &TcpListener, door: &Arc<Door>) {
    loop {
        let Ok(place) = door.handshakes.clone().acquire_owned().await else {
            return;
        };
        let (socket, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if is_of_the_peer(&error) => continue,
            Err(error) => {
                tracing::error!(%error, "cannot accept device connections; raise the limit of open files if that is the cause");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(entry) = door.sources.enter(address.ip(), Instant::now()) else {
            meters::handshake_refused("too_many_from_address");
            continue;
        };
        let visit = visit(door.clone(), socket, address, place, entry);
        door.tasks.spawn(visit);
    }
}

/// The peer went away between its SYN and our accept.
fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// One connection from its first byte to its last.
async fn visit(
    door: Arc<Door>,
    socket: TcpStream,
    address: SocketAddr,
    place: OwnedSemaphorePermit,
    entry: Entry,
) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let address = SocketAddr::new(address.ip().to_canonical(), address.port());
    let accept = Box::pin(timeout(TLS_DEADLINE, door.tls.0.accept(socket)));
    let accepted = door.shared.leaving().run_until_cancelled(accept).await;
    let mut stream = match accepted {
        Some(Ok(Ok(stream))) => Box::new(stream),
        Some(Ok(Err(error))) => {
            tracing::debug!(%address, %error, "TLS handshake failed");
            return meters::handshake_refused("tls");
        }
        Some(Err(_)) => return meters::handshake_refused("tls_deadline"),
        None => return meters::handshake_refused("shutting_down"),
    };
    drop((place, entry));
    stream.get_mut().1.set_buffer_limit(Some(TLS_BUFFER_BYTES));
    let Ok(stranger) = door.strangers.clone().try_acquire_owned() else {
        return meters::handshake_refused("too_many_without_connect");
    };
    let shared = door.shared.clone();
    drop(door);
    connection::serve(stream, address, shared, stranger).await;
}
