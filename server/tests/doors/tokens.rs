//! API tokens as people make them on their account page.

use serde_json::Value;

use crate::support::{Browser, Request, TestHub};

const ASKED: [(&str, &str); 4] = [
    ("name", "ci"),
    ("actions[]", "see_devices"),
    ("scope", "tags.region = 'north'"),
    ("days", "30"),
];

async fn make(browser: &mut Browser) -> Value {
    let reply = browser.call("/rpc/tokens/create", &ASKED).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    serde_json::from_slice(&reply.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_and_opens_until_it_is_revoked() {
    let hub = TestHub::peopled().await;
    let mut operator = hub.signed_in("operator").await;
    let made = make(&mut operator).await;
    let secret = made["secret"].as_str().unwrap();
    let access = hub.hub().access_of_token(secret).await.unwrap().unwrap();
    assert_eq!(access.token(), Some("ci"));
    let page = operator.get("/account").await;
    assert!(page.text().contains("API tokens"), "{}", page.text());
    assert!(!page.text().contains(secret));
    let list = operator.call("/rpc/tokens/list", &[]).await;
    assert!(!list.text().contains(secret));
    let list: Value = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(list[0]["scope"], "tags.region = 'north'");
    let id = list[0]["id"].to_string();
    let again = operator.call("/rpc/tokens/create", &ASKED).await;
    assert_eq!(again.status, 422, "a name is used once");

    let mut manager = hub.signed_in("manager").await;
    let foreign = manager.call("/rpc/tokens/revoke", &[("id", &id)]).await;
    assert_eq!(foreign.status, 404);
    let revoked = operator.call("/rpc/tokens/revoke", &[("id", &id)]).await;
    assert_eq!(revoked.status, 200);
    assert!(hub.hub().access_of_token(secret).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_the_management_rest_and_a_session_does_not() {
    let hub = TestHub::peopled().await;
    let mut operator = hub.signed_in("operator").await;
    let made = make(&mut operator).await;
    let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
    let reply = operator.send(Request::get("/api/v1/devices")).await;
    assert_eq!(reply.status, 401, "a cookie is no token");
    assert!(reply.header("www-authenticate").starts_with("Bearer"));
    for mut client in [hub.browser(), hub.secure_browser()] {
        let request = Request::get("/api/v1/devices").header("authorization", &bearer);
        let reply = client.send(request).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert!(reply.text().contains("near") && !reply.text().contains("far"));
        let request = Request::get("/api/v1/devices/far").header("authorization", &bearer);
        let refused = client.send(request).await;
        assert_eq!(refused.status, 404);
        let problem: Value = serde_json::from_slice(&refused.body).unwrap();
        assert_eq!(problem["reference"], refused.header("x-request-id"));
        let page = client.get("/api").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("/api/v1/devices/{id}/twin"));
        let json = client.send(Request::get("/api/v1/openapi.json")).await;
        let description: Value = serde_json::from_slice(&json.body).unwrap();
        assert_eq!(description["openapi"], "3.1.0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_the_next_page_shows_the_token_once() {
    let hub = TestHub::peopled().await;
    let mut operator = hub.signed_in("operator").await;
    let reply = operator.post("/rpc/tokens/create", &ASKED).await;
    assert_eq!((reply.status, reply.location()), (302, "/account"));
    assert!(operator.get("/account").await.text().contains("mst_"));
    assert!(!operator.get("/account").await.text().contains("mst_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_see_and_end_the_tokens_of_others() {
    let hub = TestHub::peopled().await;
    let mut operator = hub.signed_in("operator").await;
    let made = make(&mut operator).await;
    let secret = made["secret"].as_str().unwrap();
    let access = hub.hub().access_of_token(secret).await.unwrap().unwrap();
    let person = access.person().unwrap().id.to_string();
    let id = made["token"]["id"].to_string();
    let mut admin = hub.signed_in("admin").await;
    let page = admin.get(&format!("/people/{person}")).await.text();
    assert!(page.contains("Revoke ci…"), "{page}");
    let reply = admin
        .call("/rpc/tokens/revoke_of", &[("person", &person), ("id", &id)])
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(hub.hub().access_of_token(secret).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_temporary_password_nothing_is_streamed_and_nothing_leaves() {
    let hub = TestHub::peopled().await;
    let permit = hub
        .hub()
        .permit(&muster_service::Access::console())
        .unwrap();
    let people = hub.hub().people_list(&permit).await.unwrap();
    let id = people.iter().find(|p| p.name == "operator").unwrap().id;
    let temporary = hub.hub().reset_password(&permit, id).await.unwrap();
    let mut browser = hub.browser();
    browser.sign_in("operator", &temporary).await;
    for path in ["/live?topics=census", "/fleet/export.csv"] {
        let reply = browser.send(Request::get(path)).await;
        assert_eq!(reply.status, 403, "{path}: {}", reply.text());
    }
    assert_eq!(browser.call("/rpc/tokens/list", &[]).await.status, 403);
}
