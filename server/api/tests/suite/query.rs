//! Queries, page by page.

use axum::body::Body;
use axum::http::Request;
use muster_core::access::PolicyName;
use serde_json::{Value, json};

use crate::support::{Bench, Reply};

async fn ask(bench: &Bench, query: &str, size: Option<&str>, continuation: Option<&str>) -> Reply {
    let mut request = Request::post("/devices/query?api-version=2021-04-12")
        .header("authorization", bench.token(PolicyName::Service).await);
    if let Some(size) = size {
        request = request.header("x-ms-max-item-count", size);
    }
    if let Some(text) = continuation {
        request = request.header("x-ms-continuation", text);
    }
    let body = json!({ "query": query }).to_string();
    bench.send(request.body(Body::from(body)).unwrap()).await
}

async fn fleet(count: usize) -> Bench {
    let bench = Bench::open().await;
    let items: Vec<Value> = (0..count)
        .map(|n| json!({ "id": format!("d{n:03}"), "tags": { "floor": n % 3 } }))
        .collect();
    for part in items.chunks(100) {
        let done = bench.ask("POST /devices", None, Some(json!(part))).await;
        assert_eq!(done.status, 200, "{:?}", done.body);
    }
    bench
}

#[tokio::test]
async fn pages_follow_each_other_and_the_last_has_no_continuation() {
    let bench = fleet(250).await;
    let (mut sizes, mut ids, mut continuation) = (Vec::new(), Vec::new(), None);
    loop {
        let page = ask(
            &bench,
            "SELECT * FROM devices",
            Some("100"),
            continuation.as_deref(),
        )
        .await;
        assert_eq!(
            (page.status, page.header("x-ms-item-type")),
            (200, Some("Twin"))
        );
        let rows = page.body.as_array().unwrap();
        sizes.push(rows.len());
        ids.extend(rows.iter().map(|row| row["deviceId"].to_string()));
        continuation = page.header("x-ms-continuation").map(str::to_owned);
        if continuation.is_none() {
            break;
        }
        // A device that is made between pages harms no other.
        bench.make(&format!("d000-{}", sizes.len())).await;
    }
    assert_eq!(sizes, [100, 100, 50]);
    ids.dedup();
    assert_eq!(ids.len(), 250);
}

#[tokio::test]
async fn rows_of_twins_are_the_twins() {
    let bench = fleet(2).await;
    let found = ask(
        &bench,
        "SELECT * FROM devices WHERE deviceId = 'd001'",
        None,
        None,
    )
    .await;
    assert_eq!(found.body[0], bench.get("/twins/d001").await.body);
    let raw = ask(
        &bench,
        "SELECT tags.floor AS floor, COUNT() AS n FROM devices GROUP BY tags.floor",
        None,
        None,
    )
    .await;
    assert_eq!(raw.header("x-ms-item-type"), Some("Raw"));
    assert_eq!(raw.body.as_array().unwrap().len(), 2);
    // Read your own writes.
    bench.make("new").await;
    let found = ask(
        &bench,
        "SELECT deviceId FROM devices WHERE deviceId = 'new'",
        None,
        None,
    )
    .await;
    assert_eq!(found.body, json!([{ "deviceId": "new" }]));
}

#[tokio::test]
async fn bad_questions_say_why() {
    let bench = fleet(3).await;
    let broken = ask(&bench, "SELECT * FROM devices WHERE", None, None).await;
    broken.expect_error(400, "ArgumentInvalid");
    let message = broken.body["Message"].as_str().unwrap();
    assert!(
        message.starts_with("ErrorCode:ArgumentInvalid;BadRequest"),
        "{message}"
    );
    let all = "SELECT * FROM devices";
    for size in ["0", "-1", "many"] {
        ask(&bench, all, Some(size), None)
            .await
            .expect_error(400, "ArgumentInvalid");
    }
    let large = ask(&bench, all, Some("100000"), None).await;
    assert_eq!(large.body.as_array().unwrap().len(), 3);
    ask(&bench, all, None, Some("damaged"))
        .await
        .expect_error(400, "ArgumentInvalid");
    let first = ask(&bench, all, Some("1"), None).await;
    let continuation = first.header("x-ms-continuation");
    let other = "SELECT * FROM devices WHERE status = 'enabled'";
    ask(&bench, other, Some("1"), continuation)
        .await
        .expect_error(400, "ArgumentInvalid");
    let line = "POST /devices/query";
    bench
        .ask(line, None, Some(json!({})))
        .await
        .expect_error(400, "ArgumentNull");
    bench
        .ask(line, None, None)
        .await
        .expect_error(400, "IotHubFormatError");
}
