//! Configurations through their routes.

use serde_json::{Value, json};

use crate::support::TestHub;

fn body(id: Option<&str>, level: u8) -> Value {
    let mut body = json!({
        "content": { "deviceContent": { "properties.desired.level": level } },
        "targetCondition": "*",
        "priority": level,
        "metrics": { "all": "SELECT deviceId FROM devices" },
    });
    if let Some(id) = id {
        body["id"] = id.into();
    }
    body
}

#[tokio::test]
async fn a_configuration_lives_through_its_routes() {
    let test = TestHub::open().await;
    let token = test.token("supervisor").await;
    let ask = async |method: &str, path: &str, etag: &str, body: Option<Value>| {
        let headers = [("if-match", etag)];
        let headers = if etag.is_empty() {
            &[][..]
        } else {
            &headers[..]
        };
        test.ask(method, &token, path, headers, body).await
    };
    let preview = ask("POST", "/configurations/preview", "", Some(body(None, 1))).await;
    assert_eq!(preview.status, 200, "{}", preview.body);
    let matching = preview.body["matching"].as_u64().unwrap();
    assert!(matching > 0);
    assert_eq!(preview.body["changing"], matching);
    assert_eq!(preview.body["sample"][0]["patch"], json!({ "level": 1 }));
    let made = ask("POST", "/configurations", "", Some(body(Some("low"), 1))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.header("location"), "/api/v1/configurations/low");
    let again = ask("POST", "/configurations", "", Some(body(Some("low"), 1))).await;
    assert_eq!(again.status, 409);
    ask("POST", "/configurations", "", Some(body(Some("high"), 2))).await;
    let all = ask("GET", "/configurations", "", None).await.body;
    assert_eq!(
        (&all["items"][0]["id"], &all["items"][1]["id"]),
        (&json!("high"), &json!("low"))
    );
    assert_eq!(all["items"][0]["metricResults"]["results"]["all"], matching);
    let conflicts = ask("GET", "/configurations/conflicts", "", None).await.body;
    assert_eq!(conflicts["items"][0]["winner"], "high");
    assert_eq!(
        conflicts["items"][0]["paths"][0]["path"],
        "properties.desired.level"
    );
    let stale = ask("PUT", "/configurations/low", "\"old\"", Some(body(None, 3))).await;
    assert_eq!(stale.status, 412);
    let etag = made.header("etag").to_owned();
    let changed = ask("PUT", "/configurations/low", &etag, Some(body(None, 3))).await;
    assert_eq!(
        (changed.status, &changed.body["priority"]),
        (200, &json!(3))
    );
    assert_eq!(
        ask("DELETE", "/configurations/low", "", None).await.status,
        204
    );
    assert_eq!(
        ask("GET", "/configurations/low", "", None).await.status,
        404
    );
    let wrong = json!({ "content": { "deviceContent": { "tags.a": 1 } } });
    let refused = ask("PUT", "/configurations/high", "", Some(wrong)).await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (422, &json!("refused"))
    );
}
