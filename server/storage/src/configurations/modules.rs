//! Modules that configurations cover. They are few beside devices: each is an operation of its own.

use std::sync::Arc;

use muster_core::configuration::{Configuration, Content, plan};
use muster_core::ids::{DeviceId, Identity, ModuleId};
use muster_core::time::Timestamp;

use super::apply::{actor, claims, is_current, stand_of, stands, write_of};
use super::rows::standing_of;
use super::{ApplyOutcome, CoveredModule, ModuleStanding};
use crate::change::{Change, ModuleNews};
use crate::devices::id_of;
use crate::engine::Sql;
use crate::error::{StorageError, corrupt};
use crate::modules::twin;
use crate::records::TwinOutcome;
use crate::store::Store;
use crate::writer::documents::write::json;
use crate::writer::{Operation, Unit};

const STANDINGS: Sql = Sql::both(
    "reading what configurations cover modules",
    "SELECT d.device_id, s.module_id, c.number, c.name, s.status, s.problem, s.contested, s.at
     FROM configuration_module AS s
     JOIN device AS d ON d.device_key = s.device_key
     JOIN configuration AS c ON c.number = s.number
     WHERE $1 = '' OR d.device_id = $1
     ORDER BY d.device_id, s.module_id, c.number",
);

const BEFORE: Sql = Sql::both(
    "reading how configurations stand on a module",
    "SELECT number, status, problem, contested FROM configuration_module WHERE device_key = $1 AND module_id = $2",
);

const WRITE: Sql = Sql::both(
    "writing how a configuration stands on a module",
    "INSERT INTO configuration_module (device_key, module_id, number, status, problem, contested, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (device_key, module_id, number) DO UPDATE
     SET status = excluded.status, problem = excluded.problem, contested = excluded.contested, at = excluded.at",
);

const FORGET: Sql = Sql::both(
    "taking a module out of a configuration",
    "DELETE FROM configuration_module WHERE device_key = $1 AND module_id = $2 AND number = $3",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&STANDINGS, &BEFORE, &WRITE, &FORGET];

impl Store {
    /// How configurations stand on the modules of a device, or of all devices; modules without are left out.
    pub async fn module_standings(
        &self,
        device: Option<&DeviceId>,
    ) -> Result<Vec<ModuleStanding>, StorageError> {
        let device = device.map_or("", DeviceId::as_str);
        let mut reader = self.reader().await?;
        let rows = reader
            .connection()
            .rows(&STANDINGS, [device.into()])
            .await?;
        let read = |row: &crate::engine::Row| {
            let module: String = row.get(1)?;
            let bad = |cause| corrupt("configuration_module", "module_id", &module, cause);
            Ok(ModuleStanding {
                device: id_of(&row.get::<String>(0)?)?,
                module: ModuleId::new(&module).map_err(bad)?,
                standing: standing_of(row, 2)?,
            })
        };
        rows.iter().map(read).collect()
    }
}

#[derive(Debug)]
pub(super) struct Apply {
    pub(super) known: Arc<[Configuration]>,
    pub(super) covered: CoveredModule,
    pub(super) at: Timestamp,
}

impl Operation for Apply {
    type Output = ApplyOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<ApplyOutcome, StorageError> {
        if !is_current(unit, &self.known).await? {
            return Ok(ApplyOutcome::Stale);
        }
        let (device, module) = (&self.covered.device, &self.covered.module);
        let Some((key, twin)) = twin::load(unit, device, module).await? else {
            return Ok(ApplyOutcome::Done { written: 0 });
        };
        let place = [key.into(), module.as_str().into()];
        let rows = unit.connection.rows(&BEFORE, place).await?;
        let before = rows.iter().map(|row| stand_of(row, 0));
        let before = before.collect::<Result<Vec<_>, _>>()?;
        let claims = claims(&self.known, &self.covered.numbers, Content::of_modules);
        let plan = plan(&claims, &twin.desired.value);
        let mut outcomes = Vec::new();
        for ((_, number), patch) in &plan.writes {
            let Some(actor) = actor(&self.known, *number) else {
                continue;
            };
            let write = twin::Write {
                device: device.clone(),
                module: module.clone(),
                write: write_of(patch),
                if_match: None,
                actor,
                at: self.at,
            };
            let problem = match write.apply(unit).await? {
                TwinOutcome::Refused(error) => Some(error.to_string()),
                _ => None,
            };
            outcomes.push((*number, problem));
        }
        let because = self.covered.because.as_ref();
        let after = stands(&claims, &plan, &outcomes, &before, because, self.at);
        let stays = |number: i64| after.iter().any(|stand| stand.number == number);
        let mut changed = false;
        for gone in before.iter().filter(|stand| !stays(stand.number)) {
            let arguments = [key.into(), module.as_str().into(), gone.number.into()];
            unit.connection.run(&FORGET, arguments).await?;
            changed = true;
        }
        for stand in after.iter().filter(|stand| !before.contains(stand)) {
            let arguments = [
                key.into(),
                module.as_str().into(),
                stand.number.into(),
                stand.status.as_str().into(),
                stand.problem.clone().into(),
                stand.contest.as_ref().map(json).into(),
                self.at.millis().into(),
            ];
            unit.connection.run(&WRITE, arguments).await?;
            changed = true;
        }
        if changed {
            let id = Identity {
                device: device.clone(),
                module: Some(module.clone()),
            };
            let news = ModuleNews::Identity;
            unit.announce(Vec::new(), Change::Module { id, news });
        }
        let written = usize::from(outcomes.iter().any(|(_, problem)| problem.is_none()));
        Ok(ApplyOutcome::Done { written })
    }
}
