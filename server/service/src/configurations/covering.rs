//! Which configurations cover a device, and bringing devices to what they say.

use muster_core::event::Actor;
use muster_core::ids::{DeviceId, Identity};
use muster_core::twin::Object;
use muster_query::{Condition, Document};
use muster_storage::{ApplyOutcome, Covered, CoveredModule, ModuleTwinRow};

use super::known::Known;
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::query::document;

/// How often configurations may change under an application before it is put off.
const MAX_ATTEMPTS: usize = 10;

/// Which devices of a batch are to be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Which {
    /// Those that are covered otherwise than before, and those whose desired properties somebody changed.
    Changed,
    /// All that something covers.
    CoveredBySome,
    /// Those that this configuration no longer covers, or nothing when there is no number.
    Left(Option<i64>),
}

impl Hub {
    /// The numbers of the configurations that cover each of these devices. What the index cannot decide is decided on
    /// documents.
    pub(crate) async fn covering(
        &self,
        conditions: &[(i64, &Condition)],
        ids: &[DeviceId],
    ) -> Result<Vec<Vec<i64>>, ServiceError> {
        let now = self.now();
        let mut covering = vec![Vec::new(); ids.len()];
        let held = |condition: &Condition| {
            condition
                .paths()
                .iter()
                .all(|path| self.index().holds(path))
        };
        let mut others = Vec::new();
        for (number, condition) in conditions {
            if !held(condition) {
                others.push((*number, *condition));
                continue;
            }
            for (place, id) in ids.iter().enumerate() {
                if self.index().matches(id, condition, now) {
                    covering[place].push(*number);
                }
            }
        }
        if !others.is_empty() {
            let found = self.found(ids).await?;
            for (place, id) in ids.iter().enumerate() {
                let Some(row) = found.iter().find(|row| row.id() == id) else {
                    continue;
                };
                let document = row.document(self);
                for (number, condition) in &others {
                    if condition.eval(&document) == Some(true) {
                        covering[place].push(*number);
                    }
                }
            }
        }
        Ok(covering)
    }

    /// Brings devices to what configurations say. Gives how many twins were written.
    pub(super) async fn bring(
        &self,
        devices: &[(DeviceId, Option<Actor>)],
        which: Which,
    ) -> Result<usize, ServiceError> {
        if devices.is_empty() {
            return Ok(0);
        }
        let ids: Vec<DeviceId> = devices.iter().map(|(id, _)| id.clone()).collect();
        for _ in 0..MAX_ATTEMPTS {
            let known = self.engine().known();
            let conditions: Vec<_> = known.of_devices().collect();
            let covering = self.covering(&conditions, &ids).await?;
            let standings = match which {
                Which::Changed => self.store().standings(&ids).await?,
                Which::CoveredBySome | Which::Left(_) => Default::default(),
            };
            let to_do = |id: &DeviceId, because: &Option<Actor>, numbers: &[i64]| match which {
                Which::CoveredBySome => !numbers.is_empty(),
                Which::Left(None) => numbers.is_empty(),
                Which::Left(Some(number)) => !numbers.contains(&number),
                Which::Changed => {
                    let before = standings.get(id).map_or(&[][..], Vec::as_slice);
                    let same = before.iter().map(|s| s.number).eq(numbers.iter().copied());
                    !same || (because.is_some() && !numbers.is_empty())
                }
            };
            let covered =
                devices
                    .iter()
                    .zip(covering)
                    .filter_map(|((id, because), mut numbers)| {
                        numbers.sort_unstable();
                        to_do(id, because, &numbers).then(|| Covered {
                            device: id.clone(),
                            numbers,
                            because: because.clone(),
                        })
                    });
            let covered: Vec<Covered> = covered.collect();
            if covered.is_empty() {
                return Ok(0);
            }
            let store = self.store();
            let all = known.all.clone();
            match store.apply_configurations(all, covered, self.now()).await? {
                ApplyOutcome::Done { written } => return Ok(written),
                ApplyOutcome::Stale => self.read_again().await?,
            }
        }
        Err(ServiceError::Busy("changes of configurations"))
    }

    /// Brings a module to what configurations say, if there is such a module.
    pub(super) async fn bring_module(
        &self,
        id: &Identity,
        because: Option<Actor>,
    ) -> Result<(), ServiceError> {
        let Some(module) = &id.module else {
            return Ok(());
        };
        for _ in 0..MAX_ATTEMPTS {
            let known = self.engine().known();
            let Some(row) = self.store().find_module_twin(&id.device, module).await? else {
                return Ok(());
            };
            let covered = CoveredModule {
                device: id.device.clone(),
                module: module.clone(),
                numbers: self.covering_module(&known, &row),
                because: because.clone(),
            };
            let all = known.all.clone();
            let done = self
                .store()
                .apply_to_module(all, covered, self.now())
                .await?;
            match done {
                ApplyOutcome::Done { .. } => return Ok(()),
                ApplyOutcome::Stale => self.read_again().await?,
            }
        }
        Err(ServiceError::Busy("changes of configurations"))
    }

    fn covering_module(&self, known: &Known, row: &ModuleTwinRow) -> Vec<i64> {
        let twin = document::module_twin(row, false, None);
        let beside = Object::new();
        let document = Document {
            twin: &twin,
            beside: &beside,
            now: self.now(),
        };
        let covers = |(_, condition): &(i64, &Condition)| condition.eval(&document) == Some(true);
        known
            .of_modules()
            .filter(covers)
            .map(|(number, _)| number)
            .collect()
    }
}
