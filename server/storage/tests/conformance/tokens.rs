//! API tokens.

use muster_core::event::{Actor, EventKind};
use muster_core::ids::{EventSeq, PersonId};
use muster_core::policy::Action;
use muster_core::token::{ApiToken, BadToken, MAX_TOKENS, TokenId};
use muster_storage::{NewToken, PersonChange, Store};

use super::place::{EVE, Place, T0, ZOE, ann, at, event, two_people};

fn new(person: PersonId, id: i64, name: &str) -> NewToken {
    NewToken {
        id: TokenId(id),
        person,
        name: name.into(),
        hash: hash(id),
        actions: vec![Action::SeeDevices, Action::EditTwin],
        scope: "tags.site = 'b7'".into(),
        expires_at: at(100),
    }
}

fn hash(id: i64) -> [u8; 32] {
    [u8::try_from(id).unwrap(); 32]
}

async fn make(store: &Store, new: NewToken) -> Result<ApiToken, BadToken> {
    store
        .insert_token(new, event(EventKind::TokenCreated, None, ann()))
        .await
        .unwrap()
}

async fn revoke(store: &Store, person: PersonId, id: i64, s: i64) -> Option<ApiToken> {
    let mut revoked = event(EventKind::TokenRevoked, None, ann());
    revoked.at = at(s);
    store
        .revoke_token(person, TokenId(id), revoked)
        .await
        .unwrap()
}

async fn kinds(store: &Store) -> Vec<EventKind> {
    let events = store.events_since(EventSeq(0), 1000).await.unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

pub(crate) async fn tokens_come_back(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    let made = make(&store, new(ZOE, 1, "ci")).await.unwrap();
    let want = ApiToken {
        id: TokenId(1),
        person: ZOE,
        name: "ci".into(),
        actions: vec![Action::SeeDevices, Action::EditTwin],
        scope: "tags.site = 'b7'".into(),
        created_at: T0,
        expires_at: at(100),
        last_used_at: None,
        revoked_at: None,
    };
    assert_eq!(made, want);
    make(&store, new(EVE, 2, "ci")).await.unwrap();
    store.close().await;
    let store = place.open().await;
    assert_eq!(
        store.tokens_of(ZOE).await.unwrap(),
        std::slice::from_ref(&want)
    );
    assert_eq!(
        store.find_token_by_hash(&hash(1)).await.unwrap(),
        Some((want, hash(1).to_vec()))
    );
    assert_eq!(store.find_token_by_hash(&hash(3)).await.unwrap(), None);
    store.close().await;
}

pub(crate) async fn names_and_numbers_of_tokens_are_bounded(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    make(&store, new(ZOE, 1, "ci")).await.unwrap();
    assert_eq!(
        make(&store, new(ZOE, 2, "ci")).await,
        Err(BadToken::NameTaken)
    );
    revoke(&store, ZOE, 1, 1).await.unwrap();
    make(&store, new(ZOE, 2, "ci")).await.unwrap();
    for n in 1..MAX_TOKENS {
        let id = 100 + i64::try_from(n).unwrap();
        make(&store, new(ZOE, id, &format!("t{n}"))).await.unwrap();
    }
    let before = kinds(&store).await;
    assert_eq!(
        make(&store, new(ZOE, 3, "one more")).await,
        Err(BadToken::TooMany)
    );
    assert_eq!(kinds(&store).await, before, "a refusal leaves no event");
    make(&store, new(EVE, 3, "hers")).await.unwrap();
    // What has ended by itself makes room.
    let mut later = event(EventKind::TokenCreated, None, ann());
    later.at = at(100);
    let again = NewToken {
        expires_at: at(200),
        ..new(ZOE, 4, "ci")
    };
    assert!(store.insert_token(again, later).await.unwrap().is_ok());
    store.close().await;
}

pub(crate) async fn revoking_is_once_and_by_its_person(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    make(&store, new(ZOE, 1, "ci")).await.unwrap();
    assert_eq!(revoke(&store, EVE, 1, 5).await, None);
    assert_eq!(revoke(&store, ZOE, 9, 5).await, None);
    let revoked = revoke(&store, ZOE, 1, 5).await.unwrap();
    assert_eq!(revoked.revoked_at, Some(at(5)));
    assert_eq!(revoke(&store, ZOE, 1, 6).await, Some(revoked));
    let events = store.events_since(EventSeq(0), 1000).await.unwrap();
    let last = events.last().unwrap();
    assert_eq!(last.kind, EventKind::TokenRevoked);
    assert_eq!(last.detail["token"], "ci");
    let revocations = events
        .iter()
        .filter(|event| event.kind == EventKind::TokenRevoked);
    assert_eq!(revocations.count(), 1);
    // Ended a while ago: removed. The other one stays.
    make(&store, new(ZOE, 2, "later")).await.unwrap();
    assert_eq!(store.delete_ended_tokens(at(5)).await.unwrap(), 0);
    assert_eq!(store.delete_ended_tokens(at(6)).await.unwrap(), 1);
    assert_eq!(store.tokens_of(ZOE).await.unwrap().len(), 1);
    assert_eq!(store.delete_ended_tokens(at(101)).await.unwrap(), 1);
    store.close().await;
}

pub(crate) async fn use_is_noted_by_the_minute(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    make(&store, new(ZOE, 1, "ci")).await.unwrap();
    for (s, noted) in [(0, true), (0, false), (59, false), (60, true), (61, false)] {
        let done = store.note_token_use(TokenId(1), at(s)).await.unwrap();
        assert_eq!(done, noted, "{s}");
    }
    let tokens = store.tokens_of(ZOE).await.unwrap();
    assert_eq!(tokens[0].last_used_at, Some(at(60)));
    store.close().await;
}

pub(crate) async fn deactivation_revokes_tokens(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    make(&store, new(ZOE, 1, "ci")).await.unwrap();
    make(&store, new(EVE, 2, "ci")).await.unwrap();
    for active in [false, true] {
        let change = PersonChange {
            active: Some(active),
            ..PersonChange::default()
        };
        store
            .update_person(ZOE, change, event(EventKind::PersonUpdated, None, ann()))
            .await
            .unwrap();
    }
    let revoked = store.tokens_of(ZOE).await.unwrap()[0].revoked_at;
    assert_eq!(revoked, Some(T0), "coming back does not bring them back");
    assert_eq!(store.tokens_of(EVE).await.unwrap()[0].revoked_at, None);
    store.close().await;
}

pub(crate) async fn the_trail_names_the_token(place: &Place) {
    let store = place.open().await;
    let with_token = Actor::Person {
        id: ZOE,
        name: "zoe".into(),
        token: Some("ci".into()),
    };
    store
        .record(event(EventKind::Exported, None, ann()))
        .await
        .unwrap();
    store
        .record(event(EventKind::Exported, None, with_token.clone()))
        .await
        .unwrap();
    let events = store.events_since(EventSeq(0), 10).await.unwrap();
    assert_eq!(events[0].actor, ann());
    assert_eq!(events[1].actor, with_token);
    assert_eq!(store.verify_audit().await.unwrap().fault, None);
    store.close().await;
    let forged = "UPDATE event SET actor_token = NULL WHERE seq = 2";
    assert_eq!(place.tamper(forged).await, 1);
    let store = place.open().await;
    assert!(store.verify_audit().await.unwrap().fault.is_some());
    store.close().await;
}
