//! How much firmware leaves the hub: so many downloads at once, so many bytes per second in all and for each device.
//! Telemetry and twins go first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use muster_core::ids::DeviceId;
use tokio::time::Instant;

/// Downloads at the same time.
pub const MAX_DOWNLOADS: usize = 256;

/// Downloads of one device at the same time: one, and one that it gave up without saying so.
pub const MAX_PER_DEVICE: usize = 2;

/// Bytes per second that leave for one device.
pub const DEVICE_RATE: u64 = 20_000_000;

/// Bytes per second that leave in all, unless the setting `firmware-rate` says otherwise.
pub const RATE: u64 = 100_000_000;

/// How far behind its rate a stream may be and still catch up.
const SLACK: Duration = Duration::from_millis(250);

/// The downloads under way. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Downloads(Arc<Mutex<Table>>);

#[derive(Debug)]
struct Table {
    rate: u64,
    all: usize,
    line: Line,
    devices: HashMap<DeviceId, (usize, Line)>,
}

/// When the next byte may leave.
#[derive(Clone, Copy, Debug)]
struct Line(Instant);

impl Line {
    /// Makes room for so many bytes; says how long they have to wait.
    fn take(&mut self, bytes: usize, rate: u64, now: Instant) -> Duration {
        let earliest = now.checked_sub(SLACK).unwrap_or(now);
        let begin = self.0.max(earliest);
        self.0 = begin + Duration::from_secs_f64(bytes as f64 / rate as f64);
        self.0.saturating_duration_since(now)
    }
}

impl Default for Downloads {
    fn default() -> Self {
        Self::new(RATE)
    }
}

impl Downloads {
    /// So many bytes per second in all.
    pub fn new(rate: u64) -> Self {
        Self(Arc::new(Mutex::new(Table {
            rate: rate.max(1),
            all: 0,
            line: Line(Instant::now()),
            devices: HashMap::new(),
        })))
    }

    /// A place for one download; `None` when there are too many.
    pub fn enter(&self, device: &DeviceId) -> Option<Place> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if table.all >= MAX_DOWNLOADS {
            return None;
        }
        let new = || (0, Line(Instant::now()));
        let (count, _) = table.devices.entry(device.clone()).or_insert_with(new);
        if *count >= MAX_PER_DEVICE {
            return None;
        }
        *count += 1;
        table.all += 1;
        Some(Place {
            downloads: self.clone(),
            device: device.clone(),
        })
    }
}

/// A download's place; given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    downloads: Downloads,
    device: DeviceId,
}

impl Place {
    /// How long the next bytes have to wait.
    pub fn take(&self, bytes: usize) -> Duration {
        let mut table = self.table();
        let (now, rate) = (Instant::now(), table.rate);
        let all = table.line.take(bytes, rate, now);
        match table.devices.get_mut(&self.device) {
            Some((_, line)) => all.max(line.take(bytes, DEVICE_RATE, now)),
            None => all,
        }
    }

    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        self.downloads
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.table();
        table.all -= 1;
        if let Some((count, _)) = table.devices.get_mut(&self.device) {
            *count -= 1;
            if *count == 0 {
                table.devices.remove(&self.device);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    fn device(number: usize) -> DeviceId {
        DeviceId::new(&format!("d{number}")).unwrap()
    }

    #[test]
    fn places_are_bounded_and_come_back() {
        let downloads = Downloads::default();
        let mut places: Vec<Place> = (0..MAX_DOWNLOADS)
            .map(|number| downloads.enter(&device(number)).unwrap())
            .collect();
        assert!(downloads.enter(&device(MAX_DOWNLOADS)).is_none());
        places.pop();
        places.pop();
        places.push(downloads.enter(&device(0)).unwrap());
        assert!(downloads.enter(&device(0)).is_none(), "a device has two");
        drop(places);
        assert!(downloads.0.lock().unwrap().devices.is_empty());
    }

    #[test]
    fn bytes_leave_at_the_rate() {
        let begin = Instant::now() + Duration::from_secs(3600);
        let at = |ms| begin + Duration::from_millis(ms);
        let mut line = Line(begin);
        assert_eq!(line.take(1_000, 1_000, at(0)), Duration::from_secs(1));
        assert_eq!(line.take(500, 1_000, at(0)), Duration::from_millis(1_500));
        assert_eq!(line.take(500, 1_000, at(1_500)), Duration::from_millis(500));
        // A pause is caught up with for a moment, not for all of it.
        assert_eq!(line.take(250, 1_000, at(60_000)), Duration::ZERO);
        assert_eq!(
            line.take(250, 1_000, at(60_000)),
            Duration::from_millis(250)
        );
    }
}
