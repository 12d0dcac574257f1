//! Waves of an operation at work: which one opens, soaks, waits for a person, and when all are through.

use muster_core::event::{Actor, EventKind};
use muster_core::operation::{
    Counts, OnFailures, OperationState, Progress, Turn, WaveState, progress, too_many_failed,
};
use muster_storage::{StoredTarget, WaveTurn};

use super::Runner;
use crate::error::ServiceError;

impl Runner {
    /// Moves waves and the operation on as far as their devices allow; whether something moved.
    pub(super) async fn move_waves(&mut self) -> Result<bool, ServiceError> {
        if self.row.state != OperationState::Running {
            return Ok(false);
        }
        let now = self.hub.now();
        let opened = self.row.waves.iter().enumerate();
        let opened = opened.filter(|(_, wave)| wave.state != WaveState::Later);
        let counts = opened
            .map(|(index, wave)| (index, *wave, wave.tally.counts(wave.state, self.row.state)));
        let counts: Vec<_> = counts.collect();
        if let Some(rule) = &self.row.plan.how.failures {
            let too_many = counts.iter().find_map(|(_, wave, counts)| {
                let counts = Counts {
                    failed: counts.failed.saturating_sub(wave.forgiven),
                    ..*counts
                };
                too_many_failed(rule, &counts)
            });
            if let Some(why) = too_many {
                self.too_many(rule.then, why).await?;
                self.refresh().await?;
                return Ok(true);
            }
        }
        let stays = self.row.plan.how.newcomers && self.row.plan.how.expires_at.is_some();
        if self.row.counts().open() == 0 && !stays {
            self.reconcile().await?;
            self.hub.turn_by_itself(&self.row, self.end(), None).await?;
            self.refresh().await?;
            return Ok(true);
        }
        for (index, wave, counts) in counts {
            let last = index + 1 == self.waves.len();
            let (to, soak_until) = match progress(
                &self.waves[index],
                wave.state,
                &counts,
                wave.soak_until,
                now,
            ) {
                Progress::Soak(until) => (WaveState::Soaking, Some(until)),
                Progress::Hold if !last => (WaveState::Held, None),
                Progress::Hold | Progress::Pass => (WaveState::Passed, None),
                Progress::Short if !last => {
                    let why = format!(
                        "wave {} ended with {} of {} devices done; {} % are asked for",
                        index + 1,
                        counts.succeeded,
                        counts.finished(),
                        self.waves[index].success_percent
                    );
                    self.hub
                        .turn_by_itself(&self.row, Turn::Pause, Some(why))
                        .await?;
                    self.refresh().await?;
                    return Ok(true);
                }
                Progress::Short | Progress::Stay => continue,
            };
            if to == WaveState::Passed {
                self.reconcile().await?;
            }
            let turn = WaveTurn {
                operation: self.id,
                wave: index as u16,
                from: wave.state,
                to,
                soak_until,
                resume: None,
                actor: Actor::Operation { id: self.id },
                at: now,
            };
            if let Some(row) = self.hub.store().turn_wave(turn).await? {
                self.row = row;
            }
            return Ok(true);
        }
        Ok(false)
    }

    async fn too_many(&self, then: OnFailures, why: String) -> Result<(), ServiceError> {
        let (turn, why) = match then {
            OnFailures::Pause => (Turn::Pause, why),
            OnFailures::Stop => (Turn::Stop, why),
            OnFailures::RollBack => {
                let event = self.hub.own_event(&self.row, EventKind::OperationStopped);
                match self.hub.take_back(&self.row, why.clone(), event).await {
                    Ok(_) => return Ok(()),
                    // There is no way back: ending it is what is left.
                    Err(no @ (ServiceError::Invalid(_) | ServiceError::Firmware(_))) => {
                        (Turn::Stop, format!("{why}. What it did stays: {no}"))
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        self.hub.turn_by_itself(&self.row, turn, Some(why)).await
    }

    pub(super) fn end(&self) -> Turn {
        if self.row.counts().failed > 0 {
            Turn::FinishWithFailures
        } else {
            Turn::Finish
        }
    }

    /// The kept numbers equal a full count. Anything else is a fault of the hub, and is said aloud.
    async fn reconcile(&self) -> Result<(), ServiceError> {
        let counted = self.hub.store().count_targets(self.id).await?;
        for (index, wave) in self.row.waves.iter().enumerate() {
            let of = |state| {
                let here = counted
                    .iter()
                    .filter(|(wave, found, _)| usize::from(*wave) == index && *found == state);
                here.map(|(_, _, devices)| *devices).sum::<u32>()
            };
            let tally = muster_core::operation::Tally {
                pending: of(StoredTarget::Pending),
                running: of(StoredTarget::Running),
                succeeded: of(StoredTarget::Succeeded),
                failed: of(StoredTarget::Failed),
                skipped: of(StoredTarget::Skipped),
            };
            if tally != wave.tally {
                metrics::counter!("muster_operation_miscounts_total").increment(1);
                tracing::error!(operation.id = %self.id, wave = index, kept = ?wave.tally, counted = ?tally, "numbers of an operation differ from a full count; run muster check");
                debug_assert_eq!(tally, wave.tally, "operation {} wave {index}", self.id);
            }
        }
        Ok(())
    }
}
