//! Pages of events by key, both ways. Each statement is driven by the index that narrows most.

use muster_core::cursor::{Cursor, Direction, MAX_PAGE, Page};
use muster_core::event::Event;

use super::{columns, event_of};
use crate::engine::{Argument, Sql, Table};
use crate::error::StorageError;
use crate::records::EventQuery;
use crate::store::Store;

macro_rules! page {
    ($index:literal, $drive:literal, $beyond:literal, $order:literal) => {
        Sql::pair(
            "reading a page of events",
            concat!(
                columns!(),
                $index,
                " WHERE ",
                $drive,
                " AND seq ",
                $beyond,
                " $1",
                rest!(),
                " AND ($7 = '[]' OR kind IN (SELECT value FROM json_each($7))) ORDER BY seq ",
                $order,
                " LIMIT $6"
            ),
            concat!(
                columns!(),
                " WHERE ",
                $drive,
                " AND seq ",
                $beyond,
                " $1",
                rest!(),
                " AND (CARDINALITY($7::TEXT[]) = 0 OR kind = ANY($7::TEXT[])) ORDER BY seq ",
                $order,
                " LIMIT $6"
            ),
        )
    };
}

macro_rules! rest {
    () => {
        " AND (CAST($2 AS TEXT) IS NULL OR device_id = $2)
          AND (CAST($3 AS BIGINT) IS NULL OR actor_id = $3)
          AND (CAST($4 AS BIGINT) = 0 OR hash IS NOT NULL)
          AND (CAST($5 AS BIGINT) = 0 OR notable = 1)"
    };
}

/// Older events and newer ones.
struct Ways {
    older: Sql,
    newer: Sql,
}

macro_rules! ways {
    ($index:literal, $drive:literal) => {
        Ways {
            older: page!($index, $drive, "<", "DESC"),
            newer: page!($index, $drive, ">", "ASC"),
        }
    };
}

static OF_DEVICE: Ways = ways!("INDEXED BY event_by_device", "device_id = $2");
static OF_PERSON: Ways = ways!("INDEXED BY event_by_person", "actor_id = $3");
static AUDITED: Ways = ways!("INDEXED BY event_audited", "hash IS NOT NULL");
static NOTABLE: Ways = ways!("INDEXED BY event_notable", "notable = 1");
static ALL: Ways = ways!("", "1 = 1");

pub(crate) static STATEMENTS: &[&Sql] = &[
    &OF_DEVICE.older,
    &OF_DEVICE.newer,
    &OF_PERSON.older,
    &OF_PERSON.newer,
    &AUDITED.older,
    &AUDITED.newer,
    &NOTABLE.older,
    &NOTABLE.newer,
    &ALL.older,
    &ALL.newer,
];

impl Store {
    /// A page of events, newest first.
    pub async fn events(&self, query: EventQuery) -> Result<Page<Event>, StorageError> {
        let limit = query.limit.clamp(1, MAX_PAGE);
        let question = question_of(&query);
        let cursor = match &query.cursor {
            Some(text) => Some(Cursor::<i64>::decode(text, &question)?),
            None => None,
        };
        let backward = matches!(&cursor, Some(cursor) if cursor.direction == Direction::Backward);
        let edge = cursor.as_ref().map_or(i64::MAX, |cursor| cursor.edge);
        let ways = ways_for(&query);
        let sql = if backward { &ways.newer } else { &ways.older };
        let mut reader = self.reader().await?;
        let rows = reader
            .connection()
            .rows(sql, arguments(&query, edge, limit))
            .await?;
        let more = rows.len() > limit;
        let mut events = rows
            .iter()
            .take(limit)
            .map(event_of)
            .collect::<Result<Vec<_>, _>>()?;
        if backward {
            events.reverse();
        }
        let address = |direction, event: Option<&Event>| {
            event.map(|event| {
                Cursor {
                    direction,
                    edge: event.seq.0,
                }
                .encode(&question)
            })
        };
        let (newer, older) = if backward {
            (more, true)
        } else {
            (cursor.is_some(), more)
        };
        let previous = newer
            .then(|| address(Direction::Backward, events.first()))
            .flatten();
        let next = older
            .then(|| address(Direction::Forward, events.last()))
            .flatten();
        Ok(Page {
            rows: events,
            previous,
            next,
        })
    }
}

/// Filter and order, completely.
fn question_of(query: &EventQuery) -> String {
    format!(
        "events {:?} {:?} {} {} {:?}",
        query.device, query.actor, query.audited_only, query.notable_only, query.kinds
    )
}

fn ways_for(query: &EventQuery) -> &'static Ways {
    let notable =
        !query.kinds.is_empty() && query.kinds.iter().all(|kind| super::is_notable(*kind));
    if query.device.is_some() {
        &OF_DEVICE
    } else if query.actor.is_some() {
        &OF_PERSON
    } else if query.audited_only {
        &AUDITED
    } else if query.notable_only || notable {
        &NOTABLE
    } else {
        &ALL
    }
}

fn arguments(query: &EventQuery, edge: i64, limit: usize) -> [Argument; 7] {
    [
        edge.into(),
        query
            .device
            .as_ref()
            .map(|id| id.as_str().to_owned())
            .into(),
        query.actor.map(|id| id.0).into(),
        query.audited_only.into(),
        query.notable_only.into(),
        (limit + 1).into(),
        Table::texts(query.kinds.iter().map(|kind| kind.as_str().to_owned())),
    ]
}
