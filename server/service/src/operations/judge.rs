//! May a device be touched now? If not, why, and when is it looked at again.

use std::collections::{BTreeSet, HashMap};

use muster_core::gate::Verdict;
use muster_core::lifecycle::Stage;
use muster_core::operation::{Offline, Plan};
use muster_query::Scope;
use muster_storage::{Candidate, Effect, Hold, ReasonCause};

use super::back::Undos;
use super::tasks::{
    Ready, Work, may_be_absent, needs_connection, reaches, waits_for_maintenance, waits_to_connect,
};
use crate::error::ServiceError;
use crate::gates::Prepared;
use crate::hub::Hub;

/// Key of a pass for all devices of an operation.
pub(super) const ALL_DEVICES: i64 = 0;

/// Why a device fails that is not there.
pub(super) const OFFLINE: &str = "the device is offline";

/// What becomes of a device that was looked at.
#[derive(Debug)]
pub(super) enum Sentence {
    /// Its turn is now.
    Go(Work),
    /// It has to wait.
    Hold(Hold),
    /// It is left out.
    Skip(String),
    /// It fails without being begun.
    Fail(String),
}

/// What devices of an operation are judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge<'a> {
    pub(super) hub: &'a Hub,
    pub(super) plan: &'a Plan,
    pub(super) ready: &'a Ready,
    pub(super) gates: &'a [Prepared],
    /// What brings each device back to what it was, when that is the purpose.
    pub(super) undos: Option<&'a Undos>,
    /// Gates that devices were let past, with the key of the device.
    pub(super) passes: &'a BTreeSet<(u8, i64)>,
}

impl Hub {
    /// The gates of a plan, each by itself.
    pub(super) fn gates_of(&self, plan: &Plan) -> Result<Vec<Prepared>, ServiceError> {
        let gates = plan.how.gates.iter();
        gates
            .map(|gate| self.books().prepare(std::slice::from_ref(gate)))
            .collect()
    }
}

impl Judge<'_> {
    /// Judges devices together: what gates look at is read once for all.
    pub(super) async fn judge(
        &self,
        candidates: Vec<Candidate>,
    ) -> Result<Vec<(Candidate, Sentence)>, ServiceError> {
        let mut judged = Vec::with_capacity(candidates.len());
        let mut at_gates = Vec::new();
        for candidate in candidates {
            match self.without_gates(&candidate) {
                Sentence::Go(work) if !self.gates.is_empty() => at_gates.push((candidate, work)),
                sentence => judged.push((candidate, sentence)),
            }
        }
        if at_gates.is_empty() {
            return Ok(judged);
        }
        let ids: Vec<_> = at_gates
            .iter()
            .map(|(candidate, _)| candidate.device.clone())
            .collect();
        let found = self.hub.found(&ids).await?.into_iter();
        let found: HashMap<_, _> = found.map(|row| (row.id().clone(), row)).collect();
        for (candidate, work) in at_gates {
            let sentence = match found.get(&candidate.device) {
                None => gone(),
                Some(row) => {
                    let document = row.document(self.hub);
                    let held = self.at_gates(&candidate, &document);
                    held.map_or(Sentence::Go(work), Sentence::Hold)
                }
            };
            judged.push((candidate, sentence));
        }
        Ok(judged)
    }

    fn without_gates(&self, candidate: &Candidate) -> Sentence {
        let now = self.hub.now();
        let everything = Scope::everything();
        let Some(device) = self.hub.index().get(&candidate.device, &everything, now) else {
            return gone();
        };
        let task = self.ready.task();
        match device.entry.stage {
            Stage::Retired if waits_for_maintenance(task) => {
                return Sentence::Skip("the device is retired".to_owned());
            }
            Stage::Maintenance if waits_for_maintenance(task) => {
                let why = "in maintenance";
                return Sentence::Hold(Hold::plain(ReasonCause::Maintenance, why));
            }
            _ => {}
        }
        let comes = self.plan.how.offline == Offline::NextContact && may_be_absent(task);
        if needs_connection(task) && !comes && !reaches(self.hub, task, &candidate.device) {
            return match self.plan.how.offline {
                // The call itself waits for the device.
                Offline::Fail if waits_to_connect(task) => Sentence::Go(Work::Begin),
                Offline::Fail => Sentence::Fail(OFFLINE.to_owned()),
                Offline::Wait | Offline::NextContact => {
                    Sentence::Hold(Hold::plain(ReasonCause::Offline, "offline"))
                }
            };
        }
        if let Some(undos) = self.undos {
            return match undos.get(&candidate.key) {
                Some(write) => Sentence::Go(Work::Now(Effect::Twin {
                    write: write.clone(),
                    undo: false,
                })),
                None => Sentence::Skip("what was there before was not kept".to_owned()),
            };
        }
        match self.ready.work(&device) {
            Work::Skip(why) => Sentence::Skip(why),
            work => Sentence::Go(work),
        }
    }

    /// The first gate that holds the device.
    fn at_gates(&self, candidate: &Candidate, device: &muster_query::Document<'_>) -> Option<Hold> {
        let now = self.hub.now();
        let connected = self.hub.connections().is_open(&candidate.device);
        for (number, gate) in self.gates.iter().enumerate() {
            let number = number as u8;
            let passed = |key| self.passes.contains(&(number, key));
            if passed(ALL_DEVICES) || passed(candidate.key) {
                continue;
            }
            if let (_, Verdict::Wait { why, look }) = gate.judge(device, connected, now) {
                return Some(Hold {
                    cause: ReasonCause::Gate,
                    gate: Some(number),
                    held_by: None,
                    text: why,
                    look,
                });
            }
        }
        None
    }
}

fn gone() -> Sentence {
    Sentence::Skip("the device was deleted".to_owned())
}
