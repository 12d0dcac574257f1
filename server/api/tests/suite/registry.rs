//! Identities: make, read, replace, delete, list, count.

use muster_core::access::PolicyName;
use muster_core::event::Actor;
use muster_service::Access;
use serde_json::{Value, json};

use crate::support::Bench;

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const OTHER: &str = "MTEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

fn keys(primary: &str, secondary: &str) -> Value {
    json!({ "type": "sas", "symmetricKey": { "primaryKey": primary, "secondaryKey": secondary } })
}

#[tokio::test]
async fn a_device_is_made_as_python_asks_and_read_again() {
    let bench = Bench::open().await;
    // What `create_device_with_sas(id, None, None, "enabled")` sends.
    let body = json!({
        "deviceId": "pump-1", "status": "enabled", "capabilities": {"iotEdge": false},
        "authentication": {"symmetricKey": {}, "type": "sas"},
    });
    let made = bench.ask("PUT /devices/pump-1", None, Some(body)).await;
    assert_eq!(made.status, 200);
    assert_eq!(
        made.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    let device = &made.body;
    assert_eq!(device["deviceId"], "pump-1");
    assert_eq!(device["status"], "enabled");
    assert_eq!(device["connectionState"], "Disconnected");
    assert_eq!(device["lastActivityTime"], "0001-01-01T00:00:00Z");
    let minted = &device["authentication"]["symmetricKey"];
    assert_eq!(minted["primaryKey"].as_str().unwrap().len(), 44);
    assert_ne!(minted["primaryKey"], minted["secondaryKey"]);
    let etag = device["etag"].as_str().unwrap();
    assert_eq!(made.header("etag"), Some(format!("\"{etag}\"").as_str()));
    assert_eq!(bench.get("/devices/pump-1").await.body, made.body);
    assert_eq!(made.header("x-ms-request-id"), Some("22222222"));
    let string = bench.connection_string("pump-1").await;
    assert!(string.ends_with(minted["primaryKey"].as_str().unwrap()));
}

#[tokio::test]
async fn making_twice_and_changing_what_is_not_there() {
    let bench = Bench::open().await;
    let first = bench.make("a").await;
    let body = json!({ "deviceId": "a", "etag": first["etag"] });
    let again = bench.ask("PUT /devices/a", None, Some(body)).await;
    again.expect_error(409, "DeviceAlreadyExists");
    let body = json!({ "deviceId": "b" });
    let absent = bench.ask("PUT /devices/b", Some("\"*\""), Some(body)).await;
    absent.expect_error(404, "DeviceNotFound");
    bench
        .get("/devices/b")
        .await
        .expect_error(404, "DeviceNotFound");
    let body = json!({ "deviceId": "c" });
    let other = bench.ask("PUT /devices/b", None, Some(body)).await;
    other.expect_error(400, "ArgumentInvalid");
    let bad = bench.get("/devices/a%20b").await;
    bad.expect_error(400, "ArgumentInvalid");
}

#[tokio::test]
async fn a_replacement_follows_the_etag() {
    let bench = Bench::open().await;
    let first = bench.make("a").await;
    let etag = first["etag"].as_str().unwrap();
    let body = |status: &str| {
        json!({
            "deviceId": "a", "status": status, "statusReason": "stolen",
            "authentication": keys(KEY, OTHER),
        })
    };
    let stale = Some("\"AAAAAAAAAAk=\"");
    let refused = bench
        .ask("PUT /devices/a", stale, Some(body("disabled")))
        .await;
    refused.expect_error(412, "PreconditionFailed");
    let quoted = format!("\"{etag}\"");
    let done = bench
        .ask("PUT /devices/a", Some(&quoted), Some(body("disabled")))
        .await;
    assert_eq!(done.status, 200);
    assert_eq!(done.body["statusReason"], "stolen");
    assert_ne!(done.body["statusUpdatedTime"], "0001-01-01T00:00:00Z");
    assert_eq!(
        done.body["authentication"]["symmetricKey"]["secondaryKey"],
        OTHER
    );
    let gone = bench
        .ask("PUT /devices/a", Some(&quoted), Some(body("enabled")))
        .await;
    gone.expect_error(412, "PreconditionFailed");
    // Unquoted, as Python sends it for configurations, and anything.
    let raw = done.body["etag"].as_str().unwrap();
    let bare = bench
        .ask(
            "PUT /devices/a",
            Some(raw),
            Some(json!({ "deviceId": "a" })),
        )
        .await;
    assert_eq!(bare.status, 200);
    assert_eq!(bare.body["statusReason"], Value::Null);
    assert_eq!(bare.body["status"], "enabled");
    assert_ne!(
        bare.body["authentication"], done.body["authentication"],
        "left out: new keys"
    );
    let any = bench
        .ask("PUT /devices/a", Some("\"*\""), Some(body("enabled")))
        .await;
    assert_eq!(any.status, 200);
}

#[tokio::test]
async fn certificates_are_kept_as_they_are_given() {
    let bench = Bench::open().await;
    let print = "aB".repeat(20);
    let body = json!({
        "deviceId": "x",
        "authentication": {"type": "selfSigned", "x509Thumbprint": {"primaryThumbprint": print, "secondaryThumbprint": null}},
    });
    let made = bench.ask("PUT /devices/x", None, Some(body)).await;
    assert_eq!(made.status, 200);
    let shown = bench.get("/devices/x").await.body["authentication"].clone();
    assert_eq!(shown["type"], "selfSigned");
    assert_eq!(shown["x509Thumbprint"]["primaryThumbprint"], print);
    assert_eq!(shown["symmetricKey"]["primaryKey"], Value::Null);
}

#[tokio::test]
async fn deleting_needs_a_condition_and_a_new_one_is_another() {
    let bench = Bench::open().await;
    let first = bench.make("a").await;
    let line = "DELETE /devices/a";
    bench
        .ask(line, None, None)
        .await
        .expect_error(412, "PreconditionFailed");
    bench
        .ask(line, Some("\"AAAAAAAAAAk=\""), None)
        .await
        .expect_error(412, "PreconditionFailed");
    let body = json!({"tags": {"site": "b7"}});
    bench.ask("PATCH /twins/a", None, Some(body)).await;
    assert_eq!(bench.ask(line, Some("\"*\""), None).await.status, 204);
    bench
        .ask(line, Some("*"), None)
        .await
        .expect_error(404, "DeviceNotFound");
    let second = bench.make("a").await;
    assert_ne!(first["generationId"], second["generationId"]);
    assert_eq!(bench.get("/twins/a").await.body["tags"], json!({}));
}

#[tokio::test]
async fn odd_names_survive_the_address() {
    let bench = Bench::open().await;
    let id = "a.b_c:d@e=f$g'h!i*j(k)l,m?n%o";
    let encoded = muster_core::sas::percent_encode(id);
    let line = |method: &str| format!("{method} /devices/{encoded}");
    let made = bench
        .ask(&line("PUT"), None, Some(json!({ "deviceId": id })))
        .await;
    assert_eq!(made.body["deviceId"], id);
    assert_eq!(
        bench.ask(&line("GET"), None, None).await.body["deviceId"],
        id
    );
    assert_eq!(
        bench.ask(&line("DELETE"), Some("*"), None).await.status,
        204
    );
}

#[tokio::test]
async fn lists_respect_top_and_a_slash_at_the_end() {
    let bench = Bench::open().await;
    for id in ["c", "a", "b"] {
        bench.make(id).await;
    }
    let ids = |body: &Value| {
        let devices = body.as_array().unwrap();
        let ids = devices.iter().map(|device| device["deviceId"].as_str());
        ids.map(|id| id.unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&bench.get("/devices").await.body), ["a", "b", "c"]);
    assert_eq!(ids(&bench.get("/devices/?top=2").await.body), ["a", "b"]);
    let all = bench.get("/devices").await.body;
    let single = bench.get("/devices/a").await.body;
    assert_eq!(all[0], single);
    bench
        .get("/devices?top=1001")
        .await
        .expect_error(400, "ArgumentInvalid");
}

#[tokio::test]
async fn statistics_are_exact() {
    let bench = Bench::open().await;
    let check = async |total: usize, disabled: usize| {
        let found = bench.get("/statistics/devices").await.body;
        let want = json!({
            "totalDeviceCount": total, "enabledDeviceCount": total - disabled, "disabledDeviceCount": disabled,
        });
        assert_eq!(found, want);
    };
    check(0, 0).await;
    bench.make("a").await;
    bench.make("b").await;
    check(2, 0).await;
    let body = json!({ "deviceId": "b", "status": "disabled" });
    bench.ask("PUT /devices/b", Some("*"), Some(body)).await;
    check(2, 1).await;
    let service = bench.get("/statistics/service").await.body;
    assert_eq!(service, json!({ "connectedDeviceCount": 0 }));
}

#[tokio::test]
async fn events_name_the_policy() {
    let bench = Bench::open().await;
    let body = json!({ "deviceId": "a" });
    let by = PolicyName::RegistryReadWrite;
    bench.ask_as(by, "PUT /devices/a", None, Some(body)).await;
    let id = "a".parse().unwrap();
    let permit = bench.hub.permit_device(&Access::console(), &id).unwrap();
    let events = bench.hub.timeline(&permit, None, 10).await;
    let actor = events.unwrap().rows[0].actor.clone();
    assert_eq!(actor, Actor::Policy { name: by });
}
