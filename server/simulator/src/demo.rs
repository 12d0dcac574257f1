//! The demo fleet: sites in five regions, the tags the product uses, the same at each start.

use muster_core::key::SharedKey;
use muster_core::twin::Object;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::archetype::{Archetype, ColdChain, Gateway, Meter};
use crate::firmware::Updating;
use crate::fleet::SimDevice;

/// Share of firmware updates that fail, so that rollouts have something to show.
const UPDATE_FAILURES: f64 = 0.06;

/// Seed of the demo.
const SEED: u64 = 0x4D55_5354_4552;

/// Region, name, code, time zone, latitude, longitude.
const SITES: [(&str, &str, &str, &str, f64, f64); 12] = [
    (
        "north",
        "Harbour Cold Store",
        "hbr",
        "Europe/London",
        54.97,
        -1.61,
    ),
    ("north", "Birch Yard", "bch", "Europe/London", 55.95, -3.19),
    ("north", "Fell End", "fel", "Europe/London", 54.46, -3.09),
    (
        "west",
        "Mill Lane Depot",
        "mil",
        "Europe/Dublin",
        53.35,
        -6.26,
    ),
    (
        "west",
        "Quarry Road Hub",
        "qry",
        "Europe/Dublin",
        52.66,
        -8.63,
    ),
    ("central", "Ridgeway", "rdg", "Europe/Berlin", 52.52, 13.40),
    ("central", "Saltmarsh", "slt", "Europe/Berlin", 53.55, 9.99),
    (
        "central",
        "Kiln Street",
        "kln",
        "Europe/Berlin",
        50.94,
        6.96,
    ),
    ("east", "Lock Gate", "lck", "Europe/Warsaw", 52.23, 21.01),
    (
        "east",
        "Windmill Park",
        "wnd",
        "Europe/Helsinki",
        60.17,
        24.94,
    ),
    (
        "south",
        "Olive Terminal",
        "olv",
        "Europe/Madrid",
        40.42,
        -3.70,
    ),
    ("south", "Sun Wharf", "sun", "Europe/Athens", 37.98, 23.73),
];

const CUSTOMERS: [&str; 4] = [
    "Fallowmere Foods",
    "Northgate Pharma",
    "Tidewater Fish",
    "Alder Dairy",
];

/// A device of the demo before it is registered.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its id.
    pub id: String,
    /// Its first tags.
    pub tags: Object,
    /// Its first desired properties.
    pub desired: Object,
    /// It is registered but stays in its box.
    pub never_connects: bool,
    archetype: Archetype,
    seed: u64,
    confirms: bool,
    drop_out: f64,
}

impl Planned {
    /// The running device, once registration has given it a key. `None` for one that stays in its box.
    pub fn with_key(self, key: SharedKey) -> Option<SimDevice> {
        (!self.never_connects).then_some(SimDevice {
            id: self.id,
            key,
            policy: None,
            next_key: None,
            archetype: self.archetype,
            seed: self.seed,
            confirms: self.confirms,
            updating: Updating::failing(UPDATE_FAILURES),
            drop_out: self.drop_out,
            start_within_ms: 8_000,
        })
    }
}

/// The first `count` devices of the demo: one gateway and a few meters among the sensors of each site.
pub fn plan(count: usize) -> Vec<Planned> {
    (0..count).map(planned).collect()
}

fn planned(index: usize) -> Planned {
    let seed = SEED
        .wrapping_add(index as u64)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut rng = StdRng::seed_from_u64(seed);
    let site = SITES[index % SITES.len()];
    let number = index / SITES.len() + 1;
    let (kind, model, every_s, archetype) = match number % 10 {
        1 => {
            let gateway = Archetype::Gateway(Gateway::new(&mut rng, "2.8.0", 9));
            ("gw", "GW-50", 120, gateway)
        }
        4 | 7 => {
            let firmware = if rng.random_bool(0.7) { "1.14" } else { "1.13" };
            (
                "em",
                "EM-10",
                240,
                Archetype::Meter(Meter::new(&mut rng, firmware)),
            )
        }
        _ => {
            let firmware = match rng.random_range(0..10) {
                0..6 => "4.2.1",
                6..9 => "4.3.0",
                _ => "4.1.7",
            };
            (
                "ct",
                "CT-200",
                180,
                Archetype::ColdChain(ColdChain::new(&mut rng, firmware)),
            )
        }
    };
    let room = (number - 1) / 10 + 1;
    let id = match kind {
        "gw" => format!("gw-{}-{room:02}", site.2),
        kind => format!("{kind}-{}-{room:02}-{number:04}", site.2),
    };
    let mut desired = json!({ "reporting": { "intervalS": if kind == "em" { 180 } else { 60 } } });
    if kind == "ct" {
        desired["alarm"] = json!({ "low": 2.0, "high": 8.0 });
    }
    let behind = rng.random_bool(0.06);
    if behind && kind == "ct" {
        desired["firmware"] = json!({ "version": "4.4.0" });
    }
    Planned {
        tags: object(tags(site, kind, model, room, every_s, &mut rng)),
        desired: object(desired),
        never_connects: rng.random_bool(0.02),
        archetype,
        seed,
        confirms: !rng.random_bool(0.03),
        drop_out: if rng.random_bool(0.05) { 0.05 } else { 0.0005 },
        id,
    }
}

fn tags(
    site: (&str, &str, &str, &str, f64, f64),
    kind: &str,
    model: &str,
    room: usize,
    every_s: u32,
    rng: &mut StdRng,
) -> Value {
    let (region, name, code, zone, lat, lon) = site;
    let mut tags = json!({
        "region": region,
        "site": name,
        "model": model,
        "customer": CUSTOMERS[rng.random_range(0..CUSTOMERS.len())],
        "ring": rng.random_range(0..4),
        "serial": format!("{:04X}-{:04X}-{:04X}", rng.random::<u16>(), rng.random::<u16>(), rng.random::<u16>()),
        "location": {
            "site": code,
            "room": format!("Cold store {room}"),
            "timezone": zone,
            "lat": lat + rng.random_range(-0.01..0.01),
            "lon": lon + rng.random_range(-0.01..0.01),
        },
        "contact": { "everyS": every_s, "sleeps": kind == "em" },
    });
    if kind != "gw" {
        tags["gateway"] = format!("gw-{code}-{room:02}").into();
    }
    tags
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::collections::BTreeSet;

    use muster_core::contact::Schedule;
    use muster_core::ids::DeviceId;

    #[test]
    fn the_demo_is_the_same_each_time_and_its_ids_are_good() {
        let (first, again) = (plan(500), plan(500));
        let ids: BTreeSet<_> = first.iter().map(|p| p.id.clone()).collect();
        assert_eq!(ids.len(), 500);
        for (a, b) in first.iter().zip(&again) {
            assert_eq!((&a.id, &a.tags, &a.desired), (&b.id, &b.tags, &b.desired));
            DeviceId::new(&a.id).unwrap();
        }
    }

    #[test]
    fn every_kind_and_region_is_there_and_meters_sleep() {
        let fleet = plan(500);
        for kind in ["ct-", "gw-", "em-"] {
            assert!(
                fleet.iter().filter(|p| p.id.starts_with(kind)).count() > 30,
                "{kind}"
            );
        }
        for region in ["north", "west", "central", "east", "south"] {
            assert!(fleet.iter().any(|p| p.tags["region"] == region), "{region}");
        }
        for planned in &fleet {
            let schedule = Schedule::from_tags(&Value::Object(planned.tags.clone()));
            assert_eq!(schedule.sleeps, planned.id.starts_with("em-"));
        }
        assert!(fleet.iter().any(|p| p.never_connects));
    }
}
