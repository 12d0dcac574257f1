//! What the writer tells about firmware: who wants a new link, and signs of life of devices that install something.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use muster_core::event::EventKind;
use muster_core::firmware::progress::LINK_EXPIRED;
use muster_core::ids::DeviceId;
use muster_storage::{Change, Committed};
use tokio::sync::{Notify, mpsc};

/// Devices that wait for a new link; those beyond report again.
const QUEUE: usize = 4_096;

/// The ears of the hub for firmware. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Ears {
    renewals: mpsc::Sender<DeviceId>,
    listeners: Arc<Listeners>,
}

/// Who listens to which device. Bounded by the installations under way.
#[derive(Debug, Default)]
struct Listeners {
    /// How many, so that the writer need not look where nobody listens.
    all: AtomicUsize,
    table: Mutex<HashMap<DeviceId, Vec<Arc<Signs>>>>,
}

/// Signs of life since somebody last took them.
#[derive(Debug, Default)]
struct Signs {
    count: AtomicU32,
    news: Notify,
}

impl Ears {
    /// The ears, and the devices that want a new link.
    pub(crate) fn new() -> (Self, mpsc::Receiver<DeviceId>) {
        let (renewals, wanting) = mpsc::channel(QUEUE);
        let listeners = Arc::default();
        (
            Self {
                renewals,
                listeners,
            },
            wanting,
        )
    }

    /// Looks at what was committed. Runs in the writer.
    pub(crate) fn follow(&self, committed: &Committed) {
        match &committed.change {
            Change::Twin {
                id, reported: true, ..
            } => {
                self.sign(id);
                let wants = committed.events.iter().any(|event| {
                    let code = &event.detail["patch"]["firmware"]["update"]["error"]["code"];
                    event.kind == EventKind::Reported && code == LINK_EXPIRED
                });
                if wants && self.renewals.try_send(id.clone()).is_err() {
                    metrics::counter!("muster_firmware_renewals_dropped_total").increment(1);
                }
            }
            Change::Activity { id, .. } | Change::Presence { id, .. } => self.sign(id),
            _ => {}
        }
    }

    /// Listens to a device until the listener is dropped.
    pub(super) fn listen(&self, device: &DeviceId) -> Listener {
        let signs = Arc::<Signs>::default();
        let mut table = self.table();
        table.entry(device.clone()).or_default().push(signs.clone());
        self.listeners.all.fetch_add(1, Ordering::Relaxed);
        Listener {
            ears: self.clone(),
            device: device.clone(),
            signs,
        }
    }

    fn sign(&self, device: &DeviceId) {
        if self.listeners.all.load(Ordering::Relaxed) == 0 {
            return;
        }
        for signs in self.table().get(device).into_iter().flatten() {
            signs.count.fetch_add(1, Ordering::Relaxed);
            signs.news.notify_one();
        }
    }

    fn table(&self) -> MutexGuard<'_, HashMap<DeviceId, Vec<Arc<Signs>>>> {
        self.listeners
            .table
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears one device.
#[derive(Debug)]
pub(crate) struct Listener {
    ears: Ears,
    device: DeviceId,
    signs: Arc<Signs>,
}

impl Listener {
    /// Waits for a sign of life that has not been taken. Dropping the future loses nothing.
    pub(crate) async fn news(&self) {
        self.signs.news.notified().await;
    }

    /// Takes the signs of life that came since the last time.
    pub(crate) fn take(&self) -> u32 {
        self.signs.count.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut table = self.ears.table();
        if let Some(others) = table.get_mut(&self.device) {
            others.retain(|signs| !Arc::ptr_eq(signs, &self.signs));
            if others.is_empty() {
                table.remove(&self.device);
            }
        }
        self.ears.listeners.all.fetch_sub(1, Ordering::Relaxed);
    }
}
