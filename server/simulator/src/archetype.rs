//! Kinds of devices: what they measure, how they keep in touch, how they take new settings.

use muster_core::twin::Object;
use rand::rngs::StdRng;
use serde_json::Value;
use std::time::Duration;

mod cold_chain;
mod gateway;
mod meter;
mod methods;

pub use cold_chain::ColdChain;
pub use gateway::Gateway;
pub use meter::Meter;
pub use methods::Reply;

/// How a device keeps in touch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rhythm {
    /// Stays connected and sends once in a while.
    Connected(Duration),
    /// Connects, says what there is to say, and sleeps.
    Sleeps(Duration),
}

/// A device's behaviour. Time is the second of the day, so that curves follow the sun.
#[derive(Clone, Debug)]
pub enum Archetype {
    /// A battery sensor in a cold store.
    ColdChain(ColdChain),
    /// A mains gateway with children behind it.
    Gateway(Gateway),
    /// An energy meter that sleeps between readings.
    Meter(Meter),
}

impl Archetype {
    /// When it sends next.
    pub fn rhythm(&self) -> Rhythm {
        match self {
            Self::ColdChain(device) => Rhythm::Connected(device.every()),
            Self::Gateway(device) => Rhythm::Connected(device.every()),
            Self::Meter(device) => Rhythm::Sleeps(device.every()),
        }
    }

    /// One telemetry message.
    pub fn measure(&mut self, second_of_day: u32, rng: &mut StdRng) -> Value {
        match self {
            Self::ColdChain(device) => device.measure(second_of_day, rng),
            Self::Gateway(device) => device.measure(second_of_day, rng),
            Self::Meter(device) => device.measure(second_of_day, rng),
        }
    }

    /// What it reports about itself now.
    pub fn report(&self) -> Value {
        match self {
            Self::ColdChain(device) => device.report(),
            Self::Gateway(device) => device.report(),
            Self::Meter(device) => device.report(),
        }
    }

    /// The version of the firmware it runs.
    pub fn firmware(&mut self) -> &mut String {
        match self {
            Self::ColdChain(device) => device.firmware(),
            Self::Gateway(device) => device.firmware(),
            Self::Meter(device) => device.firmware(),
        }
    }

    /// Takes desired properties. Settings it does not understand, it ignores; firmware needs more than a setting.
    pub fn take(&mut self, desired: &Object) {
        let number = |path: [&str; 2]| desired.get(path[0])?.get(path[1])?.as_f64();
        let seconds = |s: f64| Duration::from_secs((s as u64).clamp(5, 86_400));
        match self {
            Self::ColdChain(device) => {
                device.set_every(number(["reporting", "intervalS"]).map(seconds));
                device.set_alarm(number(["alarm", "low"]), number(["alarm", "high"]));
            }
            Self::Gateway(device) => {
                device.set_every(number(["reporting", "intervalS"]).map(seconds))
            }
            Self::Meter(device) => {
                device.set_every(number(["reporting", "intervalS"]).map(seconds))
            }
        }
    }
}

/// A value with one decimal, so that messages look like those of real sensors.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rand::SeedableRng;
    use serde_json::json;

    #[test]
    fn desired_settings_come_back_in_the_report() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut sensor = Archetype::ColdChain(ColdChain::new(&mut rng, "4.2.1"));
        sensor.take(
            json!({"reporting":{"intervalS":900},"alarm":{"high":9.5},"unknown":1})
                .as_object()
                .unwrap(),
        );
        let report = sensor.report();
        assert_eq!(report["reporting"]["intervalS"], 900);
        assert_eq!(report["alarm"]["high"], 9.5);
        assert_eq!(report["alarm"]["low"], 2.0);
        assert_eq!(sensor.rhythm(), Rhythm::Connected(Duration::from_secs(900)));
        assert!(report.get("unknown").is_none());
    }

    #[test]
    fn a_day_in_a_cold_store_stays_cold_and_the_same_seed_gives_the_same_day() {
        let day = |seed| {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut sensor = ColdChain::new(&mut rng, "4.2.1");
            (0..1440)
                .map(|minute| {
                    sensor.measure(minute * 60, &mut rng)["temperature"]
                        .as_f64()
                        .unwrap()
                })
                .collect::<Vec<_>>()
        };
        let first = day(7);
        assert_eq!(first, day(7));
        assert!(first.iter().all(|t| (-5.0..20.0).contains(t)), "{first:?}");
        assert!(first.iter().filter(|t| **t < 8.0).count() > 1200);
    }

    #[test]
    fn meters_only_count_up() {
        let mut rng = StdRng::seed_from_u64(3);
        let mut meter = Meter::new(&mut rng, "1.14");
        let mut last = 0.0;
        for minute in 0..500 {
            let energy = meter.measure(minute * 60, &mut rng)["energyKwh"]
                .as_f64()
                .unwrap();
            assert!(energy >= last);
            last = energy;
        }
    }
}
