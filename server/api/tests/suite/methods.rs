//! Direct methods: what reaches the device, and what its silence becomes.

use muster_core::access::PolicyName;
use muster_core::key::SharedKey;
use muster_core::sas::SasToken;
use muster_service::devices::{ConnectionInfo, DeviceCredentials, LINK_CAPACITY};
use muster_service::{MethodAnswer, ToDevice};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::{Bench, Reply};

async fn invoke(bench: &Bench, id: &str, body: Value) -> Reply {
    let line = format!("POST /twins/{id}/methods");
    bench
        .ask_as(PolicyName::Service, &line, None, Some(body))
        .await
}

/// Fails unless the message holds an error of this number, as text (spec §5.7).
fn expect_nested(reply: &Reply, status: u16, name: &str, number: u64) {
    assert_eq!(
        (reply.status, reply.header("iothub-errorcode")),
        (status, Some(name)),
        "{:?}",
        reply.body
    );
    let inner: Value = serde_json::from_str(reply.body["Message"].as_str().unwrap()).unwrap();
    assert_eq!(inner["errorCode"], number);
}

/// A device that listens for methods and answers each with what it was given.
async fn echo(bench: &Bench, id: &str) {
    let text = bench.connection_string(id).await;
    let key = SharedKey::new(text.split_once("SharedAccessKey=").unwrap().1).unwrap();
    let end = bench.hub.now().plus_ms(60_000);
    let token = SasToken::sign(&format!("h/devices/{id}"), &key, end, None);
    let credentials = DeviceCredentials {
        device: id,
        token: Some(&token),
    };
    let proof = bench
        .hub
        .authenticate_device(credentials)
        .await
        .unwrap()
        .proof;
    let (link, mut notices) = mpsc::channel(LINK_CAPACITY);
    let info = ConnectionInfo {
        protocol: "MQTT",
        address: "127.0.0.1:50000".into(),
        model_id: None,
        clean_session: false,
        link,
    };
    let attached = bench.hub.device_connected(&proof, info).await.unwrap();
    bench.hub.device_listens(&proof, attached.connection, true);
    let hub = bench.hub.clone();
    tokio::spawn(async move {
        while let Some(ToDevice::Method(request)) = notices.recv().await {
            let payload: Value = serde_json::from_str(&request.payload).unwrap();
            let answer = MethodAnswer {
                status: 418,
                payload: json!({ "echo": payload }),
            };
            hub.device_answered(&proof, attached.connection, request.request, Ok(answer));
        }
    });
}

#[tokio::test]
async fn the_answer_of_the_device_comes_back_with_its_own_status() {
    let bench = Bench::open().await;
    bench.make("a").await;
    echo(&bench, "a").await;
    for payload in [json!({"x": [1]}), json!([1, 2]), json!("text"), json!(7)] {
        let body =
            json!({"methodName": "reboot", "payload": payload, "responseTimeoutInSeconds": 30});
        let reply = invoke(&bench, "a", body).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        assert_eq!(
            reply.body,
            json!({"status": 418, "payload": {"echo": payload}})
        );
    }
    // As Node sends it when nothing is given.
    let body = json!({"methodName": "m", "responseTimeoutInSeconds": 30, "connectTimeoutInSeconds": 0, "payload": null});
    assert_eq!(
        invoke(&bench, "a", body).await.body["payload"],
        json!({"echo": null})
    );
}

#[tokio::test]
async fn who_is_not_there_cannot_answer() {
    let bench = Bench::open().await;
    bench.make("a").await;
    let offline = invoke(&bench, "a", json!({"methodName": "m"})).await;
    expect_nested(&offline, 404, "DeviceNotOnline", 404_103);
    let unknown = invoke(&bench, "nobody", json!({"methodName": "m"})).await;
    unknown.expect_error(404, "DeviceNotFound");
}

#[tokio::test]
async fn calls_have_bounds() {
    let bench = Bench::open().await;
    bench.make("a").await;
    for (connect, response) in [(0, 4), (0, 301), (31, 30), (-1, 30)] {
        let body = json!({
            "methodName": "m", "connectTimeoutInSeconds": connect, "responseTimeoutInSeconds": response,
        });
        invoke(&bench, "a", body)
            .await
            .expect_error(400, "ArgumentInvalid");
    }
    let nameless = invoke(&bench, "a", json!({"payload": 1})).await;
    nameless.expect_error(400, "ArgumentNull");
    let large = json!({"methodName": "m", "payload": "x".repeat(129 * 1024)});
    invoke(&bench, "a", large)
        .await
        .expect_error(413, "MessageTooLarge");
}
