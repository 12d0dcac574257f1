//! Pages of a list: sorted, by key, in both directions.

use muster_core::cursor::{BadCursor, Cursor, Direction, MAX_PAGE, Page};
use muster_query::{Condition, Path};

use crate::entry::Row;
use crate::order::{By, Edge, Order};
use crate::scan::Scan;
use crate::snapshot::Place;

/// What a page is asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct PageQuery {
    /// Which devices.
    pub condition: Condition,
    /// Any part of the id or of a text among the tags, in any case; empty for all.
    pub text: String,
    /// In which order.
    pub sort: Sort,
    /// How many rows; at least 1, at most [`muster_core::cursor::MAX_PAGE`].
    pub limit: usize,
    /// Where the page begins; `None` for the first page.
    pub cursor: Option<String>,
}

/// The order of a list. Devices without a sort value come last in both directions; equal ones are in the order of
/// their ids.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Sort {
    /// By what.
    pub by: SortKey,
    /// Largest first.
    pub descending: bool,
}

/// What a list can be sorted by.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum SortKey {
    /// The id.
    Id,
    /// Enabled before disabled.
    Status,
    /// Healthy states first, in the order of [`muster_core::contact::Contact::ALL`].
    Contact,
    /// In the order of life.
    Stage,
    /// Oldest first.
    LastActivity,
    /// The value at a path below tags (keys joined with dots): booleans, numbers, then texts.
    Tag(String),
    /// The value at any path that [`crate::Index::holds`].
    Value(Path),
}

impl SortKey {
    /// The path whose value it is.
    pub(crate) fn path(&self) -> Path {
        match self {
            Self::Id => Path::DeviceId,
            Self::Status => Path::Status,
            Self::Contact => Path::Contact,
            Self::Stage => Path::Stage,
            Self::LastActivity => Path::LastActivityTime,
            Self::Tag(path) => Path::Tag(path.clone()),
            Self::Value(path) => path.clone(),
        }
    }
}

impl PageQuery {
    /// Names the list completely; a cursor is good for this one only.
    fn question(&self) -> String {
        format!("{:?}\n{}\n{}", self.sort, self.condition, self.text.trim())
    }
}

/// One page out of a scan. A page beyond either end answers with the one at that end.
pub(crate) fn page(scan: &Scan, query: &PageQuery, by: By) -> Result<Page<Row>, BadCursor> {
    let question = query.question();
    let cursor = match &query.cursor {
        Some(text) => Some(Cursor::<Edge>::decode(text, &question)?),
        None => None,
    };
    let limit = query.limit.clamp(1, MAX_PAGE);
    let pick = |direction, edge: Option<&Edge>| {
        let order = Order {
            by,
            descending: query.sort.descending,
            direction,
        };
        order.pick(scan, edge, limit + 1)
    };
    let (direction, edge) = match &cursor {
        None => (Direction::Forward, None),
        Some(Cursor { direction, edge }) => (*direction, Some(edge)),
    };
    let found = pick(direction, edge);
    let (direction, edge, mut places) = match (direction, edge) {
        // Rows came or went since the cursor was made, and there is no full page on this side.
        (Direction::Backward, Some(_)) if found.len() < limit => {
            (Direction::Forward, None, pick(Direction::Forward, None))
        }
        (Direction::Forward, Some(_)) if found.is_empty() => {
            (Direction::Backward, None, pick(Direction::Backward, None))
        }
        (direction, edge) => (direction, edge, found),
    };
    let more = places.len() > limit;
    places.truncate(limit);
    if direction == Direction::Backward {
        places.reverse();
    }
    let (before, after) = match direction {
        Direction::Forward => (edge.is_some(), more),
        Direction::Backward => (more, edge.is_some()),
    };
    let cursor_at = |place: Option<&Place>, direction| {
        let edge = Edge::at(*place?, by, scan);
        Some(Cursor { direction, edge }.encode(&question))
    };
    Ok(Page {
        previous: before
            .then(|| cursor_at(places.first(), Direction::Backward))
            .flatten(),
        next: after
            .then(|| cursor_at(places.last(), Direction::Forward))
            .flatten(),
        rows: rows(scan, &places),
    })
}

/// The devices at these places.
pub(crate) fn rows(scan: &Scan, places: &[Place]) -> Vec<Row> {
    let row = |place: &Place| scan.snapshot.row(*place, scan.now);
    places.iter().map(row).collect()
}
