//! An energy meter that sleeps: wakes up, sends its counter, disconnects.

use std::f64::consts::TAU;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::tenths;

/// State of one meter.
#[derive(Clone, Debug)]
pub struct Meter {
    firmware: String,
    every: Duration,
    energy_kwh: f64,
    base_kw: f64,
    battery: f64,
}

impl Meter {
    /// A meter somewhere in its life.
    pub fn new(rng: &mut StdRng, firmware: &str) -> Self {
        Self {
            firmware: firmware.to_owned(),
            every: Duration::from_secs(180),
            energy_kwh: rng.random_range(1_000.0..90_000.0),
            base_kw: rng.random_range(2.0..40.0),
            battery: rng.random_range(40.0..100.0),
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

    /// The next reading: power follows the working day, energy is its sum.
    pub fn measure(&mut self, second_of_day: u32, rng: &mut StdRng) -> Value {
        let day = f64::from(second_of_day) / 86_400.0;
        let busy = 0.5 - 0.5 * (TAU * day).cos();
        let power_kw = self.base_kw * (0.4 + 0.6 * busy) * rng.random_range(0.9..1.1);
        self.energy_kwh += power_kw * self.every.as_secs_f64() / 3600.0;
        json!({
            "powerKw": tenths(power_kw),
            "energyKwh": tenths(self.energy_kwh),
            "voltage": tenths(230.0 + rng.random_range(-4.0..4.0)),
        })
    }

    pub(super) fn report(&self) -> Value {
        json!({
            "firmware": { "version": self.firmware },
            "reporting": { "intervalS": self.every.as_secs() },
            "battery": { "percent": self.battery.round() as i64 },
            "power": { "source": "battery" },
            "net": { "type": "nbiot" },
        })
    }
}
