//! Pages of requests by key, both ways: those that wait first, then the newest.

use muster_core::approval::Approval;
use muster_core::cursor::{Cursor, Direction, MAX_PAGE, Page};

use super::{ApprovalQuery, approval_of, columns};
use crate::engine::{Argument, Sql};
use crate::error::StorageError;
use crate::store::Store;

macro_rules! page {
    ($beyond:literal, $order:literal) => {
        Sql::both(
            "reading a page of requests for approval",
            concat!(
                columns!(),
                "WHERE (pending, approval_id) ",
                $beyond,
                " ($1, $2)
                   AND (CAST($3 AS BIGINT) IS NULL OR pending = $3)
                   AND (CAST($4 AS BIGINT) IS NULL OR asker_id = $4)
                   AND (CAST($5 AS BIGINT) IS NULL OR asker_id = $5 OR kind = 'operation')
                 ORDER BY pending ",
                $order,
                ", approval_id ",
                $order,
                " LIMIT $6"
            ),
        )
    };
}

static OLDER: Sql = page!("<", "DESC");
static NEWER: Sql = page!(">", "ASC");

pub(crate) static STATEMENTS: &[&Sql] = &[&OLDER, &NEWER];

/// Place in the list: whether it waits, and its number. What is decided while somebody reads moves on.
type Edge = (i64, i64);

impl Store {
    /// A page of requests.
    pub async fn approvals(&self, query: ApprovalQuery) -> Result<Page<Approval>, StorageError> {
        let limit = query.limit.clamp(1, MAX_PAGE);
        let question = format!(
            "approvals {:?} {:?} {:?}",
            query.pending, query.asker, query.own_rights_only
        );
        let cursor = match &query.cursor {
            Some(text) => Some(Cursor::<Edge>::decode(text, &question)?),
            None => None,
        };
        let backward = matches!(&cursor, Some(cursor) if cursor.direction == Direction::Backward);
        let edge = cursor
            .as_ref()
            .map_or((i64::MAX, i64::MAX), |cursor| cursor.edge);
        let sql = if backward { &NEWER } else { &OLDER };
        let arguments: [Argument; 6] = [
            edge.0.into(),
            edge.1.into(),
            query.pending.map(i64::from).into(),
            query.asker.map(|id| id.0).into(),
            query.own_rights_only.map(|id| id.0).into(),
            (limit + 1).into(),
        ];
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(sql, arguments).await?;
        let more = rows.len() > limit;
        let mut found = rows
            .iter()
            .take(limit)
            .map(approval_of)
            .collect::<Result<Vec<_>, _>>()?;
        if backward {
            found.reverse();
        }
        let (newer, older) = if backward {
            (more, true)
        } else {
            (cursor.is_some(), more)
        };
        let address = |direction, at: Option<&Approval>| {
            at.map(|at| {
                let pending = at.decision.is_none();
                let edge: Edge = (pending.into(), at.id.0);
                Cursor { direction, edge }.encode(&question)
            })
        };
        let previous = newer.then(|| address(Direction::Backward, found.first()));
        let next = older.then(|| address(Direction::Forward, found.last()));
        Ok(Page {
            previous: previous.flatten(),
            next: next.flatten(),
            rows: found,
        })
    }
}
