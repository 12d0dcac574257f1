//! Twins: read, merge, replace.

use serde_json::{Value, json};

use crate::support::Bench;

#[tokio::test]
async fn the_document_has_the_members_of_the_service_view() {
    let bench = Bench::open().await;
    let device = bench.make("a").await;
    let got = bench.get("/twins/a").await;
    let twin = &got.body;
    assert_eq!(got.header("etag"), Some("\"AAAAAAAAAAE=\""));
    assert_eq!(twin["etag"], "AAAAAAAAAAE=");
    assert_eq!(twin["deviceEtag"], device["etag"]);
    assert_eq!(twin["version"], 1);
    assert_eq!(twin["modelId"], "");
    assert_eq!(twin["authenticationType"], "sas");
    assert_eq!(twin["connectionState"], "Disconnected");
    assert_eq!(twin["properties"]["desired"]["$version"], 1);
    assert_eq!(twin["properties"]["reported"]["$version"], 1);
    let desired = &twin["properties"]["desired"]["$metadata"];
    assert_eq!(desired["$lastUpdatedVersion"], 1);
    bench
        .get("/twins/b")
        .await
        .expect_error(404, "DeviceNotFound");
}

#[tokio::test]
async fn merging_keeps_and_replacing_empties() {
    let bench = Bench::open().await;
    bench.make("a").await;
    let merge = json!({
        "tags": {"site": "b7", "floor": 2},
        "properties": {"desired": {"interval": 60, "net": {"apn": "iot"}}, "reported": {"never": 1}},
    });
    let first = bench.ask("PATCH /twins/a", None, Some(merge)).await;
    assert_eq!(first.status, 200);
    let merge = json!({"tags": {"floor": null}, "properties": {"desired": {"net": {"apn": null}}}});
    let second = bench.ask("PATCH /twins/a", None, Some(merge)).await;
    assert_eq!(second.body["tags"], json!({"site": "b7"}));
    assert_eq!(desired(&second.body), json!({"interval": 60, "net": {}}));
    assert_eq!(second.body["properties"]["reported"]["never"], Value::Null);
    assert_eq!(second.body["properties"]["desired"]["$version"], 3);
    assert_eq!(bench.get("/twins/a").await.body, second.body);

    // What was read is sent back with one change: `$metadata` and `$version` carry no wish.
    let mut whole = second.body.clone();
    whole["properties"]["desired"]["interval"] = json!(10);
    whole["tags"] = json!({"ring": 1});
    let replaced = bench.ask("PUT /twins/a", None, Some(whole)).await;
    assert_eq!(replaced.status, 200, "{:?}", replaced.body);
    assert_eq!(replaced.body["tags"], json!({"ring": 1}));
    assert_eq!(desired(&replaced.body), json!({"interval": 10, "net": {}}));
    let emptied = bench.ask("PUT /twins/a", None, Some(json!({}))).await;
    assert_eq!(emptied.body["tags"], json!({}));
    assert_eq!(desired(&emptied.body), json!({}));
}

/// Desired properties without what the hub adds.
fn desired(twin: &Value) -> Value {
    let mut desired = twin["properties"]["desired"].clone();
    let members = desired.as_object_mut().unwrap();
    members.remove("$version");
    members.remove("$metadata");
    desired
}

#[tokio::test]
async fn writes_follow_the_etag() {
    let bench = Bench::open().await;
    bench.make("a").await;
    let body = || Some(json!({"tags": {"x": 1}}));
    for method in ["PATCH", "PUT"] {
        let line = format!("{method} /twins/a");
        let current = bench
            .get("/twins/a")
            .await
            .header("etag")
            .unwrap()
            .to_owned();
        let stale = bench.ask(&line, Some("\"AAAAAAAAAAA=\""), body()).await;
        stale.expect_error(412, "PreconditionFailed");
        let done = bench.ask(&line, Some(&current), body()).await;
        assert_eq!(done.status, 200);
        assert_ne!(done.header("etag"), Some(current.as_str()));
        assert_eq!(bench.ask(&line, Some("\"*\""), body()).await.status, 200);
    }
}

#[tokio::test]
async fn a_bad_section_refuses_the_whole_write() {
    let bench = Bench::open().await;
    bench.make("a").await;
    let before = bench.get("/twins/a").await.body;
    for body in [
        json!({"tags": {"a.b": 1}}),
        json!({"tags": {"ok": 1}, "properties": {"desired": {"n": 1_u64 << 53}}}),
        json!({"tags": [1]}),
        json!({"tags": {"big": "x".repeat(4097)}}),
    ] {
        let refused = bench.ask("PATCH /twins/a", None, Some(body)).await;
        refused.expect_error(400, "ArgumentInvalid");
    }
    assert_eq!(bench.get("/twins/a").await.body, before);
}
