//! Telemetry as it came.

use std::borrow::Cow;

use muster_core::cursor::MAX_PAGE;
use muster_core::ids::{DeviceId, EventSeq};
use muster_core::message::{Message, NewMessage};
use muster_core::time::Timestamp;

use crate::engine::{Argument, Column, Connection, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::store::Store;
use crate::writer::documents::write::json;
use crate::writer::{Command, Request};

/// Most messages that are read at once.
pub const MAX_MESSAGES: usize = 50 * MAX_PAGE;

const INSERT: Sql = Sql::pair(
    "writing messages",
    "INSERT OR FAIL INTO message (seq, device_key, at, properties, body)
     SELECT b.value ->> 0, b.value ->> 1, b.value ->> 2, b.value ->> 3, unhex(b.value ->> 4)
     FROM jsonb_each($1) AS b",
    "INSERT INTO message (seq, device_key, at, properties, body)
     SELECT * FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::TEXT[], $5::BYTEA[])",
);

const READ: Sql = Sql::both(
    "reading messages",
    "SELECT m.seq, m.at, m.properties, m.body
     FROM message AS m
     JOIN device AS d ON d.device_key = m.device_key
     WHERE d.device_id = $1 AND m.at >= $2 AND m.at < $3
     ORDER BY m.at DESC, m.seq DESC
     LIMIT $4",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&INSERT, &READ];

/// Messages about to be inserted, by column.
#[derive(Debug, Default)]
pub(crate) struct NewRows {
    seq: Vec<Option<i64>>,
    device: Vec<Option<i64>>,
    at: Vec<Option<i64>>,
    properties: Vec<Option<Cow<'static, str>>>,
    body: Vec<Option<Vec<u8>>>,
}

impl NewRows {
    pub(crate) fn push(&mut self, seq: i64, device: i64, message: &NewMessage) {
        self.seq.push(Some(seq));
        self.device.push(Some(device));
        self.at.push(Some(message.at.millis()));
        self.properties.push(Some(json(&message.properties).into()));
        self.body.push(Some(message.body.clone()));
    }

    pub(crate) async fn insert(self, connection: &mut Connection<'_>) -> Result<(), StorageError> {
        if self.seq.is_empty() {
            return Ok(());
        }
        let table = Table(vec![
            Column::Int(self.seq),
            Column::Int(self.device),
            Column::Int(self.at),
            Column::Text(self.properties),
            Column::Bytes(self.body),
        ]);
        connection.run(&INSERT, [Argument::Table(table)]).await?;
        Ok(())
    }
}

impl Store {
    /// Stores a message durably; `false` when there is no such device.
    pub async fn append_message(&self, message: NewMessage) -> Result<bool, StorageError> {
        let (request, reply) = Request::new(message);
        self.send("storing a message", Command::Message(request), reply)
            .await
    }

    /// A device's messages of `from` to before `to`, newest first, at most [`MAX_MESSAGES`].
    pub async fn messages(
        &self,
        device: &DeviceId,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<Message>, StorageError> {
        let arguments = [
            device.as_str().into(),
            from.millis().into(),
            to.millis().into(),
            limit.min(MAX_MESSAGES).into(),
        ];
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&READ, arguments).await?;
        let read = rows.iter().map(|row| {
            let (seq, properties): (i64, String) = (row.get(0)?, row.get(2)?);
            let properties = serde_json::from_str(&properties)
                .map_err(|cause| corrupt("message", "properties", seq, cause))?;
            let content = NewMessage {
                device: device.clone(),
                at: Timestamp::from_millis(row.get(1)?),
                properties,
                body: row.get(3)?,
            };
            Ok(Message {
                seq: EventSeq(seq),
                content,
            })
        });
        read.collect()
    }
}
