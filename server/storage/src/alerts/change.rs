//! What happens to alerts: within the writer's transaction, by the rules of `core`.

use muster_core::alert::{Act, Alert, AlertId, BadAct, FLAP_WITHIN_MS, State, Why};
use muster_core::event::{Event, NewEvent};
use muster_core::time::Timestamp;

use super::{AlertStep, AlertWrite, alert_of, find};
use crate::change::Change;
use crate::engine::Sql;
use crate::error::StorageError;
use crate::writer::documents::write::json;
use crate::writer::{Operation, Unit};

const DEVICE: Sql = Sql::both(
    "looking for the device of an alert",
    "SELECT device_key FROM device WHERE device_id = $1",
);

const LAST: Sql = Sql::both(
    "looking for the alert before",
    "SELECT alert_id, body FROM alert WHERE device_key = $1 AND rule_id = $2 AND live = 0
     ORDER BY alert_id DESC LIMIT 1",
);

const NEXT: Sql = Sql::both(
    "numbering an alert",
    "SELECT COALESCE(MAX(alert_id), 0) + 1 FROM alert",
);

const INSERT: Sql = Sql::both(
    "writing an alert",
    "INSERT INTO alert (alert_id, rule_id, device_key, fold, live, ended_at, body)
     VALUES ($1, $2, $3, $4, 1, NULL, $5)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "changing an alert",
    "UPDATE alert SET live = $2, ended_at = $3, body = $4 WHERE alert_id = $1",
);

const FORGET: Sql = Sql::both(
    "forgetting an alert",
    "DELETE FROM alert WHERE alert_id = $1",
);

const OLD: Sql = Sql::both(
    "removing old alerts",
    "DELETE FROM alert WHERE alert_id IN
     (SELECT alert_id FROM alert WHERE live = 0 AND ended_at < $1 ORDER BY ended_at LIMIT $2)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&DEVICE, &LAST, &NEXT, &INSERT, &UPDATE, &FORGET, &OLD];

#[derive(Debug)]
pub(super) struct Write {
    pub(super) writes: Vec<AlertWrite>,
    pub(super) at: Timestamp,
}

impl Operation for Write {
    type Output = Vec<Option<Result<Alert, BadAct>>>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Self::Output, StorageError> {
        let (mut outcomes, mut changed, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        let mut events = Vec::new();
        for (step, event) in &self.writes {
            let outcome = match step {
                AlertStep::Begin(alert) => self.begin(unit, alert).await?.map(Ok),
                AlertStep::Act { id, act, by } => self.act(unit, *id, act, by).await?,
                AlertStep::Forget(id) => {
                    if forget(unit, *id).await? {
                        gone.push(*id);
                    }
                    None
                }
            };
            if let Some(Ok(alert)) = &outcome {
                changed.push(alert.clone());
                if let Some(event) = event {
                    events.push(described(unit, event, alert));
                }
            }
            outcomes.push(outcome);
        }
        if !changed.is_empty() || !gone.is_empty() {
            let alerts = changed;
            unit.announce(events, Change::Alerts { alerts, gone });
        }
        Ok(outcomes)
    }
}

impl Write {
    /// Writes a new alert, open or pending; one that comes back soon remembers how often.
    async fn begin(
        &self,
        unit: &mut Unit<'_>,
        alert: &Alert,
    ) -> Result<Option<Alert>, StorageError> {
        let connection = &mut unit.connection;
        let mut alert = alert.clone();
        let mut device_key = None;
        if let Some(device) = &alert.device {
            let row = connection.row(&DEVICE, [device.as_str().into()]).await?;
            let Some(row) = row else {
                return Ok(None);
            };
            let key: i64 = row.get(0)?;
            device_key = Some(key);
            let last = connection
                .row(&LAST, [key.into(), alert.rule.0.into()])
                .await?;
            if let Some(last) = last.as_ref().map(alert_of).transpose()? {
                let ended = last.resolved_at.unwrap_or(last.began_at);
                let by_itself = last.ended_why() == Some(Why::Cleared);
                if by_itself && self.at.since(ended) < FLAP_WITHIN_MS {
                    alert.flaps = last.flaps.saturating_add(1);
                }
            }
        }
        alert.id = AlertId(connection.number(&NEXT, []).await?);
        let arguments = [
            alert.id.0.into(),
            alert.rule.0.into(),
            device_key.into(),
            alert.fold.as_str().into(),
            json(&alert).into(),
        ];
        let written = connection.run(&INSERT, arguments).await?;
        Ok((written > 0).then_some(alert))
    }

    async fn act(
        &self,
        unit: &mut Unit<'_>,
        id: AlertId,
        act: &Act,
        by: &Option<String>,
    ) -> Result<Option<Result<Alert, BadAct>>, StorageError> {
        let Some(mut alert) = find(&mut unit.connection, id).await? else {
            return Ok(None);
        };
        match alert.apply(act.clone(), by.clone(), self.at) {
            Err(bad) => return Ok(Some(Err(bad))),
            Ok(false) => return Ok(None),
            Ok(true) => {}
        }
        let ended = alert.resolved_at.map(Timestamp::millis);
        let arguments = [
            id.0.into(),
            (alert.state != State::Resolved).into(),
            ended.into(),
            json(&alert).into(),
        ];
        unit.connection.run(&UPDATE, arguments).await?;
        Ok(Some(Ok(alert)))
    }
}

/// Only what is pending is forgotten: what people have seen ends.
async fn forget(unit: &mut Unit<'_>, id: AlertId) -> Result<bool, StorageError> {
    let connection = &mut unit.connection;
    let pending = find(connection, id)
        .await?
        .is_some_and(|alert| alert.state == State::Pending);
    if pending {
        connection.run(&FORGET, [id.0.into()]).await?;
    }
    Ok(pending)
}

/// The event of a step, with the number of its alert.
fn described(unit: &mut Unit<'_>, event: &NewEvent, alert: &Alert) -> Event {
    let mut event = event.clone();
    event.detail["alert"] = alert.id.0.into();
    unit.event(event)
}

#[derive(Debug)]
pub(super) struct Old {
    pub(super) older: Timestamp,
    pub(super) limit: usize,
}

impl Operation for Old {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let arguments = [self.older.millis().into(), self.limit.into()];
        let gone = unit.connection.run(&OLD, arguments).await?;
        Ok(gone as usize >= self.limit)
    }
}
