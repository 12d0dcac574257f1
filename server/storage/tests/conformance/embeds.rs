//! Embeds.

use muster_core::embed::{BadEmbed, Embed, EmbedId, MAX_OWN, Panel, Proof, Span, Theme, parents};
use muster_core::event::EventKind;
use muster_core::ids::{EventSeq, PersonId};
use muster_core::key::SharedKey;
use muster_storage::{EmbedKey, EmbedUse, KeyedEmbed, NewEmbed, Store};

use super::place::{EVE, Place, T0, ZOE, ann, at, event, two_people};

fn new(person: PersonId, name: &str) -> NewEmbed {
    let mut hash = [0; 32];
    let text = format!("{person}{name}");
    hash[..text.len()].copy_from_slice(text.as_bytes());
    NewEmbed {
        person,
        name: name.into(),
        panel: Panel::Groups {
            path: "tags.site".into(),
        },
        filter: "tags.region = 'north'".into(),
        parents: parents("https://a.example http://b.example:8080").unwrap(),
        theme: Theme::Dark,
        key: EmbedKey::Token(hash),
        expires_at: at(100),
    }
}

fn signed(person: PersonId, name: &str) -> NewEmbed {
    NewEmbed {
        panel: Panel::Telemetry {
            device: "pump-1".parse().unwrap(),
            field: "temperature".into(),
            span: Span::Week,
        },
        parents: Vec::new(),
        key: EmbedKey::Portal(SharedKey::from_entropy([9; 32])),
        ..new(person, name)
    }
}

async fn make(store: &Store, new: NewEmbed) -> Result<Embed, BadEmbed> {
    store
        .insert_embed(new, event(EventKind::EmbedCreated, None, ann()))
        .await
        .unwrap()
}

async fn revoke(store: &Store, id: EmbedId, s: i64) -> Option<Embed> {
    let mut revoked = event(EventKind::EmbedRevoked, None, ann());
    revoked.at = at(s);
    store.revoke_embed(id, revoked).await.unwrap()
}

pub(crate) async fn embeds_come_back(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    let one = make(&store, new(ZOE, "one")).await.unwrap();
    let want = Embed {
        id: one.id,
        person: ZOE,
        name: "one".into(),
        panel: Panel::Groups {
            path: "tags.site".into(),
        },
        filter: "tags.region = 'north'".into(),
        parents: parents("https://a.example http://b.example:8080").unwrap(),
        theme: Theme::Dark,
        proof: Proof::Token,
        created_at: T0,
        expires_at: at(100),
        revoked_at: None,
        uses: 0,
        last_used_at: None,
        last_origin: None,
    };
    assert_eq!(one, want);
    let two = make(&store, signed(EVE, "two")).await.unwrap();
    assert_eq!(two.proof, Proof::Portal);
    let events = store.events_since(EventSeq(0), 1000).await.unwrap();
    assert_eq!(events.last().unwrap().detail["embed"], two.id.0);
    store.close().await;
    let store = place.open().await;
    assert_eq!(store.embeds().await.unwrap(), [two.clone(), one.clone()]);
    assert_eq!(
        store.embeds_of(ZOE).await.unwrap(),
        std::slice::from_ref(&one)
    );
    assert_eq!(store.find_embed(two.id).await.unwrap(), Some(two.clone()));
    assert_eq!(store.find_embed(EmbedId(99)).await.unwrap(), None);
    let mut keyed = store.keyed_embeds().await.unwrap();
    keyed.sort_by_key(|keyed| keyed.embed.id);
    let want = [(one, new(ZOE, "one").key), (two, signed(EVE, "two").key)];
    assert_eq!(keyed, want.map(|(embed, key)| KeyedEmbed { embed, key }));
    store.close().await;
}

pub(crate) async fn names_and_numbers_of_embeds_are_bounded(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    let first = make(&store, new(ZOE, "a")).await.unwrap();
    let again = || signed(ZOE, "a");
    assert_eq!(make(&store, again()).await, Err(BadEmbed::NameTaken));
    make(&store, new(EVE, "a")).await.unwrap();
    revoke(&store, first.id, 1).await.unwrap();
    make(&store, again()).await.unwrap();
    for n in 1..MAX_OWN {
        make(&store, new(ZOE, &format!("n{n}"))).await.unwrap();
    }
    let newest = || async { store.events_since(EventSeq(0), 1000).await.unwrap().len() };
    let before = newest().await;
    let refused = make(&store, new(ZOE, "more")).await;
    assert_eq!(refused, Err(BadEmbed::TooManyOwn));
    assert_eq!(newest().await, before, "a refusal leaves no event");
    // What has ended by itself makes room.
    let mut later = event(EventKind::EmbedCreated, None, ann());
    later.at = at(100);
    let again = NewEmbed {
        key: EmbedKey::Token([1; 32]),
        expires_at: at(200),
        ..new(ZOE, "a")
    };
    assert!(store.insert_embed(again, later).await.unwrap().is_ok());
    store.close().await;
}

pub(crate) async fn revoking_an_embed_is_once(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    let made = make(&store, new(ZOE, "a")).await.unwrap();
    assert_eq!(revoke(&store, EmbedId(99), 5).await, None);
    let revoked = revoke(&store, made.id, 5).await.unwrap();
    assert_eq!(revoked.revoked_at, Some(at(5)));
    assert_eq!(revoke(&store, made.id, 6).await, Some(revoked));
    let events = store.events_since(EventSeq(0), 1000).await.unwrap();
    let revocations = events.iter().filter(|e| e.kind == EventKind::EmbedRevoked);
    assert_eq!(revocations.count(), 1);
    store.close().await;
}

pub(crate) async fn uses_of_embeds_add_up(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    let id = make(&store, new(ZOE, "a")).await.unwrap().id;
    let other = make(&store, new(ZOE, "b")).await.unwrap();
    let used = |uses, s, origin: Option<&str>| EmbedUse {
        id,
        uses,
        at: at(s),
        origin: origin.map(str::to_owned),
    };
    store
        .note_embed_uses(vec![used(3, 10, Some("https://a.example"))])
        .await
        .unwrap();
    store
        .note_embed_uses(vec![used(2, 20, None)])
        .await
        .unwrap();
    let found = store.find_embed(id).await.unwrap().unwrap();
    assert_eq!((found.uses, found.last_used_at), (5, Some(at(20))));
    assert_eq!(found.last_origin.as_deref(), Some("https://a.example"));
    assert_eq!(store.find_embed(other.id).await.unwrap(), Some(other));
    store.close().await;
}

pub(crate) async fn ended_embeds_are_removed(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    let a = make(&store, new(ZOE, "a")).await.unwrap();
    let b = make(&store, new(ZOE, "b")).await.unwrap();
    revoke(&store, a.id, 5).await.unwrap();
    assert_eq!(store.delete_ended_embeds(at(5)).await.unwrap(), 0);
    assert_eq!(store.delete_ended_embeds(at(6)).await.unwrap(), 1);
    assert_eq!(store.embeds().await.unwrap(), [b]);
    assert_eq!(store.delete_ended_embeds(at(101)).await.unwrap(), 1);
    store.close().await;
}
