//! Whole queries over a small fleet: the reference queries of spec §8.4, the rules of §8.3, and what goes beyond.
#![expect(clippy::unwrap_used, reason = "tests")]

use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_query::{Condition, Document, Query, Run};
use serde_json::{Value, json};

fn object(value: Value) -> Object {
    value.as_object().unwrap().clone()
}

fn twin(
    id: &str,
    status: &str,
    seen: &str,
    tags: Value,
    desired: Value,
    reported: Value,
) -> Object {
    object(json!({
        "deviceId": id, "etag": "AAAAAAAAAAM=", "status": status, "statusReason": null, "version": 7,
        "connectionState": "Connected", "lastActivityTime": seen, "authenticationType": "sas", "modelId": "",
        "tags": tags, "properties": {"desired": desired, "reported": reported},
        "capabilities": {"iotEdge": id == "gw-1"},
        "configurations": if id == "gw-1" { json!({"ring2": {"status": "Applied"}}) } else { json!({}) },
    }))
}

fn devices() -> Vec<Object> {
    vec![
        twin(
            "gw-1",
            "enabled",
            "2026-03-04T05:06:07.1234567Z",
            json!({"place": {"region": "EU", "lat": 53.55, "lon": 9.99}, "lab": true}),
            json!({"$version": 4}),
            json!({"link": "lan", "temp": 20.5, "seen": {"version": 4, "code": 200}, "sampling": {"periodSec": 60},
                   "rollout": {"state": "done"}, "ports": [80, 443]}),
        ),
        twin(
            "pump-1",
            "enabled",
            "0001-01-01T00:00:00Z",
            json!({"place": {"region": "EU"}}),
            json!({"$version": 1}),
            json!({"link": "gsm", "temp": 18, "sampling": {"periodSec": 30}, "rollout": {"state": "open"}}),
        ),
        twin(
            "pump-2",
            "disabled",
            "2025-12-31T23:59:59.0000000Z",
            json!({"place": {"region": "US", "lat": 40.71, "lon": -74.0}, "lab": true}),
            json!({"$version": 2, "limits": {"high": 30}}),
            json!({"$metadata": {"temp": {"$lastUpdated": "2026-01-01T00:00:00.0000000Z"}}, "temp": "hot",
                   "link": 5, "limits": {"high": 30.0}}),
        ),
    ]
}

fn modules() -> Vec<Object> {
    let module = |device: &str, id: &str, mode: &str| {
        object(
            json!({"deviceId": device, "moduleId": id, "properties": {"reported": {"mode": mode}}}),
        )
    };
    vec![
        module("pump-1", "$edgeAgent", "idle"),
        module("pump-1", "logger", "busy"),
        module("pump-2", "$edgeAgent", "idle"),
    ]
}

fn jobs() -> Vec<Object> {
    let job = |device: &str, id: &str, kind: &str, status: &str| {
        object(
            json!({"deviceId": device, "jobId": id, "jobType": kind, "status": status,
            "createdDateTimeUtc": "2026-09-02T00:00:00Z"}),
        )
    };
    vec![
        job("pump-1", "fw-17", "scheduleUpdateTwin", "completed"),
        job("pump-2", "fw-18", "scheduleDeviceMethod", "failed"),
    ]
}

const NOW: Timestamp = Timestamp::from_secs(1_772_600_000);

/// The answer; a document of `SELECT *` as its id.
fn answer(text: &str) -> Vec<Value> {
    let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(
        Query::parse(&query.to_string()).as_ref(),
        Ok(&query),
        "{text}: {query}"
    );
    let rows = match query.source {
        muster_query::query::Source::Devices => devices(),
        muster_query::query::Source::Modules => modules(),
        muster_query::query::Source::Jobs => jobs(),
    };
    let beside = object(json!({"stage": "active", "drift": false}));
    // Page by page, as people read.
    let (mut after, mut all) = (None, Vec::new());
    loop {
        let mut run = Run::new(&query, after, 2);
        for twin in rows.iter().rev() {
            run.offer(&Document {
                twin,
                beside: &beside,
                now: NOW,
            });
        }
        let answered = run.finish().unwrap();
        for (place, row) in &answered.rows {
            all.push(match query.select {
                muster_query::query::Select::All => place.device().unwrap().into(),
                muster_query::query::Select::Columns(_) => Value::Object(row.clone()),
            });
        }
        after = answered.rows.last().map(|(place, _)| place.clone());
        if !answered.more {
            break;
        }
    }
    all.truncate(query.top.unwrap_or(usize::MAX));
    all
}

#[test]
fn reference_queries_of_the_documentation() {
    let check = |text: &str, want: Value| assert_eq!(Value::Array(answer(text)), want, "{text}");
    let all = json!(["gw-1", "pump-1", "pump-2"]);
    check("SELECT * FROM devices", all.clone());
    check("select * from DEVICES", all);
    check(
        "SELECT * FROM devices WHERE tags.place.region = 'EU'",
        json!(["gw-1", "pump-1"]),
    );
    check(
        "SELECT * FROM devices WHERE tags.place.region = 'EU' AND properties.reported.sampling.periodSec >= 60",
        json!(["gw-1"]),
    );
    check(
        "SELECT * FROM devices WHERE properties.reported.link IN ['lan', 'wlan']",
        json!(["gw-1"]),
    );
    check(
        "SELECT * FROM devices WHERE properties.reported.link NIN ['lan', 'wlan']",
        json!(["pump-1", "pump-2"]),
    );
    check(
        "SELECT * FROM devices WHERE is_defined(properties.reported.ports)",
        json!(["gw-1"]),
    );
    check(
        "SELECT properties.reported.rollout.state AS state, COUNT() AS n FROM devices GROUP BY properties.reported.rollout.state",
        json!([{"state": "done", "n": 1}, {"state": "open", "n": 1}, {"n": 1}]),
    );
    check(
        "SELECT COUNT() AS total FROM devices",
        json!([{"total": 3}]),
    );
    check(
        "SELECT COUNT() AS total, AVG(properties.reported.temp) AS mean, MIN(properties.reported.temp) AS lo, MAX(properties.reported.temp) AS hi FROM devices WHERE status = 'enabled'",
        json!([{"total": 2, "mean": 19.25, "lo": 18, "hi": 20.5}]),
    );
    check(
        "SELECT DeviceId, LastActivityTime FROM devices WHERE status = 'disabled'",
        json!([{"deviceId": "pump-2", "lastActivityTime": "2025-12-31T23:59:59.0000000Z"}]),
    );
    check(
        "SELECT deviceId FROM devices WHERE lastActivityTime < '2026-01-01T00:00:00Z'",
        json!([{"deviceId": "pump-1"}, {"deviceId": "pump-2"}]),
    );
    check(
        "SELECT * FROM devices.modules",
        json!(["pump-1", "pump-1", "pump-2"]),
    );
    check(
        "SELECT * FROM devices.modules WHERE properties.reported.mode = 'busy'",
        json!(["pump-1"]),
    );
    check(
        "SELECT properties.reported.mode FROM devices.modules WHERE deviceId IN ['pump-1', 'pump-2'] AND moduleId = '$edgeAgent'",
        json!([{"mode": "idle"}, {"mode": "idle"}]),
    );
    check(
        "SELECT COUNT() AS n, properties.reported.mode FROM devices.modules GROUP BY properties.reported.mode",
        json!([{"n": 1, "mode": "busy"}, {"n": 2, "mode": "idle"}]),
    );
    check(
        "SELECT * FROM devices.jobs WHERE devices.jobs.deviceId = 'pump-1'",
        json!(["pump-1"]),
    );
    check(
        "SELECT * FROM devices.jobs WHERE devices.jobs.deviceId = 'pump-1' AND devices.jobs.jobType = 'scheduleTwinUpdate' AND devices.jobs.status = 'completed' AND devices.jobs.createdTimeUtc > '2026-09-01'",
        json!(["pump-1"]),
    );
    check(
        "SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'fw-18'",
        json!(["pump-2"]),
    );
    check(
        "SELECT deviceId FROM devices WHERE configurations.[[ring2]].status = 'Applied'",
        json!([{"deviceId": "gw-1"}]),
    );
    check(
        "SELECT deviceId FROM devices WHERE properties.desired.$version = properties.reported.seen.version AND properties.reported.seen.code = 200",
        json!([{"deviceId": "gw-1"}]),
    );
    check(
        "SELECT * FROM devices WHERE capabilities.iotEdge = true",
        json!(["gw-1"]),
    );
    check(
        "SELECT TOP 10 * FROM devices WHERE status = 'disabled'",
        json!(["pump-2"]),
    );
    check(
        "SELECT * FROM devices WHERE tags.place.region = 'EU' AND NOT (status = 'disabled' OR tags.lab = true)",
        json!([]),
    );
}

#[test]
fn what_goes_beyond() {
    let check = |text: &str, want: Value| assert_eq!(Value::Array(answer(text)), want, "{text}");
    check(
        "SELECT deviceId FROM devices ORDER BY lastActivityTime DESC",
        json!([{"deviceId": "gw-1"}, {"deviceId": "pump-2"}, {"deviceId": "pump-1"}]),
    );
    check(
        "SELECT TOP 2 * FROM devices ORDER BY tags.place.region DESC, deviceId DESC",
        json!(["pump-2", "pump-1"]),
    );
    check(
        "SELECT DISTINCT tags.place.region FROM devices",
        json!([{"region": "EU"}, {"region": "US"}]),
    );
    check(
        "SELECT tags.place.region, status, COUNT() AS n FROM devices GROUP BY tags.place.region, status ORDER BY n DESC, region",
        json!([{"region": "EU", "status": "enabled", "n": 2}, {"region": "US", "status": "disabled", "n": 1}]),
    );
    check(
        "SELECT COUNT(tags.lab) AS labs, COUNT(status = 'disabled') AS off, SUM(reported.temp), COUNT(*) FROM devices",
        json!([{"labs": 2, "off": 1, "$1": 38.5, "$2": 3}]),
    );
    check(
        "SELECT SUM(tags.none) AS s, AVG(tags.none) AS a, MAX(tags.none) AS m, COUNT() AS n FROM devices WHERE deviceId = 'x'",
        json!([{"n": 0}]),
    );
    check(
        "SELECT status, COUNT() AS n FROM devices WHERE deviceId = 'x' GROUP BY status",
        json!([]),
    );
    check(
        "SELECT reported.ports[1] AS second, UPPER(deviceId) FROM devices WHERE ARRAY_CONTAINS(reported.ports, 443)",
        json!([{"second": 443, "$1": "GW-1"}]),
    );
    check(
        "SELECT * FROM devices WHERE ST_DISTANCE(tags.place, 52.52, 13.4) < 300 * 1000",
        json!(["gw-1"]),
    );
    check(
        "SELECT * FROM devices WHERE now() - lastActivityTime < 86400",
        json!(["gw-1"]),
    );
    check(
        "SELECT * FROM devices WHERE lastActivityTime > now() - 86400",
        json!(["gw-1"]),
    );
    check(
        "SELECT * FROM devices WHERE desired.limits = reported.limits",
        json!(["pump-2"]),
    );
    check(
        "SELECT * FROM devices WHERE (status = 'enabled') = (tags.lab = true)",
        json!(["gw-1"]),
    );
    check(
        "SELECT tags.place FROM devices WHERE deviceId = 'pump-1'",
        json!([{"place": {"region": "EU"}}]),
    );
    check(
        "SELECT reported.$metadata.temp.$lastUpdated FROM devices WHERE stage = 'active' AND deviceId = 'pump-2'",
        json!([{"$lastUpdated": "2026-01-01T00:00:00.0000000Z"}]),
    );
}

#[test]
fn conditions_follow_the_rules() {
    let devices = devices();
    let beside = Object::new();
    let check = |text: &str, want: Option<bool>| {
        let row = Document {
            twin: &devices[0],
            beside: &beside,
            now: NOW,
        };
        let condition = Condition::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(condition.eval(&row), want, "{text}");
    };
    check("NOT tags.none = 1", None);
    check("tags.none = 1 OR status = 'enabled'", Some(true));
    check("tags.none = 1 OR status = 'x'", None);
    check("tags.none = 1 AND status = 'x'", Some(false));
    check("tags.none IN [1]", None);
    check("tags.none NIN [1]", None);
    check("reported.link NIN [1]", Some(true));
    check("statusReason IN [null]", Some(true));
    check("443 IN reported.ports", Some(true));
    check("443 IN reported.link", None);
    check("reported.ports = tags.none", None);
    check("reported.temp > 20 AND reported.temp <= 20.5", Some(true));
    check("reported.temp < '3'", None);
    check("tags.lab > false", Some(true));
    check("statusReason = null", Some(true));
    check("statusReason <= null", None);
    check(
        "IS_NULL(statusReason) AND NOT IS_NULL(tags.none)",
        Some(true),
    );
    check("IS_DEFINED(tags.none)", Some(false));
    check(
        "IS_DEFINED(tags) AND IS_OBJECT(tags) AND IS_ARRAY(reported.ports)",
        Some(true),
    );
    check(
        "IS_STRING(reported.link) AND IS_NUMBER(reported.temp) AND IS_BOOL(tags.lab)",
        Some(true),
    );
    check(
        "IS_PRIMITIVE(statusReason) AND NOT IS_PRIMITIVE(tags)",
        Some(true),
    );
    check(
        "STARTSWITH(deviceId, 'gw') AND ENDS_WITH(deviceId, '1') AND CONTAINS(deviceId, '-')",
        Some(true),
    );
    check("STARTS_WITH(reported.temp, '2')", None);
    check("CONCAT(deviceId, '/', status) = 'gw-1/enabled'", Some(true));
    check("deviceId + '!' = 'gw-1!'", Some(true));
    check(
        "SUBSTRING(deviceId, 1, 2) = 'w-' AND SUBSTRING(deviceId, 3) = '1'",
        Some(true),
    );
    check(
        "INDEX_OF(deviceId, 'w') = 1 AND INDEX_OF(deviceId, 'x') = -1",
        Some(true),
    );
    check("LENGTH(UPPER('ä')) = 1 AND LOWER('Ä') = 'ä'", Some(true));
    check(
        "AS_NUMBER('0.5') = 0.5 AND NOT IS_DEFINED(AS_NUMBER('inf'))",
        Some(true),
    );
    check(
        "ABS(-2) = 2 AND POWER(2, 10) = 1024 AND SQUARE(3) = 9 AND SQRT(16) = 4",
        Some(true),
    );
    check(
        "CEILING(1.2) = 2 AND FLOOR(-1.2) = -2 AND SIGN(-3) = -1 AND EXP(0) = 1",
        Some(true),
    );
    check("SQRT(-1) = 0", None);
    check(
        "1 + 2 * 3 = 7 AND (1 + 2) * 3 = 9 AND 7 % 4 = 3 AND -(2) = 0 - 2",
        Some(true),
    );
    check("1 / 0 = 1", None);
    check("ARRAY_LENGTH(reported.ports) = 2", Some(true));
    check("ARRAY_LENGTH(reported.link) = 2", None);
    check(
        "'2026-01-01T00:00:10Z' - '2026-01-01T00:00:00Z' = 10",
        Some(true),
    );
    check("true", Some(true));
    check("undefined = undefined", None);
}

#[test]
fn errors_of_queries() {
    let check = |text: &str, want: &str| {
        let error = Query::parse(text).map_err(|error| error.to_string());
        assert_eq!(error, Err(want.to_owned()), "{text}");
    };
    check(
        "tags.a = 1",
        "at character 1: a query begins with SELECT, for example SELECT * FROM devices",
    );
    check(
        "SELECT",
        "at character 7: expected a path such as tags.site or status, found the end",
    );
    check(
        "SELECT *",
        "at character 9: expected a comma or FROM, found the end",
    );
    check(
        "SELECT * FROM device",
        "at character 15: there are devices, devices.modules, devices.jobs; did you mean devices?",
    );
    check(
        "SELECT * FROM devices WHER status = 'enabled'",
        "at character 23: expected WHERE, GROUP BY, ORDER BY or the end, found WHER",
    );
    check(
        "SELECT * FROM devices GROUP BY status",
        "at character 32: SELECT * has no groups; name the columns, for example SELECT tags.site, COUNT() AS n",
    );
    check(
        "SELECT deviceId, COUNT() FROM devices",
        "at character 8: deviceId is neither a figure such as COUNT() nor grouped by; add GROUP BY deviceId",
    );
    check(
        "SELECT tags.a, reported.a FROM devices",
        "at character 16: two columns are called a; name one of them with AS",
    );
    check(
        "SELECT status, COUNT() FROM devices GROUP BY status ORDER BY COUNT(tags.a)",
        "at character 62: name this figure behind SELECT, for example COUNT() AS n",
    );
    check(
        "SELECT DISTINCT status FROM devices ORDER BY deviceId",
        "at character 46: deviceId is not part of the answer; add it behind SELECT",
    );
    check(
        "SELECT SUM() FROM devices",
        "at character 12: SUM of what; for example SUM(properties.reported.temperature)",
    );
    check(
        "SELECT TOP 0 * FROM devices",
        "at character 12: expected how many rows, for example TOP 10, found 0",
    );
    check(
        "SELECT tags.x FROM devices.jobs",
        "at character 8: tags is not known; there are deviceId, moduleId, status, jobId, jobType, startTimeUtc, endTimeUtc, createdDateTimeUtc, lastUpdatedDateTimeUtc, outcome, error",
    );
}

/// The newest jobs come first, and a place of one's own making leads behind its row.
#[test]
fn rows_of_jobs_are_ordered_by_newness() {
    let query = Query::parse("SELECT jobId, deviceId FROM devices.jobs").unwrap();
    let page = |after: Option<muster_query::Place>| {
        let mut run = Run::new(&query, after, 2);
        for (operation, number, device) in [(1, 7, "b"), (10, 8, "a"), (2, 5, "a"), (10, 7, "b")] {
            run.offer(&Document {
                twin: &object(json!({"deviceId": device, "jobId": format!("job-{operation}")})),
                beside: &object(json!({"operation": operation, "row": number})),
                now: NOW,
            });
        }
        let rows = run.finish().unwrap().rows.into_iter();
        rows.map(|(place, _)| place).collect::<Vec<_>>()
    };
    let ids = |places: &[muster_query::Place]| -> Vec<(i64, i64)> {
        places.iter().filter_map(muster_query::Place::job).collect()
    };
    let first = page(None);
    assert_eq!(ids(&first), [(10, 7), (10, 8)]);
    let made = muster_query::Place::of_job(10, 8, "a");
    assert_eq!(made, first[1]);
    assert_eq!(ids(&page(Some(made))), [(2, 5), (1, 7)]);
}
