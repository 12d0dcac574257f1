//! Which device goes in which wave.

use serde::{Deserialize, Serialize};

use super::{Wave, WaveSize};
use crate::ids::{DeviceId, OperationId};

/// Where a device stands in the order of an operation: as good as random, so that a wave is no alphabet, and always the
/// same.
pub fn place_of(operation: OperationId, device: &DeviceId) -> u64 {
    // FNV-1a, then the finisher of SplitMix64: the low bits of FNV alone follow the last letters.
    let seed = 0xcbf2_9ce4_8422_2325
        ^ operation
            .0
            .cast_unsigned()
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut hash = device.as_str().bytes().fold(seed, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// Where each wave ends in the order of places. Enough to tell the wave of any device, without a list of devices.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Allotment(Vec<Option<u64>>);

impl Allotment {
    /// Divides devices among waves. Each comes with its place and the waves whose condition it meets (bit 0 is the
    /// first wave).
    pub fn new(waves: &[Wave], mut devices: Vec<(u64, u32)>) -> Self {
        devices.sort_unstable_by_key(|(place, _)| *place);
        let total = devices.len();
        let mut ends = Vec::with_capacity(waves.len());
        for (index, wave) in waves.iter().enumerate() {
            let wanted = match wave.size {
                WaveSize::Count { devices } => devices as usize,
                WaveSize::Permille { share } => (total * usize::from(share)).div_ceil(1000),
                WaveSize::Query { .. } => {
                    devices.retain(|(_, meets)| meets >> index & 1 == 0);
                    ends.push(None);
                    continue;
                }
                WaveSize::Rest => {
                    ends.push(None);
                    continue;
                }
            };
            let taken = wanted.min(devices.len());
            // A wave for which nothing was left ends before the first place.
            let end = devices[..taken].last().map(|(place, _)| *place);
            devices.drain(..taken);
            ends.push(end);
        }
        Self(ends)
    }

    /// The wave of a device; the first when there are none. A device that no wave takes goes with the last.
    pub fn wave_of(&self, waves: &[Wave], place: u64, meets: u32) -> u16 {
        let takes = |(index, wave): (usize, &Wave)| match wave.size {
            WaveSize::Count { .. } | WaveSize::Permille { .. } => self
                .0
                .get(index)
                .copied()
                .flatten()
                .is_some_and(|end| place <= end),
            WaveSize::Query { .. } => meets >> index & 1 == 1,
            WaveSize::Rest => true,
        };
        let found = waves.iter().enumerate().position(takes);
        found.unwrap_or(waves.len().saturating_sub(1)) as u16
    }

    /// How many devices each wave gets; one number when there are no waves.
    pub fn sizes(&self, waves: &[Wave], devices: &[(u64, u32)]) -> Vec<u32> {
        let mut sizes = vec![0; waves.len().max(1)];
        for (place, meets) in devices {
            sizes[usize::from(self.wave_of(waves, *place, *meets))] += 1;
        }
        sizes
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use proptest::prelude::*;

    use super::*;

    fn wave(size: WaveSize) -> Wave {
        Wave {
            size,
            success_percent: 100,
            soak_s: 0,
            manual: false,
        }
    }

    fn query() -> WaveSize {
        WaveSize::Query { text: "x".into() }
    }

    /// The rule of product §4, word by word: wave after wave takes of those no earlier wave took.
    fn by_hand(waves: &[Wave], mut left: Vec<(u64, u32)>) -> Vec<u32> {
        left.sort_unstable_by_key(|(place, _)| *place);
        let total = left.len();
        let mut sizes = Vec::new();
        for (index, wave) in waves.iter().enumerate() {
            let before = left.len();
            match wave.size {
                WaveSize::Count { devices } => left = left.split_off(before.min(devices as usize)),
                WaveSize::Permille { share } => {
                    let wanted = (total * usize::from(share)).div_ceil(1000);
                    left = left.split_off(before.min(wanted));
                }
                WaveSize::Query { .. } => left.retain(|(_, meets)| meets >> index & 1 == 0),
                WaveSize::Rest => left.clear(),
            }
            sizes.push((before - left.len()) as u32);
        }
        sizes
    }

    #[test]
    fn preset_waves_have_their_sizes() {
        let sizes = [
            WaveSize::Count { devices: 10 },
            WaveSize::Permille { share: 10 },
            WaveSize::Permille { share: 100 },
            WaveSize::Permille { share: 500 },
            WaveSize::Rest,
        ];
        let waves: Vec<Wave> = sizes.into_iter().map(wave).collect();
        let check = |devices: usize, want: [u32; 5]| {
            let devices: Vec<(u64, u32)> = (0..devices)
                .map(|n| {
                    let id = DeviceId::new(&format!("d{n:07}")).unwrap();
                    (place_of(OperationId(1), &id), 0)
                })
                .collect();
            let sizes = Allotment::new(&waves, devices.clone()).sizes(&waves, &devices);
            assert_eq!(sizes, want);
        };
        check(1000, [10, 10, 100, 500, 380]);
        check(5, [5, 0, 0, 0, 0]);
        check(0, [0, 0, 0, 0, 0]);
        check(11, [10, 1, 0, 0, 0]);
    }

    #[test]
    fn operations_have_orders_of_their_own() {
        let order = |operation| {
            let mut ids: Vec<DeviceId> = (0..100)
                .map(|n| DeviceId::new(&format!("d{n:03}")).unwrap())
                .collect();
            ids.sort_by_key(|id| place_of(OperationId(operation), id));
            ids
        };
        assert_ne!(order(1), order(2));
        assert!(!order(1).is_sorted());
        assert_eq!(order(1), order(1));
    }

    proptest! {
        #[test]
        fn waves_take_what_no_earlier_wave_took(
            places in prop::collection::btree_map(any::<u64>(), any::<u32>(), 0..200),
            sizes in prop::collection::vec(prop_oneof![
                (1_u32..60).prop_map(|devices| WaveSize::Count { devices }),
                (1_u16..600).prop_map(|share| WaveSize::Permille { share }),
                Just(query()),
            ], 0..6),
        ) {
            let waves: Vec<Wave> = sizes.into_iter().chain([WaveSize::Rest]).map(wave).collect();
            let devices: Vec<(u64, u32)> = places.into_iter().collect();
            let allotment = Allotment::new(&waves, devices.clone());
            prop_assert_eq!(allotment.sizes(&waves, &devices), by_hand(&waves, devices));
        }
    }
}
