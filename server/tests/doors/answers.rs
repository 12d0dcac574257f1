//! What every answer carries: headers, policy, caching, bounds, references.

use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use muster_server::middleware::{capacity, panics, request_id};
use muster_server::site::Site;
use muster_server::state::AppState;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::support::{Request, TestHub};

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_security_headers() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.browser();
    for path in [
        "/sign-in",
        "/nowhere",
        "/favicon.svg",
        "/pkg/abc/muster.js",
        "/pkg/none.js",
        "/fleet",
    ] {
        let reply = browser.get(path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(
            reply.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert!(
            reply.header("permissions-policy").contains("camera=()"),
            "{path}"
        );
        assert!(
            reply
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(reply.header("x-request-id").len(), 8, "{path}");
        assert_eq!(
            reply.header("strict-transport-security"),
            "",
            "{path}: not without TLS"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inline_scripts_carry_the_nonce_of_their_page_and_nothing_is_styled_inline() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.signed_in("operator").await;
    let mut nonces = Vec::new();
    for path in ["/sign-in", "/account", "/gallery", "/nowhere"] {
        let reply = browser.get(path).await;
        let policy = reply.header("content-security-policy").to_owned();
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .and_then(|rest| rest.split('\'').next())
            .unwrap()
            .to_owned();
        assert!(
            policy.contains("style-src 'self';") && !policy.contains("unsafe-inline"),
            "{policy}"
        );
        let html = reply.text();
        for script in html.split("<script").skip(1) {
            let (tag, content) = script.split_once('>').unwrap();
            let inline = !tag.contains("src=") && !content.starts_with("</script>");
            assert!(
                !inline || tag.contains(&nonce),
                "{path}: a script without the nonce: {tag}"
            );
        }
        assert!(
            !html.contains(" style=\"") && !html.contains("<style"),
            "{path} is styled inline"
        );
        assert!(!nonces.contains(&nonce), "a nonce is used once");
        nonces.push(nonce);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_site_are_cached_by_their_kind() {
    let hub = TestHub::empty().await;
    let mut browser = hub.browser();
    let script = browser
        .send(Request::get("/pkg/abc/muster.js").header("accept-encoding", "gzip, br"))
        .await;
    assert_eq!(
        script.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(
        (script.header("content-encoding"), script.text().as_str()),
        ("br", "script after brotli")
    );
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(script.header("vary"), "accept-encoding");
    let plain = browser.get("/pkg/abc/muster.js").await;
    assert_eq!(
        (plain.header("content-encoding"), plain.text().as_str()),
        ("", "script")
    );

    let icon = browser.get("/favicon.svg").await;
    assert_eq!(
        (icon.status, icon.header("cache-control")),
        (200, "no-cache")
    );
    let again = browser
        .send(Request::get("/favicon.svg").header("if-none-match", icon.header("etag")))
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    for path in [
        "/pkg/abc/none.js",
        "/pkg/old/muster.js",
        "/site.json",
        "/pkg/abc/../../site.json",
        "/pkg/abc/%2e%2e/site.json",
    ] {
        assert_eq!(browser.send(Request::get(path)).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_signed_in_people_are_not_stored_and_are_compressed() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.signed_in("operator").await;
    let page = browser
        .send(
            Request::get("/account")
                .header("accept", "text/html")
                .header("accept-encoding", "br"),
        )
        .await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (200, "no-store")
    );
    assert_eq!(page.header("content-encoding"), "br");
    assert!(page.header("content-type").starts_with("text/html"));
    assert_eq!(
        hub.browser().get("/sign-in").await.header("cache-control"),
        "no-cache"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_a_page_for_people_and_a_line_for_programs() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.browser();
    let page = browser.get("/nowhere").await;
    assert_eq!(page.status, 404);
    assert!(page.text().contains("<html"), "{}", page.text());
    let line = browser.send(Request::get("/nowhere")).await;
    assert_eq!((line.status, line.text().contains("<html")), (404, false));
    let call = browser.call("/rpc/no/such", &[]).await;
    assert_eq!(call.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_and_heads_are_bounded() {
    let hub = TestHub::empty().await;
    let browser = hub.browser();
    for (path, length) in [("/sign-in", 70_000), ("/rpc/session/set_home", 1_100_000)] {
        let request = Request::new("POST", path)
            .header("sec-fetch-site", "same-origin")
            .form(&[("name", &"x".repeat(length))]);
        // Refused by its announced length, before the body is sent.
        let mut connection = browser.connect().await;
        connection.send_head(&request).await.unwrap();
        assert_eq!(connection.reply().await.unwrap().status, 413, "{path}");
    }
    let head = Request::get("/sign-in").header("x-long", &"x".repeat(100_000));
    let status = browser
        .connect()
        .await
        .ask(head)
        .await
        .map_or(0, |reply| reply.status);
    assert!(matches!(status, 0 | 431), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_the_policy_are_taken() {
    let hub = TestHub::empty().await;
    let report = r#"{"csp-report":{"violated-directive":"style-src","blocked-uri":"inline","document-uri":"http://x/fleet?q=secret"}}"#;
    let request = Request::new("POST", "/csp-report").header("sec-fetch-site", "same-origin");
    let reply = hub
        .browser()
        .send(request.body("application/csp-report", report))
        .await;
    assert_eq!(reply.status, 204);
    let metrics = hub.ask_admin("/metrics").await.text();
    assert!(metrics.contains("muster_csp_reports_total"), "{metrics}");
}

fn state(hub: &TestHub) -> AppState {
    let site = Site::load(Some(&hub.data_dir().parent().unwrap().join("site"))).unwrap();
    AppState::new(hub.hub().clone(), site, CancellationToken::new())
}

async fn ask(router: Router, path: &str) -> (u16, String, String) {
    let request = axum::http::Request::get(path)
        .header("accept", "text/html")
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let reference = response
        .headers()
        .get("x-request-id")
        .map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 100_000)
        .await
        .unwrap();
    (
        status,
        reference.unwrap_or_default(),
        String::from_utf8_lossy(&body).into_owned(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_an_answer_with_the_reference_of_the_request() {
    async fn fails() -> &'static str {
        panic!("device 4711 has the key abc")
    }
    let hub = TestHub::empty().await;
    let state = state(&hub);
    let router = Router::new()
        .route("/page", get(fails))
        .route("/rpc/call", get(fails))
        .layer(from_fn_with_state(state.clone(), panics::layer))
        .layer(from_fn_with_state(state.clone(), request_id::layer));
    for path in ["/page", "/rpc/call", "/page?api-version=2021-04-12"] {
        let (status, reference, body) = ask(router.clone(), path).await;
        assert_eq!(status, 500);
        assert!(body.contains(&reference) && reference.len() == 8, "{body}");
        assert!(!body.contains("4711"), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_without_turns_says_when_to_come_back() {
    let hub = TestHub::empty().await;
    let state = state(&hub).with_turns(capacity::Turns::new(0, 0));
    let router = Router::new()
        .route("/page", get(|| async { "answer" }))
        .layer(from_fn_with_state(state, capacity::layer));
    let request = axum::http::Request::get("/page")
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status().as_u16(), 503);
    assert_eq!(response.headers()["retry-after"], "2");
}
