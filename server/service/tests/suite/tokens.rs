//! API tokens: what they open, and when they stop.

use muster_core::event::{Actor, EventKind};
use muster_core::policy::{Action, Role};
use muster_core::token::PREFIX;
use muster_query::Condition;
use muster_service::access::kinds::{EditTwin, ManagePeople, SeeAudit, SeeDevices};
use muster_service::people::{NewApiToken, PersonEdit};
use muster_service::{Access, ServiceError};
use serde_json::json;

use crate::support::{TestHub, first_rows};

const DAY: i64 = 86_400;

fn new(actions: &[Action], scope: &str) -> NewApiToken {
    NewApiToken {
        name: "ci".into(),
        actions: actions.to_vec(),
        scope: scope.into(),
        days: None,
    }
}

async fn opens(test: &TestHub, secret: &str) -> Option<Access> {
    test.hub.access_of_token(secret).await.unwrap()
}

#[tokio::test]
async fn a_token_does_what_it_was_made_for() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let north = test
        .device("n", json!({"region": "north", "site": "b7"}))
        .await;
    let elsewhere = test.device("m", json!({"region": "north"})).await;
    let south = test
        .device("s", json!({"region": "south", "site": "b7"}))
        .await;
    let (_, ann) = test
        .person("ann", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    let asked = new(&[Action::SeeDevices], "tags.site = 'b7'");
    let (made, secret) = hub.create_token(&ann, asked).await.unwrap();
    assert!(secret.starts_with(PREFIX));
    assert_eq!(made.expires_at, hub.now().plus_ms(90 * DAY * 1000));
    let access = opens(&test, &secret).await.unwrap();
    assert_eq!(access.token(), Some("ci"));
    let seen = hub
        .fleet_page(&access, &first_rows(Condition::all()))
        .unwrap();
    let seen: Vec<_> = seen.rows.iter().map(|row| row.entry.id.clone()).collect();
    assert_eq!(seen, std::slice::from_ref(&north));
    for hidden in [&elsewhere, &south] {
        let refused = hub.permit_device::<SeeDevices>(&access, hidden);
        assert!(matches!(refused, Err(ServiceError::NotFound)), "{hidden}");
    }
    // The person may, the token may not.
    assert!(hub.permit_device::<EditTwin>(&ann, &north).is_ok());
    let refused = hub.permit_device::<EditTwin>(&access, &north);
    assert!(matches!(
        refused,
        Err(ServiceError::Forbidden(Action::EditTwin))
    ));
}

#[tokio::test]
async fn a_token_never_has_more_than_its_person() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let (person, ann) = test.person("ann", &[(Role::Supervisor, "")]).await;
    let asked = new(&[Action::ManagePeople], "");
    let refused = hub.create_token(&ann, asked).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Forbidden(Action::ManagePeople))
    ));
    let asked = new(&[Action::SeeAudit, Action::SeeDevices], "");
    let (_, secret) = hub.create_token(&ann, asked).await.unwrap();
    let before = opens(&test, &secret).await.unwrap();
    assert!(hub.permit::<SeeAudit>(&before).is_ok());
    // The person loses a right: so does the token, with the next request.
    let permit = hub.permit::<ManagePeople>(&Access::console()).unwrap();
    let edit = PersonEdit {
        roles: Some(vec![muster_core::person::RoleGrant {
            role: Role::Operator,
            scope: String::new(),
        }]),
        ..PersonEdit::default()
    };
    hub.update_person(&permit, person.id, edit).await.unwrap();
    let after = opens(&test, &secret).await.unwrap();
    assert!(hub.permit::<SeeAudit>(&after).is_err());
    assert!(hub.permit::<SeeDevices>(&after).is_ok());
    // And a token makes no tokens.
    let refused = hub
        .create_token(&after, new(&[Action::SeeDevices], ""))
        .await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
}

#[tokio::test]
async fn tokens_end() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let permit = hub.permit::<ManagePeople>(&Access::console()).unwrap();
    let (person, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    let (other, bob) = test.person("bob", &[(Role::Operator, "")]).await;
    let make = async |name: &str| {
        let asked = NewApiToken {
            name: name.into(),
            ..new(&[Action::SeeDevices], "")
        };
        hub.create_token(&ann, asked).await.unwrap()
    };
    let (own, secret) = make("revoked by its owner").await;
    assert!(opens(&test, &secret).await.is_some());
    let foreign = hub.revoke_own_token(&bob, own.id).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
    assert!(opens(&test, &secret).await.is_some());
    hub.revoke_own_token(&ann, own.id).await.unwrap();
    assert!(opens(&test, &secret).await.is_none());

    let (token, secret) = make("revoked by an administrator").await;
    let listed = hub.tokens_of(&permit, person.id).await.unwrap();
    assert_eq!(listed.len(), 2);
    hub.revoke_token_of(&permit, person.id, token.id)
        .await
        .unwrap();
    assert!(opens(&test, &secret).await.is_none());

    let (_, secret) = make("runs out").await;
    test.pass(90 * DAY - 1);
    assert!(opens(&test, &secret).await.is_some());
    test.pass(1);
    assert!(opens(&test, &secret).await.is_none());

    let (_, secret) = make("waits for a password").await;
    hub.reset_password(&permit, person.id).await.unwrap();
    assert!(opens(&test, &secret).await.is_none());
    let asked = new(&[Action::SeeDevices], "");
    let (_, secret) = hub.create_token(&bob, asked).await.unwrap();
    assert!(opens(&test, &secret).await.is_some());
    for active in [false, true] {
        let edit = PersonEdit {
            active: Some(active),
            ..PersonEdit::default()
        };
        hub.update_person(&permit, other.id, edit).await.unwrap();
        assert!(opens(&test, &secret).await.is_none(), "{active}");
    }
}

#[tokio::test]
async fn what_is_no_token_opens_nothing() {
    let test = TestHub::open().await;
    let (_, ann) = test.person("ann", &[(Role::Admin, "")]).await;
    let (_, secret) = test
        .hub
        .create_token(&ann, new(Action::ALL, ""))
        .await
        .unwrap();
    for wrong in [
        "",
        PREFIX,
        &secret[PREFIX.len()..],
        &secret[..secret.len() - 1],
        &format!("{secret} "),
    ] {
        assert!(opens(&test, wrong).await.is_none(), "{wrong}");
    }
    assert!(opens(&test, &secret).await.is_some());
    for (name, days) in [("", None), ("long", Some(0)), ("long", Some(366))] {
        let asked = NewApiToken {
            name: name.into(),
            days,
            ..new(&[Action::SeeDevices], "")
        };
        let refused = test.hub.create_token(&ann, asked).await;
        assert!(matches!(refused, Err(ServiceError::Invalid(_))), "{name}");
    }
    for asked in [new(&[], ""), new(&[Action::SeeDevices], "tags.site =")] {
        let refused = test
            .hub
            .create_token(
                &ann,
                NewApiToken {
                    name: "x".into(),
                    ..asked
                },
            )
            .await;
        assert!(matches!(refused, Err(ServiceError::Invalid(_))));
    }
    let same = test.hub.create_token(&ann, new(Action::ALL, "")).await;
    assert!(matches!(same, Err(ServiceError::AlreadyExists)));
}

#[tokio::test]
async fn use_is_noted_and_the_trail_names_the_token() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let (_, ann) = test.person("ann", &[(Role::Admin, "")]).await;
    let asked = new(&[Action::SeeDevices, Action::SeeAudit], "");
    let (_, secret) = hub.create_token(&ann, asked).await.unwrap();
    let last_used = async || hub.own_tokens(&ann).await.unwrap()[0].last_used_at;
    assert_eq!(last_used().await, None);
    let first = hub.now();
    let access = opens(&test, &secret).await.unwrap();
    assert_eq!(last_used().await, Some(first));
    test.pass(59);
    opens(&test, &secret).await.unwrap();
    assert_eq!(last_used().await, Some(first));
    test.pass(1);
    opens(&test, &secret).await.unwrap();
    assert_eq!(last_used().await, Some(hub.now()));

    let permit = hub.permit::<SeeDevices>(&access).unwrap();
    hub.record_export(&permit, "").await.unwrap();
    let permit = hub.permit::<SeeAudit>(&access).unwrap();
    let trail = hub.audit(&permit, None, 10).await.unwrap().rows;
    assert_eq!(trail[0].kind, EventKind::Exported);
    let Actor::Person { name, token, .. } = &trail[0].actor else {
        panic!("{:?}", trail[0].actor)
    };
    assert_eq!((name.as_str(), token.as_deref()), ("ann", Some("ci")));
    assert_eq!(trail[1].kind, EventKind::TokenCreated);
    assert_eq!(trail[1].detail["token"], "ci");
    assert!(!trail[1].detail.to_string().contains(&secret));
}
