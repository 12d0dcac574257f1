//! Two workers at one operation, each with what it saw some time ago, while processes die: nothing is lost, nothing is
//! done twice, and the kept numbers equal a full count after each step.

use super::random::Dice;
use super::*;

const DEVICES: usize = 14;

/// How long a begun target is left to whoever began it, in seconds.
const LEASE: i64 = 5;

/// What a worker knows; gone when its process dies.
#[derive(Default)]
struct Worker {
    seen: Vec<Candidate>,
    begun: Vec<Candidate>,
    last: Option<TargetBatch>,
}

/// The operation and what is known about it without asking the database.
struct Field {
    store: Store,
    operation: OperationId,
    /// Whether devices are written at once, or begun and ended.
    writes: bool,
    now: i64,
    serial: u32,
    /// Attempts per device key.
    begins: BTreeMap<i64, u8>,
    /// Results, which never change.
    over: BTreeMap<i64, StoredTarget>,
}

impl Field {
    async fn new(store: Store, writes: bool) -> Self {
        let operation = started(&store, DEVICES).await;
        open_second_wave(&store, operation).await;
        Self {
            store,
            operation,
            writes,
            now: 10,
            serial: 0,
            begins: BTreeMap::new(),
            over: BTreeMap::new(),
        }
    }

    fn batch(&self) -> TargetBatch {
        TargetBatch::new(self.operation, at(self.now))
    }

    /// A value that no other write has.
    fn write(&mut self) -> Effect {
        self.serial += 1;
        let write = ServiceWrite {
            mode: Mode::Merge,
            tags: None,
            desired: Some(json!({ "a": format!("{} {}", self.operation, self.serial) })),
        };
        Effect::Twin {
            write: Arc::new(write),
            undo: true,
        }
    }

    async fn settle(&mut self, batch: TargetBatch) -> Settled {
        let settled = self.store.settle_targets(batch).await.unwrap();
        for key in &settled.begun {
            *self.begins.entry(*key).or_default() += 1;
        }
        let kept = tallies(&self.store, self.operation).await;
        if let Some(standing) = &settled.standing {
            let told: Vec<Tally> = standing.waves.iter().map(|wave| wave.tally).collect();
            assert_eq!(told, kept);
        }
        for target in self.walk().await {
            if let Some(was) = self.over.get(&target.key) {
                assert_eq!(*was, target.state, "{target:?} moved backwards");
            }
            if !matches!(target.state, StoredTarget::Pending | StoredTarget::Running) {
                self.over.insert(target.key, target.state);
            }
        }
        settled
    }

    async fn walk(&self) -> Vec<muster_storage::WalkedTarget> {
        let from = (0, i64::MIN);
        let walk = self.store.walk_targets(self.operation, from, 100);
        walk.await.unwrap()
    }

    /// All that may be begun now.
    async fn look(&self) -> Vec<Candidate> {
        let due = self
            .store
            .due_targets(self.operation, StoredTarget::Pending, at(self.now), 100);
        let mut found = due.await.unwrap();
        for wave in 0..2 {
            found.extend(fresh(&self.store, self.operation, wave).await);
        }
        found
    }

    /// Begun targets whose worker has not been heard of for too long.
    async fn abandoned(&self) -> Vec<Candidate> {
        let running = StoredTarget::Running;
        let due = self
            .store
            .due_targets(self.operation, running, at(self.now), 100);
        due.await.unwrap()
    }

    async fn turn(&self, turn: Turn) {
        let why = Some("for the test".to_owned());
        let event = said(EventKind::OperationPaused);
        let turned = self.store.turn_operation(self.operation, turn, why, event);
        assert!(matches!(turned.await.unwrap(), TurnOutcome::Done(_)));
    }

    /// Takes some of what the worker saw.
    async fn take(&mut self, worker: &mut Worker, dice: &mut Dice) {
        let mut batch = self.batch();
        for one in worker.seen.clone() {
            match dice.below(4) {
                0 => batch.hold.push((one, waits("night"))),
                1 => {}
                2 if self.writes => {
                    // Named twice, it is written once.
                    let twice = [(one.clone(), self.write()), (one, self.write())];
                    batch.apply.extend(twice);
                }
                _ if self.writes => batch.apply.push((one, self.write())),
                _ => batch.begin.push((one, at(self.now + LEASE))),
            }
        }
        worker.last = Some(batch.clone());
        let settled = self.settle(batch).await;
        let begun = worker.seen.iter();
        let begun = begun.filter(|one| settled.begun.contains(&one.key));
        worker.begun.extend(begun.cloned());
    }

    async fn end(&mut self, ending: Vec<Candidate>, dice: &mut Dice) {
        let mut batch = self.batch();
        for one in ending {
            let ended = match dice.below(3) {
                0 => Ended::Succeeded,
                1 => Ended::Failed {
                    why: "no".into(),
                    retryable: true,
                },
                _ => Ended::Again(Hold {
                    look: Some(at(self.now + 2)),
                    ..waits("later")
                }),
            };
            batch.ended.push((one, ended, None, None));
        }
        self.settle(batch).await;
    }

    async fn versions(&self) -> Vec<u64> {
        let mut versions = Vec::with_capacity(DEVICES);
        for n in 0..DEVICES {
            versions.push(desired(&self.store, &format!("d{n}")).await.1);
        }
        versions
    }

    /// Each device was written once if it succeeded, and begun as often as its target says.
    async fn check_effects(&self, before: &[u64]) {
        let after = self.versions().await;
        for (n, (before, after)) in before.iter().zip(&after).enumerate() {
            let name = id(&format!("d{n}"));
            let target = self.store.target_of(self.operation, &name).await;
            let target = target.unwrap().unwrap();
            let wrote = self.writes && target.state == StoredTarget::Succeeded;
            assert_eq!(*after, before + u64::from(wrote), "{target:?}");
            if !self.writes {
                let begins = self.begins.get(&target.key).copied().unwrap_or(0);
                assert_eq!(target.attempt, begins, "{target:?}");
            }
        }
    }
}

pub(crate) async fn workers_that_die_lose_and_repeat_nothing(place: &Place) {
    let mut store = fleet(place, DEVICES).await;
    for seed in 0..6 {
        let mut dice = Dice(seed + 100);
        let mut field = Field::new(store, seed % 2 == 0).await;
        let before = field.versions().await;
        let mut workers = [Worker::default(), Worker::default()];
        for _ in 0..40 {
            field.now += dice.below(3) as i64;
            let n = dice.below(2);
            match dice.below(8) {
                0 if dice.below(3) == 0 => {
                    workers = [Worker::default(), Worker::default()];
                    field.store.close().await;
                    field.store = place.open().await;
                }
                0 => workers[n] = Worker::default(),
                1 => {
                    // Whatever comes while it is held changes nothing that was not begun.
                    field.turn(Turn::Pause).await;
                    let (versions, begins) = (field.versions().await, field.begins.clone());
                    let mut worker = std::mem::take(&mut workers[n]);
                    field.take(&mut worker, &mut dice).await;
                    assert_eq!(field.versions().await, versions);
                    assert_eq!(field.begins, begins);
                    workers[n] = worker;
                    field.turn(Turn::Resume).await;
                }
                2 | 3 => workers[n].seen = field.look().await,
                4 | 5 => {
                    let mut worker = std::mem::take(&mut workers[n]);
                    field.take(&mut worker, &mut dice).await;
                    workers[n] = worker;
                }
                6 => {
                    let mut ending = std::mem::take(&mut workers[n].begun);
                    ending.extend(field.abandoned().await);
                    field.end(ending, &mut dice).await;
                }
                _ => {
                    if let Some(batch) = workers[n].last.clone() {
                        field.settle(batch).await;
                    }
                }
            }
        }
        field.check_effects(&before).await;
        if seed < 4 {
            finish(&mut field, &mut dice).await;
        } else {
            field.turn(Turn::Stop).await;
            let versions = field.versions().await;
            for mut worker in workers {
                worker.seen.extend(field.look().await);
                field.take(&mut worker, &mut dice).await;
            }
            assert_eq!(field.versions().await, versions, "it was stopped");
        }
        field.check_effects(&before).await;
        store = field.store;
    }
    store.close().await;
}

/// The last worker ends what is left.
async fn finish(field: &mut Field, dice: &mut Dice) {
    for _ in 0..200 {
        field.now += LEASE + 100;
        let left = field.abandoned().await;
        field.end(left, dice).await;
        let mut worker = Worker {
            seen: field.look().await,
            ..Worker::default()
        };
        field.take(&mut worker, dice).await;
        if field.over.len() == DEVICES {
            return;
        }
    }
    panic!("{:?} are left", field.walk().await);
}
