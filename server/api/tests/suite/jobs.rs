//! Jobs over many devices, and what they did to each (spec §5.8).

use axum::body::Body;
use axum::http::Request;
use muster_core::access::PolicyName;
use serde_json::{Value, json};

use crate::support::{Bench, Reply};

async fn fleet(count: usize) -> Bench {
    let bench = Bench::open().await;
    let items: Vec<Value> = (0..count)
        .map(|n| json!({ "id": format!("d{n:02}"), "tags": { "floor": n % 2 } }))
        .collect();
    let done = bench.ask("POST /devices", None, Some(json!(items))).await;
    assert_eq!(done.status, 200, "{:?}", done.body);
    bench
}

fn twin_job(more: &Value) -> Value {
    let mut job = json!({
        "type": "scheduleUpdateTwin", "queryCondition": "*", "updateTwin": {"etag": "*", "tags": {"ring": 2}},
    });
    for (name, value) in more.as_object().unwrap() {
        job[name] = value.clone();
    }
    job
}

async fn put(bench: &Bench, id: &str, job: Value) -> Reply {
    let line = format!("PUT /jobs/v2/{id}");
    bench
        .ask_as(PolicyName::Service, &line, None, Some(job))
        .await
}

async fn get(bench: &Bench, id: &str) -> Value {
    let found = bench.get(&format!("/jobs/v2/{id}")).await;
    assert_eq!(found.status, 200, "{:?}", found.body);
    found.body
}

/// The job once it is over.
async fn ended(bench: &Bench, id: &str) -> Value {
    loop {
        let job = get(bench, id).await;
        if !["queued", "scheduled", "running"].contains(&job["status"].as_str().unwrap()) {
            return job;
        }
        tokio::task::yield_now().await;
    }
}

async fn query(bench: &Bench, text: &str, size: usize, continuation: Option<&str>) -> Reply {
    let mut request = Request::post("/devices/query?api-version=2021-04-12")
        .header("authorization", bench.token(PolicyName::Service).await)
        .header("x-ms-max-item-count", size.to_string());
    if let Some(text) = continuation {
        request = request.header("x-ms-continuation", text);
    }
    let body = json!({ "query": text }).to_string();
    bench.send(request.body(Body::from(body)).unwrap()).await
}

/// All rows, page by page.
async fn rows(bench: &Bench, text: &str, size: usize) -> Vec<Value> {
    let (mut all, mut continuation) = (Vec::new(), None);
    loop {
        let page = query(bench, text, size, continuation.as_deref()).await;
        assert_eq!(page.status, 200, "{text}: {:?}", page.body);
        all.extend(page.body.as_array().unwrap().iter().cloned());
        continuation = page.header("x-ms-continuation").map(str::to_owned);
        if continuation.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn a_twin_job_writes_every_twin() {
    let bench = fleet(5).await;
    let made = put(
        &bench,
        "ring-2",
        twin_job(&json!({"maxExecutionTimeInSeconds": 600})),
    )
    .await;
    assert_eq!(made.status, 200, "{:?}", made.body);
    let names: Vec<&String> = made.body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["jobId", "status", "type"]);
    let done = ended(&bench, "ring-2").await;
    assert_eq!(done["status"], "completed");
    assert_eq!(done["queryCondition"], "*");
    assert_eq!(done["maxExecutionTimeInSeconds"], 600);
    assert_eq!(done["updateTwin"]["tags"], json!({"ring": 2}));
    let numbers = json!({"deviceCount": 5, "failedCount": 0, "succeededCount": 5, "runningCount": 0, "pendingCount": 0});
    assert_eq!(done["deviceJobStatistics"], numbers);
    assert_eq!(bench.get("/twins/d04").await.body["tags"]["ring"], 2);
    put(&bench, "ring-2", twin_job(&json!({})))
        .await
        .expect_error(409, "JobAlreadyExists");
    let line = "POST /jobs/v2/ring-2/cancel";
    bench
        .ask(line, None, None)
        .await
        .expect_error(405, "OperationNotAllowedInCurrentState");
    let unknown = get(&bench, "nobody").await;
    assert_eq!(
        unknown,
        json!({"jobId": "nobody", "type": "unknown", "status": "unknown"})
    );
    bench
        .ask("POST /jobs/v2/nobody/cancel", None, None)
        .await
        .expect_error(404, "JobNotFound");
    // Over no device there is nothing to do.
    put(
        &bench,
        "none",
        twin_job(&json!({"queryCondition": "tags.floor = 9"})),
    )
    .await;
    let none = ended(&bench, "none").await;
    assert_eq!(
        (&none["status"], &none["deviceJobStatistics"]["deviceCount"]),
        (&json!("completed"), &json!(0))
    );
}

#[tokio::test]
async fn a_method_job_fails_where_nobody_is_online() {
    let bench = fleet(3).await;
    let job = json!({
        "type": "scheduleDeviceMethod", "queryCondition": "deviceId IN ['d00', 'd02']",
        "cloudToDeviceMethod": {"methodName": "reboot", "payload": {"delay": 3}},
    });
    put(&bench, "reboot", job).await;
    let done = ended(&bench, "reboot").await;
    assert_eq!(done["status"], "completed");
    let numbers = &done["deviceJobStatistics"];
    assert_eq!(
        (&numbers["deviceCount"], &numbers["failedCount"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(done["cloudToDeviceMethod"]["connectTimeoutInSeconds"], 0);
    let text = "SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'reboot'";
    let found = rows(&bench, text, 10).await;
    assert_eq!(found.len(), 2);
    for row in &found {
        assert_eq!(row["error"]["code"], "404103", "{row}");
        assert_eq!(
            (&row["status"], &row["jobType"]),
            (&json!("failed"), &json!("scheduleDeviceMethod"))
        );
    }
}

#[tokio::test]
async fn a_job_waits_for_its_time_and_can_be_called_off() {
    let bench = fleet(1).await;
    let later = twin_job(&json!({"startTime": "2026-03-04T06:00:00Z"}));
    let made = put(&bench, "later", later).await;
    assert_eq!(made.body["status"], "scheduled");
    let off = bench.ask("POST /jobs/v2/later/cancel", None, None).await;
    assert_eq!(
        (off.status, &off.body["status"]),
        (200, &json!("cancelled"))
    );
    assert_eq!(get(&bench, "later").await["status"], "cancelled");
    assert_eq!(bench.get("/twins/d00").await.body["tags"].get("ring"), None);
    // Ids follow a rule, and names in the address win.
    put(&bench, "a%20b", twin_job(&json!({})))
        .await
        .expect_error(400, "ArgumentInvalid");
}

#[tokio::test]
async fn the_list_has_two_forms_and_pages() {
    let bench = fleet(1).await;
    for id in ["j1", "j2", "j3"] {
        put(&bench, id, twin_job(&json!({}))).await;
        ended(&bench, id).await;
    }
    put(
        &bench,
        "j4",
        twin_job(&json!({"startTime": "2026-03-04T06:00:00Z"})),
    )
    .await;
    let list = async |query: &str, agent: &str, continuation: Option<&str>| {
        let mut request = Request::get(format!("/jobs/v2/query?api-version=2021-04-12{query}"))
            .header("authorization", bench.token(PolicyName::Service).await)
            .header("user-agent", agent)
            .header("x-ms-max-item-count", "2");
        if let Some(text) = continuation {
            request = request.header("x-ms-continuation", text);
        }
        bench.send(request.body(Body::empty()).unwrap()).await
    };
    let ids = |items: &Value| -> Vec<String> {
        let items = items.as_array().unwrap();
        items
            .iter()
            .map(|job| job["jobId"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = list("", "node", None).await;
    assert_eq!(first.header("x-ms-item-type"), Some("JobResponse"));
    assert_eq!(ids(&first.body), ["j4", "j3"]);
    let second = list("", "node", first.header("x-ms-continuation")).await;
    assert_eq!(ids(&second.body), ["j2", "j1"]);
    assert_eq!(second.header("x-ms-continuation"), None);
    let python = "python/3.11.7 msrest/0.7.1 iothubgatewayserviceapis/2021-04-12";
    let object = list(
        "&jobType=scheduleUpdateTwin&jobStatus=scheduled",
        python,
        None,
    )
    .await;
    assert_eq!(ids(&object.body["items"]), ["j4"]);
    assert_eq!(object.body["continuationToken"], Value::Null);
    assert_eq!(
        ids(&list("&jobStatus=queued", "node", None).await.body),
        [""; 0]
    );
    list("&jobStatus=lost", "node", None)
        .await
        .expect_error(400, "ArgumentInvalid");
}

#[tokio::test]
async fn rows_of_jobs_are_asked_for_in_many_ways() {
    let bench = fleet(7).await;
    put(&bench, "first", twin_job(&json!({}))).await;
    ended(&bench, "first").await;
    put(
        &bench,
        "second",
        twin_job(&json!({"queryCondition": "tags.floor = 1"})),
    )
    .await;
    ended(&bench, "second").await;
    let all = rows(&bench, "SELECT * FROM devices.jobs", 4).await;
    assert_eq!(all.len(), 10);
    let jobs: Vec<&str> = all
        .iter()
        .map(|row| row["jobId"].as_str().unwrap())
        .collect();
    assert_eq!(jobs[..3], ["second"; 3], "the newest come first");
    let text = "SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'first'";
    for size in [2, 3, 100] {
        let mut found = rows(&bench, text, size).await;
        assert_eq!(found.len(), 7, "{size}");
        found.dedup_by(|a, b| a["deviceId"] == b["deviceId"]);
        assert_eq!(found.len(), 7, "{size}");
    }
    let page = query(&bench, text, 2, None).await;
    assert_eq!(page.header("x-ms-item-type"), Some("DeviceJob"));
    let row = &page.body[0];
    for member in [
        "startTimeUtc",
        "endTimeUtc",
        "createdDateTimeUtc",
        "lastUpdatedDateTimeUtc",
    ] {
        assert!(row[member].is_string(), "{member}: {row}");
    }
    assert_eq!(
        (&row["status"], &row["outcome"]),
        (&json!("completed"), &json!({}))
    );
    let check = async |text: &str, want: Value| {
        assert_eq!(Value::Array(rows(&bench, text, 100).await), want, "{text}");
    };
    check(
        "SELECT jobId FROM devices.jobs WHERE deviceId = 'd03'",
        json!([{"jobId": "second"}, {"jobId": "first"}]),
    )
    .await;
    check(
        "SELECT deviceId FROM devices.jobs WHERE jobId = 'second' AND deviceId IN ['d01', 'd02', 'd03'] ORDER BY deviceId DESC",
        json!([{"deviceId": "d03"}, {"deviceId": "d01"}]),
    )
    .await;
    check(
        "SELECT jobId, COUNT() AS n FROM devices.jobs WHERE jobId IN ['first', 'second', 'none'] GROUP BY jobId ORDER BY n",
        json!([{"jobId": "second", "n": 3}, {"jobId": "first", "n": 7}]),
    )
    .await;
    check("SELECT * FROM devices.jobs WHERE jobId = 'none'", json!([])).await;
    check(
        "SELECT * FROM devices.jobs WHERE devices.jobs.deviceId = 'd00' AND devices.jobs.jobType = 'scheduleTwinUpdate' AND devices.jobs.createdTimeUtc > '2027-01-01'",
        json!([]),
    )
    .await;
    let top = rows(&bench, "SELECT TOP 5 deviceId FROM devices.jobs", 2).await;
    assert_eq!(top.len(), 5);
    // Not over everything at once.
    query(&bench, "SELECT COUNT() AS n FROM devices.jobs", 10, None)
        .await
        .expect_error(400, "ArgumentInvalid");
}

#[tokio::test]
async fn too_many_jobs_are_put_off() {
    let bench = fleet(1).await;
    let later = json!({"startTime": "2026-03-04T06:00:00Z"});
    for number in 0..100 {
        let made = put(&bench, &format!("j{number}"), twin_job(&later)).await;
        assert_eq!(made.status, 200, "{:?}", made.body);
    }
    let refused = put(&bench, "one-more", twin_job(&json!({}))).await;
    refused.expect_error(429, "ThrottlingMaxActiveJobCountExceeded");
    assert!(refused.header("retry-after").is_some());
    bench.ask("POST /jobs/v2/j0/cancel", None, None).await;
    assert_eq!(
        put(&bench, "one-more", twin_job(&json!({}))).await.status,
        200
    );
}
