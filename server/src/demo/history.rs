//! Thirty days of the demo's fleet as samples: days and nights, a bad firmware in week three, a site that was cut off.
//! The last of them is like the fleet that the simulated devices then bring up.

use muster_core::time::Timestamp;
use muster_service::access::kinds::ManageHub;
use muster_service::health::FleetSample;
use muster_service::{Access, Hub};
use muster_simulator::Planned;

use crate::failure::Failure;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How far back it goes.
const PAST_MS: i64 = 30 * DAY;

/// Samples of the last eight days are as close as the hub's own.
const CLOSE_MS: i64 = 8 * DAY;

/// The bad firmware: when it came and when it was taken back, before now, and its share of the sensors.
const BAD: (i64, i64, f64) = (14 * DAY, 11 * DAY + 6 * HOUR, 0.22);

/// The site that was cut off: from and to, before now.
const CUT_OFF: (i64, i64) = (6 * DAY + 9 * HOUR, 6 * DAY + 3 * HOUR);

/// What the samples are counted over.
struct Fleet {
    sensors: f64,
    gateways: f64,
    meters: f64,
    never: u32,
    /// Devices of the site that was cut off.
    site: f64,
}

/// Adds what is not there yet.
pub(super) async fn add(hub: &Hub, plan: &[Planned]) -> Result<(), Failure> {
    let permit = hub.permit::<ManageHub>(&Access::console())?;
    let samples = samples(&fleet(plan), hub.now());
    Ok(hub.add_fleet_history(&permit, samples).await?)
}

fn fleet(plan: &[Planned]) -> Fleet {
    let of = |kind: &str| {
        let seen = plan.iter().filter(|planned| !planned.never_connects);
        seen.filter(|planned| planned.id.starts_with(kind)).count() as f64
    };
    let site = plan.first().map(|planned| planned.tags["site"].clone());
    let at_site = |planned: &&Planned| Some(&planned.tags["site"]) == site.as_ref();
    Fleet {
        sensors: of("ct-"),
        gateways: of("gw-"),
        meters: of("em-"),
        never: plan.iter().filter(|planned| planned.never_connects).count() as u32,
        site: plan.iter().filter(at_site).count() as f64,
    }
}

/// One per hour, and one per five minutes of the last days; the newest lies before `now`.
fn samples(fleet: &Fleet, now: Timestamp) -> Vec<FleetSample> {
    let newest = now.millis() - now.millis().rem_euclid(5 * MINUTE);
    let hours = (CLOSE_MS / HOUR + 1..=PAST_MS / HOUR)
        .rev()
        .map(|n| n * HOUR);
    let minutes = (1..=CLOSE_MS / MINUTE / 5).rev().map(|n| n * 5 * MINUTE);
    hours
        .chain(minutes)
        .map(|before| sample(fleet, newest - before, before))
        .collect()
}

fn sample(fleet: &Fleet, at: i64, before: i64) -> FleetSample {
    let all = fleet.sensors + fleet.gateways + fleet.meters;
    // From 0 at night to 1 in the middle of the day.
    let busy = 0.5 - 0.5 * (std::f64::consts::TAU * (at.rem_euclid(DAY) as f64 / DAY as f64)).cos();
    let cut_off = between(before, CUT_OFF.0, CUT_OFF.1);
    let bad = fleet.sensors * BAD.2 * phase(before, BAD.0, BAD.1);
    let lost = if cut_off { fleet.site } else { 0.0 };
    // Half of those with the bad firmware fall silent; a few devices always are.
    let silent = (all * (0.006 + 0.004 * wiggle(at, 3)) + bad * 0.5 + lost).min(all);
    let overdue =
        (all * (0.01 + 0.01 * busy + 0.006 * wiggle(at, 2)) + bad * 0.2).min(all - silent);
    let meters_left = fleet.meters * (1.0 - silent / all.max(1.0));
    let asleep = (meters_left * (0.9 + 0.08 * wiggle(at, 1))).min(all - silent - overdue);
    let [silent, overdue, asleep] = [silent, overdue, asleep].map(|n| n.max(0.0) as u32);
    let reporting = (all as u32).saturating_sub(silent + overdue + asleep);
    // What was asked for goes round in waves.
    let drift = all * (0.05 + 0.02 * wiggle(at, 4)) + bad;
    FleetSample {
        scope: String::new(),
        at: Timestamp::from_millis(at),
        connected: reporting.saturating_sub(overdue / 2),
        drift: drift as u32,
        contact: [reporting, asleep, overdue, silent, fleet.never],
        firmware: firmware(fleet, before, bad),
    }
}

/// Sensors move from 4.1.7 over 4.2.1 to 4.3.0, gateways and meters more slowly.
fn firmware(fleet: &Fleet, before: i64, bad: f64) -> Vec<(String, u32)> {
    let moved = 1.0 - before as f64 / PAST_MS as f64;
    let newest = fleet.sensors * 0.3 * step(moved, 0.55);
    let oldest = fleet.sensors * (0.1 + 0.6 * (1.0 - step(moved, 0.25)));
    let newer = fleet.meters * (0.2 + 0.5 * step(moved, 0.5));
    let mut versions = [
        ("4.1.7", oldest),
        ("4.2.1", fleet.sensors - newest - oldest - bad),
        ("4.2.9", bad),
        ("4.3.0", newest),
        ("2.8.0", fleet.gateways),
        ("1.13", fleet.meters - newer),
        ("1.14", newer),
    ]
    .map(|(version, n)| (version.to_owned(), n.max(0.0) as u32))
    .to_vec();
    versions.retain(|(_, n)| *n > 0);
    versions.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    versions
}

fn between(before: i64, from: i64, to: i64) -> bool {
    (to..from).contains(&before)
}

/// Rises within a day, holds, and falls within six hours.
fn phase(before: i64, from: i64, to: i64) -> f64 {
    let since = (from - before) as f64 / DAY as f64;
    let left = (before - to) as f64 / (6 * HOUR) as f64;
    since.clamp(0.0, 1.0) * left.clamp(0.0, 1.0)
}

/// From 0 to 1 around a point of the whole time, within a fifth of it.
fn step(moved: f64, at: f64) -> f64 {
    ((moved - at) / 0.2 + 0.5).clamp(0.0, 1.0)
}

/// A repeatable unrest between 0 and 1 that changes every half an hour.
fn wiggle(at: i64, seed: i64) -> f64 {
    let n = (at / (30 * MINUTE))
        .wrapping_mul(7_919)
        .wrapping_add(seed * 104_729);
    (n.wrapping_mul(n) >> 3).rem_euclid(1_000) as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_of_the_whole_fleet() {
        let plan = muster_simulator::plan(500);
        let now = Timestamp::from_millis(1_800_000_123_456);
        let samples = samples(&fleet(&plan), now);
        assert_eq!(samples.len(), 22 * 24 + 8 * 288);
        assert!(samples.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert!(samples.iter().all(|sample| sample.at < now));
        for sample in &samples {
            assert_eq!(sample.contact.iter().sum::<u32>(), 500, "{sample:?}");
            let versions: u32 = sample.firmware.iter().map(|(_, n)| n).sum();
            assert!(versions <= 500 && versions > 470, "{sample:?}");
            assert!(
                sample
                    .firmware
                    .windows(2)
                    .all(|pair| pair[0].1 >= pair[1].1)
            );
        }
    }

    #[test]
    fn the_bad_firmware_and_the_cut_off_site_can_be_seen() {
        let plan = muster_simulator::plan(500);
        let fleet = fleet(&plan);
        let silent = |before| sample(&fleet, 1_800_000_000_000 - before, before).contact[3];
        let usual = silent(20 * DAY);
        assert!(usual < 10);
        assert!(silent(12 * DAY) > usual + 20);
        assert!(silent(6 * DAY + 6 * HOUR) > usual + 35);
        let runs = |before, version: &str| {
            let versions = firmware(&fleet, before, 0.0);
            versions
                .iter()
                .find(|(v, _)| v == version)
                .map_or(0, |(_, n)| *n)
        };
        assert!(runs(30 * DAY, "4.3.0") < runs(DAY, "4.3.0"));
        assert!(runs(30 * DAY, "4.1.7") > runs(DAY, "4.1.7"));
    }

    #[test]
    fn a_fleet_of_none_has_a_history_of_none() {
        let fleet = fleet(&[]);
        let sample = sample(&fleet, 1_800_000_000_000, DAY);
        assert_eq!(sample.contact, [0; 5]);
        assert_eq!(sample.firmware, []);
    }
}
