//! Series of numbers.

use muster_core::event::EventKind;
use muster_core::ids::EventSeq;
use muster_core::message::{NewMessage, Point};
use muster_core::series::{Chunk, Level, Rollup};
use muster_core::time::Timestamp;
use muster_storage::{MAX_SERIES, PageWrite, SeriesId, SeriesKey, Store};

use super::place::{Place, ann, at, event, id, make};

async fn send(store: &Store, device: &str, s: i64) {
    let message = NewMessage {
        device: id(device),
        at: at(s),
        properties: vec![("a".to_owned(), None)],
        body: b"{\"t\": 1}".to_vec(),
    };
    assert!(store.append_message(message).await.unwrap());
}

/// The series `t` of a device that has sent something.
async fn series(store: &Store, device: &str) -> SeriesKey {
    send(store, device, 0).await;
    let log = store.messages_behind(EventSeq(0)).await.unwrap();
    let sender = log.iter().find(|m| m.content.device == id(device)).unwrap();
    let names = vec![(sender.device, "t".to_owned())];
    store.ensure_series(names).await.unwrap().remove(0)
}

fn points(seconds: impl IntoIterator<Item = i64>) -> Vec<Point> {
    let point = |s: i64| Point {
        at: at(s),
        value: s as f64 / 4.0,
    };
    seconds.into_iter().map(point).collect()
}

fn write(series: SeriesId, part: i64, points: &[Point]) -> PageWrite {
    let chunk = Chunk::of(points);
    let (from, until) = chunk.span().unwrap();
    PageWrite {
        series,
        chunks: vec![(from, part, until, chunk.bytes().to_vec())],
        sums: Level::ALL
            .map(|level| (level, Rollup::of(points.iter().copied(), level)))
            .to_vec(),
        taken: EventSeq(part),
        open: Some((from, part)),
    }
}

async fn read(store: &Store, series: SeriesId, from: i64, to: i64) -> Vec<Point> {
    let pages = store.series_pages(&[series], None, at(from), at(to)).await;
    let chunks = pages.unwrap().into_iter().map(|page| page.data);
    chunks
        .flat_map(|data| Chunk::from_bytes(data).unwrap().points().unwrap())
        .collect()
}

pub(crate) async fn the_log_is_taken_in_order(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    make(&store, "b").await;
    for s in 0..5 {
        send(&store, if s % 2 == 0 { "a" } else { "b" }, s).await;
    }
    let all = store.messages_behind(EventSeq(0)).await.unwrap();
    let times: Vec<Timestamp> = all.iter().map(|message| message.content.at).collect();
    assert_eq!(times, (0..5).map(at).collect::<Vec<_>>());
    assert_eq!(all[0].content.properties, [("a".to_owned(), None)]);
    assert_eq!(all[0].device, all[2].device);
    assert_ne!(all[0].device, all[1].device);
    let rest = store.messages_behind(all[2].seq).await.unwrap();
    assert_eq!(rest, all[3..]);
    assert_eq!(store.messages_taken().await.unwrap(), EventSeq(0));
    store.write_series(vec![], Some(all[2].seq)).await.unwrap();
    assert_eq!(store.messages_taken().await.unwrap(), all[2].seq);
    store.close().await;
}

pub(crate) async fn series_are_made_once(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let first = series(&store, "a").await;
    assert_eq!((first.taken, &first.open), (EventSeq(0), &None));
    let names = vec![
        (first.device, "t".to_owned()),
        (first.device, "u \"ü\"".to_owned()),
        (first.device + 1000, "t".to_owned()),
    ];
    let mut found = store.ensure_series(names).await.unwrap();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(found.len(), 2, "a device that is not there has none");
    assert_eq!(found[0], first);
    assert_ne!(found[1].id, first.id);
    let listed = store.series_of(&id("a")).await.unwrap();
    let want = found.iter().map(|key| (key.id, key.name.clone()));
    assert_eq!(listed, want.collect::<Vec<_>>());
    let many = (0..300).map(|n| (first.device, format!("n{n}"))).collect();
    let made = store.ensure_series(many).await.unwrap();
    assert_eq!(made.len(), MAX_SERIES - 2, "so many series at most");
    let named = store.series_named("t", &[id("a"), id("x")]).await.unwrap();
    assert_eq!(named, [first.id]);
    store.close().await;
}

pub(crate) async fn points_and_sums_come_back(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let key = series(&store, "a").await;
    let (early, late) = (points(0..200), points((200..7400).step_by(60)));
    store
        .write_series(vec![write(key.id, 1, &early)], None)
        .await
        .unwrap();
    // The newest chunk grows in place, another one begins at the same moment, and sums add up.
    let grown = [points(0..200), points([201])].concat();
    let mut again = write(key.id, 1, &grown);
    again.sums = vec![(Level::Hour, Rollup::of(points([201]), Level::Hour))];
    store
        .write_series(vec![again, write(key.id, 7, &points([0, 5]))], None)
        .await
        .unwrap();
    store
        .write_series(vec![write(key.id, 9, &late)], Some(EventSeq(9)))
        .await
        .unwrap();
    assert_eq!(
        read(&store, key.id, 0, 10_000).await.len(),
        201 + 2 + late.len()
    );
    assert_eq!(
        read(&store, key.id, 6000, 6001).await,
        late,
        "a chunk that reaches into it"
    );
    assert_eq!(read(&store, key.id, 8000, 9000).await, []);
    let pages = store
        .series_pages(&[key.id], Some(Level::Hour), at(0), at(10_000))
        .await
        .unwrap();
    let counts = pages.iter().flat_map(|page| {
        let rollup = Rollup::unpack(&page.data, Level::Hour, page.at).unwrap();
        rollup.buckets().to_vec()
    });
    assert_eq!(
        counts.map(|bucket| bucket.count).sum::<u64>(),
        (201 + 2 + late.len()) as u64
    );
    let again = series(&store, "a").await;
    assert_eq!(again.taken, EventSeq(9));
    let (begin, part, data) = again.open.unwrap();
    assert_eq!((begin, part), (at(200), 9));
    let open = store.open_chunks(&[key.id]).await.unwrap();
    assert_eq!(open[0].data, data);
    assert_eq!(Chunk::from_bytes(data).unwrap().points().unwrap(), late);
    store.close().await;
}

pub(crate) async fn old_pages_go(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let key = series(&store, "a").await;
    for (part, begin) in [(1, 0), (2, 1000), (3, 2000)] {
        let page = write(key.id, part, &points(begin..begin + 10));
        store.write_series(vec![page], None).await.unwrap();
    }
    let gone = store.prune_series(None, at(1010), 1).await.unwrap();
    assert_eq!(gone, 1);
    let gone = store.prune_series(None, at(1010), 10).await.unwrap();
    assert_eq!(gone, 1);
    assert_eq!(read(&store, key.id, 0, 9999).await, points(2000..2010));
    let minutes = Some(Level::Minute);
    let sums = store
        .series_pages(&[key.id], minutes, at(0), at(9999))
        .await;
    assert!(!sums.unwrap().is_empty(), "sums stay longer");
    store.close().await;
}

pub(crate) async fn series_go_with_their_device(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let key = series(&store, "a").await;
    let page = write(key.id, 1, &points(0..10));
    store.write_series(vec![page.clone()], None).await.unwrap();
    let deleted = event(EventKind::DeviceDeleted, Some("a"), ann());
    store.delete_device(id("a"), None, deleted).await.unwrap();
    assert_eq!(read(&store, key.id, 0, 9999).await, []);
    // What was packed before and comes too late is left out.
    store.write_series(vec![page], None).await.unwrap();
    assert_eq!(read(&store, key.id, 0, 9999).await, []);
    store.close().await;
}
