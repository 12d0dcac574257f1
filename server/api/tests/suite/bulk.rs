//! Many identities in one request.

use muster_core::access::PolicyName;
use serde_json::{Value, json};

use crate::support::{Bench, Reply};

async fn bulk(bench: &Bench, items: Value) -> Reply {
    bench.ask("POST /devices", None, Some(items)).await
}

fn created(count: usize) -> Value {
    let items = (0..count).map(|n| json!({ "id": format!("d{n}"), "importMode": "create" }));
    items.collect()
}

#[tokio::test]
async fn a_hundred_are_made_and_one_failure_harms_nobody_else() {
    let bench = Bench::open().await;
    bench.make("d7").await;
    let done = bulk(&bench, created(100)).await;
    assert_eq!(done.status, 400);
    assert_eq!(
        done.header("iothub-errorcode"),
        Some("BulkRegistryOperationFailure")
    );
    assert_eq!(done.body["isSuccessful"], false);
    let errors = done.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["deviceId"], "d7");
    assert_eq!(errors[0]["errorCode"], "DeviceAlreadyExists");
    let found = bench.get("/statistics/devices").await.body;
    assert_eq!(found["totalDeviceCount"], 100);
}

#[tokio::test]
async fn too_many_none_and_twice_are_refused_as_a_whole() {
    let bench = Bench::open().await;
    bulk(&bench, created(101))
        .await
        .expect_error(413, "TooManyDevices");
    bulk(&bench, json!([]))
        .await
        .expect_error(400, "ArgumentNull");
    bulk(&bench, json!([{"id": "a"}, {"id": "a"}]))
        .await
        .expect_error(400, "DeviceDefinedMultipleTimes");
    bulk(&bench, json!({"id": "a"}))
        .await
        .expect_error(400, "IotHubFormatError");
    let found = bench.get("/statistics/devices").await.body;
    assert_eq!(found["totalDeviceCount"], 0);
}

#[tokio::test]
async fn every_mode_does_what_it_says() {
    let bench = Bench::open().await;
    let check = async |item: Value, error: Option<&str>| {
        let done = bulk(&bench, json!([item.clone()])).await;
        let found = done.body["errors"][0]["errorCode"].as_str();
        assert_eq!(found, error, "{item}: {:?}", done.body);
        assert_eq!(done.body["isSuccessful"], error.is_none());
        assert_eq!(done.status, if error.is_none() { 200 } else { 400 });
    };
    let first = json!({
        "id": "a", "importMode": "create", "status": "disabled", "statusReason": "new",
        "tags": {"site": "b7"}, "properties": {"desired": {"interval": 30}},
    });
    check(first.clone(), None).await;
    check(first, Some("DeviceAlreadyExists")).await;
    let device = bench.get("/devices/a").await.body;
    assert_eq!(
        (&device["status"], &device["statusReason"]),
        (&json!("disabled"), &json!("new"))
    );
    let twin = bench.get("/twins/a").await.body;
    assert_eq!(twin["tags"], json!({"site": "b7"}));
    assert_eq!(twin["properties"]["desired"]["interval"], 30);

    let old = device["etag"].clone();
    check(
        json!({"id": "a", "importMode": "Update", "status": "enabled"}),
        None,
    )
    .await;
    let now = bench.get("/devices/a").await.body;
    assert_eq!(now["status"], "enabled");
    assert_eq!(now["authentication"], device["authentication"], "keys stay");
    for mode in [
        "UpdateIfMatchETag",
        "updateIfMatchETag",
        "DeleteIfMatchETag",
        "createOrUpdateIfMatchETag",
    ] {
        for name in ["eTag", "etag"] {
            let mut item = json!({"id": "a", "importMode": mode});
            item[name] = old.clone();
            check(item, Some("PreconditionFailed")).await;
        }
        check(json!({"id": "a", "importMode": mode}), Some("ArgumentNull")).await;
    }
    check(
        json!({"id": "a", "importMode": "updateIfMatchETag", "eTag": now["etag"]}),
        None,
    )
    .await;
    check(
        json!({"id": "b", "importMode": "update"}),
        Some("DeviceNotFound"),
    )
    .await;
    check(json!({"id": "b"}), None).await;
    check(json!({"id": "b", "status": "disabled"}), None).await;
    assert_eq!(bench.get("/devices/b").await.body["status"], "disabled");

    let write = json!({"id": "a", "importMode": "updateTwin", "tags": {"floor": 2}});
    check(write, None).await;
    let twin = bench.get("/twins/a").await.body;
    assert_eq!(twin["tags"], json!({"site": "b7", "floor": 2}));
    let stale = json!({"id": "a", "importMode": "updateTwinIfMatchETag", "twinETag": "AAAAAAAAAAE=", "tags": {"x": 1}});
    check(stale, Some("PreconditionFailed")).await;
    let fresh = json!({"id": "a", "importMode": "updateTwinIfMatchETag", "twinETag": twin["etag"], "tags": {"x": 1}});
    check(fresh, None).await;

    check(
        json!({"id": "a", "importMode": "nonsense"}),
        Some("ArgumentInvalid"),
    )
    .await;
    check(json!({"id": "a b"}), Some("ArgumentInvalid")).await;
    check(
        json!({"id": "c", "tags": {"a.b": 1}}),
        Some("ArgumentInvalid"),
    )
    .await;
    check(json!({"id": "b", "importMode": "delete"}), None).await;
    check(
        json!({"id": "b", "importMode": "delete"}),
        Some("DeviceNotFound"),
    )
    .await;
}

#[tokio::test]
async fn a_registry_key_does_not_write_twins_of_others() {
    let bench = Bench::open().await;
    bench.make("a").await;
    let item = json!([{"id": "a", "importMode": "updateTwin", "tags": {"x": 1}}]);
    let by = PolicyName::RegistryReadWrite;
    let done = bench.ask_as(by, "POST /devices", None, Some(item)).await;
    assert_eq!(
        done.body["errors"][0]["errorCode"],
        "IotHubUnauthorizedAccess"
    );
    assert_eq!(bench.get("/twins/a").await.body["tags"], json!({}));
}

#[tokio::test]
async fn modules_are_made_changed_and_deleted() {
    let bench = Bench::open().await;
    let check = async |item: Value, error: Option<&str>| {
        let done = bulk(&bench, json!([item.clone()])).await;
        let found = done.body["errors"][0]["errorCode"].as_str();
        assert_eq!(found, error, "{item}: {:?}", done.body);
        if error.is_some() {
            assert_eq!(done.body["errors"][0]["moduleId"], item["moduleId"]);
        }
    };
    // A device and its module in one request, in the order in which they cannot be made.
    let both = json!([
        {"id": "a", "moduleId": "m", "importMode": "create", "managedBy": "ops", "tags": {"line": 2},
         "properties": {"desired": {"interval": 30}}},
        {"id": "a", "importMode": "create"},
    ]);
    assert_eq!(bulk(&bench, both).await.body["isSuccessful"], true);
    let module = bench.get("/devices/a/modules/m").await.body;
    assert_eq!(module["managedBy"], "ops");
    assert!(module["authentication"]["symmetricKey"]["primaryKey"].is_string());
    let twin = bench.get("/twins/a/modules/m").await.body;
    assert_eq!(twin["tags"], json!({"line": 2}));
    assert_eq!(twin["properties"]["desired"]["interval"], 30);

    let m = |mode: &str| json!({"id": "a", "moduleId": "m", "importMode": mode});
    let with = |mode: &str, name: &str, value: Value| {
        let mut item = m(mode);
        item[name] = value;
        item
    };
    check(m("create"), Some("ModuleAlreadyExistsOnDevice")).await;
    check(with("update", "managedBy", json!("others")), None).await;
    let now = bench.get("/devices/a/modules/m").await.body;
    assert_eq!(now["managedBy"], "others");
    assert_eq!(now["authentication"], module["authentication"], "keys stay");
    let (old, new) = (module["etag"].clone(), now["etag"].clone());
    check(
        with("updateIfMatchETag", "eTag", old.clone()),
        Some("PreconditionFailed"),
    )
    .await;
    check(with("updateIfMatchETag", "eTag", new), None).await;
    check(m("deleteIfMatchETag"), Some("ArgumentNull")).await;
    check(with("updateTwin", "tags", json!({"line": 3})), None).await;
    let stale = json!({"id": "a", "moduleId": "m", "importMode": "updateTwinIfMatchETag", "twinETag": "AAAAAAAAAAE=",
                       "tags": {"line": 4}});
    check(stale, Some("PreconditionFailed")).await;
    assert_eq!(
        bench.get("/twins/a/modules/m").await.body["tags"],
        json!({"line": 3})
    );

    check(with("createOrUpdate", "tags", json!({"line": 5})), None).await;
    check(
        with("update", "status", json!("disabled")),
        Some("ArgumentInvalid"),
    )
    .await;
    check(json!({"id": "b", "moduleId": "m"}), Some("DeviceNotFound")).await;
    check(
        json!({"id": "a", "moduleId": "n n"}),
        Some("ArgumentInvalid"),
    )
    .await;
    check(m("delete"), None).await;
    check(m("delete"), Some("DeviceNotFound")).await;
    assert_eq!(bench.get("/devices/a").await.status, 200);
    bulk(&bench, json!([m("create"), m("create")]))
        .await
        .expect_error(400, "DeviceDefinedMultipleTimes");
}
