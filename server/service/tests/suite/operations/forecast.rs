//! When an operation would be through.

use muster_core::gate::{Gate, Sheet, SheetKind};
use muster_core::method::MethodName;
use muster_core::operation::{Forecast, Plan, Task, Wave, WaveSize};
use muster_core::time::Timestamp;
use muster_service::access::kinds::{KeepWindows, RunOperations};
use muster_service::{Access, Demand};
use serde_json::{Value, json};

use super::{desired, plan};
use crate::support::TestHub;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn forecast(test: &TestHub, plan: &Plan) -> Forecast {
    let access = Access::console();
    let permit = test.hub.permit::<RunOperations>(&access).unwrap();
    let preview = test.hub.preview_operation(&permit, plan).await.unwrap();
    preview.forecast.unwrap()
}

/// A window from two to four each night.
async fn night(test: &TestHub) -> Gate {
    let access = Access::console();
    let permit = test.hub.permit::<KeepWindows>(&access).unwrap();
    let days = json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let rule =
        json!({ "when": { "kind": "weekly", "days": days }, "start": "02:00", "minutes": 120 });
    let json: Value = json!({ "name": "Night", "rules": [rule] });
    let sheet = Sheet::from_json(SheetKind::Window, json).unwrap();
    let id = "night".parse().unwrap();
    test.hub
        .put_sheet(&permit, id, sheet, Demand::New)
        .await
        .unwrap();
    Gate::Window {
        window: "night".into(),
    }
}

#[tokio::test]
async fn zones_and_windows_decide_when_it_is_through() {
    let test = TestHub::open().await;
    for (id, zone) in [
        ("b1", "Europe/Berlin"),
        ("b2", "Europe/Berlin"),
        ("t1", "Asia/Tokyo"),
    ] {
        test.device(id, json!({ "location": { "timezone": zone } }))
            .await;
    }
    test.device("plain", json!({})).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    assert_eq!(forecast(&test, &asked).await.left, 0);
    asked.how.gates = vec![night(&test).await];
    // It is eight in the morning of 2027-01-15: two o'clock comes first in Tokyo, then in Berlin, last by UTC.
    let told = forecast(&test, &asked).await;
    assert_eq!(told.finish, Some(at("2027-01-16T02:01:00Z")));
    let done_at = |text: &str| {
        let point = told.curve.iter().rev().find(|(time, _)| *time <= at(text));
        point.map_or(0, |(_, done)| *done)
    };
    assert_eq!(done_at("2027-01-15T17:01:00Z"), 1);
    assert_eq!(done_at("2027-01-16T01:01:00Z"), 3);
    // The second wave waits for the first, and for its soak time.
    let wave = |size| Wave {
        size,
        success_percent: 100,
        soak_s: 3_600,
        manual: false,
    };
    asked.how.waves = vec![wave(WaveSize::Count { devices: 2 }), wave(WaveSize::Rest)];
    let told = forecast(&test, &asked).await;
    assert_eq!(told.waves.len(), 2);
    assert!(told.waves[1] > Some(at("2027-01-15T17:00:00Z")));
    assert_eq!(told.left, 0);
}

#[tokio::test]
async fn devices_that_do_not_come_are_left() {
    let test = TestHub::open().await;
    test.device("never", json!({})).await;
    let method = Task::InvokeMethod {
        name: MethodName::new("ping").unwrap(),
        payload: Value::Null,
        connect_timeout_s: 0,
        response_timeout_s: 30,
    };
    let told = forecast(&test, &plan(method, "")).await;
    assert_eq!((told.finish, told.done, told.left), (None, 0, 1));
}
