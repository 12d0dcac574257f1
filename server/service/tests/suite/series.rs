//! Telemetry as series.

use muster_core::ids::DeviceId;
use muster_core::message::NewMessage;
use muster_core::policy::Role;
use muster_core::series::{Bucket, Level};
use muster_core::time::Timestamp;
use muster_service::access::kinds::SeeDevices;
use muster_service::series::{MAX_MEAN, Series, Stretch};
use muster_service::{Access, DeviceProof, ServiceError};
use serde_json::{Value, json};

use crate::support::{BEGIN, TestHub, open_in};

const CREATED: &str = "iothub-creation-time-utc";

async fn send(test: &TestHub, proof: &DeviceProof, body: Value, measured: Option<Timestamp>) {
    let stated = measured.map(|at| (CREATED.to_owned(), Some(at.to_string())));
    let message = NewMessage {
        device: proof.device().clone(),
        at: test.hub.now(),
        properties: stated.into_iter().collect(),
        body: body.to_string().into_bytes(),
    };
    test.hub.device_message(proof, message).await.unwrap();
}

/// From the beginning of all tests on.
fn stretch(seconds: i64, columns: usize) -> Stretch {
    Stretch {
        from: BEGIN,
        to: BEGIN.plus_ms(seconds * 1000),
        columns,
    }
}

async fn read(test: &TestHub, id: &DeviceId, field: Option<&str>, stretch: Stretch) -> Series {
    let access = Access::console();
    let permit = test.hub.permit_device::<SeeDevices>(&access, id).unwrap();
    test.hub.series(&permit, field, stretch).await.unwrap()
}

fn values(series: &Series) -> Vec<f64> {
    series.buckets.iter().map(|bucket| bucket.last).collect()
}

#[tokio::test]
async fn the_field_seen_most_comes_first() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let proof = test.log_in(&id).await;
    assert_eq!(read(&test, &id, None, stretch(60, 100)).await.field, None);
    for n in 0..5 {
        test.pass(60);
        let body = if n == 0 {
            json!({"battery": 90})
        } else {
            json!({"temperature": 4.0 + f64::from(n)})
        };
        send(&test, &proof, body, None).await;
    }
    let series = read(&test, &id, None, stretch(600, 1000)).await;
    assert_eq!(series.fields, ["battery", "temperature"]);
    assert_eq!(series.field.as_deref(), Some("temperature"));
    assert_eq!(series.level, None);
    assert_eq!(values(&series), [5.0, 6.0, 7.0, 8.0]);
    let named = read(&test, &id, Some("battery"), stretch(600, 1000)).await;
    assert_eq!(values(&named), [90.0]);
    let none = read(&test, &id, Some("nothing"), stretch(600, 1000)).await;
    assert_eq!(
        (none.field.as_deref(), none.buckets.len()),
        (Some("nothing"), 0)
    );
}

#[tokio::test]
async fn late_points_find_their_place() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let proof = test.log_in(&id).await;
    test.pass(1000);
    for s in [500, 100, 900, 100, 300] {
        let measured = BEGIN.plus_ms(s * 1000);
        send(&test, &proof, json!({ "t": s }), Some(measured)).await;
    }
    let series = read(&test, &id, None, stretch(1000, 1000)).await;
    assert_eq!(values(&series), [100.0, 100.0, 300.0, 500.0, 900.0]);
    let minutes = read(&test, &id, None, stretch(1000, 16)).await;
    assert_eq!(minutes.level, Some(Level::Minute));
    let counts: Vec<u64> = minutes.buckets.iter().map(|bucket| bucket.count).collect();
    assert_eq!(counts, [2, 1, 1, 1]);
}

/// What all points say, summed up by hand.
fn expected(sent: &[(i64, f64)], level: Level) -> Vec<(i64, u64, f64, f64)> {
    let mut buckets: std::collections::BTreeMap<i64, Bucket> = std::collections::BTreeMap::new();
    for (s, value) in sent {
        let at = level.bucket_of(BEGIN.plus_ms(s * 1000));
        let one = Bucket::of(at, *value);
        buckets
            .entry(at.millis())
            .and_modify(|bucket| bucket.absorb(&one))
            .or_insert(one);
    }
    let row = |bucket: Bucket| (bucket.at.millis(), bucket.count, bucket.min, bucket.max);
    buckets.into_values().map(row).collect()
}

async fn check_all(test: &TestHub, id: &DeviceId, sent: &[(i64, f64)]) {
    let last = sent.iter().map(|(s, _)| *s).max().unwrap_or_default() + 1;
    let raw = read(test, id, Some("t"), stretch(last, last as usize)).await;
    let quarter = |value: f64| (value * 4.0) as i64;
    let of = |(s, value): &(i64, f64)| (BEGIN.plus_ms(s * 1000), quarter(*value));
    let mut want: Vec<_> = sent.iter().map(of).collect();
    want.sort_unstable();
    let buckets = raw.buckets.iter();
    let mut got: Vec<_> = buckets.map(|b| (b.at, quarter(b.last))).collect();
    assert!(got.is_sorted_by_key(|(at, _)| *at));
    got.sort_unstable();
    assert_eq!(got, want);
    for level in Level::ALL {
        let columns = (last * 1000 / level.millis()).max(1) as usize;
        let summed = read(
            test,
            id,
            Some("t"),
            stretch(last.max(level.millis() / 1000), columns),
        )
        .await;
        assert_eq!(summed.level, Some(level));
        let rows: Vec<_> = summed
            .buckets
            .iter()
            .map(|bucket| (bucket.at.millis(), bucket.count, bucket.min, bucket.max))
            .collect();
        assert_eq!(rows, expected(sent, level), "{level:?}");
    }
}

/// More than a chunk, some of it late, through an orderly restart and through a copy of the files taken in the middle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_counted_twice() {
    let mut test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let mut sent = Vec::new();
    for round in 0..3_i64 {
        let proof = test.log_in(&id).await;
        for n in 0..400_i64 {
            test.pass(7);
            let s = (round * 400 + n + 1) * 7;
            let s = if n % 50 == 49 { s / 2 } else { s };
            let value = f64::from(i32::try_from(n % 97).unwrap()) / 4.0;
            sent.push((s, value));
            let measured = BEGIN.plus_ms(s * 1000);
            send(&test, &proof, json!({ "t": value }), Some(measured)).await;
        }
        check_all(&test, &id, &sent).await;
        // A process that was killed leaves these files.
        let copy = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(test.directory.path()).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() && entry.file_name() != "muster.db-shm" {
                std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
            }
        }
        let hub = open_in(&copy, &test.clock).await;
        let killed = TestHub {
            hub,
            clock: test.clock.clone(),
            directory: copy,
        };
        check_all(&killed, &id, &sent).await;
        let killed = killed.reopen().await;
        check_all(&killed, &id, &sent).await;
        killed.hub.close().await;
        test = test.reopen().await;
        check_all(&test, &id, &sent).await;
    }
}

#[tokio::test]
async fn means_are_of_devices_in_the_scope() {
    let test = TestHub::open().await;
    let mut ids = Vec::new();
    for (name, region, value) in [("a", "north", 2), ("b", "north", 4), ("c", "south", 90)] {
        let id = test.device(name, json!({ "region": region })).await;
        let proof = test.log_in(&id).await;
        send(&test, &proof, json!({ "t": value }), None).await;
        ids.push(id);
    }
    let grants = [(Role::Manager, "tags.region = 'north'")];
    let (_, north) = test.person("ann", &grants).await;
    let mean = test
        .hub
        .mean_series(&north, "t", &ids, stretch(3600, 10))
        .await
        .unwrap();
    assert_eq!(mean.devices, 2);
    let means: Vec<f64> = mean.buckets.iter().map(Bucket::mean).collect();
    assert_eq!(means, [3.0]);
    let many = vec![ids[0].clone(); MAX_MEAN + 1];
    let refused = test
        .hub
        .mean_series(&north, "t", &many, stretch(60, 1))
        .await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
}
