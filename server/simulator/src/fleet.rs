//! Many simulated devices at once.

use std::time::Duration;

use muster_core::key::SharedKey;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::archetype::{Archetype, ColdChain};
use crate::device;
use crate::firmware::Updating;
use crate::target::HubTarget;

/// A device to simulate. Its `Debug` shows no key.
#[derive(Clone, Debug)]
pub struct SimDevice {
    /// Its id in the registry.
    pub id: String,
    /// The key that signs its tokens.
    pub key: SharedKey,
    /// The policy the key belongs to, when it is not the device's own.
    pub policy: Option<String>,
    /// A new key of its own that it was handed and has not used yet.
    pub next_key: Option<SharedKey>,
    /// What it is.
    pub archetype: Archetype,
    /// Seed of its behaviour.
    pub seed: u64,
    /// It takes desired settings and confirms them; without, it drifts.
    pub confirms: bool,
    /// How it updates its firmware.
    pub updating: Updating,
    /// Chance per reading that it falls silent for a while.
    pub drop_out: f64,
    /// It connects for the first time somewhere within this time.
    pub start_within_ms: u64,
}

/// How a plain fleet behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profile {
    /// Sensors that behave as in the demo.
    Mixed,
    /// Sensors that send every five seconds, for load.
    Load,
}

impl SimDevice {
    /// A sensor for `muster simulate`.
    pub fn plain(
        id: String,
        key: SharedKey,
        policy: Option<String>,
        number: u64,
        profile: Profile,
    ) -> Self {
        use rand::SeedableRng;
        let mut rng = rand::rngs::StdRng::seed_from_u64(number);
        let mut sensor = Archetype::ColdChain(ColdChain::new(&mut rng, "4.2.1"));
        if profile == Profile::Load {
            let fast = serde_json::json!({ "reporting": { "intervalS": 5 } });
            sensor.take(fast.as_object().expect("an object was written above"));
        }
        Self {
            id,
            key,
            policy,
            next_key: None,
            archetype: sensor,
            seed: number,
            confirms: profile == Profile::Mixed,
            updating: Updating::default(),
            drop_out: 0.0,
            start_within_ms: 10_000,
        }
    }
}

/// Longest time devices get to end when told to stop.
const STOP_WITHIN: Duration = Duration::from_secs(2);

/// Runs the devices until `stop`.
pub async fn run(devices: Vec<SimDevice>, target: HubTarget, stop: CancellationToken) {
    let mut tasks = JoinSet::new();
    for one in devices {
        tasks.spawn(device::live(one, target.clone(), stop.clone()));
    }
    stop.cancelled().await;
    let ended = async { while tasks.join_next().await.is_some() {} };
    // Whoever has not ended by then is dropped with the set.
    let _ = tokio::time::timeout(STOP_WITHIN, ended).await;
}
