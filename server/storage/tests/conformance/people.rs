//! Accounts.

use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::PersonId;
use muster_core::person::{Person, RoleGrant};
use muster_core::policy::Role;
use muster_storage::{
    InsertOutcome, NewPerson, PasswordHash, PersonChange, Refusal, Store, WebSession, WriteOutcome,
};

use super::place::{Place, T0, ann, at, event};

fn grant(role: Role, scope: &str) -> RoleGrant {
    RoleGrant {
        role,
        scope: scope.to_owned(),
    }
}

fn updated() -> NewEvent {
    event(EventKind::PersonUpdated, None, ann())
}

async fn add(store: &Store, name: &str, roles: &[RoleGrant]) -> InsertOutcome<Person> {
    let new = NewPerson {
        name: name.into(),
        display_name: format!("{name} – display"),
        password_hash: PasswordHash(format!("$argon2id${name}")),
        roles: roles.to_vec(),
        must_change_password: true,
    };
    store
        .insert_person(new, event(EventKind::PersonCreated, None, ann()))
        .await
        .unwrap()
}

async fn change(store: &Store, id: i64, change: PersonChange) -> WriteOutcome<Person> {
    store
        .update_person(PersonId(id), change, updated())
        .await
        .unwrap()
}

pub(crate) async fn accounts_come_back(place: &Place) {
    let store = place.open().await;
    assert!(!store.has_admin().await.unwrap());
    let roles = [
        grant(Role::Operator, "tags.site = 'b7'"),
        grant(Role::Manager, ""),
    ];
    let InsertOutcome::Inserted(zoe) = add(&store, "zoe", &roles).await else {
        panic!()
    };
    let want = Person {
        id: PersonId(1),
        name: "zoe".into(),
        display_name: "zoe – display".into(),
        roles: roles.to_vec(),
        active: true,
        must_change_password: true,
        created_at: T0,
        last_sign_in_at: None,
        home_view: None,
    };
    assert_eq!(zoe, want);
    assert!(!store.has_admin().await.unwrap());
    add(&store, "eve", &[grant(Role::Admin, "")]).await;
    assert!(store.has_admin().await.unwrap());
    assert_eq!(
        store.find_person(PersonId(1)).await.unwrap(),
        Some(want.clone())
    );
    assert_eq!(store.find_person(PersonId(9)).await.unwrap(), None);
    let hash = PasswordHash("$argon2id$zoe".into());
    assert_eq!(
        store.find_person_by_name("zoe").await.unwrap(),
        Some((want, hash))
    );
    assert_eq!(store.find_person_by_name("nobody").await.unwrap(), None);
    let names: Vec<_> = store
        .people()
        .await
        .unwrap()
        .into_iter()
        .map(|p| (p.name, p.roles.len()))
        .collect();
    assert_eq!(names, [("eve".to_owned(), 1), ("zoe".to_owned(), 2)]);

    let new = PersonChange {
        display_name: Some("Zoë".into()),
        roles: Some(vec![grant(Role::Supervisor, "")]),
        password_hash: Some(PasswordHash("$argon2id$new".into())),
        must_change_password: Some(false),
        last_sign_in_at: Some(at(4)),
        active: None,
    };
    let WriteOutcome::Done(zoe) = change(&store, 1, new).await else {
        panic!()
    };
    assert_eq!((zoe.display_name.as_str(), zoe.roles.len()), ("Zoë", 1));
    assert_eq!(
        (zoe.must_change_password, zoe.last_sign_in_at),
        (false, Some(at(4)))
    );
    let (found, hash) = store.find_person_by_name("zoe").await.unwrap().unwrap();
    assert_eq!((found, hash.0.as_str()), (zoe, "$argon2id$new"));
    assert_eq!(
        change(&store, 9, PersonChange::default()).await,
        WriteOutcome::NotFound
    );
    store.close().await;
}

pub(crate) async fn names_are_unique_too(place: &Place) {
    let store = place.open().await;
    add(&store, "zoe", &[]).await;
    assert_eq!(
        add(&store, "zoe", &[grant(Role::Admin, "")]).await,
        InsertOutcome::AlreadyExists
    );
    assert!(!store.has_admin().await.unwrap());
    store.close().await;
}

pub(crate) async fn the_last_admin_stays(place: &Place) {
    let store = place.open().await;
    add(
        &store,
        "eve",
        &[grant(Role::Admin, ""), grant(Role::Operator, "")],
    )
    .await;
    let deactivate = || PersonChange {
        active: Some(false),
        ..PersonChange::default()
    };
    let demote = || PersonChange {
        roles: Some(vec![grant(Role::Operator, "")]),
        ..PersonChange::default()
    };
    for forbidden in [deactivate(), demote()] {
        let before = store.newest_event().await.unwrap();
        let refused = change(&store, 1, forbidden).await;
        assert_eq!(refused, WriteOutcome::Refused(Refusal::LastAdmin));
        assert_eq!(store.newest_event().await.unwrap(), before);
    }
    add(&store, "sam", &[grant(Role::Admin, "")]).await;
    assert!(matches!(
        change(&store, 1, demote()).await,
        WriteOutcome::Done(_)
    ));
    assert_eq!(
        change(&store, 2, deactivate()).await,
        WriteOutcome::Refused(Refusal::LastAdmin)
    );
    // Somebody who is no administrator can always go.
    assert!(matches!(
        change(&store, 1, deactivate()).await,
        WriteOutcome::Done(_)
    ));
    // An inactive administrator does not count.
    add(&store, "ida", &[grant(Role::Admin, "")]).await;
    assert!(matches!(
        change(&store, 3, deactivate()).await,
        WriteOutcome::Done(_)
    ));
    assert_eq!(
        change(&store, 2, deactivate()).await,
        WriteOutcome::Refused(Refusal::LastAdmin)
    );
    store.close().await;
}

pub(crate) async fn deactivation_ends_sessions(place: &Place) {
    let store = place.open().await;
    add(&store, "zoe", &[]).await;
    add(&store, "eve", &[]).await;
    let session = |id, person| WebSession {
        id,
        person: Some(PersonId(person)),
        data: vec![1],
        expires_at: at(9),
    };
    for (id, person) in [(1, 1), (2, 1), (3, 2)] {
        store.insert_session(session(id, person)).await.unwrap();
    }
    change(
        &store,
        1,
        PersonChange {
            active: Some(false),
            ..PersonChange::default()
        },
    )
    .await;
    for (id, left) in [(1, false), (2, false), (3, true)] {
        assert_eq!(
            store.load_session(id).await.unwrap().is_some(),
            left,
            "{id}"
        );
    }
    store.close().await;
}
