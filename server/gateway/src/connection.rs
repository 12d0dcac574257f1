//! One connection: a task that reads packets, asks the service, and answers in order.
//!
//! The same code serves every byte stream. `handshake` brings a stranger to a device, `session` is the loop
//! between CONNACK and the end, `work` turns packets into calls of the service.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use muster_service::Hub;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::meters::Meters;
use crate::takeover::Takeovers;

mod end;
mod handshake;
mod methods;
mod refusal;
mod session;
mod telemetry;
mod wire;
mod work;

/// How long the requests of an ended connection may take to finish.
pub(crate) const FINISH_DEADLINE: Duration = Duration::from_secs(10);

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    hub: Hub,
    meters: Meters,
    takeovers: Arc<Takeovers>,
    open: AtomicUsize,
    next: AtomicU64,
    leaving: CancellationToken,
    leave_over: OnceLock<Duration>,
}

impl Shared {
    pub(crate) fn new(hub: Hub) -> Self {
        Self {
            hub,
            meters: Meters::new(),
            takeovers: Arc::default(),
            open: AtomicUsize::new(0),
            next: AtomicU64::new(0),
            leaving: CancellationToken::new(),
            leave_over: OnceLock::new(),
        }
    }

    /// Cancelled when the hub shuts down.
    pub(crate) fn leaving(&self) -> &CancellationToken {
        &self.leaving
    }

    /// How many devices are connected.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Asks every connection to end, each at its own moment within `window`.
    pub(crate) fn leave(&self, window: Duration) {
        self.leave_over.get_or_init(|| window);
        self.leaving.cancel();
    }

    /// The moment within the drain at which connection `number` ends.
    fn leave_after(&self, number: u64) -> Duration {
        const STEPS: u32 = 1024;
        let window = self.leave_over.get().copied().unwrap_or_default();
        // Neighbours in number connected together; the odd factor scatters them.
        let step = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as u32;
        window * step / STEPS
    }
}

/// Serves one stream from its first MQTT byte to its end. `stranger` is its place among the peers that have not
/// yet shown who they are.
pub(crate) async fn serve<S>(
    stream: S,
    address: SocketAddr,
    shared: Arc<Shared>,
    stranger: OwnedSemaphorePermit,
) where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (reader, writer) = wire::split(stream, &shared.meters);
    let welcomed = Box::pin(handshake::welcome(reader, writer, address, &shared)).await;
    drop(stranger);
    if let Some(session) = welcomed {
        session.live().await;
    }
}
