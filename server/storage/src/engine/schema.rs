//! The schema: which migrations there are, and bringing a database up to them.

use std::sync::Arc;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use super::{Connection, Sql};
use crate::error::StorageError;

struct Step {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// All migrations in order; the files lie in `migrations/`.
const STEPS: &[Step] = &[
    Step {
        version: 1,
        name: "hub",
        sqlite: include_str!("../../../../migrations/sqlite/0001_hub.sql"),
        postgres: include_str!("../../../../migrations/postgres/0001_hub.sql"),
    },
    Step {
        version: 2,
        name: "manage",
        sqlite: include_str!("../../../../migrations/sqlite/0002_manage.sql"),
        postgres: include_str!("../../../../migrations/postgres/0002_manage.sql"),
    },
    Step {
        version: 3,
        name: "fleet",
        sqlite: include_str!("../../../../migrations/sqlite/0003_fleet.sql"),
        postgres: include_str!("../../../../migrations/postgres/0003_fleet.sql"),
    },
    Step {
        version: 4,
        name: "methods",
        sqlite: include_str!("../../../../migrations/sqlite/0004_methods.sql"),
        postgres: include_str!("../../../../migrations/postgres/0004_methods.sql"),
    },
    Step {
        version: 5,
        name: "operations",
        sqlite: include_str!("../../../../migrations/sqlite/0005_operations.sql"),
        postgres: include_str!("../../../../migrations/postgres/0005_operations.sql"),
    },
    Step {
        version: 6,
        name: "gates",
        sqlite: include_str!("../../../../migrations/sqlite/0006_gates.sql"),
        postgres: include_str!("../../../../migrations/postgres/0006_gates.sql"),
    },
    Step {
        version: 7,
        name: "firmware",
        sqlite: include_str!("../../../../migrations/sqlite/0007_firmware.sql"),
        postgres: include_str!("../../../../migrations/postgres/0007_firmware.sql"),
    },
    Step {
        version: 8,
        name: "configurations",
        sqlite: include_str!("../../../../migrations/sqlite/0008_configurations.sql"),
        postgres: include_str!("../../../../migrations/postgres/0008_configurations.sql"),
    },
    Step {
        version: 9,
        name: "approvals",
        sqlite: include_str!("../../../../migrations/sqlite/0009_approvals.sql"),
        postgres: include_str!("../../../../migrations/postgres/0009_approvals.sql"),
    },
    Step {
        version: 10,
        name: "revisions",
        sqlite: include_str!("../../../../migrations/sqlite/0010_revisions.sql"),
        postgres: include_str!("../../../../migrations/postgres/0010_revisions.sql"),
    },
    Step {
        version: 12,
        name: "series",
        sqlite: include_str!("../../../../migrations/sqlite/0012_series.sql"),
        postgres: include_str!("../../../../migrations/postgres/0012_series.sql"),
    },
    Step {
        version: 13,
        name: "transfers",
        sqlite: include_str!("../../../../migrations/sqlite/0013_transfers.sql"),
        postgres: include_str!("../../../../migrations/postgres/0013_transfers.sql"),
    },
    Step {
        version: 14,
        name: "history",
        sqlite: include_str!("../../../../migrations/sqlite/0014_history.sql"),
        postgres: include_str!("../../../../migrations/postgres/0014_history.sql"),
    },
    Step {
        version: 15,
        name: "rotation",
        sqlite: include_str!("../../../../migrations/sqlite/0015_rotation.sql"),
        postgres: include_str!("../../../../migrations/postgres/0015_rotation.sql"),
    },
    Step {
        version: 16,
        name: "transfer_failures",
        sqlite: include_str!("../../../../migrations/sqlite/0016_transfer_failures.sql"),
        postgres: include_str!("../../../../migrations/postgres/0016_transfer_failures.sql"),
    },
    Step {
        version: 17,
        name: "alerts",
        sqlite: include_str!("../../../../migrations/sqlite/0017_alerts.sql"),
        postgres: include_str!("../../../../migrations/postgres/0017_alerts.sql"),
    },
    Step {
        version: 18,
        name: "embeds",
        sqlite: include_str!("../../../../migrations/sqlite/0018_embeds.sql"),
        postgres: include_str!("../../../../migrations/postgres/0018_embeds.sql"),
    },
    Step {
        version: 19,
        name: "health",
        sqlite: include_str!("../../../../migrations/sqlite/0019_health.sql"),
        postgres: include_str!("../../../../migrations/postgres/0019_health.sql"),
    },
    Step {
        version: 20,
        name: "faults",
        sqlite: include_str!("../../../../migrations/sqlite/0020_faults.sql"),
        postgres: include_str!("../../../../migrations/postgres/0020_faults.sql"),
    },
];

/// The newest migration of this binary.
pub(crate) const NEWEST: i64 = STEPS[STEPS.len() - 1].version;

const TABLE_EXISTS: Sql = Sql::pair(
    "looking for the schema",
    "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'",
    "SELECT COUNT(*) FROM pg_catalog.pg_tables
     WHERE schemaname = CURRENT_SCHEMA() AND tablename = '_sqlx_migrations'",
);

/// Not prepared in tests: the table is the migrator's own.
const APPLIED: Sql = Sql::both(
    "reading the schema's version",
    "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&TABLE_EXISTS, &APPLIED];

/// The newest migration that was applied; 0 for an empty database.
pub(crate) async fn applied(connection: &mut Connection<'_>) -> Result<i64, StorageError> {
    if connection.number(&TABLE_EXISTS, []).await? == 0 {
        return Ok(0);
    }
    connection.number(&APPLIED, []).await
}

/// Refuses a database that a newer binary made.
pub(crate) fn refuse_newer(found: i64) -> Result<(), StorageError> {
    if found > NEWEST {
        return Err(StorageError::NewerSchema {
            found,
            known: NEWEST,
        });
    }
    Ok(())
}

/// Applies what is missing; refuses a database that a newer binary made.
pub(crate) async fn migrate(connection: &mut Connection<'_>) -> Result<(), StorageError> {
    refuse_newer(applied(connection).await?)?;
    let done = match connection {
        Connection::Sqlite(connection) => {
            migrator(|step| step.sqlite)
                .run_direct(None, &mut **connection, false)
                .await
        }
        Connection::Postgres(connection) => {
            migrator(|step| step.postgres)
                .run_direct(None, &mut **connection, false)
                .await
        }
    };
    done.map_err(|error| match error {
        MigrateError::VersionMissing(found) => StorageError::NewerSchema {
            found,
            known: NEWEST,
        },
        MigrateError::VersionMismatch(version) => StorageError::OtherSchema { version },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            super::faults::translated("migrating the database", error)
        }
        other => StorageError::Migration(Arc::new(other)),
    })
}

fn migrator(text: fn(&Step) -> &'static str) -> Migrator {
    let migrations = STEPS.iter().map(|step| {
        let kind = MigrationType::Simple;
        Migration::new(
            step.version,
            step.name.into(),
            kind,
            text(step).into_sql_str(),
            false,
        )
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    // Advisory locks are not portable; the writer's lease and the directory's lock stand for them.
    migrator.set_locking(false);
    migrator
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_list_is_the_directory() {
        for engine in ["sqlite", "postgres"] {
            let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/").to_owned() + engine;
            let mut files: Vec<String> = std::fs::read_dir(dir)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            files.sort();
            let listed = STEPS
                .iter()
                .map(|step| format!("{:04}_{}.sql", step.version, step.name));
            assert_eq!(files, listed.collect::<Vec<_>>(), "{engine}");
        }
        assert!(STEPS.is_sorted_by_key(|step| step.version));
    }
}
