//! What another site makes a browser send is refused before anything happens.

use crate::support::{PASSWORD, Request, TestHub};

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_other_sites_are_refused_everywhere() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.signed_in("operator").await;
    for path in [
        "/sign-out",
        "/sign-out-everywhere",
        "/account/password",
        "/rpc/session/set_home",
    ] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let request = Request::new("POST", path)
                .header(name, value)
                .header("accept", "text/html")
                .form(&[]);
            let reply = browser.send(request).await;
            assert_eq!(reply.status, 403, "{path} {name}: {value}");
        }
        let bare = browser.send(Request::new("POST", path).form(&[])).await;
        assert_eq!(
            bare.status, 403,
            "{path}: a cookie without a word about where it comes from"
        );
    }
    assert!(browser.is_signed_in().await, "nothing happened");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_somebody_in_from_elsewhere() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.browser();
    let request = Request::new("POST", "/sign-in")
        .header("sec-fetch-site", "cross-site")
        .form(&[("name", "operator"), ("password", PASSWORD)]);
    assert_eq!(browser.send(request).await.status, 403);
    assert!(browser.cookies.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_own_origin_is_enough_for_browsers_without_fetch_metadata() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.signed_in("operator").await;
    let origin = format!("http://localhost:{}", hub.running().endpoints().http.port());
    let reply = browser
        .send(
            Request::new("POST", "/sign-out")
                .header("origin", &origin)
                .form(&[]),
        )
        .await;
    assert_eq!(reply.status, 303);
}
