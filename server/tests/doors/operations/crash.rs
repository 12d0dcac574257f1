//! Kill -9 at moments that nobody chose: totals are exact, and each device is changed once by each operation.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use serde_json::json;

use crate::support::Muster;
use crate::support::fleet::{expect_one_effect_each, update};

const DEVICES: usize = 2_000;

/// Longest life of the hub, in milliseconds; some end while it starts.
const LONGEST: u64 = 900;

/// Moments from a number, so that a run that fails can be repeated with `MUSTER_SEED`.
struct Dice(u64);

impl Dice {
    #[expect(clippy::print_stdout, reason = "shown when the test fails")]
    fn new() -> Self {
        let given = std::env::var("MUSTER_SEED").ok();
        let seed = given.and_then(|text| text.parse().ok());
        let seed = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        println!("MUSTER_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_survive_kill_9_at_any_moment() {
    let kills = if std::env::var_os("MUSTER_SOAK").is_some() {
        40
    } else {
        6
    };
    let mut dice = Dice::new();
    let muster = Muster::new();
    muster.make_fleet(None, DEVICES).await;
    let waves = json!([
        { "size": { "kind": "count", "devices": 20 } },
        { "size": { "kind": "permille", "share": 300 } },
        { "size": { "kind": "rest" } },
    ]);
    let served = muster.serve(&[]);
    // The second writes what the first writes, so each of its devices waits for the first.
    let first = muster.operate(&update("first", 60, &waves));
    let second = muster.operate(&update("second", 90, &json!([])));
    tokio::time::sleep(Duration::from_millis(dice.below(LONGEST))).await;
    served.kill();
    for _ in 1..kills {
        let served = muster.serve(&[]);
        tokio::time::sleep(Duration::from_millis(dice.below(LONGEST))).await;
        served.kill();
    }
    let served = muster.serve(&[]);
    for operation in [first, second] {
        muster.until_completed(operation).await;
    }
    assert_eq!(served.terminate(), Some(0));
    let running = muster.within(None).await;
    expect_one_effect_each(running.hub(), DEVICES, &[(first, 60), (second, 90)]).await;
    running.drain().await;
}
