//! A look at all devices that configurations may concern, step by step: those that conditions keep, then those that were
//! covered before, then modules.

use muster_core::ids::{DeviceId, Identity};
use muster_core::time::Timestamp;
use muster_query::{Condition, Scope};

use super::covering::Which;
use super::engine::Wanted;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Devices of one step: a few milliseconds for the writer, between which devices go on.
pub(super) const BATCH: usize = 200;

/// A scan under way.
#[derive(Debug)]
pub(super) struct Scan {
    wanted: Wanted,
    began: Timestamp,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Devices that conditions keep, after this id.
    Kept(Option<String>),
    /// Devices that were covered before, with keys after this one.
    Before(i64),
    Modules,
}

impl Scan {
    pub(super) fn new(wanted: Wanted, began: Timestamp) -> Self {
        Self {
            wanted,
            began,
            stage: Stage::Kept(None),
        }
    }

    /// Takes a step; whether that was the last one. A step that fails is taken again.
    pub(super) async fn step(&mut self, hub: &Hub) -> Result<bool, ServiceError> {
        match &self.stage {
            Stage::Kept(after) => {
                if after.is_none() {
                    hub.make_columns(hub.engine().known().paths()).await?;
                }
                let ids = self.kept(hub, after.as_deref());
                match ids.last().map(ToString::to_string) {
                    Some(last) => {
                        hub.bring(&plain(ids), Which::CoveredBySome).await?;
                        self.stage = Stage::Kept(Some(last));
                    }
                    None => self.stage = Stage::Before(0),
                }
            }
            Stage::Before(after) => {
                let number = self.number();
                let page = hub.store().covered_devices(number, *after, BATCH).await?;
                hub.bring(&plain(page.devices), Which::Left(number)).await?;
                self.stage = page.next.map_or(Stage::Modules, Stage::Before);
            }
            Stage::Modules => {
                self.modules(hub).await?;
                let numbers = hub
                    .engine()
                    .known()
                    .all
                    .iter()
                    .map(|one| one.number)
                    .collect();
                let numbers = match self.wanted {
                    Wanted::Everything => numbers,
                    Wanted::Of(number) => vec![number],
                };
                hub.store().note_evaluated(numbers, self.began).await?;
                hub.read_again().await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn number(&self) -> Option<i64> {
        match self.wanted {
            Wanted::Everything => None,
            Wanted::Of(number) => Some(number),
        }
    }

    /// The next devices that the conditions keep, as far as the index can tell: none that they keep is left out.
    fn kept(&self, hub: &Hub, after: Option<&str>) -> Vec<DeviceId> {
        let known = hub.engine().known();
        let index = hub.index();
        let asked = |number: i64| self.number().is_none_or(|only| only == number);
        let conditions = known.of_devices().filter(|(number, _)| asked(*number));
        let narrowed =
            conditions.map(|(_, condition)| condition.narrowed(|path| index.holds(path)));
        let scope = Scope::of(narrowed.collect());
        index.next_ids(after, &Condition::all(), &scope, hub.now(), BATCH)
    }

    /// Modules are few: all that there are, where configurations cover some or did.
    async fn modules(&self, hub: &Hub) -> Result<(), ServiceError> {
        let before = hub.store().module_standings(None).await?;
        if before.is_empty() && !hub.engine().known().has_modules() {
            return Ok(());
        }
        let mut all: Vec<Identity> = Vec::new();
        hub.store()
            .each_module(|row| all.push(row.module.identity()))
            .await?;
        for id in &all {
            hub.bring_module(id, None).await?;
        }
        Ok(())
    }
}

fn plain(ids: Vec<DeviceId>) -> Vec<(DeviceId, Option<muster_core::event::Actor>)> {
    ids.into_iter().map(|id| (id, None)).collect()
}
