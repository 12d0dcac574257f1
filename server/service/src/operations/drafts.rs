//! Operations that somebody prepares: each person's own, opaque to the hub.

use muster_core::ids::OperationId;
use muster_core::time::Timestamp;
use serde_json::Value;

use crate::access::kinds::RunOperations;
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Largest draft, in bytes of JSON.
pub const MAX_DRAFT: usize = 256 * 1024;

/// A draft.
#[derive(Clone, PartialEq, Debug)]
pub struct Draft {
    /// Its number; of drafts, not of operations.
    pub id: OperationId,
    /// What was prepared so far.
    pub body: Value,
    /// When it was last kept.
    pub changed_at: Timestamp,
}

impl Hub {
    /// Keeps a draft: a new one, or an own one of before.
    pub async fn save_draft(
        &self,
        permit: &Permit<RunOperations>,
        id: Option<OperationId>,
        draft: Value,
    ) -> Result<OperationId, ServiceError> {
        let owner = owner(permit.access())?;
        if draft.to_string().len() > MAX_DRAFT {
            return Err(ServiceError::Invalid(
                "the draft is larger than 256 KiB; name devices by a condition".to_owned(),
            ));
        }
        let saved = self
            .store()
            .save_draft(owner, id, &draft, self.now())
            .await?;
        match (saved, id) {
            (Some(id), _) => Ok(id),
            (None, Some(_)) => Err(ServiceError::NotFound),
            (None, None) => Err(ServiceError::Invalid(
                "there are as many drafts as can be kept; delete one that nobody needs".to_owned(),
            )),
        }
    }

    /// One's own drafts, newest first.
    pub async fn drafts(&self, permit: &Permit<RunOperations>) -> Result<Vec<Draft>, ServiceError> {
        let rows = self.store().drafts(owner(permit.access())?).await?;
        let draft = |row: muster_storage::DraftRow| Draft {
            id: row.id,
            body: row.body,
            changed_at: row.changed_at,
        };
        Ok(rows.into_iter().map(draft).collect())
    }

    /// Deletes an own draft.
    pub async fn delete_draft(
        &self,
        permit: &Permit<RunOperations>,
        id: OperationId,
    ) -> Result<(), ServiceError> {
        if self
            .store()
            .delete_draft(owner(permit.access())?, id)
            .await?
        {
            Ok(())
        } else {
            Err(ServiceError::NotFound)
        }
    }
}

fn owner(access: &Access) -> Result<muster_core::ids::PersonId, ServiceError> {
    let person = access.person().ok_or_else(|| {
        ServiceError::Invalid("drafts belong to people; sign in to keep one".to_owned())
    })?;
    Ok(person.id)
}
