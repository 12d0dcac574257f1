//! How configurations stand: columns that begin, fill while the fleet changes, and follow.

use muster_core::configuration::Status;
use muster_core::ids::{ConfigurationId, DeviceId};
use muster_query::{Condition, Path, Scope};
use serde_json::json;

use super::generate::{self, NOW};
use crate::{Index, can_use};

fn id(text: &str) -> DeviceId {
    DeviceId::new(text).unwrap()
}

fn standing(names: &[(&str, Status)]) -> Vec<(ConfigurationId, Status)> {
    let read = |(name, status): &(&str, Status)| (ConfigurationId::new(name).unwrap(), *status);
    names.iter().map(read).collect()
}

fn count(index: &Index, condition: &str) -> usize {
    let condition = Condition::parse(condition).unwrap();
    index.count(&condition, "", &Scope::everything(), NOW)
}

#[test]
fn statuses_follow_what_covers_a_device() {
    let index = Index::new();
    for device in ["a", "b", "c"] {
        index.upsert(&generate::plain(device));
    }
    let path = Path::parse("configurations.[[ring-2]].status").unwrap();
    index.begin(&path);
    assert!(!index.holds(&path));
    // Read from storage before "b" changed.
    index.cover(&id("b"), &standing(&[("ring-2", Status::Targeted)]));
    index.fill(
        &path,
        &[
            (id("a"), Some(json!("Applied"))),
            (id("b"), Some(json!("Applied"))),
        ],
    );
    assert_eq!(index.unsure(&path), [id("b")]);
    index.fill(&path, &[(id("b"), Some(json!("Targeted")))]);
    assert!(index.finish(&path) && index.holds(&path));
    assert_eq!(
        count(&index, "configurations.[[ring-2]].status = 'Applied'"),
        1
    );
    assert_eq!(
        count(&index, "IS_DEFINED(configurations.[[ring-2]].status)"),
        2
    );
    let both = standing(&[("other", Status::Applied), ("ring-2", Status::Applied)]);
    index.cover(&id("c"), &both);
    index.cover(&id("a"), &standing(&[("other", Status::Applied)]));
    assert_eq!(
        count(&index, "configurations.[[ring-2]].status = 'Applied'"),
        1
    );
    assert_eq!(
        count(&index, "configurations.[[ring-2]].status = 'Targeted'"),
        1
    );
    index.forget(&path);
    assert!(!index.holds(&path));
}

#[test]
fn only_statuses_have_columns() {
    let check = |text: &str, want| assert_eq!(can_use(&Path::parse(text).unwrap()), want, "{text}");
    check("configurations.ring2.status", true);
    check("configurations.[[a+b%_*!']].status", true);
    check("configurations.ring2", false);
    check("configurations", false);
    check("configurations.a.b.status", false);
    check("capabilities.iotEdge", false);
}
