//! Open connections: at most one per identity, and the way to it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::{CloseReason, ToDevice};
use crate::methods::Outcome;

mod methods;

pub use methods::MethodRequest;
pub(crate) use methods::NotSent;

/// Notices that may wait for one connection. A client that lets more pile up is disconnected: it reads the whole twin
/// when it returns, so nothing is lost (spec §2.9).
pub const LINK_CAPACITY: usize = 256;

/// Distinguishes the connections of one identity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ConnectionId(u64);

/// What people see of an open connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConnectionView {
    /// How it speaks: `MQTT`.
    pub protocol: &'static str,
    /// From where.
    pub address: String,
    /// Since when.
    pub since: Timestamp,
}

#[derive(Debug)]
struct Open {
    id: ConnectionId,
    link: mpsc::Sender<ToDevice>,
    view: ConnectionView,
    /// It takes calls of methods.
    listens: bool,
    /// Calls that wait for its answer, by their number; dropping one fails the call.
    calls: HashMap<u64, oneshot::Sender<Outcome>>,
}

/// The open connections of this process.
#[derive(Debug, Default)]
pub struct Connections {
    open: Mutex<HashMap<DeviceId, Open>>,
    next: AtomicU64,
    /// The number of the next call of a method.
    next_request: AtomicU64,
}

impl Connections {
    /// Registers a connection; the one it displaces is told to close.
    pub(crate) fn attach(
        &self,
        device: &DeviceId,
        link: mpsc::Sender<ToDevice>,
        view: ConnectionView,
    ) -> ConnectionId {
        let id = ConnectionId(self.next.fetch_add(1, Ordering::Relaxed));
        let connection = Open {
            id,
            link,
            view,
            listens: false,
            calls: HashMap::new(),
        };
        let older = self.lock().insert(device.clone(), connection);
        if let Some(older) = older {
            close(older, CloseReason::Displaced);
        }
        metrics::gauge!("muster_connections").set(self.len() as f64);
        id
    }

    /// Forgets a connection, unless a newer one has taken its place. Says whether it was the current one.
    pub(crate) fn detach(&self, device: &DeviceId, id: ConnectionId) -> bool {
        let mut open = self.lock();
        let current = match open.entry(device.clone()) {
            Entry::Occupied(entry) if entry.get().id == id => {
                entry.remove();
                true
            }
            _ => false,
        };
        metrics::gauge!("muster_connections").set(open.len() as f64);
        current
    }

    /// Sends a desired change to the device, if it is connected.
    pub(crate) fn notify_desired(&self, device: &DeviceId, payload: &Value) {
        let mut open = self.lock();
        let Some(connection) = open.get(device) else {
            return;
        };
        if connection
            .link
            .try_send(ToDevice::Desired(payload.clone().into()))
            .is_err()
            && let Some(slow) = open.remove(device)
        {
            close(slow, CloseReason::TooSlow);
        }
    }

    /// Ends the device's connection, if there is one.
    pub(crate) fn close(&self, device: &DeviceId, reason: CloseReason) {
        if let Some(connection) = self.lock().remove(device) {
            close(connection, reason);
        }
    }

    /// The device's open connection, for its page.
    pub fn view(&self, device: &DeviceId) -> Option<ConnectionView> {
        self.lock().get(device).map(|open| open.view.clone())
    }

    /// Whether the device is connected now.
    pub fn is_open(&self, device: &DeviceId) -> bool {
        self.lock().contains_key(device)
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A full link needs no notice: dropping the sender ends the connection as well, and says it was too slow.
fn close(connection: Open, reason: CloseReason) {
    if connection.link.try_send(ToDevice::Close(reason)).is_err() {
        tracing::debug!(
            reason = reason.as_str(),
            "a connection is ended by dropping its link"
        );
    }
}
