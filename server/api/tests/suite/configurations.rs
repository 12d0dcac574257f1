//! Configurations: made, changed, listed, tried, applied, deleted.

use std::time::Duration;

use muster_core::access::PolicyName;
use serde_json::{Value, json};

use crate::support::Bench;

fn ring2() -> Value {
    json!({
        "id": "ring2", "schemaVersion": "1.0", "labels": {"team": "ops"}, "priority": 10,
        "content": {"deviceContent": {"properties.desired.firmware": {"version": "2.1"}}},
        "targetCondition": "tags.ring = 2",
        "metrics": {"queries": {"done": "SELECT deviceId FROM devices WHERE properties.reported.firmware.version = '2.1'"}},
    })
}

/// Reads until the system metrics are these.
async fn until(bench: &Bench, want: Value) -> Value {
    let asked = async {
        loop {
            let got = bench.get("/configurations/ring2").await.body;
            if got["systemMetrics"]["results"] == want {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_configuration_is_made_changed_and_deleted() {
    let bench = Bench::open().await;
    bench.make("a").await;
    let tags = json!({"tags": {"ring": 2}});
    bench.ask("PATCH /twins/a", None, Some(tags)).await;
    let made = bench
        .ask("PUT /configurations/ring2", None, Some(ring2()))
        .await;
    assert_eq!(made.status, 200, "{:?}", made.body);
    assert_eq!(made.header("etag"), Some("\"AAAAAAAAAAE=\""));
    assert_eq!(made.body["systemMetrics"]["results"], json!({}));
    let again = bench
        .ask("PUT /configurations/ring2", None, Some(ring2()))
        .await;
    again.expect_error(409, "ConfigurationAlreadyExists");
    let got = until(&bench, json!({"targetedCount": 1, "appliedCount": 1})).await;
    for member in [
        "id",
        "schemaVersion",
        "labels",
        "priority",
        "content",
        "targetCondition",
    ] {
        assert_eq!(got[member], ring2()[member], "{member}");
    }
    assert_eq!(got["metrics"]["results"], json!({"done": 0}));
    assert_eq!(got["metrics"]["queries"], ring2()["metrics"]["queries"]);
    let system = &got["systemMetrics"]["queries"];
    assert_eq!(
        system["targetedCount"],
        "select deviceId from devices where tags.ring = 2"
    );
    assert_eq!(
        system["appliedCount"],
        "select deviceId from devices where configurations.ring2.status = 'Applied'"
    );
    let twin = bench.get("/twins/a").await.body;
    assert_eq!(
        twin["configurations"],
        json!({"ring2": {"status": "Applied"}})
    );
    assert_eq!(
        twin["properties"]["desired"]["firmware"],
        json!({"version": "2.1"})
    );
    // Everything changes but the content.
    let mut change = ring2();
    change["targetCondition"] = "tags.ring = 3".into();
    change["content"] = json!({"deviceContent": {"properties.desired.other": 1}});
    change["priority"] = 11.into();
    let line = "PUT /configurations/ring2";
    let stale = bench
        .ask(line, Some("\"AAAAAAAAAAA=\""), Some(change.clone()))
        .await;
    stale.expect_error(412, "PreconditionFailed");
    let etag = got["etag"].as_str().unwrap();
    let changed = bench.ask(line, Some(etag), Some(change)).await;
    assert_eq!(
        (changed.status, &changed.body["priority"]),
        (200, &json!(11))
    );
    assert_eq!(changed.body["content"], ring2()["content"]);
    until(&bench, json!({"targetedCount": 0, "appliedCount": 0})).await;
    let list = bench.get("/configurations?top=20").await.body;
    assert_eq!(list.as_array().unwrap().len(), 1);
    let line = "DELETE /configurations/ring2";
    let stale = bench.ask(line, Some(etag), None).await;
    stale.expect_error(412, "PreconditionFailed");
    assert_eq!(bench.ask(line, Some("*"), None).await.status, 204);
    bench
        .get("/configurations/ring2")
        .await
        .expect_error(404, "ConfigurationNotFound");
    bench
        .ask(line, None, None)
        .await
        .expect_error(404, "ConfigurationNotFound");
    let twin = bench.get("/twins/a").await.body;
    assert_eq!(
        twin["properties"]["desired"]["firmware"],
        json!({"version": "2.1"})
    );
}

#[tokio::test]
async fn what_is_wrong_has_a_code() {
    let bench = Bench::open().await;
    let check = async |id: &str, member: &str, value: Value, code: &str| {
        let mut body = ring2();
        body["id"] = id.into();
        body[member] = value;
        let line = format!("PUT /configurations/{id}");
        bench
            .ask(&line, None, Some(body))
            .await
            .expect_error(400, code);
    };
    let content = "InvalidConfigurationContent";
    check("x", "content", json!(null), content).await;
    check("x", "content", json!({}), content).await;
    check(
        "x",
        "content",
        json!({"deviceContent": {"properties.reported.a": 1}}),
        content,
    )
    .await;
    check("x", "content", json!({"other": {}}), content).await;
    let target = "InvalidConfigurationTargetCondition";
    check("x", "targetCondition", json!("tags.ring ="), target).await;
    check(
        "x",
        "targetCondition",
        json!("connectionState = 'Connected'"),
        target,
    )
    .await;
    check(
        "x",
        "metrics",
        json!({"queries": {"m": "SELECT"}}),
        "ArgumentInvalid",
    )
    .await;
    check(
        "x",
        "priority",
        json!(3_000_000_000_u32),
        "IotHubFormatError",
    )
    .await;
    check("Upper", "priority", json!(1), "ArgumentInvalid").await;
    check("x", "id", json!("y"), "ArgumentInvalid").await;
}

#[tokio::test]
async fn queries_are_tried() {
    let bench = Bench::open().await;
    let check = async |target: &str, ok: bool| {
        let body = json!({"targetCondition": target, "customMetricQueries": {"good": "SELECT * FROM devices", "bad": "SELECT"}});
        let reply = bench
            .ask("POST /configurations/testQueries", None, Some(body))
            .await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body["targetConditionError"].is_null(), ok, "{target}");
        let metrics = reply.body["customMetricQueryErrors"].as_object().unwrap();
        assert!(metrics.contains_key("bad") && metrics.len() == 1);
    };
    check("tags.ring = 2", true).await;
    check("", true).await;
    check("from devices.modules where moduleId = 'x'", true).await;
    check("tags.ring =", false).await;
    check("*", false).await;
}

#[tokio::test]
async fn content_is_applied_to_one_device() {
    let bench = Bench::open().await;
    bench.make("a").await;
    let line = "POST /devices/a/applyConfigurationContent";
    let content = json!({"deviceContent": {"properties.desired.x": 1}});
    let writer = PolicyName::RegistryReadWrite;
    let done = bench.ask_as(writer, line, None, Some(content)).await;
    assert_eq!(done.status, 204);
    let twin = bench.get("/twins/a").await.body;
    assert_eq!(twin["properties"]["desired"]["x"], 1);
    let edge = json!({"modulesContent": {"$edgeAgent": {"properties.desired": {}}}});
    bench
        .ask(line, None, Some(edge))
        .await
        .expect_error(400, "ArgumentInvalid");
    let content = json!({"deviceContent": {}});
    let line = "POST /devices/none/applyConfigurationContent";
    bench
        .ask(line, None, Some(content))
        .await
        .expect_error(404, "DeviceNotFound");
}
