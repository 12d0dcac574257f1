//! Random batches: the kept numbers equal a full count after each.

use super::*;

/// A small generator: the cases are the same at each run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % sides
    }
}

/// Batches of all kinds in any order, also late and repeated ones: no result moves backwards, and the kept numbers
/// equal a full count after each.
pub(crate) async fn random_batches_keep_the_numbers_right(place: &Place) {
    let store = fleet(place, 12).await;
    for seed in 0..6 {
        let mut dice = Dice(seed);
        let operation = started(&store, 12).await;
        let all = [
            fresh(&store, operation, 0).await,
            fresh(&store, operation, 1).await,
        ]
        .concat();
        open_second_wave(&store, operation).await;
        let mut over: BTreeMap<i64, StoredTarget> = BTreeMap::new();
        for turn in 0..12 {
            let mut batch = TargetBatch::new(operation, at(turn));
            for one in &all {
                let one = one.clone();
                match dice.below(9) {
                    0 => batch
                        .hold
                        .push((one, waits(["night", "offline"][dice.below(2)]))),
                    1 => batch.begin.push((one, at(60))),
                    2 => batch.apply.push((one, write())),
                    3 => batch
                        .ended
                        .push((one, Ended::Succeeded, Some(200), Some(json!(1)))),
                    4 => {
                        let failed = Ended::Failed {
                            why: "no".into(),
                            retryable: false,
                        };
                        batch.ended.push((one, failed, None, None));
                    }
                    5 => batch
                        .ended
                        .push((one, Ended::Again(waits("later")), None, None)),
                    6 => {
                        let skipped = Ended::Skipped {
                            why: "no need".into(),
                        };
                        batch.ended.push((one, skipped, None, None));
                    }
                    _ => {}
                }
            }
            if dice.below(3) == 0 {
                batch.hold.extend(
                    batch
                        .ended
                        .iter()
                        .map(|(one, ..)| (one.clone(), waits("twice"))),
                );
            }
            let Settled { changed, .. } = store.settle_targets(batch.clone()).await.unwrap();
            assert!(changed <= all.len());
            tallies(&store, operation).await;
            let walked = store
                .walk_targets(operation, (0, i64::MIN), 100)
                .await
                .unwrap();
            let with_reason = walked
                .iter()
                .filter(|target| target.reason.is_some())
                .count();
            let told: u32 = reasons(&store, operation).await.values().sum();
            assert_eq!(told as usize, with_reason);
            for target in walked {
                if let Some(was) = over.get(&target.key) {
                    assert_eq!(*was, target.state, "{target:?} moved backwards");
                }
                if !matches!(target.state, StoredTarget::Pending | StoredTarget::Running) {
                    over.insert(target.key, target.state);
                }
            }
        }
        let stop = said(EventKind::OperationStopped);
        store
            .turn_operation(operation, Turn::Stop, None, stop)
            .await
            .unwrap();
    }
    store.close().await;
}
