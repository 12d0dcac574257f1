//! The stream of news.

use muster_core::ids::DeviceId;
use muster_core::twin::{Mode, ServiceWrite};
use muster_service::Access;
use serde_json::json;

use crate::support::{Browser, Connection, Request, TestHub};

const NEAR: &str = "/live?topics=rows%3Anear%7Cfar";

async fn open(browser: &Browser, path: &str) -> Connection {
    let mut connection = browser.connect().await;
    connection
        .send(&browser.with_cookies(Request::get(path)))
        .await
        .unwrap();
    let (status, headers) = connection.reply_head().await.unwrap();
    assert_eq!(status, 200);
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
    ] {
        assert!(
            headers.contains(&(name.to_owned(), value.to_owned())),
            "{headers:?}"
        );
    }
    assert!(
        !headers.iter().any(|(name, _)| name == "content-encoding"),
        "{headers:?}"
    );
    connection.read_until(": alive\n\n").await;
    connection
}

async fn retag(hub: &TestHub, id: &str) {
    let permit = hub
        .hub()
        .permit_device(&Access::console(), &DeviceId::new(id).unwrap())
        .unwrap();
    let write = ServiceWrite {
        mode: Mode::Merge,
        tags: Some(json!({ "seen": "yes" })),
        desired: None,
    };
    hub.hub().write_twin(&permit, write, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hear_of_changes_to_what_they_show() {
    let hub = TestHub::peopled().await;
    let mut stream = open(&hub.signed_in("operator").await, NEAR).await;
    retag(&hub, "near").await;
    let news = stream.read_until("\n\n").await;
    assert!(
        news.contains("event: rows\n") && news.contains("\"id\":\"near\"") && news.contains("id: "),
        "{news}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hears_of_devices_outside_their_scope() {
    let hub = TestHub::peopled().await;
    let mut stream = open(&hub.signed_in("northerner").await, NEAR).await;
    retag(&hub, "far").await;
    retag(&hub, "near").await;
    let news = stream.read_until("\"id\":\"near\"").await;
    assert!(!news.contains("\"id\":\"far\""), "{news}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_session() {
    let hub = TestHub::peopled().await;
    let mut here = hub.signed_in("operator").await;
    let there = hub.signed_in("operator").await;
    let (mut first, mut second) = (open(&here, NEAR).await, open(&there, NEAR).await);
    here.post("/sign-out", &[]).await;
    assert!(first.ends().await);
    let mut there = there;
    there.post("/sign-out-everywhere", &[]).await;
    assert!(second.ends().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_do_not_hold_up_the_end_of_the_hub() {
    let mut hub = TestHub::peopled().await;
    let mut stream = open(&hub.signed_in("operator").await, NEAR).await;
    let started = std::time::Instant::now();
    hub.stop().await;
    assert!(stream.ends().await);
    assert!(
        started.elapsed() < muster_server::listen::DRAIN_DEADLINE,
        "the drain waited for a stream"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_topic_is_refused() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.signed_in("operator").await;
    for path in [
        "/live",
        "/live?topics=",
        "/live?topics=nonsense",
        "/live?topics=device%3A%2F",
    ] {
        assert_eq!(browser.send(Request::get(path)).await.status, 400, "{path}");
    }
    assert_eq!(hub.browser().send(Request::get(NEAR)).await.status, 401);
}
