//! Lines of imports that failed, for their pages.

use muster_core::cursor::{Cursor, Direction, MAX_PAGE, Page};
use muster_core::ids::OperationId;
use muster_core::transfer::FailedLine;

use crate::engine::{Connection, Row, Sql};
use crate::error::StorageError;
use crate::store::Store;

/// Most failed lines that are kept of an import. All of them stand in the list of errors in its folder.
pub const MAX_FAILURES: u64 = 10_000;

const INSERT: Sql = Sql::both(
    "keeping a failed line",
    "INSERT INTO transfer_failure (transfer_seq, number, file, line, id, code, why)
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);

macro_rules! page {
    ($beyond:literal, $order:literal) => {
        Sql::both(
            "reading a page of failed lines",
            concat!(
                "SELECT number, file, line, id, code, why FROM transfer_failure
                 WHERE transfer_seq = $1 AND number ",
                $beyond,
                " $2 ORDER BY number ",
                $order,
                " LIMIT $3"
            ),
        )
    };
}

const LATER: Sql = page!(">", "ASC");
const EARLIER: Sql = page!("<", "DESC");

const KINDS: Sql = Sql::both(
    "grouping failed lines",
    "SELECT code, COUNT(*), MIN(why) FROM transfer_failure WHERE transfer_seq = $1
     GROUP BY code ORDER BY COUNT(*) DESC, code",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&INSERT, &LATER, &EARLIER, &KINDS];

/// Failed lines with the same code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailureKind {
    /// The code.
    pub code: String,
    /// How many of those that are kept.
    pub lines: u64,
    /// What is wrong with one of them.
    pub why: String,
}

impl Store {
    /// A page of the failed lines of an import, in the order in which they failed.
    pub async fn transfer_failures(
        &self,
        of: OperationId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<FailedLine>, StorageError> {
        let limit = limit.clamp(1, MAX_PAGE);
        let question = format!("failed lines {of}");
        let cursor = cursor
            .map(|text| Cursor::<i64>::decode(text, &question))
            .transpose()?;
        let backward = cursor
            .as_ref()
            .is_some_and(|cursor| cursor.direction == Direction::Backward);
        let edge = cursor.as_ref().map_or(-1, |cursor| cursor.edge);
        let sql = if backward { &EARLIER } else { &LATER };
        let arguments = [of.0.into(), edge.into(), (limit + 1).into()];
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(sql, arguments).await?;
        let more = rows.len() > limit;
        let mut lines = rows
            .iter()
            .take(limit)
            .map(line_of)
            .collect::<Result<Vec<_>, _>>()?;
        if backward {
            lines.reverse();
        }
        let address = |direction, line: Option<&(i64, FailedLine)>| {
            let edge = line?.0;
            Some(Cursor { direction, edge }.encode(&question))
        };
        let (before, after) = if backward {
            (more, true)
        } else {
            (cursor.is_some(), more)
        };
        Ok(Page {
            previous: before
                .then(|| address(Direction::Backward, lines.first()))
                .flatten(),
            next: after
                .then(|| address(Direction::Forward, lines.last()))
                .flatten(),
            rows: lines.into_iter().map(|(_, line)| line).collect(),
        })
    }

    /// The failed lines of an import by their codes, most first.
    pub async fn transfer_failure_kinds(
        &self,
        of: OperationId,
    ) -> Result<Vec<FailureKind>, StorageError> {
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&KINDS, [of.0.into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(FailureKind {
                    code: row.get(0)?,
                    lines: row.count(1)?,
                    why: row.get(2)?,
                })
            })
            .collect()
    }
}

/// Keeps lines; `before` others have failed.
pub(super) async fn add(
    connection: &mut Connection<'_>,
    of: OperationId,
    before: u64,
    lines: &[FailedLine],
) -> Result<(), StorageError> {
    for (number, line) in (before..MAX_FAILURES).zip(lines) {
        let arguments = [
            of.0.into(),
            number.into(),
            line.file.as_str().into(),
            line.line.into(),
            line.id.clone().into(),
            line.code.as_str().into(),
            line.why.as_str().into(),
        ];
        connection.run(&INSERT, arguments).await?;
    }
    Ok(())
}

fn line_of(row: &Row) -> Result<(i64, FailedLine), StorageError> {
    let line = FailedLine {
        file: row.get(1)?,
        line: row.count(2)?,
        id: row.get(3)?,
        code: row.get(4)?,
        why: row.get(5)?,
    };
    Ok((row.get(0)?, line))
}
