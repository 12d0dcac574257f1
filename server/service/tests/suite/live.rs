//! The live feed: what a page is told, how soon, and when no longer.

use std::time::Duration;

use muster_core::gate::{Sheet, SheetKind};
use muster_core::policy::Role;
use muster_service::access::kinds::{KeepWindows, ManagePeople};
use muster_service::live::{Aspect, LiveItem, LiveStream, MAX_STREAMS_PER_PERSON, Topic};
use muster_service::people::PersonEdit;
use muster_service::{Access, Demand, ServiceError};
use serde_json::json;
use tokio::time::timeout;

use crate::support::TestHub;

async fn next(stream: &mut LiveStream) -> Option<(u64, LiveItem)> {
    timeout(Duration::from_secs(5), stream.next())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_page_hears_of_its_device_within_a_second_and_of_no_other() {
    let test = TestHub::open().await;
    let mine = test.device("mine", json!({})).await;
    let other = test.device("other", json!({})).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let topics = vec![Topic::Device(mine.clone()), Topic::Rows(vec![mine.clone()])];
    let mut stream = test
        .hub
        .subscribe_live(&Access::console(), topics, None)
        .unwrap();
    test.patch(&other, Some(json!({"a":1})), None).await;
    test.patch(&mine, Some(json!({"a":1})), None).await;
    let begun = tokio::time::Instant::now();
    let (first, item) = next(&mut stream).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!(
        item,
        LiveItem::Device {
            id: mine.clone(),
            aspects: vec![Aspect::Twin]
        }
    );
    let (second, item) = next(&mut stream).await.unwrap();
    assert_eq!(first, second);
    assert!(
        matches!(item, LiveItem::Rows(rows) if rows.len() == 1 && rows[0].row.entry.id == mine)
    );
}

#[tokio::test]
async fn a_page_that_returns_catches_up_or_is_told_to_read_again() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let open = |after| {
        let topics = vec![Topic::Device(id.clone())];
        test.hub
            .subscribe_live(&Access::console(), topics, after)
            .unwrap()
    };
    let mut stream = open(None);
    test.patch(&id, Some(json!({"a":1})), None).await;
    let (seen, _) = next(&mut stream).await.unwrap();
    drop(stream);
    test.patch(&id, Some(json!({"a":2})), None).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let (later, item) = next(&mut open(Some(seen))).await.unwrap();
    assert!(
        later > seen && matches!(item, LiveItem::Device { .. }),
        "{item:?}"
    );
    let (_, item) = next(&mut open(Some(seen + 1_000_000))).await.unwrap();
    assert_eq!(item, LiveItem::Resync);
}

#[tokio::test]
async fn a_stream_ends_with_the_rights_and_shows_only_the_scope() {
    let test = TestHub::open().await;
    let north = test.device("n", json!({"region":"north"})).await;
    let south = test.device("s", json!({"region":"south"})).await;
    let (person, access) = test
        .person("ann", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let topics = vec![
        Topic::Device(north.clone()),
        Topic::Device(south.clone()),
        Topic::Events,
    ];
    let mut stream = test.hub.subscribe_live(&access, topics, None).unwrap();
    test.patch(&south, Some(json!({"a":1})), None).await;
    test.patch(&north, Some(json!({"a":1})), None).await;
    let (_, item) = next(&mut stream).await.unwrap();
    assert!(matches!(item, LiveItem::Device { id, .. } if id == north));
    let (_, item) = next(&mut stream).await.unwrap();
    assert!(
        matches!(item, LiveItem::Events(events) if events.iter().all(|e| e.device.as_ref() == Some(&north)))
    );
    let permit = test.hub.permit::<ManagePeople>(&Access::console()).unwrap();
    let edit = PersonEdit {
        active: Some(false),
        ..PersonEdit::default()
    };
    test.hub
        .update_person(&permit, person.id, edit)
        .await
        .unwrap();
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test]
async fn streams_of_one_person_are_bounded() {
    let test = TestHub::open().await;
    let (_, access) = test.person("ann", &[(Role::Operator, "")]).await;
    let open = || test.hub.subscribe_live(&access, vec![Topic::Census], None);
    let mut streams: Vec<_> = (0..MAX_STREAMS_PER_PERSON)
        .map(|_| open().unwrap())
        .collect();
    assert!(matches!(open(), Err(ServiceError::Busy(_))));
    streams.pop();
    assert!(open().is_ok());
}

#[tokio::test]
async fn lists_of_windows_and_places_hear_of_changes() {
    let test = TestHub::open().await;
    let access = Access::console();
    let mut stream = test
        .hub
        .subscribe_live(&access, vec![Topic::Books], None)
        .unwrap();
    let permit = test.hub.permit::<KeepWindows>(&access).unwrap();
    let shape = json!({ "kind": "circle", "centre": { "lat": 52.5, "lon": 13.4 }, "radiusM": 500 });
    let json = json!({ "name": "Yard", "shape": shape });
    let sheet = Sheet::from_json(SheetKind::Place, json).unwrap();
    let id = "yard".parse().unwrap();
    let put = test.hub.put_sheet(&permit, id, sheet, Demand::New);
    put.await.unwrap();
    let (_, item) = next(&mut stream).await.unwrap();
    assert_eq!(item, LiveItem::Books);
}
