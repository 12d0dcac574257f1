//! People: signing in, accounts, the first administrator.

use muster_core::policy::Role;
use muster_service::access::kinds::ManagePeople;
use muster_service::people::{NewAccount, PasswordError, PersonEdit, SignInError};
use muster_service::{Access, ServiceError, WebSession};

use crate::support::{PASSWORD, TestHub};

#[tokio::test]
async fn only_the_right_password_of_an_active_person_opens() {
    let test = TestHub::open().await;
    test.person("root", &[(Role::Admin, "")]).await;
    let (ann, _) = test.person("ann", &[(Role::Operator, "")]).await;
    let hub = &test.hub;
    assert_eq!(
        hub.sign_in(" Ann ", PASSWORD, "10.0.0.1").await.unwrap().id,
        ann.id
    );
    for (name, password) in [
        ("ann", "wrong password"),
        ("nobody", PASSWORD),
        ("", ""),
        ("ann", &"x".repeat(10_000)),
    ] {
        let refused = hub.sign_in(name, password, "10.0.0.1").await;
        assert!(matches!(refused, Err(SignInError::Wrong)), "{name}");
    }
    let permit = hub.permit::<ManagePeople>(&Access::console()).unwrap();
    let off = PersonEdit {
        active: Some(false),
        ..PersonEdit::default()
    };
    hub.update_person(&permit, ann.id, off).await.unwrap();
    assert!(matches!(
        hub.sign_in("ann", PASSWORD, "10.0.0.1").await,
        Err(SignInError::Wrong)
    ));
    assert!(hub.access_of(ann.id).await.unwrap().is_none());
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let test = TestHub::open().await;
    test.person("ann", &[(Role::Operator, "")]).await;
    for _ in 0..10 {
        let refused = test.hub.sign_in("ann", "a wrong guess", "10.0.0.1").await;
        assert!(matches!(refused, Err(SignInError::Wrong)));
    }
    let refused = test.hub.sign_in("ann", PASSWORD, "10.0.0.2").await;
    assert!(matches!(refused, Err(SignInError::SlowDown)));
    test.pass(301);
    assert!(test.hub.sign_in("ann", PASSWORD, "10.0.0.2").await.is_ok());
}

#[tokio::test]
async fn the_set_up_link_works_once() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let token = hub.take_setup_token().unwrap();
    assert!(hub.take_setup_token().is_none());
    assert!(!hub.setup_is_open("guess"));
    let short = hub.complete_setup(&token, "root", "", "short").await;
    assert!(matches!(short, Err(ServiceError::Credential(_))));
    let admin = hub
        .complete_setup(&token, "Root", "", PASSWORD)
        .await
        .unwrap();
    assert_eq!(admin.name, "root");
    let again = hub.complete_setup(&token, "other", "", PASSWORD).await;
    assert!(matches!(again, Err(ServiceError::NotFound)));
    let test = test.reopen().await;
    assert!(test.hub.take_setup_token().is_none());
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let test = TestHub::open().await;
    let (root, _) = test.person("root", &[(Role::Admin, "")]).await;
    let permit = test.hub.permit::<ManagePeople>(&Access::console()).unwrap();
    let off = || PersonEdit {
        active: Some(false),
        ..PersonEdit::default()
    };
    let refused = test.hub.update_person(&permit, root.id, off()).await;
    assert!(matches!(refused, Err(ServiceError::LastAdministrator)));
    test.person("second", &[(Role::Admin, "")]).await;
    assert!(
        test.hub
            .update_person(&permit, root.id, off())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_new_password_ends_other_sessions() {
    let test = TestHub::open().await;
    let (ann, access) = test.person("ann", &[(Role::Operator, "")]).await;
    let hub = &test.hub;
    for id in [1, 2] {
        let session = WebSession {
            id,
            person: Some(ann.id),
            data: vec![],
            expires_at: hub.now().plus_ms(1000),
        };
        hub.begin_session(session).await.unwrap();
    }
    let wrong = hub
        .change_own_password(&access, "not it at all", "a brand new one", Some(1))
        .await;
    assert!(matches!(wrong, Err(PasswordError::Wrong)));
    hub.change_own_password(&access, PASSWORD, "a brand new one", Some(1))
        .await
        .unwrap();
    assert!(hub.load_session(1).await.unwrap().is_some());
    assert!(hub.load_session(2).await.unwrap().is_none());
    assert!(hub.sign_in("ann", "a brand new one", "::1").await.is_ok());
    test.pass(2);
    assert!(test.hub.load_session(1).await.unwrap().is_none(), "expired");
}

#[tokio::test]
async fn accounts_need_a_name_a_role_and_a_readable_scope() {
    let test = TestHub::open().await;
    let permit = test.hub.permit::<ManagePeople>(&Access::console()).unwrap();
    let account = |name: &str, scope: Option<&str>| NewAccount {
        name: name.into(),
        display_name: String::new(),
        roles: scope
            .map(|scope| muster_core::person::RoleGrant {
                role: Role::Operator,
                scope: scope.into(),
            })
            .into_iter()
            .collect(),
        password: None,
    };
    let made = test
        .hub
        .create_person(&permit, account("ann", Some("")))
        .await
        .unwrap();
    assert!(made.person.must_change_password && made.password.is_some());
    for (name, scope) in [
        ("ann", Some("")),
        ("b b", Some("")),
        ("bob", None),
        ("bob", Some("tags.region =")),
    ] {
        let refused = test.hub.create_person(&permit, account(name, scope)).await;
        assert!(refused.is_err(), "{name} {scope:?}");
    }
}
