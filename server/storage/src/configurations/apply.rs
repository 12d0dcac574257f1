//! Makes devices what configurations say, within the writer's transaction: plan, twins and standings agree whatever
//! happened since the caller looked.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use muster_core::configuration::{Configuration, Content, Plan, Status, plan};
use muster_core::event::Actor;
use muster_core::ids::{ConfigurationId, DeviceId};
use muster_core::time::Timestamp;
use muster_core::twin::{Mode, Object, ServiceWrite};
use muster_core::{configuration::Assignments, configuration::Claim};

use super::rows::{contest_of, status_of};
use super::{ApplyOutcome, Contest, Covered};
use crate::change::Change;
use crate::devices::id_of;
use crate::engine::{Argument, Column, Row, Sql, Table};
use crate::error::StorageError;
use crate::records::TwinOutcome;
use crate::writer::command::WriteTwin;
use crate::writer::documents::write::json;
use crate::writer::documents::{Document, Documents};
use crate::writer::{Operation, Unit, fast};

const VERSIONS: Sql = Sql::both(
    "reading the versions of configurations",
    "SELECT number, etag FROM configuration ORDER BY number",
);

const BEFORE: Sql = Sql::pair(
    "reading how configurations stand on a batch of devices",
    "SELECT d.device_id, s.number, s.status, s.problem, s.contested
     FROM json_each($1) AS b
     CROSS JOIN device AS d ON d.device_id = b.value
     CROSS JOIN configuration_device AS s ON s.device_key = d.device_key",
    "SELECT d.device_id, s.number, s.status, s.problem, s.contested
     FROM UNNEST($1::TEXT[]) AS b (device_id)
     JOIN device AS d ON d.device_id = b.device_id
     JOIN configuration_device AS s ON s.device_key = d.device_key",
);

const WRITE: Sql = Sql::pair(
    "writing how configurations stand on devices",
    "INSERT INTO configuration_device (device_key, number, status, problem, contested, at)
     SELECT b.value ->> 0, b.value ->> 1, b.value ->> 2, b.value ->> 3, b.value ->> 4, b.value ->> 5
     FROM json_each($1) AS b WHERE TRUE
     ON CONFLICT (device_key, number) DO UPDATE
     SET status = excluded.status, problem = excluded.problem, contested = excluded.contested, at = excluded.at",
    "INSERT INTO configuration_device (device_key, number, status, problem, contested, at)
     SELECT b.device_key, b.number, b.status, b.problem, b.contested, b.at
     FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::BIGINT[])
          AS b (device_key, number, status, problem, contested, at)
     ON CONFLICT (device_key, number) DO UPDATE
     SET status = excluded.status, problem = excluded.problem, contested = excluded.contested, at = excluded.at",
);

const FORGET: Sql = Sql::pair(
    "taking devices out of configurations",
    "DELETE FROM configuration_device
     WHERE (device_key, number) IN (SELECT value ->> 0, value ->> 1 FROM json_each($1))",
    "DELETE FROM configuration_device AS s
     USING UNNEST($1::BIGINT[], $2::BIGINT[]) AS b (device_key, number)
     WHERE s.device_key = b.device_key AND s.number = b.number",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&VERSIONS, &BEFORE, &WRITE, &FORGET];

#[derive(Debug)]
pub(super) struct Apply {
    pub(super) known: Arc<[Configuration]>,
    pub(super) covered: Vec<Covered>,
    pub(super) at: Timestamp,
}

/// How a configuration stood, stands or will stand on a device.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Stand {
    pub(super) number: i64,
    pub(super) status: Status,
    pub(super) problem: Option<String>,
    pub(super) contest: Option<Contest>,
}

/// Rows to be written and to be deleted, by key of the device.
#[derive(Debug, Default)]
struct Rows {
    written: Vec<(i64, Stand)>,
    forgotten: Vec<(i64, i64)>,
}

impl Operation for Apply {
    type Output = ApplyOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<ApplyOutcome, StorageError> {
        if !is_current(unit, &self.known).await? {
            return Ok(ApplyOutcome::Stale);
        }
        let ids: BTreeSet<DeviceId> = self.covered.iter().map(|c| c.device.clone()).collect();
        let names = Table::texts(ids.iter().map(|id| id.as_str().to_owned()));
        let mut before: HashMap<DeviceId, Vec<Stand>> = HashMap::new();
        for row in &unit.connection.rows(&BEFORE, [names]).await? {
            let id = id_of(&row.get::<String>(0)?)?;
            before.entry(id).or_default().push(stand_of(row, 1)?);
        }
        let mut documents = Documents::of(&mut unit.connection, ids).await?;
        let (mut rows, mut written) = (Rows::default(), 0);
        for covered in &self.covered {
            let document = match documents.document(&covered.device) {
                Ok(Some(document)) => document,
                Ok(None) => continue,
                // A damaged twin harms nobody else.
                Err(error) => {
                    tracing::warn!(%error, device.id = %covered.device, "configurations cannot be applied to this device");
                    continue;
                }
            };
            let before = before.remove(&covered.device).unwrap_or_default();
            let (after, wrote) = self.device(unit, document, covered, &before);
            written += usize::from(wrote);
            self.stand(
                unit,
                &mut rows,
                document.key,
                &covered.device,
                before,
                after,
            );
        }
        let newest = unit.newest_event();
        documents.store(&mut unit.connection, newest).await?;
        rows.store(unit, self.at).await?;
        Ok(ApplyOutcome::Done { written })
    }
}

impl Apply {
    /// Writes a device's twin; gives how configurations stand on it now, and whether something was written.
    fn device(
        &self,
        unit: &mut Unit<'_>,
        document: &mut Document,
        covered: &Covered,
        before: &[Stand],
    ) -> (Vec<Stand>, bool) {
        let claims = claims(&self.known, &covered.numbers, Content::of_devices);
        let plan = plan(&claims, &document.twin.desired.value);
        let mut outcomes = Vec::new();
        for ((_, number), patch) in &plan.writes {
            let Some(actor) = actor(&self.known, *number) else {
                continue;
            };
            let write = WriteTwin {
                restored: None,
                id: covered.device.clone(),
                write: write_of(patch),
                if_match: None,
                actor,
                at: self.at,
            };
            let problem = match fast::write_twin(unit, document, &write) {
                TwinOutcome::Refused(error) => Some(error.to_string()),
                _ => None,
            };
            outcomes.push((*number, problem));
        }
        let wrote = outcomes.iter().any(|(_, problem)| problem.is_none());
        let by = covered.because.as_ref();
        let after = stands(&claims, &plan, &outcomes, before, by, self.at);
        (after, wrote)
    }

    /// Remembers how configurations stand on a device, and tells those who follow when that is new.
    fn stand(
        &self,
        unit: &mut Unit<'_>,
        rows: &mut Rows,
        key: i64,
        device: &DeviceId,
        before: Vec<Stand>,
        after: Vec<Stand>,
    ) {
        let gone = before.iter().map(|stand| stand.number);
        let gone: Vec<i64> = gone
            .filter(|number| after.iter().all(|stand| stand.number != *number))
            .collect();
        let names: Vec<(ConfigurationId, Status)> = after
            .iter()
            .filter_map(|stand| Some((name(&self.known, stand.number)?, stand.status)))
            .collect();
        let changed: Vec<Stand> = after
            .into_iter()
            .filter(|stand| !before.contains(stand))
            .collect();
        if gone.is_empty() && changed.is_empty() {
            return;
        }
        rows.forgotten
            .extend(gone.into_iter().map(|number| (key, number)));
        rows.written
            .extend(changed.into_iter().map(|stand| (key, stand)));
        let change = Change::Configurations {
            id: device.clone(),
            standing: names,
        };
        unit.announce(Vec::new(), change);
    }
}

/// Whether the caller has read the configurations as they are.
pub(super) async fn is_current(
    unit: &mut Unit<'_>,
    known: &[Configuration],
) -> Result<bool, StorageError> {
    let rows = unit.connection.rows(&VERSIONS, []).await?;
    let versions = rows.iter().map(|row| Ok((row.get(0)?, row.count(1)?)));
    let versions: Vec<(i64, u64)> = versions.collect::<Result<_, StorageError>>()?;
    Ok(known
        .iter()
        .map(|configuration| (configuration.number, configuration.etag.0))
        .eq(versions))
}

pub(super) fn claims<'a>(
    known: &'a [Configuration],
    numbers: &[i64],
    assignments: fn(&Content) -> Option<&Assignments>,
) -> Vec<Claim<'a>> {
    let claim = |configuration: &'a Configuration| {
        Some(Claim {
            rank: configuration.rank(),
            assignments: assignments(&configuration.draft.content)?,
        })
    };
    known
        .iter()
        .filter(|configuration| numbers.contains(&configuration.number))
        .filter_map(claim)
        .collect()
}

/// How each that covers stands after its writes. What nothing was written of stands as it did before, if it did.
pub(super) fn stands(
    claims: &[Claim<'_>],
    plan: &Plan,
    outcomes: &[(i64, Option<String>)],
    before: &[Stand],
    because: Option<&Actor>,
    at: Timestamp,
) -> Vec<Stand> {
    let stand = |claim: &Claim<'_>| {
        let number = claim.rank.1;
        let outcome = outcomes.iter().find(|(of, _)| *of == number);
        let problem = outcome.and_then(|(_, problem)| problem.clone());
        let wrote = outcome.is_some() && problem.is_none();
        let contest = match because {
            Some(actor) if wrote => Some(Contest {
                actor: actor.clone(),
                at,
            }),
            _ => before
                .iter()
                .find(|stand| stand.number == number)
                .and_then(|stand| stand.contest.clone()),
        };
        let applied = problem.is_none() && plan.winners.contains(&claim.rank);
        Stand {
            number,
            status: if applied {
                Status::Applied
            } else {
                Status::Targeted
            },
            problem,
            contest,
        }
    };
    claims.iter().map(stand).collect()
}

pub(super) fn write_of(patch: &Object) -> ServiceWrite {
    ServiceWrite {
        mode: Mode::Merge,
        tags: None,
        desired: Some(patch.clone().into()),
    }
}

pub(super) fn actor(known: &[Configuration], number: i64) -> Option<Actor> {
    name(known, number).map(|id| Actor::Configuration { id })
}

fn name(known: &[Configuration], number: i64) -> Option<ConfigurationId> {
    let found = known
        .iter()
        .find(|configuration| configuration.number == number);
    found.map(|configuration| configuration.id.clone())
}

/// Reads number, status, problem and contested, from column `first` on.
pub(super) fn stand_of(row: &Row, first: usize) -> Result<Stand, StorageError> {
    let contested: Option<String> = row.get(first + 3)?;
    Ok(Stand {
        number: row.get(first)?,
        status: status_of(&row.get::<String>(first + 1)?)?,
        problem: row.get(first + 2)?,
        contest: contested.as_deref().map(contest_of).transpose()?,
    })
}

impl Rows {
    async fn store(self, unit: &mut Unit<'_>, at: Timestamp) -> Result<(), StorageError> {
        let texts = |text: fn(&Stand) -> Option<String>| {
            let texts = self
                .written
                .iter()
                .map(|(_, stand)| text(stand).map(Into::into));
            Column::Text(texts.collect())
        };
        if !self.written.is_empty() {
            let written = &self.written;
            let table = Table(vec![
                Column::Int(written.iter().map(|(key, _)| Some(*key)).collect()),
                Column::Int(written.iter().map(|(_, s)| Some(s.number)).collect()),
                texts(|stand| Some(stand.status.as_str().to_owned())),
                texts(|stand| stand.problem.clone()),
                texts(|stand| stand.contest.as_ref().map(json)),
                Column::Int(written.iter().map(|_| Some(at.millis())).collect()),
            ]);
            unit.connection
                .run(&WRITE, [Argument::Table(table)])
                .await?;
        }
        if !self.forgotten.is_empty() {
            let (keys, numbers) = self
                .forgotten
                .iter()
                .map(|(k, n)| (Some(*k), Some(*n)))
                .unzip();
            let table = Table(vec![Column::Int(keys), Column::Int(numbers)]);
            unit.connection
                .run(&FORGET, [Argument::Table(table)])
                .await?;
        }
        Ok(())
    }
}
