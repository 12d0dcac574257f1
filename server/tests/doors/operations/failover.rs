//! The database goes away amid an operation and comes back: the hub says so, keeps devices waiting, and goes on by
//! itself. Nothing is lost, nothing is done twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use muster_core::key::SharedKey;
use muster_core::sas::SasToken;
use muster_core::time::Timestamp;
use muster_service::Clock;
use muster_simulator::{Client, ClientError, HubTarget, Incoming};
use serde_json::json;

use crate::support::fleet::{expect_one_effect_each, id, update};
use crate::support::postgres::Postgres;
use crate::support::{Connection, Muster, Reply, Request, Served, eventually};

const DEVICES: usize = 1_500;

/// Devices that are connected and answer methods.
const CONNECTED: usize = 12;

/// How long a device takes to answer a method: longer than the way of a call through the hub, so that answers come in
/// while the database is away.
const ANSWERS_AFTER: Duration = Duration::from_millis(700);

async fn ready(served: &Served) -> Reply {
    let mut connection = Connection::open(served.at("admin"), None).await.unwrap();
    connection.ask(Request::get("/readyz")).await.unwrap()
}

/// What a device needs to connect.
struct Credentials {
    target: HubTarget,
    id: String,
    token: String,
}

impl Credentials {
    fn of(muster: &Muster, served: &Served, number: usize) -> Self {
        let ca = std::fs::read(muster.data_dir().join("tls/ca.pem")).unwrap();
        let id = id(number).to_string();
        let text = muster.json(&["device", "connection-string", &id]);
        let text = text["connectionString"].as_str().unwrap().to_owned();
        let key = SharedKey::new(text.split_once("SharedAccessKey=").unwrap().1).unwrap();
        let expires = Timestamp::from_secs(Clock::System.now().secs() + 3600);
        Self {
            target: HubTarget::new("localhost", served.at("mqtt").port(), &ca).unwrap(),
            token: SasToken::sign(&format!("localhost/devices/{id}"), &key, expires, None),
            id,
        }
    }

    async fn connect(&self) -> Result<Client, ClientError> {
        Client::connect(&self.target, &self.id, &self.token, 60, true).await
    }
}

/// Answers calls of methods, after a while, and counts them.
async fn answer(mut client: Client, calls: Arc<AtomicU32>) {
    while let Ok(incoming) = client.next().await {
        let Incoming::Message { topic, .. } = incoming else {
            continue;
        };
        let Some((_, request)) = topic.split_once("$rid=") else {
            continue;
        };
        calls.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(ANSWERS_AFTER).await;
        let topic = format!("$iothub/methods/res/200/?$rid={request}");
        if client.publish(&topic, Bytes::from("{}")).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_outlives_its_database() {
    let Some(mut postgres) = Postgres::start() else {
        return;
    };
    // Longer than callers of the writer wait, when there is time.
    let away = if std::env::var_os("MUSTER_SOAK").is_some() {
        Duration::from_secs(40)
    } else {
        Duration::from_secs(2)
    };
    let muster = Muster::new();
    let url = postgres.url();
    muster.make_fleet(Some(&url), DEVICES).await;
    let served = muster.serve(&["--database", &url]);
    assert_eq!(ready(&served).await.status, 200);

    let calls: Vec<Arc<AtomicU32>> = (0..CONNECTED).map(|_| Arc::default()).collect();
    for (number, calls) in calls.iter().enumerate() {
        let credentials = Credentials::of(&muster, &served, number);
        let mut client = credentials.connect().await.unwrap();
        client.subscribe("$iothub/methods/POST/#").await.unwrap();
        tokio::spawn(answer(client, calls.clone()));
    }
    let reporter = Credentials::of(&muster, &served, CONNECTED);
    let mut reporter = reporter.connect().await.unwrap();
    reporter.subscribe("$iothub/twin/res/#").await.unwrap();
    let stranger = Credentials::of(&muster, &served, CONNECTED + 1);

    let ping = json!({
        "title": "ping",
        "task": { "kind": "invokeMethod", "name": "ping" },
        "target": { "kind": "devices", "ids": (0..CONNECTED).map(id).collect::<Vec<_>>() },
        "how": { "limits": { "perMinute": 240 } },
    });
    let ping = muster.operate(&ping);
    eventually("some devices were called", || async {
        muster.succeeded(ping) >= 2
    })
    .await;
    let waves = json!([
        { "size": { "kind": "count", "devices": 100 } },
        { "size": { "kind": "rest" } },
    ]);
    let write = muster.operate(&update("written", 60, &waves));
    eventually("some devices were written", || async {
        muster.succeeded(write) > 0
    })
    .await;
    postgres.crash();

    let said = ready(&served).await;
    assert_eq!(said.status, 503, "{}", said.text());
    assert!(said.text().contains("\"ready\":false"), "{}", said.text());
    // A device that reports waits for its acknowledgement; one that comes is told to come again.
    let topic = "$iothub/twin/PATCH/properties/reported/?$rid=1";
    reporter
        .publish(topic, Bytes::from("{\"n\":1}"))
        .await
        .unwrap();
    let refused = stranger.connect().await;
    assert!(
        matches!(refused, Err(ClientError::Refused(3))),
        "{refused:?}"
    );
    tokio::time::sleep(away).await;
    assert_eq!(
        reporter.take_waiting("$iothub/twin/res/"),
        None,
        "it was told that something is stored while nothing was"
    );
    postgres.start_again();

    for operation in [ping, write] {
        muster.until_completed(operation).await;
    }
    let (answer, _) = reporter.message_on("$iothub/twin/res/").await.unwrap();
    let stored = answer.starts_with("$iothub/twin/res/204/");
    assert!(stored || away > Duration::from_secs(30), "{answer}");
    stranger.connect().await.unwrap();
    assert_eq!(ready(&served).await.status, 200);
    let calls: Vec<u32> = calls
        .iter()
        .map(|calls| calls.load(Ordering::SeqCst))
        .collect();
    assert_eq!(calls, [1; CONNECTED], "each device is called once");
    assert_eq!(muster.succeeded(ping), CONNECTED as u64);
    assert_eq!(served.terminate(), Some(0));

    let running = muster.within(Some(&url)).await;
    expect_one_effect_each(running.hub(), DEVICES, &[(write, 60)]).await;
    running.drain().await;
}
