//! Alerts and their rules through their routes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::TestHub;

fn rule(condition: &str) -> Value {
    json!({ "name": "Near", "severity": "critical", "condition": condition })
}

/// Reads the alerts until there are some; a rule finds them a moment after it was made.
async fn alerts(test: &TestHub, token: &str) -> Value {
    let asked = async {
        loop {
            let found = test.get(token, "/alerts").await.body;
            if found["items"][0].is_object() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_alert_lives_through_its_routes() {
    let test = TestHub::open().await;
    let token = test.token("supervisor").await;
    let preview = rule("deviceId = 'near'");
    let preview = test
        .send("POST", &token, "/alert-rules/preview", preview)
        .await;
    assert_eq!(preview.body["matching"], 1, "{}", preview.body);
    assert_eq!(preview.body["sample"], json!(["near"]));
    let wrong = rule("lastActivityTime > '2026'");
    let wrong = test.send("POST", &token, "/alert-rules", wrong).await;
    assert_eq!(wrong.status, 422);
    let made = rule("deviceId = 'near'");
    let made = test.send("POST", &token, "/alert-rules", made).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.body["muteMaintenance"], true);
    let place = made.header("location").strip_prefix("/api/v1").unwrap();
    assert_eq!(test.get(&token, place).await.body, made.body);
    let again = rule("deviceId = 'far'");
    let again = test.send("POST", &token, "/alert-rules", again).await;
    assert_eq!(again.status, 409);

    let found = alerts(&test, &token).await;
    let alert = &found["items"][0];
    assert_eq!(
        (&alert["deviceId"], &alert["state"]),
        (&json!("near"), &json!("open"))
    );
    let of_device = test.get(&token, "/devices/near/alerts").await.body;
    assert_eq!(&of_device["items"][0], alert);
    let id = alert["id"].as_i64().unwrap();
    let act = async |path: &str, body: Value| test.send("POST", &token, path, body).await;
    let acknowledged = json!({ "ids": [id], "verb": "acknowledge" });
    let done = act("/alerts/handle", acknowledged).await;
    assert_eq!(done.body, json!({ "changed": 1 }), "{}", done.body);
    let silent = json!({ "ids": [id], "verb": "comment" });
    assert_eq!(act("/alerts/handle", silent).await.status, 422);
    let passed_on = json!({ "ids": [id], "verb": "escalate" });
    assert_eq!(act("/alerts/direct", passed_on).await.status, 200);
    let nobody = json!({ "ids": [id], "verb": "assign", "to": 999 });
    assert_eq!(act("/alerts/direct", nobody).await.status, 422);
    let shown = test.get(&token, &format!("/alerts/{id}")).await.body;
    assert_eq!(shown["alert"]["state"], "acknowledged");
    assert_eq!(shown["alert"]["trail"].as_array().map(Vec::len), Some(3));

    let resolved = json!({ "ids": [id], "verb": "resolve" });
    assert_eq!(act("/alerts/handle", resolved).await.status, 200);
    let over = test.get(&token, "/alerts?which=resolved").await.body;
    assert_eq!(over["items"][0]["id"], id);
    let gone = test.ask("DELETE", &token, place, &[], None).await;
    assert_eq!(gone.status, 204);
}
