//! What the routes do.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Request;
use muster_api::manage::MAX_BODY;
use muster_api::openapi;
use muster_service::Clock;
use serde_json::{Value, json};

use crate::support::TestHub;

fn ids(body: &Value) -> Vec<&str> {
    let items = body["items"].as_array().unwrap();
    items
        .iter()
        .map(|i| i["deviceId"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn lists_are_paged_by_key_both_ways() {
    let test = TestHub::open().await;
    let token = test.token("operator").await;
    for n in 0..5 {
        test.device(&format!("d{n}"), json!({ "n": n })).await;
    }
    let path = "/devices?limit=3&sort=tags.n&order=descending&columns=tags.n,status";
    let first = test.get(&token, path).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(ids(&first.body), ["d4", "d3", "d2"]);
    assert_eq!(
        first.body["items"][0],
        json!({ "deviceId": "d4", "tags.n": 4, "status": "enabled" })
    );
    assert!(first.body["previous"].is_null());
    let next = first.body["next"].as_str().unwrap();
    let second = test.get(&token, &format!("{path}&cursor={next}")).await;
    assert_eq!(ids(&second.body)[..2], ["d1", "d0"]);
    let back = second.body["previous"].as_str().unwrap();
    let again = test.get(&token, &format!("{path}&cursor={back}")).await;
    assert_eq!(ids(&again.body), ["d4", "d3", "d2"]);
    let other = test.get(&token, &format!("/devices?cursor={next}")).await;
    assert_eq!(other.status, 422);

    let count = test
        .get(&token, "/devices/count?where=tags.n%20=%201")
        .await;
    assert_eq!(count.body, json!({ "count": 1 }));
    let groups = test
        .get(&token, "/devices/groups?by=tags.region&limit=2")
        .await;
    assert_eq!(
        groups.body["items"][0],
        json!({ "value": null, "count": 5 })
    );
    let census = test.get(&token, "/census").await;
    assert_eq!(census.body["listed"], 7);
}

#[tokio::test]
async fn how_devices_prove_themselves_is_for_those_who_may_see_it() {
    let test = TestHub::open().await;
    let manager = test.token("manager").await;
    let operator = test.token("operator").await;
    for (token, want) in [(&manager, Value::Null), (&operator, json!("sas"))] {
        let list = test.get(token, "/devices").await;
        assert_eq!(list.body["items"][0]["authenticationType"], want);
        let one = test.get(token, "/devices/near").await;
        assert_eq!(one.body["authenticationType"], want);
    }
    let path = "/devices/groups?by=authenticationType";
    assert_eq!(test.get(&manager, path).await.status, 422);
    let asked = "/devices/count?where=authenticationType%20=%20'sas'";
    assert_eq!(test.get(&manager, asked).await.status, 422);
    assert_eq!(test.get(&operator, asked).await.body["count"], 2);
    assert_eq!(test.get(&operator, path).await.status, 200);
}

#[tokio::test]
async fn a_device_lives_through_its_routes() {
    let test = TestHub::open().await;
    let token = test.token("operator").await;
    let body = json!({ "deviceId": "a%b", "tags": { "x": 1 }, "desired": { "y": 2 } });
    let made = test.send("POST", &token, "/devices", body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let place = made.header("location").to_owned();
    assert_eq!(place, "/api/v1/devices/a%25b");
    let path = place.trim_start_matches("/api/v1");
    let again = test.send("POST", &token, "/devices", body).await;
    assert_eq!(
        (again.status, &again.body["code"]),
        (409, &json!("already_exists"))
    );

    let shown = test.get(&token, path).await;
    assert_eq!(shown.body["deviceId"], "a%b");
    assert_eq!(shown.header("etag"), made.header("etag"));
    let off = json!({ "status": "disabled", "statusReason": "stolen" });
    let stale = [("if-match", "\"old\"")];
    let refused = test
        .ask("PATCH", &token, path, &stale, Some(off.clone()))
        .await;
    assert_eq!(refused.status, 412);
    assert_eq!(refused.body["etag"], shown.body["etag"]);
    let fresh = [("if-match", shown.header("etag"))];
    let changed = test.ask("PATCH", &token, path, &fresh, Some(off)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.body["statusReason"], "stolen");

    let twin = test.get(&token, &format!("{path}/twin")).await;
    assert_eq!(twin.body["tags"], json!({ "x": 1 }));
    let patch = json!({ "tags": { "x": null, "z": 3 }, "desired": null });
    let tagged = [("if-match", twin.header("etag"))];
    let path_twin = format!("{path}/twin");
    let merged = test
        .ask("PATCH", &token, &path_twin, &tagged, Some(patch.clone()))
        .await;
    assert_eq!(merged.body["tags"], json!({ "z": 3 }), "{}", merged.body);
    assert_eq!(merged.body["properties"]["desired"].get("y"), None);
    let late = test
        .ask("PATCH", &token, &path_twin, &tagged, Some(patch))
        .await;
    assert_eq!(late.status, 412);
    let bad = json!({ "tags": { "a.b": 1 } });
    assert_eq!(
        test.send("PATCH", &token, &path_twin, bad).await.status,
        422
    );

    let desired = json!({ "desired": { "mode": "eco" } });
    test.send("PATCH", &token, &path_twin, desired).await;
    let asked = "/devices?where=properties.desired.mode%20=%20'eco'&columns=properties.desired.mode\
                 &sort=properties.desired.mode";
    let listed = test.get(&token, asked).await;
    assert_eq!(
        listed.body["items"],
        json!([{ "deviceId": "a%b", "properties.desired.mode": "eco" }]),
        "{}",
        listed.body
    );
    let columns = test.get(&token, "/columns").await.body;
    assert!(columns.to_string().contains("properties.desired.mode"));
    let events = test.get(&token, &format!("{path}/events?limit=1")).await;
    assert_eq!(events.body["items"][0]["actor"]["token"], "t0");
    assert!(events.body["next"].is_string());
    let secret = test
        .send(
            "POST",
            &token,
            &format!("{path}/connection-string"),
            json!({}),
        )
        .await;
    let text = secret.body["connectionString"].as_str().unwrap();
    assert!(text.contains("DeviceId=a%b;"), "{text}");
    let gone = test.ask("DELETE", &token, path, &[], None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(test.get(&token, path).await.status, 404);
}

#[tokio::test]
async fn a_repeated_request_is_done_once() {
    let test = TestHub::open().await;
    let token = test.token("admin").await;
    let key = [("idempotency-key", "one")];
    let body = json!({ "name": "nora", "roles": [{ "role": "operator", "scope": "" }] });
    let first = test
        .ask("POST", &token, "/people", &key, Some(body.clone()))
        .await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert!(first.body["temporaryPassword"].is_string());
    let second = test
        .ask("POST", &token, "/people", &key, Some(body.clone()))
        .await;
    assert_eq!(second.status, 201);
    assert_eq!(second.body, first.body);
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(second.header("location"), first.header("location"));
    let other = json!({ "name": "lena", "roles": [{ "role": "operator", "scope": "" }] });
    let reused = test.ask("POST", &token, "/people", &key, Some(other)).await;
    assert_eq!(
        (reused.status, &reused.body["code"]),
        (409, &json!("key_used"))
    );
    let narrow = test.token("admin").await;
    let foreign = test
        .ask("POST", &narrow, "/people", &key, Some(body.clone()))
        .await;
    assert_eq!(foreign.status, 409, "an answer is for the token that asked");
    // The answer does not lie open in the database.
    let password = first.body["temporaryPassword"].as_str().unwrap();
    for file in std::fs::read_dir(test.directory()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let content = std::fs::read(&path).unwrap();
            let found = content
                .windows(password.len())
                .any(|w| w == password.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
    // A refusal is not kept; neither is an answer after a day.
    let key = [("idempotency-key", "two")];
    let refused = test
        .ask("POST", &token, "/people", &key, Some(body.clone()))
        .await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.body["code"], "already_exists");
    let Clock::Manual(ms) = &test.clock else {
        panic!()
    };
    ms.fetch_add(24 * 3600 * 1000, Ordering::Relaxed);
    let key = [("idempotency-key", "one")];
    let late = test.ask("POST", &token, "/people", &key, Some(body)).await;
    assert_eq!(late.body["code"], "already_exists", "{}", late.body);
    let key = [("idempotency-key", "with space")];
    let bad = test
        .ask(
            "POST",
            &token,
            "/policies/service/connection-string",
            &key,
            None,
        )
        .await;
    assert_eq!(bad.status, 400);
}

#[tokio::test]
async fn what_cannot_be_read_is_told() {
    let test = TestHub::open().await;
    let token = test.token("admin").await;
    let check = async |method: &str, path: &str, body: Option<Value>, want: (u16, &str)| {
        let reply = test.ask(method, &token, path, &[], body).await;
        let code = reply.body["code"].as_str().unwrap_or_default();
        assert_eq!(
            (reply.status, code),
            want,
            "{method} {path}: {}",
            reply.body
        );
    };
    check("GET", "/devices?colour=red", None, (400, "unreadable")).await;
    check("GET", "/devices?limit=0", None, (400, "unreadable")).await;
    check("GET", "/devices?limit=1&limit=2", None, (400, "unreadable")).await;
    check("GET", "/devices?where=a%20b", None, (400, "unreadable")).await;
    check("GET", "/devices?sort=colour", None, (400, "unreadable")).await;
    check("GET", "/devices/%FF", None, (400, "unreadable")).await;
    check("GET", "/devices/a%20b", None, (404, "not_found")).await;
    check(
        "GET",
        "/devices/near/events?cursor=x",
        None,
        (422, "refused"),
    )
    .await;
    check(
        "GET",
        "/devices/near/telemetry?from=now",
        None,
        (400, "unreadable"),
    )
    .await;
    check("GET", "/people/x", None, (400, "unreadable")).await;
    check("GET", "/nowhere", None, (404, "no_such_address")).await;
    check("POST", "/devices", None, (415, "not_json")).await;
    check("POST", "/devices", Some(json!([1])), (400, "unreadable")).await;
    let odd = json!({ "deviceId": "x", "colour": "red" });
    check("POST", "/devices", Some(odd), (400, "unreadable")).await;
    let long = json!({ "deviceId": "x".repeat(MAX_BODY) });
    check("POST", "/devices", Some(long), (413, "too_large")).await;
    check("PATCH", "/devices/near", Some(json!({})), (422, "refused")).await;
    let last = json!({ "active": false });
    let admin = test.access("admin").await.person().unwrap().id;
    check(
        "PATCH",
        &format!("/people/{admin}"),
        Some(last),
        (409, "last_administrator"),
    )
    .await;
    let reply = test
        .ask("TRACE", &token, "/devices/near/twin", &[], None)
        .await;
    assert_eq!(reply.status, 405);
    for method in ["GET", "PATCH", "PUT"] {
        assert!(reply.header("allow").contains(method));
    }
}

#[tokio::test]
async fn a_flood_is_slowed_down() {
    let test = TestHub::open().await;
    let token = test.token("operator").await;
    let mut refused = None;
    for _ in 0..500 {
        let reply = test.get(&token, "/me").await;
        if reply.status != 200 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    let other = test.token("manager").await;
    assert_eq!(test.get(&other, "/me").await.status, 200);
}

#[tokio::test]
async fn tokens_are_listed_and_end() {
    let test = TestHub::open().await;
    let token = test.token("operator").await;
    let me = test.get(&token, "/me").await.body;
    assert_eq!(
        (&me["name"], &me["token"]),
        (&json!("operator"), &json!("t0"))
    );
    let list = test.get(&token, "/tokens").await.body;
    assert_eq!(list["items"][0]["live"], true);
    assert!(!list.to_string().contains(&token));
    let id = &list["items"][0]["token"];
    let admin = test.token("admin").await;
    let path = format!("/people/{}/tokens/{id}", me["person"]);
    let ended = test.ask("DELETE", &admin, &path, &[], None).await;
    assert_eq!(ended.status, 204);
    assert_eq!(test.get(&token, "/me").await.status, 401);
    let audit = test.get(&admin, "/audit?limit=1").await.body;
    assert_eq!(audit["items"][0]["kind"], "token_revoked");
    assert_eq!(audit["items"][0]["actor"]["token"], "t0");
}

#[tokio::test]
async fn the_description_is_open_to_everybody() {
    let test = TestHub::open().await;
    let request = Request::get(openapi::JSON).body(Body::empty()).unwrap();
    let reply = test.answer(request).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body, openapi::description());
}

#[tokio::test]
async fn views_are_kept_and_shared_by_those_who_may() {
    let test = TestHub::open().await;
    let operator = test.token("operator").await;
    let manager = test.token("manager").await;
    let body = json!({ "name": "North", "query": "where=tags.region%20%3D%20'north'" });
    let made = test.send("POST", &operator, "/views", body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let again = test.send("POST", &operator, "/views", body.clone()).await;
    assert_eq!(again.status, 409);
    let mut shared = body;
    shared["shared"] = true.into();
    let path = format!("/views/{}", made.body["view"]);
    let refused = test.send("PUT", &operator, &path, shared.clone()).await;
    assert_eq!(refused.status, 403);
    let foreign = test.send("PUT", &manager, &path, shared.clone()).await;
    assert_eq!(foreign.status, 404);
    let theirs = test.send("POST", &manager, "/views", shared).await;
    assert_eq!(theirs.status, 201, "{}", theirs.body);
    let seen = test.get(&operator, "/views").await.body;
    assert_eq!(seen["items"].as_array().map(Vec::len), Some(2));
    let gone = test.ask("DELETE", &operator, &path, &[], None).await;
    assert_eq!(gone.status, 204);
}
