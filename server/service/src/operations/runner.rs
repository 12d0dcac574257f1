//! One operation at work: judges devices whose turn may have come, does what is asked, and moves its waves.
//!
//! It waits for news (`watch`), for the next time something is due, and for attempts to end; it never goes over devices
//! to see whether something has changed. All it knows beyond the database can be lost.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{OperationState, Turn, Wave, WaveState};
use muster_core::time::Timestamp;
use muster_storage::{
    Candidate, Ended, Hold, OperationRow, ReasonCause, Settled, StoredTarget, TargetBatch,
};
use tokio::sync::mpsc;

use super::judge::{Judge, Sentence};
use super::limit::Pace;
use super::supervisor;
use super::tasks::{self, Attempt, Ready, Work};
use super::watch::Watch;
use super::waves_of;
use crate::error::ServiceError;
use crate::hub::Hub;

mod waves;

/// Devices that are looked at together, and changed in one transaction: as many as device traffic may wait for.
const BATCH: usize = 256;

/// Attempts of one operation under way, when the plan says no less.
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
    /// Per wave: the last device key up to which all were looked at once.
    upto: Vec<i64>,
    /// Reasons whose devices all have to be looked at again, and how far that is.
    again: VecDeque<(i64, (u16, i64))>,
    attempts: mpsc::Receiver<Attempt>,
    sender: mpsc::Sender<Attempt>,
    in_flight: usize,
    /// Devices that were heard of and not looked at, because no more may be begun now.
    left: BTreeSet<DeviceId>,
}

/// Runs an operation until it is over, paused, or the hub stops.
pub(super) async fn run(hub: Hub, row: OperationRow, watch: Arc<Watch>) {
    let id = row.id;
    let mut runner = Runner::new(hub.clone(), row, watch);
    let mut begun = false;
    loop {
        let done = runner.work(&mut begun).await;
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
            upto: vec![i64::MIN; row.waves.len()],
            again: VecDeque::new(),
            attempts,
            sender,
            in_flight: 0,
            left: BTreeSet::new(),
            hub,
            watch,
            row,
        }
    }

    async fn work(&mut self, begun: &mut bool) -> Result<(), ServiceError> {
        if !*begun {
            self.recover().await?;
            // What happened while nobody listened is found by a look at all that wait.
            self.watch.everything();
            *begun = true;
        }
        self.refresh().await?;
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
                    if !heard.newcomers.is_empty() {
                        self.join(heard.newcomers).await?;
                    }
                    worked |= self.step().await?;
                    worked |= self.move_waves().await?;
                }
                _ if self.in_flight == 0 && !supervisor::is_active(&self.row) => return Ok(()),
                _ => {}
            }
            if !worked {
                self.wait().await?;
            }
        }
    }

    /// Attempts of a process that is no more: whether the device has done it is not known.
    async fn recover(&mut self) -> Result<(), ServiceError> {
        if tasks::goes_on(&self.row.plan.task) {
            let store = self.hub.store().clone();
            let ever = Timestamp::from_millis(i64::MAX);
            let begun = store.due_targets(self.id, StoredTarget::Running, ever, MAX_IN_FLIGHT);
            for candidate in begun.await? {
                self.carry_out(candidate);
            }
            return Ok(());
        }
        if !tasks::is_volatile(&self.row.plan.task) {
            return Ok(());
        }
        let ever = Timestamp::from_millis(i64::MAX);
        loop {
            let store = self.hub.store();
            let begun = store
                .due_targets(self.id, StoredTarget::Running, ever, BATCH)
                .await?;
            if begun.is_empty() {
                return Ok(());
            }
            let now = self.hub.now();
            let mut batch = TargetBatch::new(self.id, now);
            for candidate in begun {
                let why = "the hub was stopped before the device answered".to_owned();
                let ended = self.end_of(
                    &candidate,
                    Ended::Failed {
                        why,
                        retryable: true,
                    },
                    now,
                );
                batch.ended.push((candidate, ended, None, None));
            }
            self.settle(batch).await?;
        }
    }

    async fn refresh(&mut self) -> Result<(), ServiceError> {
        if let Some(row) = self.hub.store().find_operation(self.id).await? {
            // Retried devices lie behind, newcomers too: what is looked at already is skipped quickly.
            self.upto.fill(i64::MIN);
            self.row = row;
        }
        let store = self.hub.store();
        self.passes = store.operation_passes(self.id).await?.into_iter().collect();
        self.rivals = self
            .hub
            .operations_at_work()
            .rivals_of(self.id, &self.row.plan.task);
        Ok(())
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
        if let Some((reason, place)) = self.again.pop_front() {
            let held = store.held_targets(self.id, reason, place, most).await?;
            if let Some(last) = held.last() {
                self.again.push_front((reason, (last.wave, last.key)));
                self.look_at(held).await?;
            }
            return Ok(true);
        }
        for wave in 0..self.row.waves.len() {
            let stored = self.row.waves[wave];
            if stored.state == WaveState::Later || stored.tally.pending == 0 {
                continue;
            }
            let fresh = store
                .fresh_targets(self.id, wave as u16, self.upto[wave], most)
                .await?;
            if let Some(last) = fresh.last() {
                self.upto[wave] = last.key;
                self.look_at(fresh).await?;
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
        let free = limit.min(MAX_IN_FLIGHT).saturating_sub(self.in_flight);
        let paced = self.pace.left(self.hub.now()).unwrap_or(usize::MAX);
        BATCH.min(free).min(paced)
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

    fn carry_out(&mut self, candidate: Candidate) {
        self.in_flight += 1;
        let (hub, ready, sender) = (self.hub.clone(), self.ready.clone(), self.sender.clone());
        self.hub.spawn(async move {
            let attempt = ready.carry_out(&hub, candidate).await;
            // There is a place for each attempt; the runner is gone only when the hub stops.
            let _ = sender.send(attempt).await;
        });
    }

    /// Stores how attempts ended; whether there were any.
    async fn take_attempts(&mut self) -> Result<bool, ServiceError> {
        let now = self.hub.now();
        let mut batch = TargetBatch::new(self.id, now);
        while batch.ended.len() < BATCH {
            let Ok(attempt) = self.attempts.try_recv() else {
                break;
            };
            self.in_flight -= 1;
            if self.hub.stopping().is_cancelled() && attempt.outcome.is_err() {
                // It was the hub that did not wait: the next start finds the device begun.
                continue;
            }
            let ended = match &attempt.outcome {
                Err(trouble) if trouble.offline && !self.fails_offline() => {
                    Ended::Again(Hold::plain(ReasonCause::Offline, "offline"))
                }
                _ => self.end_of(&attempt.candidate, attempt.ended(), now),
            };
            batch
                .ended
                .push((attempt.candidate, ended, attempt.status, attempt.result));
        }
        if batch.is_empty() {
            return Ok(false);
        }
        self.settle(batch).await?;
        Ok(true)
    }

    fn fails_offline(&self) -> bool {
        self.row.plan.how.offline == muster_core::operation::Offline::Fail
    }

    /// Another attempt instead of a failure, if there is one left.
    fn end_of(&self, candidate: &Candidate, ended: Ended, now: Timestamp) -> Ended {
        let how = &self.row.plan.how;
        match ended {
            Ended::Failed {
                why,
                retryable: true,
            } if candidate.attempt < how.attempts => Ended::Again(Hold {
                look: Some(now.plus_ms(i64::from(how.retry_after_s) * 1000)),
                ..Hold::plain(ReasonCause::Retry, format!("{why}; tried again later"))
            }),
            ended => ended,
        }
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
        let mut settled = self.hub.store().settle_targets(batch).await?;
        metrics::counter!("muster_operation_targets_total").increment(settled.over.len() as u64);
        if let Some(row) = settled.operation.take() {
            self.row = *row;
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
        let waits = |cause| {
            !matches!(
                cause,
                ReasonCause::Failed | ReasonCause::Skipped | ReasonCause::Retry
            )
        };
        let held = reasons
            .iter()
            .filter(|reason| waits(reason.cause) && reason.devices > 0);
        self.again = held.map(|reason| (reason.reason, (0, i64::MIN))).collect();
        Ok(())
    }

    async fn join(&mut self, devices: BTreeSet<DeviceId>) -> Result<(), ServiceError> {
        let newcomers = self.hub.newcomers(&self.row, devices).await?;
        for part in newcomers.chunks(BATCH) {
            self.hub
                .store()
                .join_operation(self.id, part.to_vec())
                .await?;
        }
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
            Some(attempt) = self.attempts.recv() => {
                // Back into the line, to be taken with the others that ended at this moment.
                let _ = self.sender.try_send(attempt);
            }
        }
        Ok(())
    }
}
