//! Policies, settings, samples, the check.

use muster_core::access::PolicyName;
use muster_storage::PresenceSample;

use super::place::{Place, at, make, report};

pub(crate) async fn policies_are_made_once(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.policies().await.unwrap(), []);
    let mut n = 0;
    let mut entropy = || {
        n += 1;
        [n; 32]
    };
    store.ensure_policies(&mut entropy).await.unwrap();
    let made = store.policies().await.unwrap();
    assert_eq!(
        made.iter().map(|policy| policy.name).collect::<Vec<_>>(),
        PolicyName::ALL
    );
    assert!(
        made.iter()
            .all(|policy| policy.keys.primary != policy.keys.secondary)
    );
    store.close().await;
    let store = place.open().await;
    store.ensure_policies(&mut entropy).await.unwrap();
    assert_eq!(store.policies().await.unwrap(), made);
    assert_eq!(
        place
            .tamper("DELETE FROM access_policy WHERE name = 'device'")
            .await,
        1
    );
    store.ensure_policies(&mut entropy).await.unwrap();
    let again = store.policies().await.unwrap();
    assert_eq!(again.len(), 5);
    let changed = made.iter().zip(&again).filter(|(old, new)| old != new);
    assert_eq!(
        changed.map(|(old, _)| old.name).collect::<Vec<_>>(),
        [PolicyName::Device]
    );
    store.close().await;
}

pub(crate) async fn settings_are_kept(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.setting("x").await.unwrap(), None);
    for value in ["", "one", "two – \u{1F9C0}"] {
        store.set_setting("x", value).await.unwrap();
        assert_eq!(store.setting("x").await.unwrap().as_deref(), Some(value));
    }
    assert_eq!(store.setting("y").await.unwrap(), None);
    store.close().await;
}

pub(crate) async fn samples_are_kept(place: &Place) {
    let store = place.open().await;
    let sample = |scope: &str, s: i64, connected: u32| PresenceSample {
        scope: scope.into(),
        at: at(s),
        connected,
        reporting: 1,
        asleep: 2,
        overdue: 3,
        silent: u32::MAX,
        never_seen: 5,
    };
    let site = "tags.site = 'b7'";
    store
        .add_presence_samples(vec![
            sample("", 60, 1),
            sample(site, 60, 2),
            sample("", 0, 3),
        ])
        .await
        .unwrap();
    // The first one counts.
    store
        .add_presence_samples(vec![sample("", 60, 9), sample("", 120, 4)])
        .await
        .unwrap();
    store.add_presence_samples(vec![]).await.unwrap();
    let whole = store.presence_samples("", at(0), at(120)).await.unwrap();
    assert_eq!(whole, [sample("", 0, 3), sample("", 60, 1)]);
    assert_eq!(
        store.presence_samples(site, at(0), at(999)).await.unwrap(),
        [sample(site, 60, 2)]
    );
    store.close().await;
}

pub(crate) async fn a_healthy_store_has_no_findings(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    report(&store, "a", serde_json::json!({"x": 1})).await;
    store.ensure_policies(|| [3; 32]).await.unwrap();
    assert_eq!(store.check().await.unwrap(), []);
    assert!(store.writer_alive().await.unwrap() < std::time::Duration::from_secs(5));
    store.close().await;

    assert_eq!(place.tamper("UPDATE writer SET last_event = 0").await, 1);
    assert_eq!(place.tamper("DELETE FROM presence").await, 1);
    assert_eq!(
        place
            .tamper("UPDATE access_policy SET primary_key = secondary_key WHERE name = 'device'")
            .await,
        1
    );
    let store = place.open().await;
    let findings = store.check().await.unwrap();
    let subjects: Vec<_> = findings.iter().map(|finding| finding.subject).collect();
    assert_eq!(subjects, ["devices", "sequences", "access policies"]);
    store.close().await;
}
