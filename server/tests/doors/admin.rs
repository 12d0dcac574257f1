//! The endpoint for operators, and what it must not be mixed with.

use crate::support::TestHub;

#[tokio::test(flavor = "multi_thread")]
async fn liveness_readiness_and_metrics() {
    let hub = TestHub::empty().await;
    assert_eq!(hub.ask_admin("/livez").await.text(), "alive\n");
    let ready = hub.ask_admin("/readyz").await;
    assert_eq!(ready.status, 200);
    assert!(ready.text().contains("\"ready\":true"), "{}", ready.text());
    hub.browser().get("/sign-in").await;
    let metrics = hub.ask_admin("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain"));
    assert!(
        metrics
            .text()
            .contains("muster_http_requests_total{route=\"/sign-in\",status=\"200\"}"),
        "{}",
        metrics.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_and_people_have_doors_of_their_own() {
    let hub = TestHub::empty().await;
    for path in ["/livez", "/readyz", "/metrics"] {
        assert_eq!(
            hub.browser().get(path).await.status,
            404,
            "{path} is not for browsers"
        );
    }
    assert_eq!(hub.ask_admin("/sign-in").await.status, 404);
}
