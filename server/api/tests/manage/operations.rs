//! Bulk operations for scripts.

use serde_json::{Value, json};

use crate::support::TestHub;

fn plan(more: &Value) -> Value {
    let mut plan = json!({
        "title": "ring 2",
        "task": {"kind": "updateTwin", "tags": {"ring": 2}},
        "target": {"kind": "query", "text": ""},
    });
    for (name, value) in more.as_object().unwrap() {
        plan[name] = value.clone();
    }
    plan
}

/// The operation once it is over.
async fn ended(test: &TestHub, token: &str, id: &Value) -> Value {
    loop {
        let found = test.get(token, &format!("/operations/{id}")).await;
        assert_eq!(found.status, 200, "{}", found.body);
        let state = found.body["state"].as_str().unwrap();
        if !["scheduled", "running"].contains(&state) {
            return found.body;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_plan_is_previewed_handed_in_and_followed() {
    let test = TestHub::open().await;
    let token = test.token("operator").await;
    let preview = test
        .send("POST", &token, "/operations/preview", plan(&json!({})))
        .await;
    assert_eq!(preview.status, 200, "{}", preview.body);
    assert_eq!(preview.body["targets"], 2);
    let none = test.get(&token, "/operations").await;
    assert_eq!(none.body["items"], json!([]), "a preview does nothing");

    let key = [("idempotency-key", "k1")];
    let body = plan(&json!({"jobId": "job-1"}));
    let hand_in = || test.ask("POST", &token, "/operations", &key, Some(body.clone()));
    let made = hand_in().await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["operation"].clone();
    assert_eq!(made.header("location"), format!("/api/v1/operations/{id}"));
    let again = hand_in().await;
    assert_eq!((again.status, &again.body["operation"]), (201, &id));
    assert_eq!(again.header("idempotent-replayed"), "true");
    let taken = test.send("POST", &token, "/operations", body.clone()).await;
    assert_eq!(taken.status, 409, "{}", taken.body);

    let done = ended(&test, &token, &id).await;
    assert_eq!(done["state"], "completed");
    assert_eq!(done["counts"]["succeeded"], 2);
    assert_eq!(done["waves"][0]["counts"]["total"], 2);
    assert_eq!(done["createdBy"]["name"], "operator");
    let targets = test
        .get(
            &token,
            &format!("/operations/{id}/targets?state=succeeded&limit=1"),
        )
        .await;
    assert_eq!(targets.body["items"].as_array().unwrap().len(), 1);
    assert!(targets.body["next"].is_string());
    let lines = test
        .get(&token, &format!("/operations/{id}/targets/export"))
        .await;
    assert_eq!(lines.header("content-type"), "application/jsonl");
    assert_eq!(lines.text.lines().count(), 2);
    let csv = test
        .get(
            &token,
            &format!("/operations/{id}/targets/export?format=csv&text=near"),
        )
        .await;
    let mut rows = csv.text.lines();
    assert!(rows.next().unwrap().starts_with("deviceId,wave,state"));
    assert!(rows.next().unwrap().starts_with("near,0,succeeded,"));
    assert_eq!(rows.next(), None);
    let of_device = test.get(&token, "/devices/near/operations").await;
    assert_eq!(of_device.body["items"][0]["operation"]["operation"], id);
    assert_eq!(of_device.body["items"][0]["target"]["state"], "succeeded");
    let steered = test
        .send(
            "POST",
            &token,
            &format!("/operations/{id}/steer"),
            json!({"verb": "pause"}),
        )
        .await;
    assert_eq!(steered.status, 422, "{}", steered.body);
    let post = async |what: &str, body: Value| {
        let path = format!("/operations/{id}/{what}");
        test.send("POST", &token, &path, body).await
    };
    let none = post("retry", json!({ "devices": ["near"] })).await;
    assert_eq!(none.status, 422, "nothing has failed: {}", none.body);
    let both = post("retry", json!({ "devices": ["near"], "wave": 0 })).await;
    assert_eq!(both.status, 400, "{}", both.body);
    let silent = post("steer", json!({ "verb": "roll_back" })).await;
    assert_eq!(silent.status, 422, "{}", silent.body);
    let back = json!({ "verb": "roll_back", "reason": "wrong value" });
    let back = post("steer", back).await;
    assert_eq!(
        (back.status, &back.body["backOf"]),
        (200, &id),
        "{}",
        back.body
    );
}

#[tokio::test]
async fn steering_and_lists() {
    let test = TestHub::open().await;
    let token = test.token("operator").await;
    let later = json!({"how": {"startsAt": "2030-01-01T00:00:00Z"}});
    let made = test.send("POST", &token, "/operations", plan(&later)).await;
    assert_eq!(made.body["state"], "scheduled", "{}", made.body);
    let id = made.body["operation"].clone();
    let steer = json!({"verb": "cancel", "reason": "not wanted"});
    let off = test
        .send("POST", &token, &format!("/operations/{id}/steer"), steer)
        .await;
    assert_eq!((off.status, &off.body["state"]), (200, &json!("cancelled")));
    let check = async |query: &str, want: usize| {
        let found = test.get(&token, &format!("/operations?{query}")).await;
        assert_eq!(found.status, 200, "{}", found.body);
        assert_eq!(
            found.body["items"].as_array().unwrap().len(),
            want,
            "{query}"
        );
    };
    check("state=cancelled", 1).await;
    check("state=running", 0).await;
    check("kind=update_twin&text=RING&mine=true", 1).await;
    check("kind=delete", 0).await;

    let bad = async |body: Value, status: u16| {
        let reply = test.send("POST", &token, "/operations", body).await;
        assert_eq!(reply.status, status, "{}", reply.body);
    };
    bad(plan(&json!({"how": {"strartsAt": null}})), 400).await;
    bad(plan(&json!({"jobId": "a b"})), 400).await;
    bad(plan(&json!({"title": ""})), 422).await;
    bad(
        plan(&json!({"target": {"kind": "query", "text": "tags."}})),
        422,
    )
    .await;
    bad(plan(&json!({"task": {"kind": "updateTwin"}})), 422).await;
    bad(plan(&json!({"how": {"attempts": 0}})), 422).await;
}

#[tokio::test]
async fn drafts_are_one_s_own() {
    let test = TestHub::open().await;
    let (token, other) = (test.token("operator").await, test.token("supervisor").await);
    let made = test
        .send(
            "POST",
            &token,
            "/operations/drafts",
            json!({"title": "half"}),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/operations/drafts/{}", made.body["draft"]);
    let kept = test
        .send("PUT", &token, &path, json!({"title": "whole"}))
        .await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    let list = test.get(&token, "/operations/drafts").await;
    assert_eq!(list.body["items"][0]["body"], json!({"title": "whole"}));
    assert_eq!(
        test.get(&other, "/operations/drafts").await.body["items"],
        json!([])
    );
    assert_eq!(test.send("PUT", &other, &path, json!({})).await.status, 404);
    assert_eq!(
        test.ask("DELETE", &other, &path, &[], None).await.status,
        404
    );
    assert_eq!(
        test.ask("DELETE", &token, &path, &[], None).await.status,
        204
    );
}

/// A person of the north sees the northern part of an operation, in numbers and rows.
#[tokio::test]
async fn numbers_are_of_what_one_sees() {
    let test = TestHub::open().await;
    let (token, north) = (test.token("operator").await, test.token("northerner").await);
    let made = test
        .send("POST", &token, "/operations", plan(&json!({})))
        .await;
    let id = made.body["operation"].clone();
    ended(&test, &token, &id).await;
    let seen = ended(&test, &north, &id).await;
    assert_eq!(seen["counts"]["total"], 1);
    let lines = test
        .get(&north, &format!("/operations/{id}/targets/export"))
        .await;
    assert!(lines.text.contains("near") && !lines.text.contains("far"));
}
