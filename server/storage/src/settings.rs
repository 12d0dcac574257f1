//! Small things the hub remembers.

use crate::engine::{Connection, Sql};
use crate::error::StorageError;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const READ: Sql = Sql::both(
    "reading a setting",
    "SELECT value FROM setting WHERE name = $1",
);

const WRITE: Sql = Sql::both(
    "storing a setting",
    "INSERT INTO setting (name, value) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&READ, &WRITE];

impl Store {
    /// A setting, if it was ever set.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, StorageError> {
        let mut reader = self.reader().await?;
        read(&mut reader.connection(), key).await
    }

    /// Sets a setting. Not for secrets: it is stored as it is.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), StorageError> {
        let set = Set {
            key: key.to_owned(),
            value: value.to_owned(),
        };
        self.write("storing a setting", set).await
    }
}

pub(crate) async fn read(
    connection: &mut Connection<'_>,
    key: &str,
) -> Result<Option<String>, StorageError> {
    let row = connection.row(&READ, [key.into()]).await?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) async fn write(
    connection: &mut Connection<'_>,
    key: &str,
    value: &str,
) -> Result<(), StorageError> {
    connection.run(&WRITE, [key.into(), value.into()]).await?;
    Ok(())
}

#[derive(Debug)]
struct Set {
    key: String,
    value: String,
}

impl Operation for Set {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        write(&mut unit.connection, &self.key, &self.value).await
    }
}
