//! Desired beside reported, leaf by leaf.

use std::collections::BTreeSet;

use muster_core::twin::{Meta, Section};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::tree;

/// How the two sides of one property relate; what needs a look comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Both are there and differ.
    Different,
    /// Wished, and the device never said.
    DesiredOnly,
    /// Both are there and equal.
    InSync,
    /// Said by the device, and nobody wishes anything.
    ReportedOnly,
}

impl Agreement {
    /// All, in reading order.
    pub const ALL: [Agreement; 4] = [
        Self::Different,
        Self::DesiredOnly,
        Self::InSync,
        Self::ReportedOnly,
    ];

    /// As group heads say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Different => "Different",
            Self::DesiredOnly => "Desired only",
            Self::InSync => "In sync",
            Self::ReportedOnly => "Reported only",
        }
    }
}

/// One property of the comparison.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Leaf {
    /// Dotted path below `properties.desired` and `properties.reported`.
    pub path: String,
    /// The wish.
    #[serde(with = "crate::rpc::json")]
    pub desired: Option<Value>,
    /// What the device says.
    #[serde(with = "crate::rpc::json")]
    pub reported: Option<Value>,
    /// How the two relate.
    pub agreement: Agreement,
    /// Since when, in milliseconds since 1970: a difference lasts since the wish, an agreement since the later of both.
    pub since: i64,
}

/// Compares two sections. Leaves come by agreement, then by path. There is drift exactly when some leaf is different or
/// only desired.
pub fn compare(desired: &Section, reported: &Section) -> Vec<Leaf> {
    let paths: BTreeSet<tree::Path> = [desired, reported]
        .iter()
        .flat_map(|section| tree::leaves(&section.value))
        .filter(|(_, value)| !is_empty_object(value))
        .map(|(path, _)| path)
        .collect();
    let mut leaves: Vec<Leaf> = paths
        .into_iter()
        .map(|path| leaf(desired, reported, &path))
        .collect();
    leaves.sort_by(|a, b| (a.agreement, &a.path).cmp(&(b.agreement, &b.path)));
    leaves
}

/// An object without values, at any depth, wishes nothing and says nothing.
fn is_empty_object(value: &Value) -> bool {
    let is_empty = |object: &serde_json::Map<_, _>| object.values().all(is_empty_object);
    value.as_object().is_some_and(is_empty)
}

fn leaf(desired: &Section, reported: &Section, path: &[String]) -> Leaf {
    let wish = tree::at(&desired.value, path).filter(|wish| !is_empty_object(wish));
    let said = tree::at(&reported.value, path);
    let wished_at = written_at(&desired.meta, path);
    let said_at = written_at(&reported.meta, path);
    let (agreement, since) = match (wish, said) {
        (Some(wish), Some(said)) if tree::same(wish, said) => {
            (Agreement::InSync, wished_at.max(said_at))
        }
        (Some(_), Some(_)) => (Agreement::Different, wished_at),
        (Some(_), None) => (Agreement::DesiredOnly, wished_at),
        (None, _) => (Agreement::ReportedOnly, said_at),
    };
    Leaf {
        path: tree::dotted(path),
        desired: wish.cloned(),
        reported: said.cloned(),
        agreement,
        since,
    }
}

/// When the value was last written; what has no stamp of its own was written with what it lies in.
fn written_at(meta: &Meta, path: &[String]) -> i64 {
    let mut newest_known = meta;
    for key in path {
        match newest_known.children.get(key) {
            Some(child) => newest_known = child,
            None => break,
        }
    }
    newest_known.at.millis()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::panels::twin::tree::generate;
    use muster_core::time::Timestamp;
    use muster_core::twin::drift::drift;
    use muster_core::twin::{Mode, ServiceWrite, Twin};
    use serde_json::json;

    fn twin(desired: Value, reported: Value) -> Twin {
        let mut twin = Twin::new(Timestamp::from_millis(0));
        let write = ServiceWrite {
            mode: Mode::Merge,
            tags: None,
            desired: Some(desired),
        };
        twin.apply_service(&write, Timestamp::from_millis(10))
            .unwrap();
        twin.apply_reported(&reported, None, Timestamp::from_millis(20))
            .unwrap();
        twin
    }

    #[test]
    fn leaves_are_sorted_by_what_needs_a_look() {
        let twin = twin(
            json!({"interval": 300, "alarm": {"high": 8, "low": 2}, "radio": "dense"}),
            json!({"interval": 900, "alarm": {"high": 8.0}, "battery": {"percent": 71}}),
        );
        let found: Vec<_> = compare(&twin.desired, &twin.reported)
            .into_iter()
            .map(|leaf| (leaf.path, leaf.agreement, leaf.since))
            .collect();
        let want = [
            ("interval", Agreement::Different, 10),
            ("alarm.low", Agreement::DesiredOnly, 10),
            ("radio", Agreement::DesiredOnly, 10),
            ("alarm.high", Agreement::InSync, 20),
            ("battery.percent", Agreement::ReportedOnly, 20),
        ]
        .map(|(path, agreement, since)| (path.to_owned(), agreement, since));
        assert_eq!(found, want);
    }

    proptest::proptest! {
        #[test]
        fn open_leaves_are_drift(desired in generate::object(), reported in generate::object()) {
            let twin = twin(Value::Object(desired), Value::Object(reported));
            let leaves = compare(&twin.desired, &twin.reported);
            let open = leaves.iter().any(|leaf| leaf.agreement <= Agreement::DesiredOnly);
            proptest::prop_assert_eq!(open, drift(&twin.desired.value, &twin.reported.value));
        }
    }

    #[test]
    fn an_object_without_values_wishes_nothing() {
        let twin = twin(json!({"a": {"b": {}}}), json!({"a": false}));
        let leaves = compare(&twin.desired, &twin.reported);
        assert_eq!(leaves[0].agreement, Agreement::ReportedOnly);
    }

    #[test]
    fn a_value_against_an_object_is_a_difference() {
        let twin = twin(json!({"a": 1}), json!({"a": {"b": 2}}));
        let leaves = compare(&twin.desired, &twin.reported);
        assert_eq!(leaves[0].agreement, Agreement::Different);
        assert_eq!(leaves[0].reported, Some(json!({"b": 2})));
    }
}
