//! The first administrator.

use crate::support::{PASSWORD, TestHub};

#[tokio::test(flavor = "multi_thread")]
async fn the_link_makes_one_administrator_once() {
    let mut hub = TestHub::empty().await;
    let token = hub.hub().take_setup_token().unwrap();
    let link = format!("/setup/{token}");
    let mut browser = hub.browser();
    assert_eq!(browser.get(&link).await.status, 200);
    assert_eq!(browser.get("/setup/guess").await.status, 404);

    let form = |name, password, repeat| {
        [
            ("name", name),
            ("display_name", "Ann"),
            ("password", password),
            ("repeat", repeat),
        ]
    };
    for (fields, problem) in [
        (form("ann", PASSWORD, "something else"), "mismatch"),
        (form("ann", "short", "short"), "too_short"),
        (form("Ann Vogt", PASSWORD, PASSWORD), "bad_name"),
    ] {
        let reply = browser.post(&link, &fields).await;
        assert_eq!(reply.location(), format!("{link}?problem={problem}"));
    }
    let refused = browser
        .post("/setup/guess", &form("eve", PASSWORD, PASSWORD))
        .await;
    assert_eq!(refused.location(), "/setup/guess?problem=used_link");

    let reply = browser.post(&link, &form("ann", PASSWORD, PASSWORD)).await;
    assert_eq!((reply.status, reply.location()), (303, "/"));
    assert!(
        browser.is_signed_in().await,
        "whoever made the account is signed in"
    );
    assert_eq!(browser.get("/people").await.status, 200);

    let again = hub
        .browser()
        .post(&link, &form("eve", PASSWORD, PASSWORD))
        .await;
    assert_eq!(again.location(), format!("{link}?problem=used_link"));
    assert_eq!(hub.browser().get(&link).await.status, 404);
    hub.stop().await;
    hub.start().await;
    assert_eq!(
        hub.hub().take_setup_token(),
        None,
        "a hub with an administrator prints no link"
    );
    hub.browser().sign_in("ann", PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_start_without_administrator_makes_a_new_link() {
    let mut hub = TestHub::empty().await;
    let first = hub.hub().take_setup_token().unwrap();
    hub.stop().await;
    hub.start().await;
    let second = hub.hub().take_setup_token().unwrap();
    assert_ne!(first, second);
    assert_eq!(
        hub.browser().get(&format!("/setup/{first}")).await.status,
        404
    );
    assert_eq!(
        hub.browser().get(&format!("/setup/{second}")).await.status,
        200
    );
}
