//! Pages of a list: sorted, by key, in both directions.

use muster_query::Condition;

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
}
