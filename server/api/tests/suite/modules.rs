//! Modules: identities, twins, methods.

use axum::http::Request;
use muster_core::access::PolicyName;
use serde_json::{Value, json};

use crate::support::Bench;

const LINE: &str = "/devices/a/modules/filter";

async fn bench() -> Bench {
    let bench = Bench::open().await;
    bench.make("a").await;
    bench
}

async fn make(bench: &Bench) -> Value {
    // What `create_module_with_sas(device, module, "ops", None, None)` sends.
    let body = json!({
        "deviceId": "a", "moduleId": "filter", "managedBy": "ops",
        "authentication": {"symmetricKey": {}, "type": "sas"},
    });
    let made = bench.ask(&format!("PUT {LINE}"), None, Some(body)).await;
    assert_eq!(made.status, 200, "{:?}", made.body);
    made.body
}

#[tokio::test]
async fn a_module_is_made_read_listed_and_deleted() {
    let bench = bench().await;
    assert_eq!(bench.get("/devices/a/modules").await.body, json!([]));
    let module = make(&bench).await;
    assert_eq!(module["moduleId"], "filter");
    assert_eq!(module["managedBy"], "ops");
    let keys = &module["authentication"]["symmetricKey"];
    assert_ne!(keys["primaryKey"], keys["secondaryKey"]);
    let got = bench.get(LINE).await;
    assert_eq!(got.body, module);
    let etag = format!("\"{}\"", module["etag"].as_str().unwrap());
    assert_eq!(got.header("etag"), Some(etag.as_str()));
    assert_eq!(bench.get("/devices/a/modules").await.body, json!([module]));
    let delete = format!("DELETE {LINE}");
    bench
        .ask(&delete, None, None)
        .await
        .expect_error(412, "PreconditionFailed");
    assert_eq!(bench.ask(&delete, Some("\"*\""), None).await.status, 204);
    bench.get(LINE).await.expect_error(404, "DeviceNotFound");
}

#[tokio::test]
async fn a_second_one_is_a_conflict_in_the_other_envelope() {
    let bench = bench().await;
    make(&bench).await;
    let line = format!("PUT {LINE}");
    let again = bench.ask(&line, None, Some(json!({}))).await;
    assert_eq!(again.status, 409);
    assert_eq!(
        again.header("iothub-errorcode"),
        Some("ModuleAlreadyExistsOnDevice")
    );
    assert_eq!(again.body["errorCode"], 409_301);
    let elsewhere = bench.ask("PUT /devices/nobody/modules/m", None, Some(json!({})));
    elsewhere.await.expect_error(404, "DeviceNotFound");
    let other = bench.ask(&line, None, Some(json!({"moduleId": "other"})));
    other.await.expect_error(400, "ArgumentInvalid");
    let reserved = bench.ask("PUT /devices/a/modules/$edgeAgent", None, Some(json!({})));
    reserved.await.expect_error(400, "ArgumentInvalid");
}

#[tokio::test]
async fn a_device_has_fifty_modules() {
    let bench = bench().await;
    for number in 0..50 {
        let line = format!("PUT /devices/a/modules/m{number}");
        assert_eq!(bench.ask(&line, None, Some(json!({}))).await.status, 200);
    }
    let one_more = bench.ask("PUT /devices/a/modules/m50", None, Some(json!({})));
    one_more.await.expect_error(413, "TooManyModulesOnDevice");
}

#[tokio::test]
async fn a_replacement_follows_the_etag() {
    let bench = bench().await;
    let first = make(&bench).await;
    let line = format!("PUT {LINE}");
    let body = || Some(json!({"authentication": first["authentication"]}));
    bench
        .ask(&line, Some("\"AAAAAAAAAAk=\""), body())
        .await
        .expect_error(412, "PreconditionFailed");
    let etag = first["etag"].as_str();
    let done = bench.ask(&line, etag, body()).await;
    assert_eq!(done.status, 200);
    assert_eq!(done.body["authentication"], first["authentication"]);
    assert_eq!(done.body["managedBy"], Value::Null, "left out: cleared");
    let minted = bench.ask(&line, Some("*"), Some(json!({}))).await;
    assert_ne!(minted.body["authentication"], first["authentication"]);
    let none = json!({"authentication": {"type": "none"}});
    let kept = bench.ask(&line, Some("*"), Some(none)).await;
    assert_eq!(kept.body["authentication"]["type"], "sas");
}

#[tokio::test]
async fn twins_of_modules_are_their_own() {
    let bench = bench().await;
    let module = make(&bench).await;
    let line = "/twins/a/modules/filter";
    let twin = bench.get(line).await;
    assert_eq!(twin.body["moduleId"], "filter");
    assert_eq!(twin.body["deviceEtag"], module["etag"]);
    assert_eq!(twin.header("etag"), Some("\"AAAAAAAAAAE=\""));
    let body = json!({"tags": {"x": 1}, "properties": {"desired": {"interval": 5}}});
    let written = bench.ask(&format!("PATCH {line}"), None, Some(body)).await;
    assert_eq!(written.body["tags"], json!({"x": 1}));
    assert_eq!(written.body["properties"]["desired"]["interval"], 5);
    let stale = Some("\"AAAAAAAAAAE=\"");
    bench
        .ask(&format!("PUT {line}"), stale, Some(json!({})))
        .await
        .expect_error(412, "PreconditionFailed");
    let emptied = bench
        .ask(&format!("PUT {line}"), None, Some(json!({})))
        .await;
    assert_eq!(emptied.body["tags"], json!({}));
    assert_eq!(bench.get("/twins/a").await.body["tags"], json!({}));
    bench
        .get("/twins/a/modules/none")
        .await
        .expect_error(404, "DeviceNotFound");
}

#[tokio::test]
async fn a_module_that_is_away_does_not_answer() {
    let bench = bench().await;
    make(&bench).await;
    let by = PolicyName::Service;
    let call = |line| bench.ask_as(by, line, None, Some(json!({"methodName": "m"})));
    let away = call("POST /twins/a/modules/filter/methods").await;
    assert_eq!(
        (away.status, away.header("iothub-errorcode")),
        (404, Some("DeviceNotOnline"))
    );
}

#[tokio::test]
async fn queries_see_modules() {
    let bench = bench().await;
    bench.make("b").await;
    for (line, mode) in [
        ("/devices/b/modules/filter", "idle"),
        ("/devices/a/modules/filter", "busy"),
        ("/devices/a/modules/alarm", "idle"),
    ] {
        let made = bench
            .ask(&format!("PUT {line}"), None, Some(json!({})))
            .await;
        assert_eq!(made.status, 200);
        let twin = format!("PATCH {}", line.replace("devices", "twins"));
        bench
            .ask(&twin, None, Some(json!({"tags": {"mode": mode}})))
            .await;
    }
    let ask = async |query: &str| {
        let body = Some(json!({ "query": query }));
        let reply = bench.ask("POST /devices/query", None, body).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        reply
    };
    let whole = ask("SELECT * FROM devices.modules WHERE tags.mode = 'idle'").await;
    assert_eq!(whole.header("x-ms-item-type"), Some("Twin"));
    let twins = [
        bench.get("/twins/a/modules/alarm").await.body,
        bench.get("/twins/b/modules/filter").await.body,
    ];
    assert_eq!(whole.body, json!(twins));
    let grouped = "SELECT tags.mode AS mode, COUNT() AS n FROM devices.modules GROUP BY tags.mode";
    let mut rows = ask(grouped).await.body.as_array().unwrap().clone();
    rows.sort_by_key(Value::to_string);
    assert_eq!(
        json!(rows),
        json!([{"mode": "busy", "n": 1}, {"mode": "idle", "n": 2}])
    );
    let named = "SELECT moduleId FROM devices.modules WHERE deviceId = 'a' AND moduleId = 'filter'";
    assert_eq!(ask(named).await.body, json!([{"moduleId": "filter"}]));
    // Page by page.
    let (mut names, mut continuation) = (Vec::new(), None::<String>);
    loop {
        let mut request = Request::post("/devices/query?api-version=2021-04-12")
            .header("authorization", bench.token(PolicyName::Owner).await)
            .header("x-ms-max-item-count", "1");
        if let Some(text) = &continuation {
            request = request.header("x-ms-continuation", text);
        }
        let body = json!({"query": "SELECT deviceId, moduleId FROM devices.modules"}).to_string();
        let page = bench.send(request.body(body.into()).unwrap()).await;
        let row = &page.body[0];
        names.push(format!("{} {}", row["deviceId"], row["moduleId"]).replace('"', ""));
        match page.header("x-ms-continuation") {
            Some(text) => continuation = Some(text.to_owned()),
            None => break,
        }
    }
    assert_eq!(names, ["a alarm", "a filter", "b filter"]);
}
