//! A cold-chain sensor on battery: temperature, humidity, a door that is sometimes open.

use std::f64::consts::TAU;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::tenths;

/// Temperature the air outside drifts to while the door is open.
const WARM: f64 = 16.0;

/// State of one sensor.
#[derive(Clone, Debug)]
pub struct ColdChain {
    firmware: String,
    every: Duration,
    set_point: f64,
    temperature: f64,
    battery: f64,
    rssi: i32,
    door_open_for: u32,
    low: f64,
    high: f64,
}

impl ColdChain {
    /// A sensor somewhere in its life.
    pub fn new(rng: &mut StdRng, firmware: &str) -> Self {
        let set_point = rng.random_range(3.0..5.0);
        Self {
            firmware: firmware.to_owned(),
            every: Duration::from_secs(60),
            set_point,
            temperature: set_point,
            battery: rng.random_range(15.0..100.0),
            rssi: rng.random_range(-95..-50),
            door_open_for: 0,
            low: 2.0,
            high: 8.0,
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

    pub(super) fn set_alarm(&mut self, low: Option<f64>, high: Option<f64>) {
        self.low = low.unwrap_or(self.low);
        self.high = high.unwrap_or(self.high);
    }

    /// The next reading. Doors open more often by day, compressors breathe every twenty minutes.
    pub fn measure(&mut self, second_of_day: u32, rng: &mut StdRng) -> Value {
        let day = f64::from(second_of_day) / 86_400.0;
        let busy = 0.5 - 0.5 * (TAU * day).cos();
        if self.door_open_for == 0 && rng.random_bool(0.002 + 0.012 * busy) {
            self.door_open_for = rng.random_range(1..6);
        }
        let pull = if self.door_open_for > 0 {
            self.door_open_for -= 1;
            (WARM - self.temperature) * 0.12
        } else {
            (self.set_point + 0.4 * busy - self.temperature) * 0.3
        };
        let breath = 0.15 * (TAU * f64::from(second_of_day) / 1200.0).sin();
        self.temperature += pull + breath + rng.random_range(-0.1..0.1);
        self.battery = (self.battery - 0.0005).max(1.0);
        self.rssi = (self.rssi + rng.random_range(-2..3)).clamp(-110, -45);
        json!({
            "temperature": tenths(self.temperature),
            "humidity": tenths(72.0 + 8.0 * busy + rng.random_range(-2.0..2.0)),
            "battery": self.battery.round(),
            "rssi": self.rssi,
        })
    }

    pub(super) fn report(&self) -> Value {
        json!({
            "firmware": { "version": self.firmware },
            "reporting": { "intervalS": self.every.as_secs() },
            "alarm": { "low": self.low, "high": self.high },
            "battery": { "percent": self.battery.round() as i64 },
            "power": { "source": "battery" },
            "net": { "type": "lora", "rssi": self.rssi },
            "door": { "open": self.door_open_for > 0 },
        })
    }
}
