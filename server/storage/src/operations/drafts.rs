//! Drafts of operations: opaque to storage, each its owner's alone.

use muster_core::ids::{OperationId, PersonId};
use muster_core::time::Timestamp;
use serde_json::Value;

use crate::engine::Sql;
use crate::error::{StorageError, corrupt};
use crate::store::Store;
use crate::writer::{Operation, Unit};

/// Most drafts that one person keeps.
pub const MAX_DRAFTS: usize = 50;

const ALL: Sql = Sql::both(
    "reading drafts",
    "SELECT draft_id, body, changed_at FROM operation_draft WHERE owner_id = $1 ORDER BY draft_id DESC",
);

const COUNT: Sql = Sql::both(
    "counting drafts",
    "SELECT COUNT(*) FROM operation_draft WHERE owner_id = $1",
);

const NEXT: Sql = Sql::both(
    "numbering a draft",
    "SELECT COALESCE(MAX(draft_id), 0) + 1 FROM operation_draft",
);

const INSERT: Sql = Sql::both(
    "keeping a draft",
    "INSERT INTO operation_draft (draft_id, owner_id, body, changed_at) VALUES ($1, $2, $3, $4)",
);

const UPDATE: Sql = Sql::both(
    "changing a draft",
    "UPDATE operation_draft SET body = $3, changed_at = $4 WHERE draft_id = $1 AND owner_id = $2",
);

const DELETE: Sql = Sql::both(
    "deleting a draft",
    "DELETE FROM operation_draft WHERE draft_id = $1 AND owner_id = $2",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&ALL, &COUNT, &NEXT, &INSERT, &UPDATE, &DELETE];

/// A draft.
#[derive(Clone, PartialEq, Debug)]
pub struct DraftRow {
    /// Its number; of drafts, not of operations.
    pub id: OperationId,
    /// What was prepared so far.
    pub body: Value,
    /// When it was last kept.
    pub changed_at: Timestamp,
}

impl Store {
    /// A person's drafts, newest first.
    pub async fn drafts(&self, owner: PersonId) -> Result<Vec<DraftRow>, StorageError> {
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&ALL, [owner.0.into()]).await?;
        let read = |row: &crate::engine::Row| {
            let (id, body): (i64, String) = (row.get(0)?, row.get(1)?);
            let bad = |cause| corrupt("operation_draft", "body", id, cause);
            Ok(DraftRow {
                id: OperationId(id),
                body: serde_json::from_str(&body).map_err(bad)?,
                changed_at: Timestamp::from_millis(row.get(2)?),
            })
        };
        rows.iter().map(read).collect()
    }

    /// Keeps a draft, a new one or an own one of before; `None` when there is none of that number, or too many.
    pub async fn save_draft(
        &self,
        owner: PersonId,
        id: Option<OperationId>,
        body: &Value,
        at: Timestamp,
    ) -> Result<Option<OperationId>, StorageError> {
        let save = Save {
            owner,
            id,
            body: body.to_string(),
            at,
        };
        self.write("keeping a draft", save).await
    }

    /// Deletes an own draft; whether there was one.
    pub async fn delete_draft(
        &self,
        owner: PersonId,
        id: OperationId,
    ) -> Result<bool, StorageError> {
        self.write("deleting a draft", Delete { owner, id }).await
    }
}

#[derive(Debug)]
struct Save {
    owner: PersonId,
    id: Option<OperationId>,
    body: String,
    at: Timestamp,
}

impl Operation for Save {
    type Output = Option<OperationId>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Option<OperationId>, StorageError> {
        let connection = &mut unit.connection;
        let arguments = |id: OperationId| {
            [
                id.0.into(),
                self.owner.0.into(),
                self.body.as_str().into(),
                self.at.millis().into(),
            ]
        };
        if let Some(id) = self.id {
            let changed = connection.run(&UPDATE, arguments(id)).await?;
            return Ok((changed > 0).then_some(id));
        }
        let kept = connection.number(&COUNT, [self.owner.0.into()]).await?;
        if kept >= MAX_DRAFTS as i64 {
            return Ok(None);
        }
        let id = OperationId(connection.number(&NEXT, []).await?);
        connection.run(&INSERT, arguments(id)).await?;
        Ok(Some(id))
    }
}

#[derive(Debug)]
struct Delete {
    owner: PersonId,
    id: OperationId,
}

impl Operation for Delete {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let arguments = [self.id.0.into(), self.owner.0.into()];
        Ok(unit.connection.run(&DELETE, arguments).await? > 0)
    }
}
