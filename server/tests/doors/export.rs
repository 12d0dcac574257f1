//! The whole list as a file.

use muster_core::event::EventKind;
use muster_service::Access;
use serde_json::json;

use crate::support::{Request, TestHub};

#[tokio::test(flavor = "multi_thread")]
async fn the_file_holds_the_whole_result_within_the_scope() {
    let hub = TestHub::peopled().await;
    hub.device(
        "sheet",
        json!({ "region": "north", "note": "=HYPERLINK(\"http://evil\")" }),
    )
    .await;
    let mut browser = hub.signed_in("operator").await;
    let file = browser
        .send(Request::get(
            "/fleet/export.csv?cols=status&cols=tags.region&cols=tags.note",
        ))
        .await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment; filename=\"fleet-"),
        "{:?}",
        file.headers
    );
    assert_eq!(file.header("cache-control"), "no-store");
    let lines = [
        "deviceId,status,tags.region,tags.note",
        "far,enabled,south,",
        "near,enabled,north,",
        "sheet,enabled,north,\"'=HYPERLINK(\"\"http://evil\"\")\"",
        "",
    ];
    assert_eq!(file.text(), lines.join("\r\n"));

    let narrowed = browser
        .send(Request::get(
            "/fleet/export.csv?filter=tags.region%20%3D%20%27south%27&cols=status",
        ))
        .await;
    assert_eq!(narrowed.text(), "deviceId,status\r\nfar,enabled\r\n");
    let mut northerner = hub.signed_in("northerner").await;
    let own = northerner
        .send(Request::get("/fleet/export.csv"))
        .await
        .text();
    assert!(own.contains("near") && !own.contains("far"), "{own}");
    let wrong = browser
        .send(Request::get("/fleet/export.csv?filter=nonsense"))
        .await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_lists_are_streamed_and_recorded() {
    let hub = TestHub::peopled().await;
    let ids: Vec<String> = (0..2_500).map(|number| format!("d-{number:05}")).collect();
    futures::future::join_all(ids.iter().map(|id| hub.device(id, json!({})))).await;
    let mut browser = hub.signed_in("manager").await;
    let file = browser
        .send(Request::get("/fleet/export.csv?q=d-&cols=status"))
        .await;
    assert_eq!(file.header("transfer-encoding"), "chunked");
    let text = file.text();
    let found: Vec<&str> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    assert_eq!(found, ids);
    let permit = hub.hub().permit(&Access::console()).unwrap();
    let audit = hub.hub().audit(&permit, None, 10).await.unwrap();
    let exported = audit
        .rows
        .iter()
        .find(|event| event.kind == EventKind::Exported)
        .unwrap();
    assert!(
        exported.detail["filter"].as_str().unwrap().contains("d-"),
        "{exported:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_list_comes_as_json() {
    let hub = TestHub::peopled().await;
    hub.device("sheet", json!({ "region": "north", "size": { "kg": 7.5 } }))
        .await;
    let mut browser = hub.signed_in("operator").await;
    let query = "?filter=tags.region%20%3D%20%27north%27&cols=status&cols=tags.size.kg";
    let file = browser
        .send(Request::get(&format!("/fleet/export.json{query}")))
        .await;
    assert_eq!(file.header("content-type"), "application/json");
    assert!(file.header("content-disposition").ends_with(".json\""));
    let devices: serde_json::Value = serde_json::from_str(&file.text()).unwrap();
    assert_eq!(
        devices,
        json!([
            { "deviceId": "near", "status": "enabled", "tags.size.kg": null },
            { "deviceId": "sheet", "status": "enabled", "tags.size.kg": 7.5 },
        ])
    );
    let lines = browser
        .send(Request::get(&format!("/fleet/export.jsonl{query}")))
        .await;
    let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    let text = lines.text();
    let lines: Vec<_> = text.lines().map(read).collect();
    assert_eq!(lines, *devices.as_array().unwrap());
    let none = browser
        .send(Request::get("/fleet/export.json?q=nothing-has-this"))
        .await;
    let none: serde_json::Value = serde_json::from_str(&none.text()).unwrap();
    assert_eq!(none, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_is_exported_within_the_scope() {
    let hub = TestHub::peopled().await;
    hub.device("sheet", json!({ "region": "north" })).await;
    for (name, fields, want) in [
        (
            "operator",
            &[("only", "far"), ("only", "sheet"), ("only", "gone")][..],
            &["far", "sheet"][..],
        ),
        (
            "northerner",
            &[("only", "far"), ("only", "sheet")],
            &["sheet"],
        ),
        ("operator", &[("only", "no id")], &[]),
        ("operator", &[("except", "far")], &["near", "sheet"]),
        (
            "operator",
            &[
                ("except", "near"),
                ("list", "?filter=tags.region%20%3D%20%27north%27"),
            ],
            &["sheet"],
        ),
    ] {
        let mut browser = hub.signed_in(name).await;
        let request = Request::new("POST", "/fleet/export.csv")
            .header("sec-fetch-site", "same-origin")
            .form(fields);
        let file = browser.send(request).await;
        assert_eq!(file.status, 200, "{fields:?}");
        let text = file.text();
        let ids: Vec<&str> = text
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').next())
            .collect();
        assert_eq!(ids, want, "{fields:?} by {name}");
    }
}
