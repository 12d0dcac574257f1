//! Open connections: at most one per identity, and the way to it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use muster_core::ids::{DeviceId, Identity};
use muster_core::key::{KeyMark, KeyPair};
use muster_core::time::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::{CloseReason, ToDevice};
use crate::methods::Outcome;

mod methods;
mod table;

pub use methods::MethodRequest;
pub(crate) use methods::NotSent;
use table::Table;

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
    /// The device's own key that it signed in with, if it did.
    key: Option<KeyMark>,
    /// It takes calls of methods.
    listens: bool,
    /// Calls that wait for its answer, by their number; dropping one fails the call.
    calls: HashMap<u64, oneshot::Sender<Outcome>>,
}

/// The open connections of this process.
#[derive(Debug, Default)]
pub struct Connections {
    open: Mutex<Table>,
    next: AtomicU64,
    /// The number of the next call of a method.
    next_request: AtomicU64,
}

impl Connections {
    /// Registers a connection; the one it displaces is told to close.
    pub(crate) fn attach(
        &self,
        who: &Identity,
        link: mpsc::Sender<ToDevice>,
        view: ConnectionView,
        key: Option<KeyMark>,
    ) -> ConnectionId {
        let id = ConnectionId(self.next.fetch_add(1, Ordering::Relaxed));
        let connection = Open {
            id,
            link,
            view,
            key,
            listens: false,
            calls: HashMap::new(),
        };
        let mut open = self.lock();
        if let Some(older) = open.insert(who, connection) {
            close(older, CloseReason::Displaced);
        }
        count(&open);
        id
    }

    /// Forgets a connection, unless a newer one has taken its place. Says whether it was the current one.
    pub(crate) fn detach(&self, who: &Identity, id: ConnectionId) -> bool {
        let mut open = self.lock();
        let current = open.get(who).is_some_and(|open| open.id == id);
        if current {
            open.remove(who);
        }
        count(&open);
        current
    }

    /// Sends a desired change to whom it concerns, if it is connected.
    pub(crate) fn notify_desired(&self, who: &Identity, payload: &Value) {
        let mut open = self.lock();
        let Some(connection) = open.get(who) else {
            return;
        };
        if connection
            .link
            .try_send(ToDevice::Desired(payload.clone().into()))
            .is_err()
            && let Some(slow) = open.remove(who)
        {
            close(slow, CloseReason::TooSlow);
        }
    }

    /// Ends a connection, if there is one.
    pub(crate) fn close(&self, who: &Identity, reason: CloseReason) {
        if let Some(connection) = self.lock().remove(who) {
            close(connection, reason);
        }
    }

    /// Ends the connection of a device that signed in with a key that is none of these any more.
    pub(crate) fn close_with_other_key(&self, device: &DeviceId, keys: &KeyPair) {
        let mut open = self.lock();
        let key = open.device(device).and_then(|open| open.key);
        if key.is_some_and(|key| keys.slot_of(key).is_none())
            && let Some(connection) = open.remove(&device.clone().into())
        {
            close(connection, CloseReason::KeysChanged);
        }
    }

    /// Ends the connections of the device and of all its modules.
    pub(crate) fn close_all(&self, device: &DeviceId, reason: CloseReason) {
        for connection in self.lock().remove_all(device) {
            close(connection, reason);
        }
    }

    /// The device's open connection, for its page.
    pub fn view(&self, device: &DeviceId) -> Option<ConnectionView> {
        self.lock().device(device).map(|open| open.view.clone())
    }

    /// The open connection of a device or a module.
    pub fn view_of(&self, who: &Identity) -> Option<ConnectionView> {
        self.lock().get(who).map(|open| open.view.clone())
    }

    /// Whether the device is connected now.
    pub fn is_open(&self, device: &DeviceId) -> bool {
        self.lock().has_device(device)
    }

    /// How many devices are connected; modules are not counted.
    pub fn len(&self) -> usize {
        self.lock().devices()
    }

    /// Whether no device is connected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(open: &Table) {
    metrics::gauge!("muster_connections").set(open.devices() as f64);
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
