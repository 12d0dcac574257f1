//! A mains gateway: always connected, with children behind it.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::tenths;

/// State of one gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    firmware: String,
    every: Duration,
    children: u32,
    load: f64,
    uptime_s: u64,
}

impl Gateway {
    /// A gateway with so many children.
    pub fn new(rng: &mut StdRng, firmware: &str, children: u32) -> Self {
        Self {
            firmware: firmware.to_owned(),
            every: Duration::from_secs(30),
            children,
            load: rng.random_range(5.0..30.0),
            uptime_s: rng.random_range(3_600..3_000_000),
        }
    }

    pub(super) fn firmware(&mut self) -> &mut String {
        &mut self.firmware
    }

    pub(super) fn every(&self) -> Duration {
        self.every
    }

    pub(super) fn set_every(&mut self, every: Option<Duration>) {
        self.every = every.unwrap_or(self.every);
    }

    pub(super) fn measure(&mut self, _second_of_day: u32, rng: &mut StdRng) -> Value {
        self.load = (self.load + rng.random_range(-3.0..3.0)).clamp(1.0, 95.0);
        self.uptime_s += self.every.as_secs();
        json!({
            "cpuPercent": tenths(self.load),
            "memoryPercent": tenths(30.0 + self.load / 4.0),
            "boardTemperature": tenths(35.0 + self.load / 5.0),
            "childrenHeard": self.children.saturating_sub(u32::from(rng.random_bool(0.2))),
        })
    }

    pub(super) fn report(&self) -> Value {
        json!({
            "firmware": { "version": self.firmware },
            "reporting": { "intervalS": self.every.as_secs() },
            "power": { "source": "mains" },
            "net": { "type": "ethernet" },
            "children": self.children,
        })
    }
}
