//! What a page can follow, and how an address names it.
//!
//! `topics=census;device:pump-1;rows:pump-1|pump-2`: neither `;` nor `|` can be part of a device id.

use muster_core::ids::{DeviceId, OperationId};

use crate::routes;
use crate::short::sort_by;

/// Most rows of a list that one stream follows.
pub const MAX_ROWS: usize = 100;

/// Most topics of one stream.
pub const MAX_TOPICS: usize = 16;

/// Something that changes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Topic {
    /// Devices as rows of a list, at most [`MAX_ROWS`].
    Rows(Vec<DeviceId>),
    /// The counts of the fleet in the person's scope.
    Census,
    /// One device in full.
    Device(DeviceId),
    /// The newest events in the person's scope.
    Events,
    /// The list of operations.
    Operations,
    /// One operation.
    Operation(OperationId),
    /// What waits for approval.
    Approvals,
    /// Windows, calendars, places and firmware.
    Books,
    /// Alerts and their rules.
    Alerts,
}

impl Topic {
    fn write(&self, text: &mut String) {
        match self {
            Self::Census => text.push_str("census"),
            Self::Events => text.push_str("events"),
            Self::Operations => text.push_str("operations"),
            Self::Operation(id) => {
                text.push_str("operation:");
                text.push_str(&id.to_string());
            }
            Self::Approvals => text.push_str("approvals"),
            Self::Books => text.push_str("books"),
            Self::Alerts => text.push_str("alerts"),
            Self::Device(id) => {
                text.push_str("device:");
                text.push_str(id.as_str());
            }
            Self::Rows(ids) => {
                text.push_str("rows:");
                for (i, id) in ids.iter().take(MAX_ROWS).enumerate() {
                    if i > 0 {
                        text.push('|');
                    }
                    text.push_str(id.as_str());
                }
            }
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None => match text {
                "census" => Some(Self::Census),
                "events" => Some(Self::Events),
                "operations" => Some(Self::Operations),
                "approvals" => Some(Self::Approvals),
                "books" => Some(Self::Books),
                "alerts" => Some(Self::Alerts),
                _ => None,
            },
            Some(("device", id)) => DeviceId::new(id).ok().map(Self::Device),
            Some(("operation", id)) => id.parse().ok().map(|id| Self::Operation(OperationId(id))),
            Some(("rows", ids)) => {
                let ids: Option<Vec<_>> = ids.split('|').map(|id| DeviceId::new(id).ok()).collect();
                ids.filter(|ids| ids.len() <= MAX_ROWS).map(Self::Rows)
            }
            Some(_) => None,
        }
    }
}

/// The topics of several parts of a page as one text: sorted, each once, rows joined.
pub fn join(topics: impl IntoIterator<Item = Topic>) -> String {
    let mut rows: Vec<DeviceId> = Vec::new();
    let mut others: Vec<Topic> = Vec::new();
    for topic in topics {
        match topic {
            Topic::Rows(ids) => rows.extend(ids),
            other => others.push(other),
        }
    }
    sort_by(&mut rows, Ord::cmp);
    rows.dedup();
    if !rows.is_empty() {
        others.push(Topic::Rows(rows));
    }
    sort_by(&mut others, Ord::cmp);
    others.dedup();
    let mut text = String::new();
    for topic in others.iter().take(MAX_TOPICS) {
        if !text.is_empty() {
            text.push(';');
        }
        topic.write(&mut text);
    }
    text
}

/// Reads what [`join`] wrote; `None` when it is something else.
pub fn split(text: &str) -> Option<Vec<Topic>> {
    let topics: Option<Vec<_>> = text.split(';').map(Topic::read).collect();
    topics.filter(|topics| topics.len() <= MAX_TOPICS)
}

/// Where the stream of these topics is, continuing after an event that is already known.
pub fn address(topics: &str, after: u64) -> String {
    let after = after.to_string();
    [
        routes::LIVE,
        "?topics=",
        &routes::encode(topics),
        "&after=",
        &after,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn id(text: &str) -> DeviceId {
        DeviceId::new(text).unwrap()
    }

    #[test]
    fn topics_are_joined_and_read_back() {
        let text = join([
            Topic::Books,
            Topic::Alerts,
            Topic::Approvals,
            Topic::Events,
            Topic::Rows(vec![id("b"), id("a,1:x")]),
            Topic::Census,
            Topic::Census,
            Topic::Rows(vec![id("b")]),
            Topic::Device(id("a:b")),
            Topic::Operation(OperationId(7)),
        ]);
        assert_eq!(
            text,
            "rows:a,1:x|b;census;device:a:b;events;operation:7;approvals;books;alerts"
        );
        assert_eq!(
            split(&text),
            Some(vec![
                Topic::Rows(vec![id("a,1:x"), id("b")]),
                Topic::Census,
                Topic::Device(id("a:b")),
                Topic::Events,
                Topic::Operation(OperationId(7)),
                Topic::Approvals,
                Topic::Books,
                Topic::Alerts
            ])
        );
        assert_eq!(
            address("device:a b", 7),
            "/live?topics=device%3Aa%20b&after=7"
        );
    }

    #[test]
    fn what_is_no_topic_is_refused() {
        for text in [
            "",
            "nonsense",
            "device:",
            "device:a b",
            "rows:",
            "rows:a||b",
            "census;;",
            "operation:x",
        ] {
            assert_eq!(split(text), None, "{text}");
        }
        let many = (0..=MAX_ROWS).map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(split(&format!("rows:{}", many.join("|"))), None);
    }
}
