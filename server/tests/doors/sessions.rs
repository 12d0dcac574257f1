//! How sessions begin, last and end.

use muster_service::Access;
use muster_service::people::PersonEdit;

use crate::support::{PASSWORD, TestHub};

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_this_session_only() {
    let hub = TestHub::peopled().await;
    let (mut here, mut there) = (
        hub.signed_in("operator").await,
        hub.signed_in("operator").await,
    );
    let stolen = here.clone();
    let reply = here.post("/sign-out", &[]).await;
    assert_eq!((reply.status, reply.location()), (303, "/sign-in"));
    assert!(here.cookies.is_empty(), "{:?}", here.cookies);
    assert!(
        !stolen.clone().is_signed_in().await,
        "the cookie is worth nothing any more"
    );
    assert!(there.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_ends_them_all() {
    let hub = TestHub::peopled().await;
    let (mut here, mut there) = (
        hub.signed_in("operator").await,
        hub.signed_in("operator").await,
    );
    let mut other = hub.signed_in("supervisor").await;
    assert_eq!(
        here.post("/sign-out-everywhere", &[]).await.location(),
        "/sign-in"
    );
    assert!(!here.is_signed_in().await);
    assert!(!there.is_signed_in().await);
    assert!(other.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_planted_before_signing_in_is_not_used_afterwards() {
    let hub = TestHub::peopled().await;
    let mut victim = hub.signed_in("manager").await;
    let planted = victim.clone();
    victim.sign_in("operator", PASSWORD).await;
    assert_ne!(victim.cookies["sid"], planted.cookies["sid"]);
    assert!(!planted.clone().is_signed_in().await);
    assert!(victim.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_survive_a_restart() {
    let mut hub = TestHub::peopled().await;
    let signed_in = hub.signed_in("operator").await;
    hub.stop().await;
    hub.start().await;
    let mut again = hub.browser();
    again.cookies = signed_in.cookies;
    assert!(again.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_person_is_out_at_once() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.signed_in("operator").await;
    let permit = hub.hub().permit(&Access::console()).unwrap();
    let people = hub.hub().people_list(&permit).await.unwrap();
    let id = people
        .iter()
        .find(|person| person.name == "operator")
        .unwrap()
        .id;
    let edit = PersonEdit {
        active: Some(false),
        ..PersonEdit::default()
    };
    hub.hub().update_person(&permit, id, edit).await.unwrap();
    assert!(!browser.is_signed_in().await);
    let reply = browser.try_sign_in("operator", PASSWORD).await;
    assert_eq!(reply.location(), "/sign-in?problem=wrong");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_does_not_hold_what_the_cookie_holds() {
    let mut hub = TestHub::peopled().await;
    let browser = hub.signed_in("operator").await;
    hub.stop().await;
    let secret = &browser.cookies["sid"];
    let id: tower_sessions::session::Id = secret.parse().unwrap();
    for file in std::fs::read_dir(hub.data_dir())
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
    {
        let content = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        for form in [secret.clone(), id.0.to_string()] {
            assert!(
                !content.contains(&form),
                "{} holds the session",
                file.display()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_answer_signs_nobody_out() {
    let hub = TestHub::peopled().await;
    let mut browser = hub.signed_in("operator").await;
    let before = browser.cookies.clone();
    hub.hub().clone().close().await;
    let reply = browser.get("/account").await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, "2"));
    assert!(reply.text().contains("<html"), "{}", reply.text());
    assert_eq!(browser.call("/rpc/home/queue", &[]).await.status, 503);
    assert_eq!(browser.cookies, before, "the session is kept");
    let ready = hub.ask_admin("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.text().contains("\"ready\":false"), "{}", ready.text());
    assert_eq!(hub.ask_admin("/livez").await.status, 200);
}
