//! Writes the devices that a batch changed: at most one row per table and device, one statement per table.

use super::{Document, Documents, Identity};
use crate::engine::{Argument, Column, Connection, Sql, Table};
use crate::error::StorageError;

/// OR FAIL, here and in other statements of the hot path: the transaction is rolled back anyway when one fails, so SQLite
/// need not keep a journal of each.
const WRITE_REPORTED: Sql = Sql::pair(
    "writing reported properties",
    "UPDATE OR FAIL twin
     SET reported = b.value ->> 1, reported_meta = b.value ->> 2, reported_version = b.value ->> 3,
         reported_at = b.value ->> 4, version = b.value ->> 5, drift = b.value ->> 6
     FROM jsonb_each($1) AS b
     WHERE twin.device_key = b.value ->> 0",
    "UPDATE twin AS t
     SET reported = b.reported, reported_meta = b.reported_meta, reported_version = b.reported_version,
         reported_at = b.reported_at, version = b.version, drift = b.drift
     FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::TEXT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[], $7::BIGINT[])
          AS b (device_key, reported, reported_meta, reported_version, reported_at, version, drift)
     WHERE t.device_key = b.device_key",
);

const WRITE_SERVICE: Sql = Sql::pair(
    "writing tags and desired properties",
    "UPDATE OR FAIL twin
     SET tags = b.value ->> 1, desired = b.value ->> 2, desired_meta = b.value ->> 3,
         desired_version = b.value ->> 4, version = b.value ->> 5, etag = b.value ->> 6, drift = b.value ->> 7
     FROM jsonb_each($1) AS b
     WHERE twin.device_key = b.value ->> 0",
    "UPDATE twin AS t
     SET tags = b.tags, desired = b.desired, desired_meta = b.desired_meta,
         desired_version = b.desired_version, version = b.version, etag = b.etag, drift = b.drift
     FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::BIGINT[], $6::BIGINT[], $7::BIGINT[],
                 $8::BIGINT[])
          AS b (device_key, tags, desired, desired_meta, desired_version, version, etag, drift)
     WHERE t.device_key = b.device_key",
);

const WRITE_PRESENCE: Sql = Sql::pair(
    "writing presence",
    "UPDATE OR FAIL presence SET connected = b.value ->> 1, activity_at = b.value ->> 2
     FROM jsonb_each($1) AS b
     WHERE presence.device_key = b.value ->> 0",
    "UPDATE presence AS p SET connected = b.connected, activity_at = b.activity_at
     FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[]) AS b (device_key, connected, activity_at)
     WHERE p.device_key = b.device_key",
);

const WRITE_SIGN_INS: Sql = Sql::pair(
    "writing the keys that devices signed in with",
    "UPDATE OR FAIL presence SET key_mark = b.value ->> 1, key_at = b.value ->> 2
     FROM jsonb_each($1) AS b
     WHERE presence.device_key = b.value ->> 0",
    "UPDATE presence AS p SET key_mark = b.key_mark, key_at = b.key_at
     FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[]) AS b (device_key, key_mark, key_at)
     WHERE p.device_key = b.device_key",
);

const WRITE_IDENTITIES: Sql = Sql::pair(
    "writing stages and models",
    "UPDATE OR FAIL device SET stage = b.value ->> 1, stage_at = b.value ->> 2, model_id = b.value ->> 3
     FROM jsonb_each($1) AS b
     WHERE device.device_key = b.value ->> 0",
    "UPDATE device AS d SET stage = b.stage, stage_at = b.stage_at, model_id = b.model_id
     FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::BIGINT[], $4::TEXT[]) AS b (device_key, stage, stage_at, model_id)
     WHERE d.device_key = b.device_key",
);

const KEEP_DESIRED: Sql = Sql::pair(
    "keeping states of desired properties",
    "INSERT OR FAIL INTO desired_base (device_key, version, seq, at, desired)
     SELECT b.value ->> 0, b.value ->> 1, b.value ->> 2, b.value ->> 3, b.value ->> 4 FROM jsonb_each($1) AS b",
    "INSERT INTO desired_base (device_key, version, seq, at, desired)
     SELECT * FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::TEXT[])",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &WRITE_REPORTED,
    &WRITE_SERVICE,
    &KEEP_DESIRED,
    &WRITE_PRESENCE,
    &WRITE_SIGN_INS,
    &WRITE_IDENTITIES,
];

impl Documents {
    /// Writes what was changed; `newest` is the newest event that it contains.
    pub(crate) async fn store(
        self,
        connection: &mut Connection<'_>,
        newest: i64,
    ) -> Result<(), StorageError> {
        let documents: Vec<&Document> = self.documents.values().flatten().collect();
        let identities: Vec<&Identity> = self.identities.values().collect();
        let reported = only(&documents, |document| document.reported_at.is_some());
        let written = only(&documents, |document| document.written);
        let present = only(&identities, |identity| identity.presence_changed);
        let signed_in = only(&identities, |identity| identity.sign_in.is_some());
        let changed = only(&identities, |identity| identity.identity_changed);
        if !reported.is_empty() {
            connection
                .run(&WRITE_REPORTED, [reported_table(&reported)])
                .await?;
        }
        if !written.is_empty() {
            connection
                .run(&WRITE_SERVICE, [service_table(&written)])
                .await?;
        }
        let kept = only(&written, |document| document.begins_anew());
        if !kept.is_empty() {
            connection
                .run(&KEEP_DESIRED, [kept_table(&kept, newest)])
                .await?;
        }
        if !present.is_empty() {
            connection
                .run(&WRITE_PRESENCE, [presence_table(&present)])
                .await?;
        }
        if !signed_in.is_empty() {
            connection
                .run(&WRITE_SIGN_INS, [sign_in_table(&signed_in)])
                .await?;
        }
        if !changed.is_empty() {
            connection
                .run(&WRITE_IDENTITIES, [identity_table(&changed)])
                .await?;
        }
        Ok(())
    }
}

fn only<'a, T>(all: &[&'a T], which: impl Fn(&T) -> bool) -> Vec<&'a T> {
    all.iter().copied().filter(|item| which(item)).collect()
}

fn reported_table(documents: &[&Document]) -> Argument {
    Argument::Table(Table(vec![
        ints(documents, |d| d.key),
        texts(documents, |d| json(&d.twin.reported.value)),
        texts(documents, |d| json(&d.twin.reported.meta)),
        ints(documents, |d| d.twin.reported.version.cast_signed()),
        Column::Int(
            documents
                .iter()
                .map(|d| d.reported_at.map(|at| at.millis()))
                .collect(),
        ),
        ints(documents, |d| d.twin.version.cast_signed()),
        ints(documents, |d| d.drift.into()),
    ]))
}

fn service_table(documents: &[&Document]) -> Argument {
    Argument::Table(Table(vec![
        ints(documents, |d| d.key),
        texts(documents, |d| json(&d.twin.tags)),
        texts(documents, |d| json(&d.twin.desired.value)),
        texts(documents, |d| json(&d.twin.desired.meta)),
        ints(documents, |d| d.twin.desired.version.cast_signed()),
        ints(documents, |d| d.twin.version.cast_signed()),
        ints(documents, |d| d.twin.etag.0.cast_signed()),
        ints(documents, |d| d.drift.into()),
    ]))
}

fn kept_table(documents: &[&Document], newest: i64) -> Argument {
    Argument::Table(Table(vec![
        ints(documents, |d| d.key),
        ints(documents, |d| d.twin.desired.version.cast_signed()),
        ints(documents, |_| newest),
        ints(documents, |d| d.twin.desired.meta.at.millis()),
        texts(documents, |d| json(&d.twin.desired.value)),
    ]))
}

fn presence_table(identities: &[&Identity]) -> Argument {
    Argument::Table(Table(vec![
        ints(identities, |i| i.key),
        ints(identities, |i| i.connected.into()),
        Column::Int(
            identities
                .iter()
                .map(|i| i.activity_at.map(|at| at.millis()))
                .collect(),
        ),
    ]))
}

fn sign_in_table(identities: &[&Identity]) -> Argument {
    let signs = identities.iter().map(|i| i.sign_in.unzip());
    let (marks, times) = signs
        .map(|(mark, at)| (mark.map(|mark| mark.0), at.map(|at| at.millis())))
        .unzip();
    Argument::Table(Table(vec![
        ints(identities, |i| i.key),
        Column::Int(marks),
        Column::Int(times),
    ]))
}

fn identity_table(identities: &[&Identity]) -> Argument {
    Argument::Table(Table(vec![
        ints(identities, |i| i.key),
        texts(identities, |i| i.stage.as_str().to_owned()),
        ints(identities, |i| i.stage_at.millis()),
        texts(identities, |i| i.model_id.clone()),
    ]))
}

fn ints<T>(rows: &[&T], value: impl Fn(&T) -> i64) -> Column {
    Column::Int(rows.iter().map(|row| Some(value(row))).collect())
}

fn texts<T>(rows: &[&T], value: impl Fn(&T) -> String) -> Column {
    Column::Text(rows.iter().map(|row| Some(value(row).into())).collect())
}

/// The stored text of a document.
pub(crate) fn json(document: &impl serde::Serialize) -> String {
    serde_json::to_string(document).expect("documents have text keys")
}
