//! Changing one's own password.

use crate::support::{PASSWORD, TestHub};

const NEW: &str = "another battery staple";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions_and_keeps_this_one() {
    let hub = TestHub::peopled().await;
    let (mut here, mut there) = (
        hub.signed_in("operator").await,
        hub.signed_in("operator").await,
    );
    let before = here.clone();
    let reply = here
        .post(
            "/account/password",
            &[("current", PASSWORD), ("new", NEW), ("repeat", NEW)],
        )
        .await;
    assert_eq!(
        (reply.status, reply.location()),
        (303, "/account?done=password")
    );
    assert!(here.is_signed_in().await);
    assert_ne!(here.cookies["sid"], before.cookies["sid"]);
    assert!(!before.clone().is_signed_in().await);
    assert!(!there.is_signed_in().await);
    assert!(
        hub.browser()
            .try_sign_in("operator", PASSWORD)
            .await
            .location()
            .contains("wrong")
    );
    hub.browser().sign_in("operator", NEW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_is_named_and_changes_nothing() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.signed_in("operator").await;
    let long = "x".repeat(257);
    for (current, new, repeat, problem) in [
        ("wrong wrong wrong", NEW, NEW, "wrong"),
        (PASSWORD, NEW, "something else", "mismatch"),
        (PASSWORD, "short", "short", "too_short"),
        (PASSWORD, &long, &long, "too_long"),
        (PASSWORD, PASSWORD, PASSWORD, "same"),
    ] {
        let reply = browser
            .post(
                "/account/password",
                &[("current", current), ("new", new), ("repeat", repeat)],
            )
            .await;
        assert_eq!(
            (reply.status, reply.location()),
            (303, format!("/account?problem={problem}").as_str())
        );
    }
    hub.browser().sign_in("operator", PASSWORD).await;
}
