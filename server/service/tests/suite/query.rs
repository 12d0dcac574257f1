//! Whole queries: rows, figures, continuations and what a person may ask.

use muster_core::policy::Role;
use muster_query::{Condition, Query};
use muster_service::access::kinds::SeeDevices;
use muster_service::{Access, AnswerKind, QueryAnswer, QueryPageRequest, ServiceError};
use serde_json::{Value, json};

use crate::support::{TestHub, first_rows};

/// Thirty devices: ten per site, every second one reported a temperature.
async fn fleet() -> TestHub {
    let test = TestHub::open().await;
    for n in 0..30 {
        let id = test
            .device(
                &format!("d-{n:02}"),
                json!({"site": format!("s{}", n % 3), "n": n}),
            )
            .await;
        if n % 2 == 0 {
            let proof = test.log_in(&id).await;
            let report = json!({"temp": n, "unit": "C", "ports": [n, n + 1]});
            test.hub.device_report(&proof, report, None).await.unwrap();
        }
    }
    test
}

async fn ask(
    test: &TestHub,
    access: &Access,
    text: &str,
    page: QueryPageRequest,
) -> Result<QueryAnswer, ServiceError> {
    let permit = test.hub.permit::<SeeDevices>(access)?;
    test.hub
        .query(&permit, &Query::parse(text).unwrap(), page)
        .await
}

/// All rows, in pages of this size.
async fn all(test: &TestHub, text: &str, limit: usize) -> Vec<Value> {
    let (mut rows, mut continuation) = (Vec::new(), None);
    loop {
        let page = QueryPageRequest {
            limit,
            continuation,
        };
        let answer = ask(test, &Access::console(), text, page).await.unwrap();
        assert!(answer.rows.len() <= limit);
        rows.extend(answer.rows);
        continuation = answer.continuation;
        if continuation.is_none() {
            return rows;
        }
    }
}

#[tokio::test]
async fn queries_are_answered_from_index_and_documents() {
    let test = fleet().await;
    for limit in [1, 4, 1000] {
        let rows = all(&test, "SELECT * FROM devices WHERE tags.site = 's1'", limit).await;
        assert_eq!(rows.len(), 10);
        let rows = all(
            &test,
            "SELECT * FROM devices WHERE reported.temp >= 10 AND tags.site = 's1'",
            limit,
        )
        .await;
        let ids: Vec<_> = rows
            .iter()
            .map(|row| row["deviceId"].as_str().unwrap())
            .collect();
        assert_eq!(ids, ["d-10", "d-16", "d-22", "d-28"]);
        assert_eq!(rows[0]["properties"]["reported"]["temp"], 10);
        assert_eq!(rows[0]["properties"]["reported"]["$version"], 2);
        let rows = all(
            &test,
            "SELECT TOP 3 deviceId, tags.n FROM devices ORDER BY tags.n DESC",
            limit,
        )
        .await;
        let want = json!([{"deviceId": "d-29", "n": 29}, {"deviceId": "d-28", "n": 28}, {"deviceId": "d-27", "n": 27}]);
        assert_eq!(Value::Array(rows), want);
        let rows = all(&test, "SELECT tags.site, COUNT() AS n, MAX(reported.temp) AS hot FROM devices GROUP BY tags.site ORDER BY hot", limit).await;
        let want = json!([{"site": "s2", "n": 10, "hot": 26}, {"site": "s0", "n": 10, "hot": 24}, {"site": "s1", "n": 10, "hot": 28}]);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[2], want[2]);
        let rows = all(
            &test,
            "SELECT reported.unit, COUNT() AS n FROM devices GROUP BY reported.unit",
            limit,
        )
        .await;
        assert_eq!(
            Value::Array(rows),
            json!([{"unit": "C", "n": 15}, {"n": 15}])
        );
        let rows = all(&test, "SELECT DISTINCT tags.site FROM devices", limit).await;
        assert_eq!(
            Value::Array(rows),
            json!([{"site": "s0"}, {"site": "s1"}, {"site": "s2"}])
        );
        let rows = all(&test, "SELECT COUNT() AS n FROM devices.modules", limit).await;
        assert_eq!(Value::Array(rows), json!([{"n": 0}]));
        assert_eq!(
            all(&test, "SELECT * FROM devices.jobs", limit).await,
            [Value::Null; 0]
        );
    }
    let count = |text: &'static str| {
        let test = &test;
        async move {
            let condition = Condition::parse(text).unwrap();
            test.hub
                .query_count(&Access::console(), &condition)
                .await
                .unwrap()
        }
    };
    assert_eq!(count("").await, 30);
    assert_eq!(count("tags.n < 7").await, 7);
    assert_eq!(count("reported.temp < 7").await, 4);
    assert_eq!(
        count("ARRAY_CONTAINS(reported.ports, 7) OR reported.ports[0] = 8").await,
        2
    );
    assert_eq!(
        count("reported.$version = 2 AND desired.$version = 1").await,
        15
    );
}

#[tokio::test]
async fn columns_of_properties_follow_every_write() {
    let test = fleet().await;
    let count = |test: &TestHub, text: &'static str| {
        let (hub, condition) = (test.hub.clone(), Condition::parse(text).unwrap());
        async move {
            hub.query_count(&Access::console(), &condition)
                .await
                .unwrap()
        }
    };
    let id = test.device("x", json!({})).await;
    let proof = test.log_in(&id).await;
    // The column is there before the device says anything.
    assert_eq!(
        count(
            &test,
            "reported.fw.v = '1' OR IS_OBJECT(reported.fw) OR desired.every = 5"
        )
        .await,
        0
    );
    let report = async |patch: Value| test.hub.device_report(&proof, patch, None).await.unwrap();
    report(json!({"fw": {"v": "1"}})).await;
    assert_eq!(
        count(&test, "reported.fw.v = '1' AND IS_OBJECT(reported.fw)").await,
        1
    );
    report(json!({"fw": {"build": 7}})).await;
    assert_eq!(
        count(&test, "reported.fw.v = '1' AND IS_OBJECT(reported.fw)").await,
        1
    );
    report(json!({"fw": "2"})).await;
    assert_eq!(count(&test, "IS_DEFINED(reported.fw.v)").await, 0);
    assert_eq!(count(&test, "reported.fw = '2'").await, 1);
    report(json!({"fw": null})).await;
    assert_eq!(count(&test, "IS_DEFINED(reported.fw)").await, 0);
    test.patch(&id, None, Some(json!({"every": 5}))).await;
    assert_eq!(count(&test, "desired.every = 5").await, 1);
    test.patch(&id, None, Some(Value::Null)).await;
    assert_eq!(count(&test, "desired.every = 5").await, 0);
    let mut new = muster_service::registry::NewDevice::named("y".parse().unwrap());
    new.desired = crate::support::object(json!({"every": 5}));
    let permit = test.hub.permit(&Access::console()).unwrap();
    test.hub.create_device(permit, new).await.unwrap();
    assert_eq!(count(&test, "desired.every >= 5").await, 1);
    // Lists can look at properties once that is prepared, also after a restart.
    let test = test.reopen().await;
    let hot = Condition::parse("reported.temp > 20").unwrap();
    test.hub.prepare(&Access::console(), &hot).await.unwrap();
    let page = test
        .hub
        .fleet_page(&Access::console(), &first_rows(hot))
        .unwrap();
    assert_eq!(page.rows.len(), 4);
    assert_eq!(count(&test, "desired.every >= 5").await, 1);
}

#[tokio::test]
async fn a_continuation_belongs_to_its_query_and_survives_change() {
    let test = fleet().await;
    let console = Access::console();
    let text = "SELECT * FROM devices WHERE tags.site = 's0'";
    let page = |continuation| QueryPageRequest {
        limit: 4,
        continuation,
    };
    let first = ask(&test, &console, text, page(None)).await.unwrap();
    assert_eq!((first.rows.len(), first.kind), (4, AnswerKind::Twin));
    test.device("d-00-b", json!({"site": "s0"})).await;
    let second = ask(&test, &console, text, page(first.continuation.clone()))
        .await
        .unwrap();
    assert_eq!(second.rows[0]["deviceId"], "d-12");
    let other = ask(
        &test,
        &console,
        "SELECT * FROM devices",
        page(first.continuation),
    )
    .await;
    assert!(matches!(other, Err(ServiceError::Invalid(_))));
    let damaged = ask(&test, &console, text, page(Some("x".to_owned()))).await;
    assert!(matches!(damaged, Err(ServiceError::Invalid(_))));
    for limit in [0, 1001] {
        let page = QueryPageRequest {
            limit,
            continuation: None,
        };
        assert!(ask(&test, &console, text, page).await.is_err());
    }
}

#[tokio::test]
async fn the_scope_always_applies_and_credentials_stay_hidden() {
    let test = fleet().await;
    let (_, manager) = test
        .person(
            "manager",
            &[(Role::Manager, "tags.site IN ['s1', 's2'] AND tags.n < 20")],
        )
        .await;
    let page = QueryPageRequest::default;
    let answer = ask(&test, &manager, "SELECT COUNT() AS n FROM devices", page())
        .await
        .unwrap();
    assert_eq!(answer.rows, [json!({"n": 13})]);
    let answer = ask(
        &test,
        &manager,
        "SELECT COUNT() AS n FROM devices WHERE reported.temp >= 0",
        page(),
    )
    .await
    .unwrap();
    assert_eq!(answer.rows, [json!({"n": 6})]);
    let answer = ask(&test, &manager, "SELECT * FROM devices", page())
        .await
        .unwrap();
    assert_eq!(answer.rows.len(), 13);
    assert!(
        answer
            .rows
            .iter()
            .all(|row| row.get("authenticationType").is_none())
    );
    for text in [
        "SELECT * FROM devices WHERE authenticationType = 'sas'",
        "SELECT authenticationType FROM devices",
        "SELECT * FROM devices ORDER BY authenticationType",
    ] {
        let refused = ask(&test, &manager, text, page()).await;
        let named = |error: ServiceError| error.to_string().contains("authenticationType");
        assert!(refused.is_err_and(named), "{text}");
    }
    let filter = Condition::parse("authenticationType = 'sas'").unwrap();
    assert!(
        test.hub
            .fleet_page(&manager, &first_rows(filter.clone()))
            .is_err()
    );
    assert!(test.hub.fleet_count(&manager, &filter, "").is_err());
    assert!(test.hub.query_count(&manager, &filter).await.is_err());
    assert_eq!(test.hub.census(&manager, &filter).listed, 0);
    let permit = test.hub.permit::<SeeDevices>(&manager).unwrap();
    assert!(
        test.hub
            .fleet_export(&permit, None, &filter, "", 10)
            .is_err()
    );
    let all = Condition::all();
    let path = "authenticationType".parse().unwrap();
    assert!(test.hub.fleet_groups(&manager, &all, &path, 10).is_empty());
    let console = Access::console();
    let answer = ask(
        &test,
        &console,
        "SELECT COUNT() AS n FROM devices WHERE authenticationType = 'sas'",
        page(),
    )
    .await
    .unwrap();
    assert_eq!(answer.rows, [json!({"n": 30})]);
}

#[tokio::test]
async fn a_scope_does_not_look_at_what_devices_say() {
    let test = TestHub::open().await;
    let permit = test.hub.permit(&Access::console()).unwrap();
    let account = muster_service::people::NewAccount {
        name: "x".into(),
        display_name: String::new(),
        roles: vec![muster_core::person::RoleGrant {
            role: Role::Manager,
            scope: "NOT IS_DEFINED(reported.hidden)".into(),
        }],
        password: None,
    };
    let refused = test.hub.create_person(&permit, account).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("properties.reported.hidden")));
}
