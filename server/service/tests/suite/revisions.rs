//! What desired properties were, and going back.

use muster_core::device::{ETag, IfMatch};
use muster_core::policy::Role;
use muster_core::time::Timestamp;
use muster_core::twin::{Mode, ServiceWrite};
use muster_service::access::kinds::{EditTwin, SeeDevices};
use muster_service::{Access, ServiceError};
use serde_json::{Value, json};

use crate::support::TestHub;

async fn write(test: &TestHub, by: &Access, id: &muster_core::ids::DeviceId, desired: Value) {
    let permit = test.hub.permit_device::<EditTwin>(by, id).unwrap();
    let write = ServiceWrite {
        mode: Mode::Merge,
        tags: None,
        desired: Some(desired),
    };
    test.hub.write_twin(&permit, write, None).await.unwrap();
}

#[tokio::test]
async fn a_device_goes_back() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let id = test.device("pump", json!({})).await;
    let (_, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    write(
        &test,
        &ann,
        &id,
        json!({ "fan": { "on": true, "speed": 3 } }),
    )
    .await;
    write(
        &test,
        &ann,
        &id,
        json!({ "fan": { "speed": null }, "mode": "eco" }),
    )
    .await;
    let see = hub.permit_device::<SeeDevices>(&ann, &id).unwrap();
    let found = hub.compare_desired(&see, 2, 3).await.unwrap();
    let paths: Vec<&str> = found.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["fan.speed", "mode"]);
    let back = hub.way_back(&see, 2).await.unwrap();
    assert_eq!(
        Value::Object(back.patch),
        json!({ "fan": { "speed": 3 }, "mode": null })
    );
    let edit = hub.permit_device::<EditTwin>(&ann, &id).unwrap();
    let old = IfMatch::exactly(ETag::FIRST);
    let late = hub.restore_desired(&edit, 2, "too loud", Some(old)).await;
    assert!(matches!(late, Err(ServiceError::Conflict { .. })));
    let silent = hub.restore_desired(&edit, 2, " ", None).await;
    assert!(matches!(silent, Err(ServiceError::Invalid(_))));
    let back = hub.restore_desired(&edit, 2, "too loud", None);
    let twin = back.await.unwrap();
    assert_eq!(
        Value::Object(twin.desired.value),
        json!({ "fan": { "on": true, "speed": 3 } })
    );
    assert_eq!(twin.desired.version, 4);
    // Nothing to do: nothing is written.
    let same = hub.restore_desired(&edit, 2, "too loud", None);
    let same = same.await.unwrap();
    assert_eq!(same.desired.version, 4);
    let page = hub.revisions(&see, None, 10).await.unwrap();
    let versions: Vec<_> = page.rows.iter().map(|r| (r.version, r.restored)).collect();
    assert_eq!(versions, [(4, Some(2)), (3, None), (2, None)]);
    assert_eq!(page.rows[0].reason.as_deref(), Some("too loud"));
    let now = hub.desired_version_at(&see, page.rows[0].at).await;
    assert_eq!(now.unwrap(), 4);
    let before = hub.desired_version_at(&see, Timestamp::from_millis(0));
    assert!(matches!(before.await, Err(ServiceError::Invalid(_))));
    for unknown in [0, 5, u64::MAX] {
        let refused = hub.desired_at(&see, unknown).await;
        assert!(
            matches!(refused, Err(ServiceError::Invalid(_))),
            "{unknown}"
        );
    }
}
