//! The index agrees with the oracle about everything, whatever was written before.
#![expect(clippy::unwrap_used, reason = "tests")]

mod concurrency;
mod configurations;
pub(crate) mod generate;
mod oracle;
mod queries;
mod walking;

use muster_query::{Condition, Scope};
use proptest::prelude::*;

use crate::{Index, Scalar};
use generate::{NOW, apply, condition, fleet, group_path, id, scope, text, write};
use oracle::Oracle;

/// An index and the oracle after the same writes.
fn after(fleet: Vec<crate::Entry>, writes: Vec<generate::Write>) -> (Index, Oracle) {
    let (index, mut oracle) = (Index::new(), Oracle::default());
    for entry in fleet {
        index.upsert(&entry);
        oracle.0.insert(entry.id.clone(), entry);
    }
    for write in writes {
        apply(&index, &mut oracle, write);
    }
    (index, oracle)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn answers_agree(
        fleet in fleet(),
        writes in prop::collection::vec(write(), 0..60),
        condition in condition(),
        text in text(),
        scope in scope(),
        path in group_path(),
        some in prop::collection::vec(id(), 10),
        limit in 0_usize..30,
    ) {
        let (index, oracle) = after(fleet, writes);
        let everyone = Scope::everything();
        prop_assert_eq!(index.len(), oracle.0.len());
        prop_assert_eq!(index.is_empty(), oracle.0.is_empty());

        let list = oracle.list(&condition, &text, &scope, NOW);
        prop_assert_eq!(index.count(&condition, &text, &scope, NOW), list.len(), "{} {:?}", condition, scope);
        let list = oracle.list(&condition, "", &scope, NOW);
        prop_assert_eq!(index.census(&condition, &scope, NOW), Oracle::census(&list));
        let mut groups = Oracle::group(&list, &path, NOW);
        prop_assert_eq!(index.group(&condition, &path, &scope, NOW, usize::MAX), groups.clone(), "{}", path);
        groups.truncate(limit);
        prop_assert_eq!(index.group(&condition, &path, &scope, NOW, limit), groups);
        let inside = oracle.list(&Condition::all(), "", &scope, NOW);
        prop_assert_eq!(index.tag_paths(&scope, NOW), Oracle::tag_paths(&inside));

        for id in some {
            prop_assert_eq!(index.get(&id, &scope, NOW), oracle.get(&id, &scope, NOW));
            prop_assert_eq!(index.in_scope(&id, &scope, NOW), oracle.get(&id, &scope, NOW).is_some());
            let kept = oracle.list(&condition, "", &everyone, NOW).iter().any(|row| row.entry.id == id);
            prop_assert_eq!(index.matches(&id, &condition, NOW), kept);
        }
    }

    #[test]
    fn nothing_stays_when_all_have_gone(fleet in fleet(), writes in prop::collection::vec(write(), 0..60)) {
        let (index, oracle) = after(fleet, writes);
        for id in oracle.0.keys() {
            prop_assert!(index.remove(id));
        }
        prop_assert!(index.is_empty());
        prop_assert_eq!(index.values_held(), 0);
    }
}

#[test]
fn numbers_that_are_written_apart_count_together() {
    let index = Index::new();
    for (id, floor) in [("a", serde_json::json!(1)), ("b", serde_json::json!(1.0))] {
        let mut entry = generate::plain(id);
        entry.tags.insert("floor".into(), floor);
        index.upsert(&entry);
    }
    let path = "tags.floor".parse().unwrap();
    let groups = index.group(&Condition::all(), &path, &Scope::everything(), NOW, 10);
    assert_eq!(groups, [(Some(Scalar::Number(1.0)), 2)]);
}
