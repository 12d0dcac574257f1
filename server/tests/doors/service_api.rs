//! The service API and the dashboard share listeners and addresses. Its own package tests what it answers.

use muster_core::access::PolicyName;
use muster_core::key::SharedKey;
use muster_core::sas::SasToken;
use muster_service::Access;
use serde_json::Value;

use crate::support::{Request, TestHub};

async fn token(hub: &TestHub) -> String {
    let permit = hub.hub().permit(&Access::console()).unwrap();
    let text = hub
        .hub()
        .policy_connection_string(permit, PolicyName::Owner)
        .await
        .unwrap();
    let key = SharedKey::new(text.split_once("SharedAccessKey=").unwrap().1).unwrap();
    let end = hub.hub().now().plus_ms(600_000);
    SasToken::sign("localhost", &key, end, Some("iothubowner"))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_is_a_page_and_a_resource() {
    let hub = TestHub::peopled().await;
    let token = token(&hub).await;
    let mut plain = hub.signed_in("operator").await;
    let page = plain.get("/devices/near").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    for mut client in [plain, hub.secure_browser()] {
        let asked =
            Request::get("/devices/near?api-version=2021-04-12").header("authorization", &token);
        let resource = client.send(asked).await;
        assert_eq!(resource.status, 200, "{}", resource.text());
        let json: Value = serde_json::from_slice(&resource.body).unwrap();
        assert_eq!(json["deviceId"], "near");
        assert_eq!(resource.header("set-cookie"), "");
        assert_eq!(resource.header("cache-control"), "no-store");
        assert_eq!(resource.header("x-content-type-options"), "nosniff");
        let reference = resource.header("x-request-id");
        assert_eq!(reference.len(), 8);
        assert_eq!(resource.header("x-ms-request-id"), reference);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_does_not_open_the_service_api() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.signed_in("admin").await;
    let reply = browser.get("/devices/near?api-version=2021-04-12").await;
    assert_eq!(reply.status, 401);
    assert_eq!(reply.header("iothub-errorcode"), "IotHubUnauthorizedAccess");
    let json: Value = serde_json::from_slice(&reply.body).unwrap();
    let tracking = json["ExceptionMessage"].as_str().unwrap();
    assert!(
        tracking.contains(reply.header("x-request-id")),
        "{tracking}"
    );
    // And a token does not open the dashboard.
    let token = token(&hub).await;
    let asked = Request::get("/fleet").header("authorization", &token);
    assert_eq!(hub.browser().send(asked).await.status, 404);
}
