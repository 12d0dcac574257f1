//! Signing in and out.

use crate::support::{PASSWORD, TestHub};

#[tokio::test(flavor = "multi_thread")]
async fn the_right_password_opens_a_session() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.browser();
    assert!(!browser.is_signed_in().await);
    let reply = browser
        .post(
            "/sign-in",
            &[
                ("name", " Operator "),
                ("password", PASSWORD),
                ("next", "/fleet?q=a"),
            ],
        )
        .await;
    assert_eq!((reply.status, reply.location()), (303, "/fleet?q=a"));
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("sid="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    assert!(!cookie.contains("Secure"));
    assert!(browser.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn under_tls_the_cookie_is_bound_to_the_host() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.secure_browser();
    let reply = browser.try_sign_in("operator", PASSWORD).await;
    let cookie = reply.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-sid=") && cookie.contains("Secure") && cookie.contains("Path=/"),
        "{cookie}"
    );
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert!(browser.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_names_and_wrong_passwords_get_the_same_answer() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.browser();
    for name in ["operator", "nobody", "", "käse", &"x".repeat(3000)] {
        let reply = browser
            .post(
                "/sign-in",
                &[("name", name), ("password", "wrong"), ("next", "/fleet")],
            )
            .await;
        assert_eq!(
            (reply.status, reply.location()),
            (303, "/sign-in?problem=wrong&next=%2Ffleet"),
            "{name}"
        );
        assert!(reply.header("set-cookie").is_empty());
    }
    assert!(!browser.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_even_for_the_right_password() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.browser();
    for _ in 0..10 {
        assert!(
            browser
                .try_sign_in("manager", "wrong")
                .await
                .location()
                .contains("wrong")
        );
    }
    assert!(
        browser
            .try_sign_in("manager", PASSWORD)
            .await
            .location()
            .contains("slow_down")
    );
    assert!(!browser.is_signed_in().await);
    browser.sign_in("operator", PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_only_within_the_dashboard() {
    let hub = TestHub::peopled().await;
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/sign-out",
    ] {
        let reply = hub
            .browser()
            .post(
                "/sign-in",
                &[("name", "operator"), ("password", PASSWORD), ("next", next)],
            )
            .await;
        assert_eq!((reply.status, reply.location()), (303, "/"), "{next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lead_to_signing_in_and_back() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.browser();
    let reply = browser.get("/fleet?q=a%20b").await;
    assert_eq!(
        (reply.status, reply.location()),
        (303, "/sign-in?next=%2Ffleet%3Fq%3Da%2520b")
    );
    let reply = browser.get("/").await;
    assert_eq!((reply.status, reply.location()), (303, "/sign-in"));
    let page = browser.get("/sign-in?next=%2Ffleet").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<form"), "a form without script");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_password_was_made_must_choose_its_own() {
    let hub = TestHub::peopled().await;
    let person = hub
        .account("new", muster_core::policy::Role::Operator, "")
        .await;
    let permit = hub
        .hub()
        .permit(&muster_service::Access::console())
        .unwrap();
    let password = hub.hub().reset_password(&permit, person.id).await.unwrap();
    let mut browser = hub.browser();
    let reply = browser
        .post(
            "/sign-in",
            &[("name", "new"), ("password", &password), ("next", "/fleet")],
        )
        .await;
    assert_eq!((reply.status, reply.location()), (303, "/account"));
}
