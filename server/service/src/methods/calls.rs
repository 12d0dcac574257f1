//! How many calls are under way, and who waits for a device to come online.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use muster_core::ids::Identity;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::error::ServiceError;

/// Calls under way in this process, waiting or sent.
pub const MAX_CALLS: usize = 4_096;

/// Calls under way for one device. No more than fit into a connection's link, so that they alone never overfill it.
pub const MAX_CALLS_PER_DEVICE: usize = 250;

/// The calls under way, by device. A device is forgotten with its last call.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    all: usize,
    lines: HashMap<Identity, Line>,
}

#[derive(Debug)]
struct Line {
    calls: usize,
    online: Arc<Notify>,
}

/// The place of one call; free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    calls: Arc<Calls>,
    who: Identity,
    online: Arc<Notify>,
}

impl Calls {
    /// A place for one more call of the device.
    pub(crate) fn enter(self: &Arc<Self>, who: &Identity) -> Result<Seat, ServiceError> {
        let mut table = self.lock();
        if table.all >= MAX_CALLS {
            return Err(ServiceError::Busy("calls of methods"));
        }
        let line = table.lines.entry(who.clone()).or_insert_with(|| Line {
            calls: 0,
            online: Arc::default(),
        });
        if line.calls >= MAX_CALLS_PER_DEVICE {
            return Err(ServiceError::Busy("calls of this device"));
        }
        line.calls += 1;
        let online = line.online.clone();
        table.all += 1;
        Ok(Seat {
            calls: self.clone(),
            who: who.clone(),
            online,
        })
    }

    /// Wakes the calls that wait for the device.
    pub(crate) fn came_online(&self, who: &Identity) {
        if let Some(line) = self.lock().lines.get(who) {
            line.online.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Whose call it is.
    pub(crate) fn who(&self) -> &Identity {
        &self.who
    }

    /// Ends when the device comes online.
    pub(crate) fn online(&self) -> Notified<'_> {
        self.online.notified()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut table = self.calls.lock();
        table.all -= 1;
        if let Some(line) = table.lines.get_mut(&self.who) {
            line.calls -= 1;
            if line.calls == 0 {
                table.lines.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn calls_have_bounds_and_leave_nothing_behind() {
        let calls = Arc::new(Calls::default());
        let device = |n: usize| Identity::parse(&format!("d{n}")).unwrap();
        let mut seats: Vec<Seat> = (0..MAX_CALLS_PER_DEVICE)
            .map(|_| calls.enter(&device(0)).unwrap())
            .collect();
        assert!(matches!(
            calls.enter(&device(0)),
            Err(ServiceError::Busy("calls of this device"))
        ));
        seats.extend((seats.len()..MAX_CALLS).map(|n| calls.enter(&device(n)).unwrap()));
        assert!(matches!(
            calls.enter(&device(MAX_CALLS)),
            Err(ServiceError::Busy("calls of methods"))
        ));
        seats.pop();
        drop(calls.enter(&device(MAX_CALLS)).unwrap());
        seats.clear();
        assert_eq!(calls.lock().all, 0);
        assert!(calls.lock().lines.is_empty());
    }
}
