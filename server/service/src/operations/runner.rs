//! One operation at work: judges devices whose turn may have come, does what is asked, and moves its waves.
//!
//! It waits for news (`watch`), for the next time something is due, and for attempts to end; it never goes over devices
//! to see whether something has changed. All it knows beyond the database can be lost.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{OperationState, Turn, Wave, WaveState};
use muster_core::time::Timestamp;
use muster_storage::{
    Candidate, Ended, OperationRow, ReasonCause, Settled, StoredTarget, TargetBatch,
};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::judge::{Judge, Sentence};
use super::limit::{Pace, Stride};
use super::supervisor;
use super::tasks::{Attempt, Ready, Work};
use super::watch::Watch;
use super::waves_of;
use crate::error::ServiceError;
use crate::hub::Hub;

mod attempts;
mod waves;

use attempts::Outcome;

/// Devices that are told of, tried again or left out together.
const BATCH: usize = 256;

/// Attempts of one operation under way, when the plan says no less: there is a place for the end of each.
const MAX_IN_FLIGHT: usize = 1_000;

/// Longest sleep without a look at the time: clocks are set now and then.
const LONGEST: Duration = Duration::from_secs(30);

/// Pause after a failure of the database.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a rival that says nothing may hold a device before it is looked at again, in milliseconds.
const RIVAL_MS: i64 = 60_000;

/// An operation at work.
#[derive(Debug)]
struct Runner {
    hub: Hub,
    id: OperationId,
    watch: Arc<Watch>,
    /// The operation as it was last read.
    row: OperationRow,
    waves: Vec<Wave>,
    ready: Ready,
    rivals: Vec<OperationId>,
    passes: BTreeSet<(u8, i64)>,
    pace: Pace,
    stride: Stride,
    /// Per wave: the last device key up to which all were looked at once.
    upto: Vec<i64>,
    /// The next devices of a wave that nobody has looked at: read while those before them were written.
    ahead: Option<(usize, Vec<Candidate>)>,
    /// All that wait for one of these reasons have to be looked at again, and how far that is.
    again: Option<(Vec<i64>, (u16, i64))>,
    attempts: mpsc::Receiver<Attempt>,
    sender: mpsc::Sender<Attempt>,
    /// Attempts of this process whose end is not stored, by device key.
    under_way: BTreeSet<i64>,
    /// How attempts ended, until that is stored.
    ended: Vec<Outcome>,
    /// Devices that were heard of and not looked at, because no more may be begun now.
    left: BTreeSet<DeviceId>,
    /// Devices that may belong to the targets now.
    newcomers: BTreeSet<DeviceId>,
}

/// Runs an operation until it is over, paused, or the hub stops.
pub(super) async fn run(hub: Hub, row: OperationRow, watch: Arc<Watch>) {
    let id = row.id;
    let mut runner = Runner::new(hub.clone(), row, watch);
    let mut first = true;
    loop {
        let done = runner.work(&mut first).await;
        let Err(error) = done else { break };
        if hub.stopping().is_cancelled() {
            break;
        }
        tracing::warn!(operation.id = %id, error = &error as &dyn std::error::Error, "an operation goes on in a moment");
        tokio::select! {
            () = hub.stopping().cancelled() => break,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    hub.operations_at_work().ended(id);
}

impl Runner {
    fn new(hub: Hub, row: OperationRow, watch: Arc<Watch>) -> Self {
        let (sender, attempts) = mpsc::channel(MAX_IN_FLIGHT);
        Self {
            id: row.id,
            waves: waves_of(&row.plan),
            ready: Ready::new(row.id, &row.plan.task, row.plan.how.timeout_s),
            rivals: Vec::new(),
            passes: BTreeSet::new(),
            pace: Pace::new(row.plan.how.limits.per_minute, hub.now()),
            stride: Stride::new(),
            upto: vec![i64::MIN; row.waves.len()],
            ahead: None,
            again: None,
            attempts,
            sender,
            under_way: BTreeSet::new(),
            ended: Vec::new(),
            left: BTreeSet::new(),
            newcomers: BTreeSet::new(),
            hub,
            watch,
            row,
        }
    }

    /// Works from what the database says: at the start, and again after a failure.
    async fn work(&mut self, first: &mut bool) -> Result<(), ServiceError> {
        self.refresh().await?;
        self.recover(*first).await?;
        *first = false;
        // What happened while nobody listened, or was heard and came to nothing, is found by a look at all that wait.
        self.watch.everything();
        loop {
            if self.hub.stopping().is_cancelled() {
                return Ok(());
            }
            let heard = self.watch.take(BATCH);
            if heard.turned {
                self.refresh().await?;
            }
            self.left.extend(heard.devices);
            let mut worked = self.take_attempts().await?;
            worked |= self.expire().await?;
            match self.row.state {
                OperationState::Scheduled => worked |= self.start().await?,
                OperationState::Running => {
                    if heard.everything {
                        self.look_at_all().await?;
                    }
                    self.newcomers.extend(heard.newcomers);
                    if !self.newcomers.is_empty() {
                        self.join().await?;
                    }
                    worked |= self.step().await?;
                    worked |= self.move_waves().await?;
                }
                _ if self.under_way.is_empty() && !supervisor::is_active(&self.row) => {
                    return Ok(());
                }
                _ => {}
            }
            if !worked {
                self.wait().await?;
            }
        }
    }

    async fn refresh(&mut self) -> Result<(), ServiceError> {
        let store = self.hub.store().clone();
        if let Some(row) = store.find_operation(self.id).await? {
            self.row = row;
            self.ahead = None;
            // Retried devices and newcomers lie behind. A look for them goes over all that were looked at, so it is
            // made only when there are some.
            if self.any_unseen().await? {
                self.upto.fill(i64::MIN);
            }
        }
        self.passes = store.operation_passes(self.id).await?.into_iter().collect();
        self.rivals = self
            .hub
            .operations_at_work()
            .rivals_of(self.id, &self.row.plan.task);
        Ok(())
    }

    /// Whether there are devices in opened waves that nobody has looked at: those that wait without a reason. The row
    /// was read before the reasons, and devices only get reasons here, so that none is overlooked.
    async fn any_unseen(&self) -> Result<bool, ServiceError> {
        let opened = self.row.waves.iter();
        let opened = opened.filter(|wave| wave.state != WaveState::Later);
        let waiting: u64 = opened.map(|wave| u64::from(wave.tally.pending)).sum();
        let reasons = self.hub.store().operation_reasons(self.id).await?;
        let held = reasons.iter().filter(|reason| reason.cause.waits());
        Ok(waiting > held.map(|reason| u64::from(reason.devices)).sum())
    }

    async fn start(&mut self) -> Result<bool, ServiceError> {
        let now = self.hub.now();
        if self.row.plan.how.starts_at.is_some_and(|at| now < at) {
            return Ok(false);
        }
        self.hub.freeze_and_start(&self.row).await?;
        self.refresh().await?;
        Ok(true)
    }

    async fn expire(&mut self) -> Result<bool, ServiceError> {
        let over = self
            .row
            .plan
            .how
            .expires_at
            .is_some_and(|at| at <= self.hub.now());
        if !over || self.row.state.is_over() {
            return Ok(false);
        }
        let counts = self.row.counts();
        let turn = match self.row.state {
            OperationState::Running if self.row.frozen && counts.open() == 0 => self.end(),
            _ => Turn::Expire,
        };
        let reason = (turn == Turn::Expire).then(|| "its time ran out".to_owned());
        self.hub.turn_by_itself(&self.row, turn, reason).await?;
        self.refresh().await?;
        Ok(true)
    }

    /// Looks at devices once; whether there was something to look at.
    async fn step(&mut self) -> Result<bool, ServiceError> {
        let most = self.may_begin();
        if most == 0 {
            return Ok(false);
        }
        let store = self.hub.store().clone();
        let now = self.hub.now();
        if !self.left.is_empty() {
            let mut ids = Vec::with_capacity(most);
            while ids.len() < most {
                let Some(id) = self.left.pop_first() else {
                    break;
                };
                ids.push(id);
            }
            let found = store
                .targets_of(self.id, StoredTarget::Pending, &ids)
                .await?;
            self.look_at(found).await?;
            return Ok(true);
        }
        let due = store
            .due_targets(self.id, StoredTarget::Pending, now, most)
            .await?;
        if !due.is_empty() {
            self.look_at(due).await?;
            return Ok(true);
        }
        if let Some((reasons, place)) = self.again.take() {
            let held = store.held_targets(self.id, &reasons, place, most).await?;
            if let Some(last) = held.last() {
                self.again = Some((reasons, (last.wave, last.key)));
                self.look_at(held).await?;
            }
            return Ok(true);
        }
        for wave in 0..self.row.waves.len() {
            let stored = self.row.waves[wave];
            if stored.state == WaveState::Later || stored.tally.pending == 0 {
                continue;
            }
            let fresh = match self.ahead.take() {
                Some((of, found)) if of == wave && found.len() <= most => found,
                _ => {
                    let after = self.upto[wave];
                    let fresh = store.fresh_targets(self.id, wave as u16, after, most);
                    fresh.await?
                }
            };
            if let Some(last) = fresh.last() {
                self.upto[wave] = last.key;
                self.look_at_and_read_on(fresh, wave, most).await?;
                return Ok(true);
            }
            self.upto[wave] = i64::MAX;
        }
        Ok(false)
    }

    /// How many devices may be begun now.
    fn may_begin(&mut self) -> usize {
        let limit = self
            .row
            .plan
            .how
            .limits
            .in_flight
            .map_or(usize::MAX, |most| most as usize);
        let free = limit
            .min(MAX_IN_FLIGHT)
            .saturating_sub(self.under_way.len());
        let paced = self.pace.left(self.hub.now()).unwrap_or(usize::MAX);
        self.stride.devices().min(free).min(paced)
    }

    /// Looks at devices of a wave that nobody has looked at, and reads the next ones meanwhile.
    async fn look_at_and_read_on(
        &mut self,
        fresh: Vec<Candidate>,
        wave: usize,
        most: usize,
    ) -> Result<(), ServiceError> {
        let (store, id, after) = (self.hub.store().clone(), self.id, self.upto[wave]);
        let next = store.fresh_targets(id, wave as u16, after, most);
        let (looked, next) = tokio::join!(self.look_at(fresh), next);
        looked?;
        self.ahead = Some((wave, next?));
        Ok(())
    }

    async fn look_at(&mut self, candidates: Vec<Candidate>) -> Result<(), ServiceError> {
        let undos = self.hub.undos(&self.row, &candidates).await?;
        let judge = Judge {
            hub: &self.hub,
            plan: &self.row.plan,
            ready: &self.ready,
            gates: self.watch.gates(),
            undos: undos.as_ref(),
            passes: &self.passes,
        };
        let judged = judge.judge(candidates).await?;
        let now = self.hub.now();
        let mut batch = TargetBatch::new(self.id, now);
        batch.rivals.clone_from(&self.rivals);
        let until = self.ready.until(now, self.row.plan.how.timeout_s);
        for (candidate, sentence) in judged {
            match sentence {
                Sentence::Go(Work::Now(effect)) => batch.apply.push((candidate, effect)),
                Sentence::Go(Work::Begin) => batch.begin.push((candidate, until)),
                Sentence::Hold(hold) => batch.hold.push((candidate, hold)),
                Sentence::Go(Work::Skip(why)) | Sentence::Skip(why) => {
                    batch
                        .ended
                        .push((candidate, Ended::Skipped { why }, None, None));
                }
                Sentence::Fail(why) => {
                    let failed = Ended::Failed {
                        why,
                        retryable: true,
                    };
                    batch.ended.push((candidate, failed, None, None));
                }
            }
        }
        self.pace.take(batch.begin.len() + batch.apply.len());
        let begin: Vec<Candidate> = batch.begin.iter().map(|(one, _)| one.clone()).collect();
        let settled = self.settle(batch).await?;
        for mut candidate in begin {
            if settled.begun.contains(&candidate.key) {
                candidate.attempt += 1;
                self.carry_out(candidate);
            }
        }
        Ok(())
    }

    async fn settle(&mut self, mut batch: TargetBatch) -> Result<Settled, ServiceError> {
        if batch.is_empty() {
            return Ok(Settled::default());
        }
        for (_, hold) in &mut batch.hold {
            if hold.cause == ReasonCause::HeldBy && hold.look.is_none() {
                hold.look = Some(batch.at.plus_ms(RIVAL_MS));
            }
        }
        let (began, devices) = (Instant::now(), batch.devices());
        let mut settled = self.hub.store().settle_targets(batch).await?;
        if settled.changed > 0 {
            self.stride.took(devices, began.elapsed());
        }
        metrics::counter!("muster_operation_targets_total").increment(settled.over.len() as u64);
        if let Some(standing) = settled.standing.take() {
            (self.row.state, self.row.waves) = (standing.state, standing.waves);
        }
        if !self.rivals.is_empty() && !settled.over.is_empty() {
            self.hub
                .operations_at_work()
                .let_go(&self.rivals, &settled.over);
        }
        Ok(settled)
    }

    /// All that wait for an event or a time are looked at again.
    async fn look_at_all(&mut self) -> Result<(), ServiceError> {
        let reasons = self.hub.store().operation_reasons(self.id).await?;
        let held = reasons.iter().filter(|reason| {
            let waits = reason.cause.waits() && reason.cause != ReasonCause::Retry;
            waits && reason.devices > 0
        });
        let held: Vec<i64> = held.map(|reason| reason.reason).collect();
        self.again = (!held.is_empty()).then_some((held, (0, i64::MIN)));
        Ok(())
    }

    async fn join(&mut self) -> Result<(), ServiceError> {
        let newcomers = self.newcomers.iter().cloned();
        let newcomers = self.hub.newcomers(&self.row, newcomers).await?;
        for part in newcomers.chunks(BATCH) {
            self.hub
                .store()
                .join_operation(self.id, part.to_vec())
                .await?;
        }
        self.newcomers.clear();
        if !newcomers.is_empty() {
            self.refresh().await?;
        }
        Ok(())
    }

    /// Waits for news, for the end of an attempt, or for the next time something is due.
    async fn wait(&mut self) -> Result<(), ServiceError> {
        let now = self.hub.now();
        let how = &self.row.plan.how;
        let mut next: Option<Timestamp> = how.expires_at;
        let mut at = |time: Option<Timestamp>| {
            if let Some(time) = time {
                next = Some(next.map_or(time, |next| next.min(time)));
            }
        };
        match self.row.state {
            OperationState::Scheduled => at(how.starts_at),
            OperationState::Running => {
                at(self.pace.next(now));
                at(self
                    .hub
                    .store()
                    .next_due(self.id, StoredTarget::Pending)
                    .await?
                    .filter(|due| *due > now));
                let soaking = self
                    .row
                    .waves
                    .iter()
                    .filter(|wave| wave.state == WaveState::Soaking);
                soaking.for_each(|wave| at(wave.soak_until));
            }
            _ => {}
        }
        let left = next.map_or(LONGEST, |next| {
            Duration::from_millis(u64::try_from(next.since(now)).unwrap_or(0))
                .clamp(Duration::from_millis(1), LONGEST)
        });
        tokio::select! {
            () = self.hub.stopping().cancelled() => {}
            () = self.watch.news() => {}
            () = tokio::time::sleep(left) => {}
            // To be stored with the others that ended at this moment.
            Some(attempt) = self.attempts.recv() => self.note(attempt),
        }
        Ok(())
    }
}
