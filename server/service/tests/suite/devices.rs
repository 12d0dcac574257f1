//! The device side: logins, one connection per identity, reports and notices.

use muster_core::device::Status;
use muster_core::event::EventKind;
use muster_core::lifecycle::Stage;
use muster_core::twin::TwinError;
use muster_service::access::kinds::{ProvisionDevices, SeeDevices};
use muster_service::devices::{CloseReason, DeviceCredentials, LoginRefused};
use muster_service::registry::IdentityChange;
use muster_service::{Access, ServiceError, ToDevice};
use serde_json::json;

use crate::support::{TestHub, link, token};

#[tokio::test]
async fn tokens_open_only_their_own_device() {
    let test = TestHub::open().await;
    let one = test.device("dev1", json!({})).await;
    let ten = test.device("dev10", json!({})).await;
    let (key, now) = (test.key(&one).await, test.hub.now());
    let good = token(&key, "dev1", now);
    let longer = token(&key, "dev10", now);
    let cases = [
        ("dev1", Some(good.as_str()), None),
        ("dev10", Some(good.as_str()), Some("other_resource")),
        ("dev10", Some(longer.as_str()), Some("wrong_signature")),
        ("nobody", Some(good.as_str()), Some("unknown_device")),
        ("dev1", None, Some("no_token")),
        ("dev1", Some("Bearer x"), Some("malformed_token")),
        ("a b", Some(good.as_str()), Some("bad_id")),
    ];
    for (device, token, refused) in cases {
        let answer = test
            .hub
            .authenticate_device(DeviceCredentials { device, token })
            .await;
        assert_eq!(
            answer.as_ref().err().map(LoginRefused::label),
            refused,
            "{device}"
        );
    }
    test.pass(3600 + 301);
    let late = DeviceCredentials {
        device: "dev1",
        token: Some(&good),
    };
    let late = test.hub.authenticate_device(late).await;
    assert_eq!(late.err().map(|e| e.label()), Some("expired_token"));
    drop(ten);
}

#[tokio::test]
async fn a_newer_connection_displaces_the_older_and_the_device_stays_connected() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let proof = test.log_in(&id).await;
    let ((first, mut first_link), (second, _second_link)) = (link(), link());
    let first = test.hub.device_connected(&proof, first).await.unwrap();
    assert!(!first.session_present);
    test.hub
        .device_subscribe(&proof, "$iothub/twin/res/#", 1)
        .await
        .unwrap();
    let second = test.hub.device_connected(&proof, second).await.unwrap();
    assert!(second.session_present);
    assert_eq!(second.subscriptions, [("$iothub/twin/res/#".to_owned(), 1)]);
    assert!(matches!(
        first_link.recv().await,
        Some(ToDevice::Close(CloseReason::Displaced))
    ));
    test.hub
        .device_disconnected(&proof, first.connection, "displaced")
        .await
        .unwrap();
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), &id)
        .unwrap();
    assert!(test.hub.device(&permit).await.unwrap().connection.is_some());
    test.hub
        .device_disconnected(&proof, second.connection, "goodbye")
        .await
        .unwrap();
    assert!(test.hub.device(&permit).await.unwrap().connection.is_none());
}

#[tokio::test]
async fn first_contact_makes_a_device_active_and_sessions_outlive_the_hub() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let proof = test.log_in(&id).await;
    let (info, _link) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    test.hub
        .device_subscribe(&proof, "$iothub/methods/POST/#", 0)
        .await
        .unwrap();
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), &id)
        .unwrap();
    assert_eq!(
        test.hub.device(&permit).await.unwrap().device.stage,
        Stage::Active
    );
    let timeline = test.hub.timeline(&permit, None, 10).await.unwrap();
    let kinds: Vec<_> = timeline.rows.iter().map(|event| event.kind).collect();
    assert!(
        kinds.contains(&EventKind::StageChanged) && kinds.contains(&EventKind::Connected),
        "{kinds:?}"
    );
    let test = test.reopen().await;
    let proof = test.log_in(&id).await;
    let (info, _link) = link();
    let attached = test.hub.device_connected(&proof, info).await.unwrap();
    assert!(attached.session_present);
    assert_eq!(
        attached.subscriptions,
        [("$iothub/methods/POST/#".to_owned(), 0)]
    );
}

#[tokio::test]
async fn desired_changes_reach_the_connection_in_order() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let proof = test.log_in(&id).await;
    let (info, mut notices) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    for n in 0..20 {
        test.patch(&id, None, Some(json!({ "n": n }))).await;
    }
    test.patch(&id, Some(json!({"site":"b7"})), None).await;
    for n in 0..20 {
        let Some(ToDevice::Desired(payload)) = notices.recv().await else {
            panic!("no notice {n}")
        };
        assert_eq!(*payload, json!({ "n": n, "$version": n + 2 }));
    }
    assert!(notices.try_recv().is_err(), "tags are nobody's business");
}

#[tokio::test]
async fn reports_are_merged_or_refused_whole() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let proof = test.log_in(&id).await;
    assert_eq!(
        test.hub
            .device_report(&proof, json!({"fw":"1"}), None)
            .await
            .unwrap(),
        2
    );
    let stale = test
        .hub
        .device_report(&proof, json!({"fw":"2"}), Some(1))
        .await;
    assert!(matches!(
        stale,
        Err(ServiceError::Twin(TwinError::VersionMismatch { .. }))
    ));
    let bad = test.hub.device_report(&proof, json!({"a.b":1}), None).await;
    assert!(matches!(
        bad,
        Err(ServiceError::Twin(TwinError::Key { .. }))
    ));
    let view = test.hub.device_twin(&proof).await.unwrap();
    assert_eq!(view["reported"], json!({"fw":"1","$version":2}));
}

#[tokio::test]
async fn disabling_closes_the_connection_and_the_door() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let proof = test.log_in(&id).await;
    let (info, mut notices) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    let permit = test
        .hub
        .permit_device::<ProvisionDevices>(&Access::console(), &id)
        .unwrap();
    let change = IdentityChange {
        status: Some((Status::Disabled, Some("lost".into()))),
        ..IdentityChange::default()
    };
    test.hub.update_device(permit, None, change).await.unwrap();
    assert!(matches!(
        notices.recv().await,
        Some(ToDevice::Close(CloseReason::Disabled))
    ));
    let token = token(&test.key(&id).await, "d", test.hub.now());
    let again = DeviceCredentials {
        device: "d",
        token: Some(&token),
    };
    let refused = test.hub.authenticate_device(again).await;
    assert!(matches!(refused, Err(LoginRefused::NotAllowed)));
}
