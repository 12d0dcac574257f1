//! What happens to devices, as far as running operations want to hear of it. The writer tells each commit; an operation
//! hears of the devices that it may be waiting for, and looks at exactly those.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use muster_core::event::EventKind;
use muster_core::ids::DeviceId;
use muster_query::Path;
use muster_storage::{Change, Committed};
use tokio::sync::Notify;

use crate::gates::Prepared;

/// Devices that may wait for a look of one operation; beyond that it looks at all that wait.
const MAX_WOKEN: usize = 20_000;

/// What an operation wants to hear of.
#[derive(Debug)]
pub(super) struct Interest {
    /// The task needs a connection.
    pub(super) connection: bool,
    /// Its gates, each by itself: a person may let a device past one of them.
    pub(super) gates: Vec<Prepared>,
    /// What its target looks at, when newcomers join.
    pub(super) newcomers: Option<Vec<Path>>,
}

/// The ear of one operation.
#[derive(Debug)]
pub(super) struct Watch {
    interest: Interest,
    heard: Mutex<Heard>,
    news: Notify,
}

/// What was heard since the operation last asked.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Devices whose context changed.
    pub(super) devices: BTreeSet<DeviceId>,
    /// Devices that may belong to the targets now.
    pub(super) newcomers: BTreeSet<DeviceId>,
    /// More than can be told, or something that concerns all.
    pub(super) everything: bool,
    /// The operation itself was moved, or one that it collides with.
    pub(super) turned: bool,
}

impl Watch {
    pub(super) fn new(interest: Interest) -> Self {
        Self {
            interest,
            heard: Mutex::default(),
            news: Notify::new(),
        }
    }

    pub(super) fn gates(&self) -> &[Prepared] {
        &self.interest.gates
    }

    /// Takes what was heard, devices no more than `most`.
    pub(super) fn take(&self, most: usize) -> Heard {
        let mut heard = self.lock();
        let mut taken = Heard {
            newcomers: std::mem::take(&mut heard.newcomers),
            everything: std::mem::take(&mut heard.everything),
            turned: std::mem::take(&mut heard.turned),
            devices: BTreeSet::new(),
        };
        while taken.devices.len() < most {
            let Some(device) = heard.devices.pop_first() else {
                break;
            };
            taken.devices.insert(device);
        }
        taken
    }

    /// Waits until something is heard that has not been taken.
    pub(super) async fn news(&self) {
        self.news.notified().await;
    }

    /// The operation, or one that it collides with, was moved.
    pub(super) fn turned(&self) {
        self.lock().turned = true;
        self.news.notify_one();
    }

    /// All that wait have to be looked at again.
    pub(super) fn everything(&self) {
        self.lock().everything = true;
        self.news.notify_one();
    }

    /// These devices have to be looked at again.
    pub(super) fn look_at(&self, devices: impl IntoIterator<Item = DeviceId>) {
        let mut heard = self.lock();
        for device in devices {
            if heard.devices.len() >= MAX_WOKEN {
                heard.everything = true;
                heard.devices.clear();
                break;
            }
            heard.devices.insert(device);
        }
        self.news.notify_one();
    }

    /// A device takes calls now: looks at it, if the task needs that.
    pub(super) fn look_at_connected(&self, device: &DeviceId) {
        if self.interest.connection {
            self.look_at([device.clone()]);
        }
    }

    /// Hears of a commit. Runs in the writer.
    pub(super) fn hear(&self, committed: &Committed) {
        if matches!(committed.change, Change::Books(_)) {
            return self.everything();
        }
        let Some(device) = device_of(&committed.change) else {
            return;
        };
        if self.interest.concerns(committed) {
            self.look_at([device.clone()]);
        }
        if self.interest.may_join(committed) {
            let mut heard = self.lock();
            if heard.newcomers.len() < MAX_WOKEN {
                heard.newcomers.insert(device.clone());
            }
            self.news.notify_one();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn device_of(change: &Change) -> Option<&DeviceId> {
    match change {
        Change::Device(row) => Some(&row.device.id),
        Change::Twin { id, .. } | Change::Presence { id, .. } => Some(id),
        _ => None,
    }
}

impl Interest {
    /// Whether a verdict on the device may have changed.
    fn concerns(&self, committed: &Committed) -> bool {
        match &committed.change {
            // Status, stage, maintenance.
            Change::Device(_) => true,
            Change::Presence { connected, .. } => {
                (self.connection && *connected) || self.any(Prepared::depends_on_presence)
            }
            Change::Twin { tags, desired, .. } => {
                let reported = |event: &muster_core::event::Event| {
                    event.kind == EventKind::Reported
                        && self.any(|gate| gate.looks_at_reported(&event.detail["patch"]))
                };
                (tags.is_some() && self.any(Prepared::looks_at_tags))
                    || (desired.is_some() && self.looks_at_desired())
                    || committed.events.iter().any(reported)
            }
            _ => false,
        }
    }

    fn looks_at_desired(&self) -> bool {
        self.any(|gate| gate.paths().iter().any(is_desired))
    }

    fn any(&self, test: impl Fn(&Prepared) -> bool) -> bool {
        self.gates.iter().any(test)
    }

    /// Whether the device may have begun to match.
    fn may_join(&self, committed: &Committed) -> bool {
        let Some(paths) = &self.newcomers else {
            return false;
        };
        let any = |test: fn(&Path) -> bool| paths.iter().any(test);
        match &committed.change {
            Change::Device(_) => true,
            Change::Presence { .. } => any(|path| {
                matches!(
                    path,
                    Path::ConnectionState
                        | Path::Contact
                        | Path::LastActivityTime
                        | Path::Stage
                        | Path::ModelId
                )
            }),
            Change::Twin {
                tags,
                desired,
                reported,
                ..
            } => {
                (tags.is_some() && any(|path| path.root() == "tags"))
                    || (desired.is_some() && any(|path| is_desired(path) || *path == Path::Drift))
                    || (*reported && any(|path| !matches!(path, Path::Tag(_) | Path::Desired(_))))
            }
            _ => false,
        }
    }
}

fn is_desired(path: &Path) -> bool {
    matches!(path, Path::Desired(_) | Path::System(_) | Path::Below(..))
}
