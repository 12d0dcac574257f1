//! Firmware: what is known about artifacts, and the key that signs links to them. Their bytes are files ([`files`]).

use muster_core::event::NewEvent;
use muster_core::firmware::{Artifact, ArtifactId, ArtifactState};
use muster_core::ids::PersonId;
use muster_core::key::SharedKey;
use muster_core::time::Timestamp;

use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::store::Store;

pub(crate) mod change;
pub(crate) mod files;

/// Most artifacts of one hub: they are shown as one list.
pub const MAX_ARTIFACTS: u64 = 1_000;

/// The place the key of links is sealed for.
const LINK_KEY: &str = "firmware:link";

/// The columns that [`artifact_of`] reads.
macro_rules! columns {
    () => {
        "SELECT artifact_id, size, about, state, added_at, added_by FROM firmware_artifact "
    };
}

const ALL: Sql = Sql::both(
    "reading artifacts",
    concat!(columns!(), "ORDER BY added_at DESC, artifact_id LIMIT $1"),
);

const FIND: Sql = Sql::both(
    "reading an artifact",
    concat!(columns!(), "WHERE artifact_id = $1"),
);

const READ_KEY: Sql = Sql::both(
    "reading the key of links",
    "SELECT sealed FROM firmware_link_key WHERE id = 1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&ALL, &FIND, &READ_KEY];

/// The end of adding an artifact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArtifactOutcome {
    /// It is there.
    Done,
    /// These bytes are an artifact already.
    Exists,
    /// There are [`MAX_ARTIFACTS`] already.
    TooMany,
}

impl Store {
    /// All artifacts, the newest first.
    pub async fn artifacts(&self) -> Result<Vec<Artifact>, StorageError> {
        let mut reader = self.reader().await?;
        let rows = reader
            .connection()
            .rows(&ALL, [MAX_ARTIFACTS.into()])
            .await?;
        rows.iter().map(artifact_of).collect()
    }

    /// One artifact.
    pub async fn find_artifact(&self, id: &ArtifactId) -> Result<Option<Artifact>, StorageError> {
        let mut reader = self.reader().await?;
        find(&mut reader.connection(), id).await
    }

    /// Adds an artifact whose bytes are in place.
    pub async fn insert_artifact(
        &self,
        artifact: Artifact,
        event: NewEvent,
    ) -> Result<ArtifactOutcome, StorageError> {
        self.write("adding an artifact", change::Insert { artifact, event })
            .await
    }

    /// Withdraws an artifact or offers it again; whether there is one.
    pub async fn set_artifact_state(
        &self,
        id: ArtifactId,
        state: ArtifactState,
        event: NewEvent,
    ) -> Result<bool, StorageError> {
        let set = change::SetState { id, state, event };
        self.write("changing an artifact", set).await
    }

    /// Forgets an artifact; whether there was one. Its bytes are removed afterwards.
    pub async fn delete_artifact(
        &self,
        id: ArtifactId,
        event: NewEvent,
    ) -> Result<bool, StorageError> {
        self.write("deleting an artifact", change::Delete { id, event })
            .await
    }

    /// The key that signs links to artifacts; made with `entropy` when there is none.
    pub async fn link_key(&self, entropy: [u8; 32]) -> Result<SharedKey, StorageError> {
        if let Some(key) = self.stored_link_key().await? {
            return Ok(key);
        }
        let new = change::InsertKey(SharedKey::from_entropy(entropy));
        self.write("making the key of links", new).await?;
        let stored = self.stored_link_key().await?;
        stored.ok_or_else(|| corrupt("firmware_link_key", "sealed", 1, "just written, not found"))
    }

    async fn stored_link_key(&self) -> Result<Option<SharedKey>, StorageError> {
        let mut reader = self.reader().await?;
        let Some(row) = reader.connection().row(&READ_KEY, []).await? else {
            return Ok(None);
        };
        let sealed: Vec<u8> = row.get(0)?;
        let opened = self.sealer().open_text(LINK_KEY, &sealed);
        let key = opened.and_then(|text| SharedKey::new(&text).ok());
        let key =
            key.ok_or_else(|| corrupt("firmware_link_key", "sealed", 1, "the key does not open"));
        key.map(Some)
    }
}

async fn find(
    connection: &mut Connection<'_>,
    id: &ArtifactId,
) -> Result<Option<Artifact>, StorageError> {
    let row = connection.row(&FIND, [id.to_string().into()]).await?;
    row.as_ref().map(artifact_of).transpose()
}

fn artifact_of(row: &Row) -> Result<Artifact, StorageError> {
    let id: String = row.get(0)?;
    let bad = |column, cause: String| corrupt("firmware_artifact", column, &id, cause);
    let about: String = row.get(2)?;
    let state: String = row.get(3)?;
    let added_by: Option<i64> = row.get(5)?;
    Ok(Artifact {
        id: ArtifactId::new(&id).map_err(|cause| bad("artifact_id", cause.to_string()))?,
        size: row.count(1)?,
        about: serde_json::from_str(&about).map_err(|cause| bad("about", cause.to_string()))?,
        state: ArtifactState::from_name(&state)
            .ok_or_else(|| bad("state", format!("{state:?} is no state")))?,
        added_at: Timestamp::from_millis(row.get(4)?),
        added_by: added_by.map(PersonId),
    })
}
