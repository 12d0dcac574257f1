//! Pages of operations, newest first, with exports and imports of the registry between them: they share their numbers.

use muster_core::cursor::{Cursor, Direction, MAX_PAGE, Page};
use muster_core::ids::{DeviceId, PersonId};
use muster_core::operation::{OperationState, TaskKind};
use muster_core::transfer::Transfer;

use super::targets::like;
use super::{OperationRow, columns, whole};
use crate::engine::Sql;
use crate::error::StorageError;
use crate::store::Store;
use crate::transfers::page::beyond;

macro_rules! page {
    ($beyond:literal, $order:literal) => {
        Sql::both(
            "reading a page of operations",
            concat!(
                columns!(),
                "WHERE o.operation_id ",
                $beyond,
                " $1
                   AND ($2 = '' OR $2 LIKE '%,' || o.state || ',%')
                   AND ($3 = '' OR $3 LIKE '%,' || o.kind || ',%')
                   AND (CAST($4 AS TEXT) IS NULL OR LOWER(o.title) LIKE $4 ESCAPE '!')
                   AND (CAST($5 AS BIGINT) IS NULL OR o.person_id = $5)
                   AND ($8 = 0 OR o.job_id IS NOT NULL)
                   AND (CAST($6 AS TEXT) IS NULL OR EXISTS (
                       SELECT 1 FROM operation_wave AS w
                       JOIN operation_target AS t ON t.operation_id = w.operation_id AND t.wave = w.wave
                         AND t.device_key = (SELECT device_key FROM device WHERE device_id = $6)
                       WHERE w.operation_id = o.operation_id))
                 ORDER BY o.operation_id ",
                $order,
                " LIMIT $7"
            ),
        )
    };
}

const OLDER: Sql = page!("<", "DESC");
const NEWER: Sql = page!(">", "ASC");

pub(crate) const STATEMENTS: &[&Sql] = &[&OLDER, &NEWER];

/// Which operations.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OperationFilter {
    /// In these states; empty for all.
    pub states: Vec<OperationState>,
    /// Of these kinds; empty for all.
    pub kinds: Vec<TaskKind>,
    /// With this in the title, in any case.
    pub text: String,
    /// Of this person only.
    pub person: Option<PersonId>,
    /// Only those with a job id.
    pub jobs: bool,
    /// With this device among the targets.
    pub device: Option<DeviceId>,
    /// Rows on a page, at most [`MAX_PAGE`].
    pub limit: usize,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A row of the list.
#[derive(Clone, PartialEq, Debug)]
pub enum Listed {
    /// A bulk operation.
    Operation(Box<OperationRow>),
    /// An export or import of the registry.
    Transfer(Box<Transfer>),
}

impl Listed {
    /// Its number.
    pub fn number(&self) -> i64 {
        match self {
            Self::Operation(row) => row.id.0,
            Self::Transfer(transfer) => transfer.number.0,
        }
    }
}

impl Store {
    /// A page of operations and transfers, newest first. With a device, or for jobs only, there are no transfers.
    pub async fn operations(&self, filter: &OperationFilter) -> Result<Page<Listed>, StorageError> {
        let limit = filter.limit.clamp(1, MAX_PAGE);
        let question = format!(
            "operations {:?} {:?} {:?} {:?} {:?} {:?}",
            filter.states, filter.kinds, filter.text, filter.person, filter.jobs, filter.device
        );
        let cursor = match &filter.cursor {
            Some(text) => Some(Cursor::<i64>::decode(text, &question)?),
            None => None,
        };
        let backward = matches!(&cursor, Some(cursor) if cursor.direction == Direction::Backward);
        let edge = cursor.as_ref().map_or(i64::MAX, |cursor| cursor.edge);
        let text = filter.text.trim().to_lowercase();
        let arguments = [
            edge.into(),
            among(filter.states.iter().map(|state| state.as_str())).into(),
            among(filter.kinds.iter().map(|kind| kind.as_str())).into(),
            (!text.is_empty()).then(|| like(&text)).into(),
            filter.person.map(|person| person.0).into(),
            filter.device.as_ref().map(ToString::to_string).into(),
            (limit + 1).into(),
            filter.jobs.into(),
        ];
        let sql = if backward { &NEWER } else { &OLDER };
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let rows = connection.rows(sql, arguments).await?;
        let rows = whole(&mut connection, &rows).await?.into_iter();
        let mut operations: Vec<Listed> = rows.map(|row| Listed::Operation(row.into())).collect();
        let transfers = beyond(&mut connection, filter, edge, backward, limit + 1).await?;
        let transfers = transfers.into_iter();
        operations.extend(transfers.map(|transfer| Listed::Transfer(transfer.into())));
        // From the edge on: what lies nearest to it is the page.
        operations.sort_by_key(|row| {
            if backward {
                row.number()
            } else {
                -row.number()
            }
        });
        let more = operations.len() > limit;
        operations.truncate(limit);
        if backward {
            operations.reverse();
        }
        let address = |direction, row: Option<&Listed>| {
            let edge = row?.number();
            Some(Cursor { direction, edge }.encode(&question))
        };
        let (newer, older) = if backward {
            (more, true)
        } else {
            (cursor.is_some(), more)
        };
        Ok(Page {
            previous: newer
                .then(|| address(Direction::Backward, operations.first()))
                .flatten(),
            next: older
                .then(|| address(Direction::Forward, operations.last()))
                .flatten(),
            rows: operations,
        })
    }
}

/// Names between commas; nothing for all.
fn among<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(",{},", names.join(","))
    }
}
