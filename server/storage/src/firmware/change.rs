//! Firmware: within the writer's transaction.

use muster_core::event::NewEvent;
use muster_core::firmware::{Artifact, ArtifactId, ArtifactState};
use muster_core::key::SharedKey;

use super::{ArtifactOutcome, LINK_KEY, MAX_ARTIFACTS, find};
use crate::change::Change;
use crate::engine::Sql;
use crate::error::StorageError;
use crate::writer::{Operation, Unit};

const INSERT: Sql = Sql::both(
    "adding an artifact",
    "INSERT INTO firmware_artifact (artifact_id, size, about, state, added_at, added_by)
     VALUES ($1, $2, $3, $4, $5, $6)",
);

const COUNT: Sql = Sql::both(
    "counting artifacts",
    "SELECT COUNT(*) FROM firmware_artifact",
);

const SET_STATE: Sql = Sql::both(
    "changing an artifact",
    "UPDATE firmware_artifact SET state = $2 WHERE artifact_id = $1",
);

const DELETE: Sql = Sql::both(
    "deleting an artifact",
    "DELETE FROM firmware_artifact WHERE artifact_id = $1",
);

const INSERT_KEY: Sql = Sql::both(
    "making the key of links",
    "INSERT INTO firmware_link_key (id, sealed) VALUES (1, $1) ON CONFLICT (id) DO NOTHING",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&INSERT, &COUNT, &SET_STATE, &DELETE, &INSERT_KEY];

#[derive(Debug)]
pub(super) struct Insert {
    pub(super) artifact: Artifact,
    pub(super) event: NewEvent,
}

impl Operation for Insert {
    type Output = ArtifactOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<ArtifactOutcome, StorageError> {
        let (new, connection) = (&self.artifact, &mut unit.connection);
        if find(connection, &new.id).await?.is_some() {
            return Ok(ArtifactOutcome::Exists);
        }
        if connection.number(&COUNT, []).await?.cast_unsigned() >= MAX_ARTIFACTS {
            return Ok(ArtifactOutcome::TooMany);
        }
        let about = serde_json::to_string(&new.about).expect("an artifact is plain data");
        let arguments = [
            new.id.to_string().into(),
            new.size.into(),
            about.into(),
            new.state.as_str().into(),
            new.added_at.millis().into(),
            new.added_by.map(|person| person.0).into(),
        ];
        connection.run(&INSERT, arguments).await?;
        announce(unit, &self.event);
        Ok(ArtifactOutcome::Done)
    }
}

#[derive(Debug)]
pub(super) struct SetState {
    pub(super) id: ArtifactId,
    pub(super) state: ArtifactState,
    pub(super) event: NewEvent,
}

impl Operation for SetState {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let connection = &mut unit.connection;
        let Some(before) = find(connection, &self.id).await? else {
            return Ok(false);
        };
        if before.state == self.state {
            return Ok(true);
        }
        let arguments = [self.id.to_string().into(), self.state.as_str().into()];
        connection.run(&SET_STATE, arguments).await?;
        announce(unit, &self.event);
        Ok(true)
    }
}

#[derive(Debug)]
pub(super) struct Delete {
    pub(super) id: ArtifactId,
    pub(super) event: NewEvent,
}

impl Operation for Delete {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let connection = &mut unit.connection;
        if find(connection, &self.id).await?.is_none() {
            return Ok(false);
        }
        connection
            .run(&DELETE, [self.id.to_string().into()])
            .await?;
        announce(unit, &self.event);
        Ok(true)
    }
}

#[derive(Debug)]
pub(super) struct InsertKey(pub(super) SharedKey);

impl Operation for InsertKey {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        let sealed = unit.sealer.seal(LINK_KEY, self.0.reveal().as_bytes());
        unit.connection.run(&INSERT_KEY, [sealed.into()]).await?;
        Ok(())
    }
}

fn announce(unit: &mut Unit<'_>, event: &NewEvent) {
    let event = unit.event(event.clone());
    unit.announce(vec![event], Change::None);
}
