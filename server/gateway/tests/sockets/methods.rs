//! Direct methods over MQTT (checklist E, device side).

use std::time::Duration;

use mqtt_protocol_core::mqtt::packet::Qos;
use muster_core::ids::DeviceId;
use muster_service::access::kinds::InvokeMethods;
use muster_service::{Access, Hub, MethodAnswer, MethodCall, MethodError, ServiceError};
use serde_json::{Value, json};
use tokio::task::{JoinHandle, JoinSet};

use super::client::{Client, Got, Hello, METHODS};
use super::rig::Rig;

fn call(name: &str, payload: Value) -> MethodCall {
    MethodCall {
        module: None,
        name: name.parse().unwrap(),
        payload,
        connect_timeout: Duration::ZERO,
        response_timeout: Duration::from_secs(30),
    }
}

fn invoke(
    hub: &Hub,
    id: &DeviceId,
    call: MethodCall,
) -> JoinHandle<Result<MethodAnswer, ServiceError>> {
    let permit = hub
        .permit_device::<InvokeMethods>(&Access::console(), id)
        .unwrap();
    let hub = hub.clone();
    tokio::spawn(async move { hub.invoke_method(&permit, call).await })
}

/// The next call: its name, its `$rid`, its payload.
async fn called(client: &mut Client) -> (String, String, Value) {
    let (topic, payload) = client.message().await;
    let rest = topic.strip_prefix("$iothub/methods/POST/").unwrap();
    let (name, rid) = rest.split_once("/?$rid=").unwrap();
    (name.to_owned(), rid.to_owned(), payload)
}

fn result(status: &str, rid: &str) -> String {
    format!("$iothub/methods/res/{status}/?$rid={rid}")
}

#[tokio::test]
async fn any_json_goes_to_the_device_and_back() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    client.subscribe(METHODS, Qos::AtMostOnce).await;
    for payload in [
        json!({"delay": 3}),
        json!([1, "x", null]),
        json!("text"),
        json!(4.5),
        Value::Null,
    ] {
        let running = invoke(&rig.hub, &device.id, call("reboot", payload.clone()));
        let (name, rid, got) = called(&mut client).await;
        assert_eq!((name.as_str(), &got), ("reboot", &payload));
        let body = match &payload {
            Value::Null => String::new(),
            json => json.to_string(),
        };
        client
            .publish_acknowledged(&result("418", &rid), body.as_bytes())
            .await;
        let answer = running.await.unwrap().unwrap();
        assert_eq!((answer.status, answer.payload), (418, payload));
    }
}

#[tokio::test]
async fn two_hundred_calls_at_once_are_not_mixed_up() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    client.subscribe(METHODS, Qos::AtLeastOnce).await;
    let running: Vec<_> = (0..200)
        .map(|n| invoke(&rig.hub, &device.id, call("echo", json!(n))))
        .collect();
    let mut waiting = Vec::new();
    for _ in 0..200 {
        waiting.push(called(&mut client).await);
    }
    for (_, rid, payload) in waiting.into_iter().rev() {
        client
            .publish_unacknowledged(&result("200", &rid), payload.to_string().as_bytes())
            .await;
    }
    for (n, answer) in running.into_iter().enumerate() {
        assert_eq!(answer.await.unwrap().unwrap().payload, json!(n));
    }
}

#[tokio::test]
async fn who_does_not_listen_is_not_online() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let refused = async || {
        invoke(&rig.hub, &device.id, call("m", Value::Null))
            .await
            .unwrap()
    };
    let is_offline = |answer| {
        matches!(
            answer,
            Err(ServiceError::Method(MethodError::NotOnline(Duration::ZERO)))
        )
    };
    assert!(is_offline(refused().await));
    let mut client = Client::device(&rig, &device).await;
    assert!(is_offline(refused().await), "connected, but not subscribed");
    client.subscribe(METHODS, Qos::AtMostOnce).await;
    client.unsubscribe(METHODS).await;
    assert!(is_offline(refused().await), "no longer subscribed");
}

#[tokio::test]
async fn a_call_waits_until_its_device_listens() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let waiting = MethodCall {
        connect_timeout: Duration::from_secs(30),
        ..call("m", Value::Null)
    };
    let running = invoke(&rig.hub, &device.id, waiting);
    let mut client = Client::device(&rig, &device).await;
    client.ping().await;
    assert!(!running.is_finished());
    client.subscribe(METHODS, Qos::AtMostOnce).await;
    let (_, rid, _) = called(&mut client).await;
    client
        .publish_unacknowledged(&result("200", &rid), b"")
        .await;
    assert_eq!(running.await.unwrap().unwrap().status, 200);
}

#[tokio::test]
async fn a_remembered_session_still_listens() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    client.subscribe(METHODS, Qos::AtLeastOnce).await;
    client.cut();
    let rig = rig.restart().await;
    let mut client = Client::device(&rig, &device).await;
    let running = invoke(&rig.hub, &device.id, call("m", json!(1)));
    let (_, rid, _) = called(&mut client).await;
    client
        .publish_acknowledged(&result("200", &rid), b"2")
        .await;
    assert_eq!(running.await.unwrap().unwrap().payload, json!(2));
    client.disconnect().await;

    // A clean session has forgotten.
    let clean = Hello {
        clean: true,
        ..Hello::of(&device, &rig)
    };
    let (mut client, _) = Client::accepted(&rig, &clean).await;
    let answer = invoke(&rig.hub, &device.id, call("m", json!(1)))
        .await
        .unwrap();
    assert!(matches!(
        answer,
        Err(ServiceError::Method(MethodError::NotOnline(_)))
    ));
    client.ping().await;
}

#[tokio::test]
async fn the_end_of_the_connection_fails_its_calls_at_once() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    client.subscribe(METHODS, Qos::AtMostOnce).await;
    let lost = |answer| {
        matches!(
            answer,
            Err(ServiceError::Method(MethodError::ConnectionLost))
        )
    };
    let running = invoke(&rig.hub, &device.id, call("m", Value::Null));
    called(&mut client).await;
    client.cut();
    assert!(lost(running.await.unwrap()));

    // The newer connection is not asked, and its answer to the older one's call is nobody's.
    let mut older = Client::device(&rig, &device).await;
    let running = invoke(&rig.hub, &device.id, call("m", Value::Null));
    let (_, rid, _) = called(&mut older).await;
    let mut newer = Client::device(&rig, &device).await;
    assert!(lost(running.await.unwrap()));
    newer
        .publish_acknowledged(&result("200", &rid), b"{}")
        .await;
    newer.ping().await;
}

#[tokio::test]
async fn an_answer_of_another_device_is_ignored() {
    let rig = Rig::start().await;
    let (device, other) = (rig.register("dev1").await, rig.register("dev2").await);
    let mut client = Client::device(&rig, &device).await;
    client.subscribe(METHODS, Qos::AtMostOnce).await;
    let mut liar = Client::device(&rig, &other).await;
    let running = invoke(&rig.hub, &device.id, call("m", Value::Null));
    let (_, rid, _) = called(&mut client).await;
    liar.publish_acknowledged(&result("500", &rid), b"1").await;
    for unknown in ["zzz", "ffffffffffffffffffff", "0"] {
        let topic = result("200", unknown);
        if unknown != rid {
            client.publish_acknowledged(&topic, b"1").await;
        }
    }
    client
        .publish_acknowledged(&result("200", &rid), b"2")
        .await;
    assert_eq!(running.await.unwrap().unwrap().payload, json!(2));
    // A second answer to the same call is late.
    client
        .publish_acknowledged(&result("200", &rid), b"3")
        .await;
}

#[tokio::test]
async fn answers_that_cannot_be_used_are_told_to_the_caller() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    client.subscribe(METHODS, Qos::AtMostOnce).await;
    let large = vec![b' '; 128 * 1024 + 1];
    for (status, payload) in [
        ("200", &b"{"[..]),
        ("ok", b"{}"),
        ("99999999999", b""),
        ("200", large.as_slice()),
    ] {
        let running = invoke(&rig.hub, &device.id, call("m", Value::Null));
        let (_, rid, _) = called(&mut client).await;
        client
            .publish_acknowledged(&result(status, &rid), payload)
            .await;
        let answer = running.await.unwrap();
        assert!(
            matches!(answer, Err(ServiceError::Method(MethodError::BadAnswer(_)))),
            "{status}: {answer:?}"
        );
    }
    // One without its number is a breach of the protocol.
    client
        .publish_unacknowledged("$iothub/methods/res/200/", b"")
        .await;
    assert_eq!(client.next().await, Got::Closed);
}

#[tokio::test]
async fn a_device_that_does_not_read_is_spared_further_calls() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    client.subscribe(METHODS, Qos::AtMostOnce).await;
    let payload = json!("x".repeat(120 * 1024));
    let mut running = JoinSet::new();
    for _ in 0..200 {
        let call = invoke(&rig.hub, &device.id, call("m", payload.clone()));
        running.spawn(async { call.await.unwrap() });
    }
    // Nothing is answered, so what comes back was never sent.
    let first = running.join_next().await.unwrap().unwrap();
    assert!(matches!(first, Err(ServiceError::Busy(_))), "{first:?}");
    let (name, ..) = called(&mut client).await;
    assert_eq!(name, "m", "the connection lives");
}
