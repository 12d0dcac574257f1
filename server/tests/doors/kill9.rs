//! Kill -9 under load: what was acknowledged is there after the restart. Three times in `make test`, more when
//! `MUSTER_SOAK` is set.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use muster_core::key::SharedKey;
use muster_core::sas::SasToken;
use muster_core::time::Timestamp;
use muster_service::Clock;
use muster_simulator::{Client, ClientError, HubTarget};
use tokio::task::JoinSet;

use crate::support::{Browser, Muster, eventually};

/// Devices that report at the same time.
const DEVICES: usize = 4;

/// What a device and its operator were told, and must find again.
#[derive(Default)]
struct Told {
    reported: AtomicU64,
    desired: AtomicU64,
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_acknowledged_survives_kill_9() {
    let kills = if std::env::var_os("MUSTER_SOAK").is_some() {
        25
    } else {
        3
    };
    let muster = Muster::new();
    let password = "correct horse battery";
    let made = muster.run_with_input(
        &[
            "user",
            "create",
            "operator",
            "--role",
            "operator",
            "--password-stdin",
        ],
        password,
    );
    assert!(made.status.success());
    let ids: Vec<String> = (0..DEVICES)
        .map(|number| format!("pump-{number}"))
        .collect();
    let keys: Vec<SharedKey> = ids.iter().map(|id| register(&muster, id)).collect();
    let told: Arc<Vec<Told>> = Arc::new(ids.iter().map(|_| Told::default()).collect());

    for kill in 0..kills {
        let served = muster.serve(&[]);
        let ca = std::fs::read(muster.data_dir().join("tls/ca.pem")).unwrap();
        let target = HubTarget::new("localhost", served.at("mqtt").port(), &ca).unwrap();
        let mut browser = Browser::new(served.at("http"), None);
        browser.sign_in("operator", password).await;
        let before: Vec<(u64, u64)> = told.iter().map(now).collect();
        let mut load = JoinSet::new();
        for (number, id) in ids.iter().enumerate() {
            load.spawn(report(
                target.clone(),
                id.clone(),
                keys[number].clone(),
                told.clone(),
                number,
            ));
            load.spawn(edit(browser.clone(), id.clone(), told.clone(), number));
        }
        // Under load, and at a different moment of it each time.
        eventually("every device and every edit has made progress", || async {
            told.iter()
                .zip(&before)
                .all(|(told, before)| now(told).0 > before.0 + 5 && now(told).1 > before.1 + 2)
        })
        .await;
        tokio::time::sleep(Duration::from_millis(kill * 7 % 50)).await;
        served.kill();
        load.abort_all();
        while load.join_next().await.is_some() {}
        check(&muster, &ids, &told, kill);
    }
}

fn now(told: &Told) -> (u64, u64) {
    (
        told.reported.load(Ordering::SeqCst),
        told.desired.load(Ordering::SeqCst),
    )
}

fn check(muster: &Muster, ids: &[String], told: &[Told], kill: u64) {
    for (id, told) in ids.iter().zip(told) {
        let device = muster.json(&["device", "show", id]);
        let (reported, desired) = now(told);
        let found = |section: &str| device["properties"][section]["count"].as_u64().unwrap_or(0);
        assert!(
            found("reported") >= reported,
            "kill {kill}: {id} lost a report: {reported} acknowledged, {device}"
        );
        assert!(
            found("desired") >= desired,
            "kill {kill}: {id} lost an edit: {desired} acknowledged, {device}"
        );
        // The next run begins where the database is: what was under way may or may not have been written.
        told.reported.store(found("reported"), Ordering::SeqCst);
        told.desired.store(found("desired"), Ordering::SeqCst);
    }
}

fn register(muster: &Muster, id: &str) -> SharedKey {
    muster.json(&["device", "create", id]);
    let text = muster.json(&["device", "connection-string", id]);
    let text = text["connectionString"].as_str().unwrap().to_owned();
    SharedKey::new(text.split_once("SharedAccessKey=").unwrap().1).unwrap()
}

/// Reports one number after the other, each after the acknowledgement of the one before, until the hub is gone.
async fn report(
    target: HubTarget,
    id: String,
    key: SharedKey,
    told: Arc<Vec<Told>>,
    number: usize,
) {
    let expires = Timestamp::from_secs(Clock::System.now().secs() + 3600);
    let token = SasToken::sign(&format!("localhost/devices/{id}"), &key, expires, None);
    let ended = async {
        let mut client = Client::connect(&target, &id, &token, 60, true).await?;
        client.subscribe("$iothub/twin/res/#").await?;
        loop {
            let count = told[number].reported.load(Ordering::SeqCst) + 1;
            let topic = format!("$iothub/twin/PATCH/properties/reported/?$rid={count}");
            client
                .publish(&topic, Bytes::from(format!("{{\"count\":{count}}}")))
                .await?;
            let (answer, _) = client.message_on("$iothub/twin/res/").await?;
            assert!(answer.starts_with("$iothub/twin/res/204/"), "{answer}");
            told[number].reported.store(count, Ordering::SeqCst);
        }
    };
    let Err::<(), ClientError>(_gone) = ended.await else {
        return;
    };
}

/// Sets the desired number as an operator does in the browser, again and again, until the hub is gone.
async fn edit(browser: Browser, id: String, told: Arc<Vec<Told>>, number: usize) {
    loop {
        let count = told[number].desired.load(Ordering::SeqCst) + 1;
        match browser
            .try_edit_desired(&id, &format!("{{\"count\":{count}}}"))
            .await
        {
            Some(true) => told[number].desired.store(count, Ordering::SeqCst),
            Some(false) => panic!("an edit was refused"),
            None => return,
        }
    }
}
