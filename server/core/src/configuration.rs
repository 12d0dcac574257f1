//! Configurations: what all devices should be that a condition keeps (spec §5.10).
//!
//! What a configuration says about one path of desired properties is an assignment. On a device that several cover, the
//! highest priority wins path by path; [`plan`] works out the patch. A configuration that ends takes nothing back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::device::ETag;
use crate::ids::ConfigurationId;
use crate::time::Timestamp;

pub mod content;
pub mod overlap;
pub mod plan;

pub use content::{Assignments, Content};
pub use overlap::{Overlap, overlaps};
pub use plan::{Claim, Plan, plan};

/// Most configurations of a hub (spec §9).
pub const MAX_CONFIGURATIONS: usize = 100;

/// Most metrics of one configuration beside the hub's own.
pub const MAX_METRICS: usize = 5;

/// Most labels of one configuration.
pub const MAX_LABELS: usize = 50;

/// Longest name of a label or a metric, and longest label, in characters.
pub const MAX_LABEL: usize = 256;

/// Longest target condition or metric query, in bytes: what IoT Hub takes of a query.
pub const MAX_QUERY: usize = 8 * 1024;

/// Longest name of the schema, in characters.
pub const MAX_SCHEMA_VERSION: usize = 16;

/// What somebody wants a configuration to be.
#[derive(Clone, PartialEq, Debug)]
pub struct Draft {
    /// The version of its form, as clients name it.
    pub schema_version: String,
    /// Words to find it by.
    pub labels: BTreeMap<String, String>,
    /// What devices or modules should be.
    pub content: Content,
    /// Which: a condition, `*` for all, nothing for none.
    pub target: String,
    /// The higher wins.
    pub priority: i32,
    /// Queries whose rows are counted, by name.
    pub metrics: BTreeMap<String, String>,
}

/// A configuration as the hub keeps it.
#[derive(Clone, PartialEq, Debug)]
pub struct Configuration {
    /// Its name.
    pub id: ConfigurationId,
    /// Grows with each that is made, never used again: of two with the same priority, the later made one wins.
    pub number: i64,
    /// What it says.
    pub draft: Draft,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When all devices were last looked at for it; `None` until the first time.
    pub evaluated_at: Option<Timestamp>,
    /// Concurrency token; moves with each change.
    pub etag: ETag,
}

impl Configuration {
    /// Its place among others: the greater wins.
    pub fn rank(&self) -> (i32, i64) {
        (self.draft.priority, self.number)
    }
}

/// How a configuration stands on a device or module that it covers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Status {
    /// Covered, but others win all of its paths, or the twin has no room for it.
    Targeted,
    /// Covered, and what it wins was written.
    Applied,
}

impl Status {
    /// The word in twins and queries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Targeted => "Targeted",
            Self::Applied => "Applied",
        }
    }

    /// The status of a stored word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Targeted, Self::Applied]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// Why something cannot be a configuration. The text says what and how to mend it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadConfiguration {
    /// The content breaks a rule.
    #[error("{0}")]
    Content(String),
    /// The target condition cannot be used.
    #[error("{0}")]
    Target(String),
    /// A metric cannot be used.
    #[error("metric {name}: {problem}")]
    Metric {
        /// Which.
        name: String,
        /// Why.
        problem: String,
    },
    /// Something else breaks a rule.
    #[error("{0}")]
    Other(String),
    /// There are [`MAX_CONFIGURATIONS`] already.
    #[error(
        "a hub has at most {MAX_CONFIGURATIONS} configurations; delete one that is no longer needed"
    )]
    TooMany,
}

impl Draft {
    /// Checks all that can be checked without reading conditions and queries.
    pub fn check(&self) -> Result<(), BadConfiguration> {
        let long = |text: &str, most: usize| text.chars().count() > most;
        let odd = |text: &str| text.chars().any(char::is_control);
        if long(&self.schema_version, MAX_SCHEMA_VERSION) || odd(&self.schema_version) {
            let problem = format!("schemaVersion has at most {MAX_SCHEMA_VERSION} characters");
            return Err(BadConfiguration::Other(problem));
        }
        let bad_label = |(name, value): (&String, &String)| {
            name.is_empty()
                || long(name, MAX_LABEL)
                || long(value, MAX_LABEL)
                || odd(name)
                || odd(value)
        };
        if self.labels.len() > MAX_LABELS || self.labels.iter().any(bad_label) {
            return Err(BadConfiguration::Other(format!(
                "there are at most {MAX_LABELS} labels; name and text have at most {MAX_LABEL} characters, on one line"
            )));
        }
        if self.target.len() > MAX_QUERY {
            return Err(BadConfiguration::Target(format!(
                "a target condition has at most {MAX_QUERY} bytes"
            )));
        }
        if self.metrics.len() > MAX_METRICS {
            return Err(BadConfiguration::Other(format!(
                "a configuration has at most {MAX_METRICS} metrics of its own"
            )));
        }
        for (name, query) in &self.metrics {
            let problem = if name.is_empty() || long(name, MAX_LABEL) || odd(name) {
                format!("a name has 1 to {MAX_LABEL} characters, on one line")
            } else if query.len() > MAX_QUERY {
                format!("a query has at most {MAX_QUERY} bytes")
            } else {
                continue;
            };
            let name = name.clone();
            return Err(BadConfiguration::Metric { name, problem });
        }
        self.content.check()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use serde_json::json;

    fn draft() -> Draft {
        Draft {
            schema_version: "1.0".into(),
            labels: BTreeMap::new(),
            content: Content::parse(&json!({"deviceContent": {"properties.desired.a": 1}}))
                .unwrap(),
            target: "tags.ring = 2".into(),
            priority: 10,
            metrics: BTreeMap::new(),
        }
    }

    #[test]
    fn drafts_have_bounds() {
        let check = |change: fn(&mut Draft), ok: bool| {
            let mut draft = draft();
            change(&mut draft);
            assert_eq!(draft.check().is_ok(), ok, "{draft:?}");
        };
        check(|_| {}, true);
        check(|d| d.schema_version = "x".repeat(17), false);
        check(|d| _ = d.labels.insert("team".into(), "ops".into()), true);
        check(|d| _ = d.labels.insert(String::new(), "ops".into()), false);
        check(|d| _ = d.labels.insert("a\nb".into(), "ops".into()), false);
        check(
            |d| d.labels = (0..51).map(|n| (n.to_string(), String::new())).collect(),
            false,
        );
        check(|d| d.target = " ".repeat(MAX_QUERY + 1), false);
        check(
            |d| d.metrics = (0..5).map(|n| (n.to_string(), String::new())).collect(),
            true,
        );
        check(
            |d| d.metrics = (0..6).map(|n| (n.to_string(), String::new())).collect(),
            false,
        );
        check(
            |d| _ = d.metrics.insert("a".into(), "x".repeat(MAX_QUERY + 1)),
            false,
        );
    }

    #[test]
    fn of_equal_priorities_the_later_made_wins() {
        let made = |number, priority| Configuration {
            id: ConfigurationId::new("x").unwrap(),
            number,
            draft: Draft {
                priority,
                ..draft()
            },
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            evaluated_at: None,
            etag: ETag::FIRST,
        };
        assert!(made(2, 5).rank() > made(1, 5).rank());
        assert!(made(1, 6).rank() > made(2, 5).rank());
    }

    #[test]
    fn statuses_are_found_again() {
        for status in [Status::Targeted, Status::Applied] {
            assert_eq!(Status::from_name(status.as_str()), Some(status));
        }
        assert_eq!(Status::from_name("targeted"), None);
    }
}
