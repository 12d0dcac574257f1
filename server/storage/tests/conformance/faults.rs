//! Faults: each gives the error it promises, and nothing acknowledged is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use futures::future::join_all;
use muster_core::event::EventKind;
use muster_core::ids::EventSeq;
use muster_storage::{MasterKey, ReportOutcome, StorageError, StoreConfig};
use serde_json::json;

use super::place::{Place, T0, ann, event, id, make, report};
use super::server::Server;

/// PostgreSQL cannot store NUL in a text; SQLite can. Either way the others of the batch are stored.
pub(crate) async fn a_bad_command_harms_nobody_else(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let commands = (0..60).map(|n| {
        let store = &store;
        async move {
            if n == 30 {
                store.set_setting("bad", "a\0b").await
            } else {
                store
                    .report(id("a"), json!({"n": n}), None, T0)
                    .await
                    .map(|_| ())
            }
        }
    });
    for (n, outcome) in join_all(commands).await.into_iter().enumerate() {
        match outcome {
            Ok(()) => assert!(n != 30 || place.is_sqlite()),
            Err(StorageError::Sql { .. }) => assert!(n == 30 && !place.is_sqlite(), "{n}"),
            Err(other) => panic!("{n}: {other}"),
        }
    }
    let twin = store.find_twin(&id("a")).await.unwrap().unwrap().twin;
    assert_eq!(
        (twin.reported.version, &twin.reported.value["n"]),
        (60, &json!(59))
    );
    assert_eq!(store.newest_event().await.unwrap(), EventSeq(60));
    store.close().await;
}

pub(crate) async fn another_master_key_is_refused(place: &Place) {
    place.open().await.close().await;
    let other = StoreConfig {
        master_key: MasterKey([8; 32]),
        ..place.config()
    };
    let refused = place.try_open(other).await;
    let Err(error @ StorageError::WrongMasterKey) = refused else {
        panic!("{refused:?}")
    };
    assert!(
        error.to_string().contains("put back the key file"),
        "{error}"
    );
    // The refusal leaves no lock and no lease behind.
    let started = Instant::now();
    place.open().await.close().await;
    assert!(started.elapsed().as_secs() < 5);
}

pub(crate) async fn a_newer_schema_is_refused(place: &Place) {
    place.open().await.close().await;
    let newer = place.tamper(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         SELECT 99, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
    );
    assert_eq!(newer.await, 1);
    let refused = place.try_open(place.config()).await;
    let Err(error @ StorageError::NewerSchema { found: 99, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert!(
        error
            .to_string()
            .contains("use the newer binary or restore a backup"),
        "{error}"
    );
}

pub(crate) async fn a_second_writer_is_refused(place: &Place) {
    let store = place.open().await;
    let refused = place.try_open(place.config()).await;
    let Err(error @ StorageError::AnotherWriter { .. }) = refused else {
        panic!("{refused:?}")
    };
    let named = format!("process {}", std::process::id());
    assert!(error.to_string().contains(&named), "{error}");
    make(&store, "a").await;
    store.close().await;
    let store = place.open().await;
    report(&store, "a", json!({})).await;
    store.close().await;
}

pub(crate) async fn a_closed_store_says_so(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let other = store.clone();
    // What was queued before closing is done.
    let late = tokio::spawn({
        let store = store.clone();
        async move { store.report(id("a"), json!({"x": 1}), None, T0).await }
    });
    let late = late.await.unwrap().unwrap();
    assert_eq!(late, ReportOutcome::Done { version: 2 });
    store.close().await;
    let refused = other.report(id("a"), json!({"x": 1}), None, T0).await;
    assert!(
        matches!(refused, Err(StorageError::Closed { .. })),
        "{refused:?}"
    );
    let refused = other.find_twin(&id("a")).await;
    assert!(
        matches!(refused, Err(StorageError::Closed { .. })),
        "{refused:?}"
    );
    other.close().await;
}

pub(crate) async fn counters_go_on_after_reopening(place: &Place) {
    let record = || event(EventKind::SignedIn, None, ann());
    for n in 1..=3 {
        let store = place.open().await;
        assert_eq!(store.record(record()).await.unwrap(), EventSeq(n));
        store.close().await;
    }
}

/// The server ends at once while sixteen devices report, and comes back while they wait.
pub(crate) async fn acknowledged_writes_survive_a_crash(server: &Server, place: &Place) {
    const DEVICES: usize = 16;
    const REPORTS: u64 = 120;
    let store = place.open().await;
    for n in 0..DEVICES {
        make(&store, &format!("d{n}")).await;
    }
    let acknowledged = Arc::new(AtomicU64::new(0));
    let reporters: Vec<_> = (0..DEVICES)
        .map(|n| {
            let (store, acknowledged) = (store.clone(), acknowledged.clone());
            tokio::spawn(async move {
                for report in 0..REPORTS {
                    let version =
                        super::place::report(&store, &format!("d{n}"), json!({"n": report})).await;
                    // Neither lost nor stored twice.
                    assert_eq!(version, report + 2);
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for crash in 1..=3 {
        let enough = crash * REPORTS * DEVICES as u64 / 5;
        while acknowledged.load(Ordering::SeqCst) < enough {
            tokio::task::yield_now().await;
        }
        server.crash();
        server.start_again().await;
    }
    for reporter in join_all(reporters).await {
        reporter.unwrap();
    }
    for n in 0..DEVICES {
        let twin = store
            .find_twin(&id(&format!("d{n}")))
            .await
            .unwrap()
            .unwrap()
            .twin;
        assert_eq!(
            (twin.reported.version, &twin.reported.value["n"]),
            (REPORTS + 1, &json!(REPORTS - 1))
        );
    }
    let written = DEVICES as i64 * (REPORTS as i64 + 1);
    assert_eq!(store.newest_event().await.unwrap(), EventSeq(written));
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

pub(crate) async fn a_writer_without_lease_writes_nothing(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    assert_eq!(
        place
            .tamper("UPDATE writer SET holder = 'process 1 of another machine'")
            .await,
        1
    );
    for _ in 0..2 {
        let refused = store.report(id("a"), json!({"x": 1}), None, T0).await;
        let Err(StorageError::AnotherWriter { .. }) = refused else {
            panic!("{refused:?}")
        };
    }
    let twin = store.find_twin(&id("a")).await.unwrap().unwrap().twin;
    assert_eq!(twin.reported.version, 1);
    store.close().await;
}

/// A writer that died cannot give its lease back; the next one waits for its end and no longer.
pub(crate) async fn an_abandoned_lease_runs_out(place: &Place) {
    place.open().await.close().await;
    let abandoned = place.tamper(
        "UPDATE writer SET holder = 'process 1 (dead)',
         lease_until = (EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) * 1000)::BIGINT + 2000",
    );
    assert_eq!(abandoned.await, 1);
    let started = Instant::now();
    let store = place.open().await;
    assert!(
        (1..10).contains(&started.elapsed().as_secs()),
        "{:?}",
        started.elapsed()
    );
    make(&store, "a").await;
    store.close().await;
}
