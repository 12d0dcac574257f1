//! The database as a file: full disk, private files, short log, backup, sealed keys.

use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use muster_core::event::{Actor, EventKind};
use muster_storage::{Location, ReportOutcome, StorageError, StoreConfig};
use serde_json::json;

use super::place::{Place, T0, at, device, event, id, make, make_with, report};

pub(crate) async fn a_full_disk_loses_nothing(place: &Place) {
    let config = StoreConfig {
        max_pages: Some(120),
        ..place.config()
    };
    let store = place.try_open(config).await.unwrap();
    for n in 0..8 {
        make(&store, &format!("d{n}")).await;
    }
    let text = "x".repeat(2000);
    let mut acknowledged = [1_u64; 8];
    let mut refused = 0;
    for round in 0..200 {
        let reports = (0..8).map(|n| {
            store.report(
                id(&format!("d{n}")),
                json!({"n": round, "text": text}),
                None,
                T0,
            )
        });
        for (n, outcome) in join_all(reports).await.into_iter().enumerate() {
            match outcome {
                Ok(ReportOutcome::Done { version }) => acknowledged[n] = version,
                Err(StorageError::DiskFull { .. }) => refused += 1,
                other => panic!("{other:?}"),
            }
        }
        if refused > 20 {
            break;
        }
    }
    assert!(refused > 20, "the disk was never full");
    let check = async |store: &muster_storage::Store, acknowledged: &[u64; 8]| {
        for (n, version) in acknowledged.iter().enumerate() {
            let twin = store
                .find_twin(&id(&format!("d{n}")))
                .await
                .unwrap()
                .unwrap()
                .twin;
            assert_eq!(twin.reported.version, *version, "d{n}");
        }
    };
    check(&store, &acknowledged).await;
    assert!(matches!(
        store.writer_alive().await,
        Ok(_) | Err(StorageError::DiskFull { .. })
    ));

    store.set_max_pages(100_000).await.unwrap();
    for (n, version) in acknowledged.iter_mut().enumerate() {
        *version = report(&store, &format!("d{n}"), json!({"text": text})).await;
    }
    check(&store, &acknowledged).await;
    let newest = store.newest_event().await.unwrap();
    assert_eq!(
        newest.0 as u64,
        8 + acknowledged.iter().map(|version| version - 1).sum::<u64>()
    );
    store.close().await;
    let store = place.open().await;
    check(&store, &acknowledged).await;
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

pub(crate) async fn files_are_private(place: &Place) {
    use std::os::unix::fs::PermissionsExt as _;
    let store = place.open().await;
    make(&store, "a").await;
    let backup = place.directory().join("copy.db");
    store
        .backup(
            &backup,
            event(EventKind::BackupWritten, None, Actor::Console),
        )
        .await
        .unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(place.directory()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{entry:?}"
        );
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(
        names,
        [
            "copy.db",
            "muster.db",
            "muster.db-shm",
            "muster.db-wal",
            "muster.lock"
        ]
    );
    assert_eq!(
        std::fs::metadata(place.directory())
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
    store.close().await;
    assert!(!place.directory().join("muster.db-wal").exists());
}

pub(crate) async fn the_log_stays_short(place: &Place) {
    let limit = 1 << 20;
    let config = StoreConfig {
        wal_limit_bytes: limit,
        ..place.config()
    };
    let store = place.try_open(config).await.unwrap();
    make(&store, "a").await;
    // Each report writes at least two pages of 4 KiB: eight times the limit.
    for n in 0..1000 {
        report(&store, "a", json!({"n": n, "text": "x".repeat(3000)})).await;
    }
    let log = place.directory().join("muster.db-wal");
    let bytes = std::fs::metadata(log).unwrap().len();
    assert!(bytes > limit / 2, "the log is not where it was looked for");
    assert!(bytes < 2 * limit, "the log grew to {bytes} bytes");
    store.close().await;
}

pub(crate) async fn a_backup_opens(place: &Place) {
    let store = place.open().await;
    make_with(&store, "a", json!({"site": "b7"})).await;
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("muster.db");
    let written = || event(EventKind::BackupWritten, None, Actor::Console);
    // While devices report.
    let reports = join_all((0..200).map(|n| store.report(id("a"), json!({"n": n}), None, at(n))));
    let (report, _) = tokio::join!(store.backup(&copy, written()), reports);
    let report = report.unwrap();
    assert_eq!(
        (report.path.as_path(), report.bytes),
        (copy.as_path(), std::fs::metadata(&copy).unwrap().len())
    );
    let refused = store.backup(&copy, written()).await;
    assert!(
        matches!(refused, Err(StorageError::File { .. })),
        "{refused:?}"
    );
    assert_eq!(
        std::fs::metadata(&copy).unwrap().len(),
        report.bytes,
        "a refused backup changed the file"
    );
    store.close().await;

    let config = StoreConfig {
        location: Location::Sqlite {
            dir: copies.path().to_owned(),
        },
        ..place.config()
    };
    let store = place.try_open(config).await.unwrap();
    assert_eq!(store.check().await.unwrap(), []);
    assert_eq!(
        store
            .find_device(&id("a"))
            .await
            .unwrap()
            .unwrap()
            .authentication,
        device("a").authentication
    );
    super::place::report(&store, "a", json!({"after": true})).await;
    store.close().await;
}

pub(crate) async fn postgres_has_its_own_tools(place: &Place) {
    let store = place.open().await;
    let written = event(EventKind::BackupWritten, None, Actor::Console);
    let refused = store.backup(Path::new("/nowhere/copy"), written).await;
    let Err(error @ StorageError::Unsupported(_)) = refused else {
        panic!("{refused:?}")
    };
    assert!(error.to_string().contains("pg_dump"), "{error}");
    store.close().await;
}

/// Neither the base64 text of a key nor its bytes are anywhere in the database.
pub(crate) async fn keys_are_not_in_the_clear(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    store.ensure_policies(|| [0x5A; 32]).await.unwrap();
    store.close().await;
    let texts = [device("a").authentication.clone()];
    let muster_core::device::Authentication::Sas(keys) = &texts[0] else {
        panic!()
    };
    if place.is_sqlite() {
        let file = std::fs::read(place.directory().join("muster.db")).unwrap();
        let has = |needle: &[u8]| file.windows(needle.len()).any(|window| window == needle);
        assert!(has(b"generation of a"), "looking in the wrong place");
        for secret in [
            keys.primary.reveal().as_bytes(),
            &[1; 32],
            &[0x5A; 32],
            &[7; 32],
        ] {
            assert!(!has(secret));
        }
    } else {
        // A sealed key has a form, a nonce and a tag around its 44 characters.
        let sealed = place.tamper(
            "UPDATE device SET etag = etag WHERE OCTET_LENGTH(auth_primary) = 1 + 12 + 44 + 16
             AND POSITION('='::BYTEA IN auth_primary) <> 44",
        );
        assert_eq!(sealed.await, 1);
    }
    let store = place.open().await;
    let keys = store.policies().await.unwrap();
    assert!(
        keys.iter()
            .all(|policy| policy.keys.primary.sign("x") == policy.keys.secondary.sign("x"))
    );
    tokio::time::timeout(Duration::from_secs(10), store.close())
        .await
        .unwrap();
}
